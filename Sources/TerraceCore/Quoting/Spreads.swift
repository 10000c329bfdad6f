/// The arithmetic of spreads, in thousandths of a basis point, with the inventory coefficient in parts per million.
enum Spreads {
    /// The top-of-book spread of `side`: with a = |c|, the side that would take the position further from its target has
    /// s (1 + a), the other s (1 - a/2). Rounded up, away from trading.
    static func topOfBook(_ spread: Int64, _ side: Side, _ coefficient: Coefficient) -> Int64 {
        let share = coefficient.magnitude.ppm
        let factor = leadsAway(side, coefficient) ? 1_000_000 + share : 1_000_000 - share / 2
        return (spread * factor + 999_999) / 1_000_000  // A spread is below 2^24, a factor below 2^22.
    }

    /// The passive spread of `side`: with a = |c|, the side that leads away has base + (max - base) a, the other
    /// base - (base - min) a. Rounded up.
    static func passive(_ line: LineTerms, _ side: Side, _ coefficient: Coefficient) -> Int64 {
        let share = coefficient.magnitude.ppm
        let change =
            leadsAway(side, coefficient)
            ? (line.maximumSpread - line.spread) * share : (line.minimumSpread - line.spread) * share
        return line.spread + (change >= 0 ? (change + 999_999) / 1_000_000 : change / 1_000_000)
    }

    /// Whether a fill on `side` takes a position with this coefficient further from its target.
    static func leadsAway(_ side: Side, _ coefficient: Coefficient) -> Bool {
        side == .bid ? coefficient.ppm > 0 : coefficient.ppm < 0
    }

    /// `price` less (bid) or plus (ask) `spread`, rounded away from trading: bids down, asks up. Never negative.
    static func price(_ price: Price, _ side: Side, _ spread: Int64) -> Price {
        let factor = side == .bid ? Millibps.whole - spread : Millibps.whole + spread
        if factor <= 0 { return .zero }
        // A price is below 2^56 and a factor below 2^25, so the high word is below 2^17 and the quotient fits.
        let product = UInt64(price.units).multipliedFullWidth(by: UInt64(factor))
        let (quotient, remainder) = UInt64(Millibps.whole).dividingFullWidth(product)
        let units = Int64(bitPattern: quotient)
        return Price(units: side == .ask && remainder != 0 ? units + 1 : units)
    }

    /// Whether two prices differ by more than `limit` of `base`.
    static func differs(_ left: Price, _ right: Price, byMoreThan limit: Int64, of base: Price) -> Bool {
        if left == right { return false }
        let distance = UInt64(bitPattern: left > right ? left.units &- right.units : right.units &- left.units)
        let scaled = distance.multipliedFullWidth(by: UInt64(Millibps.whole))
        let allowed = UInt64(bitPattern: base.units).multipliedFullWidth(by: UInt64(limit))
        return scaled.high != allowed.high ? scaled.high > allowed.high : scaled.low > allowed.low
    }

    /// `quantity` times `ppm` parts per million, rounded down; saturates at the quantity limit.
    static func scaled(_ quantity: Int64, ppm: Int64) -> Int64 {
        let product = Int128(quantity) * Int128(ppm) / 1_000_000
        return product > Int128(Quantity.limit) ? Quantity.limit : Int64(product)
    }
}
