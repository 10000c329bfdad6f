public import TerraceCore

/// One instrument as Binance lists it, in units chosen to hold its rules exactly.
public struct BinanceInstrument: Hashable, Sendable {
    /// The venue's name for it, such as `BTCUSDT`.
    public var symbol: String
    /// The coin that is traded.
    public var baseAsset: String
    /// The coin that it is priced in.
    public var quoteAsset: String
    /// The venue's status; `TRADING` is the one in which orders are taken.
    public var status: String
    /// The contract's type, such as `PERPETUAL`; empty on spot.
    public var contractType: String
    /// Units that hold tick, lot, least quantity and least notional exactly.
    public var units: Units
    /// What the venue demands, in `units`. Fees are those that the reader was told: the list has none.
    public var rules: TradingRules

    /// Whether orders are taken and, among the futures, it is a perpetual.
    public var isTrading: Bool {
        self.status == "TRADING" && (self.contractType.isEmpty || self.contractType == "PERPETUAL")
    }

    /// The pair's name, `BASE/QUOTE`.
    public var pair: String { "\(self.baseAsset)/\(self.quoteAsset)" }
}
