import TerraceCore

extension StrategyDefinition {
    /// The quantity that all its lines may show at once on a venue with `rules`, both sides, before headroom; `price` is zero
    /// where it is not known.
    ///
    /// Sizes are taken at the largest volume coefficient and the largest draw. A sum of 400 orders under the quantity limit is
    /// below 2^65.
    func mostOpen(under rules: TradingRules, _ price: Price) -> Int128 {
        var sum: Int128 = 0
        for line in self.topOfBookLines {
            let hourly = self.scaled(line.hourlyQuantity, line.coefficientMethod)
            // The token bucket holds what a timeout grants, or the venue's least order where that is more.
            let grant = hourly * Int128(line.timeoutNanoseconds) / 3_600_000_000_000
            let order = max(grant, Self.least(rules, price))
            sum += self.limited(order, rules, price) * (line.sides == .both ? 2 : 1)
        }
        for line in self.passiveLines {
            let most = self.scaled(line.quantity, line.coefficientMethod)
            let order = most * Int128(1_000_000 + line.randomization.ppm) / 1_000_000
            sum += self.limited(order, rules, price) * (line.sides == .both ? 2 : 1)
        }
        return sum
    }

    /// Without history the coefficient is 1, even where the largest is below that.
    private func scaled(_ quantity: Quantity, _ method: LineCoefficientMethod) -> Int128 {
        let largest = method.usesVolume ? max(self.volume.maximum, .one) : .one
        return Int128(quantity.units) * Int128(largest.ppm) / 1_000_000
    }

    private func limited(_ quantity: Int128, _ rules: TradingRules, _ price: Price) -> Int128 {
        var most = min(quantity, Int128(rules.maximumQuantity.units))
        if let notional = self.maximumOrderNotional, price > .zero {
            most = min(most, notional.units / Int128(price.units))
        }
        return most
    }

    private static func least(_ rules: TradingRules, _ price: Price) -> Int128 {
        let byNotional =
            price > .zero ? (rules.minimumNotional.units + Int128(price.units) - 1) / Int128(price.units) : 0
        let least = min(max(Int128(max(1, rules.minimumQuantity.units)), byNotional), Int128(Quantity.limit))
        return Int128(rules.lot.roundedUp(Int64(least)))
    }
}
