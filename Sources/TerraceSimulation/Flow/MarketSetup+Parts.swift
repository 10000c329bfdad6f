public import TerraceCore

extension MarketSetup {
    /// A market of these parts, which must fit each other: a symbol and a price for each pair, balances for each venue.
    ///
    /// - Precondition: as many symbols and prices as pairs, and as many lists of balances as venues.
    public init(
        assets: [String], venues: [VenueDefinition], pairs: [PairDefinition], symbols: [String], prices: [Price],
        balances: [[(AssetIndex, Amount)]]
    ) {
        precondition(pairs.count == symbols.count && pairs.count == prices.count, "a symbol and a price for each pair")
        precondition(venues.count == balances.count, "balances for each venue")
        self.init(pairs: 1, venues: 1)
        self.assets = assets
        self.venues = venues
        self.pairs = pairs
        self.symbols = symbols
        self.prices = prices
        self.balances = balances
    }
}
