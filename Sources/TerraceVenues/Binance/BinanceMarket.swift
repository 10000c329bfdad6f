/// A market segment of Binance; each is a venue of its own, with its own sequence rule.
public enum BinanceMarket: Sendable, CaseIterable {
    /// Spot: each change tells its first and last id, and ids follow each other without a hole.
    case spot
    /// USDⓈ-M perpetuals: ids have holes, and each change tells the last id of the change before it.
    case perpetual

    /// The venue's name in configuration and reports.
    public var venue: String {
        switch self {
        case .spot: "binance"
        case .perpetual: "binance_perp"
        }
    }
}
