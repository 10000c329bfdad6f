public import TerraceCore

/// From when on market data is kept. Fills, orders, positions and configurations are kept for ever.
public struct StoreHorizon: Sendable, Equatable {
    /// Public trades before this may go.
    public var trades: Timestamp
    /// Buckets of volume that begin before this may go.
    public var buckets: Timestamp

    /// What is older than the given moments may go.
    public init(trades: Timestamp, buckets: Timestamp) {
        self.trades = trades
        self.buckets = buckets
    }

    /// At `now`, where trades are kept for `tradeDays` and buckets for `bucketDays`.
    public init(at now: Timestamp, tradeDays: Int = 7, bucketDays: Int = 90) {
        let day: Int64 = 86_400_000_000_000
        self.trades = now.advanced(by: -Int64(clamping: min(max(0, tradeDays), 36_500)) * day)
        self.buckets = now.advanced(by: -Int64(clamping: min(max(0, bucketDays), 36_500)) * day)
    }
}
