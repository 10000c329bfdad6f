public import TerraceCore

/// Where the desk's loss limit in a coin stands.
public struct LedgerDeskLoss: Sendable, Equatable {
    /// The coin.
    public var coin: String
    /// The profit from which the limit counts.
    public var baseline: Amount
    /// Whether it has stopped all that is quoted in the coin, and nobody has lifted the stop.
    public var isStopped: Bool
}
