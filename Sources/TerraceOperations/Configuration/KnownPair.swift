public import TerraceCore

/// A pair whose units and rules are known from elsewhere than the file, as a venue lists them.
public struct KnownPair: Sendable {
    /// The name, `BASE/QUOTE`.
    public var symbol: String
    /// Units that hold the rules of all its venues.
    public var units: Units
    /// Its rules by the venue's name, in `units`, with fees.
    public var rules: [(venue: String, rules: TradingRules)]
    /// About where it trades, if that is known.
    public var price: Price?

    /// A pair in `units` under `rules`.
    public init(symbol: String, units: Units, rules: [(venue: String, rules: TradingRules)], price: Price? = nil) {
        self.symbol = symbol
        self.units = units
        self.rules = rules
        self.price = price
    }
}
