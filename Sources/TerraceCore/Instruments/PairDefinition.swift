/// One pair as it is registered with an engine: its coins, its units, and its instruments.
public struct PairDefinition: Sendable {
    /// The coin that is traded.
    public var base: AssetIndex
    /// The coin that it is priced in.
    public var quote: AssetIndex
    /// The units of its prices and quantities, on all its venues.
    public var units: Units
    /// The pair on each of its venues, at most one a venue.
    public var instruments: [InstrumentDefinition]

    /// A pair of `base` and `quote` on the venues of `instruments`.
    public init(base: AssetIndex, quote: AssetIndex, units: Units, instruments: [InstrumentDefinition]) {
        self.base = base
        self.quote = quote
        self.units = units
        self.instruments = instruments
    }
}

/// One pair on one venue as it is registered with an engine.
public struct InstrumentDefinition: Sendable {
    /// Where.
    public var venue: VenueIndex
    /// What the venue demands and charges.
    public var rules: TradingRules
    /// Whether the venue's market data shows our own orders: true at a real or simulated venue, false where our fills are
    /// simulated beside recorded or live data.
    public var showsOwnOrders: Bool

    /// The pair on `venue` under `rules`.
    public init(venue: VenueIndex, rules: TradingRules, showsOwnOrders: Bool = true) {
        self.venue = venue
        self.rules = rules
        self.showsOwnOrders = showsOwnOrders
    }
}
