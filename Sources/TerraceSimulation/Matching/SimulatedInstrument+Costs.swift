import TerraceCore

extension SimulatedInstrument {
    /// What an order reserves: the quote coin for a bid, the base coin for an ask.
    func cost(_ side: Side, _ price: Int64, _ quantity: Int64) -> (AssetIndex, Amount) {
        side == .bid
            ? (self.quote, self.units.amount(of: Notional(of: Quantity(units: quantity), at: Price(units: price))))
            : (self.base, self.units.amount(of: Quantity(units: quantity)))
    }

    /// What a fill costs, and in which coin: the received one, as spot venues do, or the quote coin; rebates in the quote coin.
    ///
    /// Rounded up against the account, to 10^-12 of the coin, or to the pair's unit where the base coin is charged.
    func fee(
        _ rate: Millibps, _ side: Side, _ price: Price, _ quantity: Int64, chargesReceivedCoin: Bool
    ) -> (Amount, AssetIndex) {
        let inBase = side == .bid && chargesReceivedCoin && rate.units > 0
        let step = inBase ? self.units.amountPerQuantity : 100_000_000
        let traded =
            inBase
            ? self.units.amount(of: Quantity(units: quantity))
            : self.units.amount(of: Notional(of: Quantity(units: quantity), at: price))
        let whole = Int128(Millibps.whole) * step
        let exact = traded.units * Int128(rate.units)
        var steps = exact / whole
        if exact % whole > 0 { steps += 1 }
        return (Amount(units: steps * step), inBase ? self.base : self.quote)
    }
}
