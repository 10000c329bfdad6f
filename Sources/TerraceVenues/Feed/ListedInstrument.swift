public import TerraceCore

/// One instrument as a venue lists it, in units chosen to hold its rules exactly.
public struct ListedInstrument: Hashable, Sendable {
    /// The venue's name for it, such as `BTCUSDT`.
    public var symbol: String
    /// The coin that is traded.
    public var baseAsset: String
    /// The coin that it is priced in.
    public var quoteAsset: String
    /// The venue's own word for the state it is in.
    public var status: String
    /// Whether post-only limit orders are taken.
    public var isTrading: Bool
    /// Units that hold tick, lot, least quantity and least notional exactly.
    public var units: Units
    /// What the venue demands, in `units`. Fees are those that the reader was told: lists have none.
    public var rules: TradingRules

    /// An instrument under its rules.
    public init(
        symbol: String, baseAsset: String, quoteAsset: String, status: String, isTrading: Bool, units: Units,
        rules: TradingRules
    ) {
        self.symbol = symbol
        self.baseAsset = baseAsset
        self.quoteAsset = quoteAsset
        self.status = status
        self.isTrading = isTrading
        self.units = units
        self.rules = rules
    }

    /// The pair's name, `BASE/QUOTE`.
    public var pair: String { "\(self.baseAsset)/\(self.quoteAsset)" }
}
