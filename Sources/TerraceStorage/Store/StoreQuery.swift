import TerraceCore

/// The questions whose answers are kept.
enum StoreQuery {
    struct RecentTrades: QueryKey {
        var symbols: [String]
        var venues: [String]
        var since: Timestamp
        var limit: Int
        static var timeToLive: Duration { .seconds(10) }
        static func bytes(of value: [StoredTrade]) -> Int { value.count * MemoryLayout<StoredTrade>.stride }
    }
    struct VolumeBuckets: QueryKey {
        var symbols: [String]
        var venues: [String]
        var since: Timestamp
        static func bytes(of value: [VolumeSeries]) -> Int {
            value.reduce(0) { $0 + 64 + $1.buckets.count * MemoryLayout<VolumeBucket>.stride }
        }
    }
    struct Positions: QueryKey {
        var time: Timestamp
        static func bytes(of value: [StoredPosition]) -> Int { value.count * MemoryLayout<StoredPosition>.stride }
    }
    struct StrategyHistory: QueryKey {
        var strategy: String
        static func bytes(of value: [StrategyRevision]) -> Int {
            value.reduce(0) { $0 + 128 + $1.configuration.utf8.count }
        }
    }
}
