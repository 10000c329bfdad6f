/// A sweep under way: takes levels, best first, until its quantity is filled.
struct SweepSum {
    private let wanted: Int64
    private var filled: Int64 = 0
    private var notional: UInt128 = 0

    /// A sweep for `quantity`; for nothing where that is not positive.
    init(_ quantity: Quantity) { self.wanted = max(0, quantity.units) }

    /// Whether all is filled.
    var isDone: Bool { self.filled == self.wanted }

    /// Takes what is needed of a level.
    ///
    /// The sum is below 2^63 units of quantity times `Price.limit`, 2^56, and fits.
    @inline(__always)
    mutating func take(_ quantity: Int64, at price: Int64) {
        let taken = min(quantity, self.wanted &- self.filled)
        self.filled &+= taken
        let (high, low) = UInt64(bitPattern: price).multipliedFullWidth(by: UInt64(bitPattern: taken))
        self.notional &+= UInt128(high) &<< 64 | UInt128(low)
    }

    /// The average of what was taken from `side`.
    func result(_ side: Side) -> Sweep {
        guard self.filled > 0 else { return Sweep(price: .zero, filled: .zero) }
        let divisor = UInt64(bitPattern: self.filled)
        let dividend = self.notional &+ (side == .ask ? UInt128(divisor &- 1) : 0)
        // An average of prices below 2^56, so the quotient fits, and the high half is below the divisor.
        let (quotient, _) = divisor.dividingFullWidth(
            (UInt64(truncatingIfNeeded: dividend &>> 64), UInt64(truncatingIfNeeded: dividend)))
        return Sweep(price: Price(units: Int64(bitPattern: quotient)), filled: Quantity(units: self.filled))
    }
}
