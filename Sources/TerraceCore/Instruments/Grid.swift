/// A step in integer units with an exact division by it that needs no division instruction.
///
/// Used for ticks and lots. The quotient comes from one multiplication by ceil(2^64 / step): for a dividend below 2^63
/// the error is below dividend / 2^64 < 1/2, so that the quotient of an exact multiple is exact, and that of any other
/// dividend is at most one too high, which the remainder shows (Granlund and Montgomery, "Division by invariant integers
/// using multiplication", PLDI 1994).
public struct Grid: Hashable, Sendable {
    /// The step in units; at least 1.
    public let step: Int64
    private let reciprocal: UInt64
    private let unitMask: UInt64  // All ones where the step is 1, whose reciprocal does not fit.

    /// A grid of `step` units.
    ///
    /// - Precondition: `step` is at least 1. Rules from outside are checked before they get here.
    public init(step: Int64) {
        precondition(step >= 1, "a tick or lot is at least one unit")
        self.step = step
        let quotient = UInt64.max / UInt64(step)  // ceil(2^64 / step) - 1, also where step divides 2^64.
        self.reciprocal = step == 1 ? 0 : quotient + 1
        self.unitMask = step == 1 ? .max : 0
    }

    /// The number of whole steps in `units`, rounded down.
    ///
    /// - Precondition: `units` is not negative.
    public func floorSteps(_ units: Int64) -> Int64 {
        let dividend = UInt64(bitPattern: units)
        var quotient = self.reciprocal.multipliedFullWidth(by: dividend).high &+ (dividend & self.unitMask)
        if quotient &* UInt64(bitPattern: self.step) > dividend { quotient &-= 1 }
        return Int64(bitPattern: quotient)
    }

    /// The number of steps in `units`, or -1 where `units` is not a whole multiple (or is negative).
    public func exactSteps(_ units: Int64) -> Int64 {
        let dividend = UInt64(bitPattern: units)
        let quotient = self.reciprocal.multipliedFullWidth(by: dividend).high &+ (dividend & self.unitMask)
        return quotient &* UInt64(bitPattern: self.step) == dividend && units >= 0 ? Int64(bitPattern: quotient) : -1
    }

    /// `units` rounded down to a whole step. `units` is not negative.
    public func roundedDown(_ units: Int64) -> Int64 { self.floorSteps(units) &* self.step }

    /// `units` rounded up to a whole step. `units` is not negative and below 2^62.
    public func roundedUp(_ units: Int64) -> Int64 { self.roundedDown(units &+ (self.step &- 1)) }

    /// Rounds a price the safe way for `side`: a bid down, an ask up.
    public func rounded(_ price: Price, for side: Side) -> Price {
        Price(units: side == .bid ? self.roundedDown(price.units) : self.roundedUp(price.units))
    }
}
