import TerraceCore

/// The questions whose answers are kept.
///
/// Moments are rounded down to a grain before a question is made: many ask the same at about the same time, and a clock of
/// nanoseconds would make each of them a question of its own.
enum StoreQuery {
    struct RecentTrades: QueryKey, PairQuestion {
        var symbols: [String]
        var venues: [String]
        /// A whole second.
        var since: Timestamp
        var limit: Int
        static var timeToLive: Duration { .seconds(10) }
        static func bytes(of value: [StoredTrade]) -> Int { value.count * MemoryLayout<StoredTrade>.stride }
        static func symbol(of row: StoredTrade) -> String { row.symbol }
    }
    struct VolumeBuckets: QueryKey, PairQuestion {
        var symbols: [String]
        var venues: [String]
        /// When a bucket begins.
        var since: Timestamp
        static func bytes(of value: [VolumeSeries]) -> Int {
            value.reduce(0) { $0 + 64 + $1.buckets.count * MemoryLayout<VolumeBucket>.stride }
        }
        static func symbol(of row: VolumeSeries) -> String { row.symbol }
    }
    struct Positions: QueryKey {
        /// A whole second.
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

extension Timestamp {
    /// The beginning of the second that has this moment in it.
    var wholeSecond: Timestamp {
        let (quotient, remainder) = self.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let seconds = remainder < 0 ? quotient - 1 : quotient
        let (start, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .distantPast : Timestamp(nanoseconds: start)
    }
}
