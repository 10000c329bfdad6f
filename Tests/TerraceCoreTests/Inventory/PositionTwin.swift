import TerraceCore

/// A position by exact average cost: fractions, nothing rounded. Fails (nil) where the fractions outgrow 128 bits.
struct PositionTwin {
    var held: Int128 = 0
    var average = Rational(0)
    var realised = Rational(0)
    /// How many times a part of the cost was taken out, each time rounded by less than one unit in the real one.
    var reductions: Int128 = 0

    var cost: Rational? { self.average.times(self.held) }

    mutating func move(by change: Int128, at price: Int128) -> Bool {
        if change == 0 { return true }
        if self.held == 0 || (self.held < 0) == (change < 0) {
            let total = self.held + change
            guard let now = self.cost?.plus(Rational(change * price)), let average = now.over(total) else {
                return false
            }
            self.average = average
            self.held = total
            return true
        }
        let sign: Int128 = self.held < 0 ? -1 : 1
        let closing = min(change.magnitude, self.held.magnitude)
        guard let gain = Rational(price).minus(self.average)?.times(sign * Int128(closing)),
            let realised = self.realised.plus(gain)
        else { return false }
        self.realised = realised
        self.held -= sign * Int128(closing)
        self.reductions += 1
        if self.held == 0 { self.average = Rational(0) }
        return self.move(by: change + sign * Int128(closing), at: price)
    }
}
