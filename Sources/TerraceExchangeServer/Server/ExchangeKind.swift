/// Whose protocol a server speaks.
public enum ExchangeKind: String, Sendable, CaseIterable {
    /// Binance spot.
    case binance
    /// Bybit v5 spot.
    case bybit
}
