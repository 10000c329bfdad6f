internal import Histogram

/// Counts and latencies as the writer keeps them.
struct JournalFigures {
    var statistics = JournalStatistics()
    private var sync = Self.empty
    private var durable = Self.empty

    private static var empty: Histogram<UInt32> {
        // Up to a minute in microseconds.
        Histogram<UInt32>(
            lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: .two)
    }

    /// A batch was brought to the disk in this time.
    mutating func synced(_ nanoseconds: Int64) { Self.record(nanoseconds, &self.sync) }

    /// A batch whose first entry came at `from` is on the disk at `to`. Clocks that differ by minutes tell nothing.
    mutating func durable(from: Int64, to: Int64) {
        let taken = to &- from
        if taken >= 0, taken < 60_000_000_000 { Self.record(taken, &self.durable) }
    }

    private static func record(_ nanoseconds: Int64, _ histogram: inout Histogram<UInt32>) {
        _ = histogram.record(UInt64(max(0, min(nanoseconds / 1_000, 60_000_000))))
    }

    /// The counts, and the latencies as percentiles.
    var summary: JournalStatistics {
        var summary = self.statistics
        summary.sync = Self.percentiles(self.sync)
        summary.durable = Self.percentiles(self.durable)
        return summary
    }

    private static func percentiles(_ histogram: Histogram<UInt32>) -> JournalPercentiles {
        if histogram.totalCount == 0 { return JournalPercentiles() }
        var result = JournalPercentiles()
        result.p50 = Int64(histogram.valueAtPercentile(50)) * 1_000
        result.p99 = Int64(histogram.valueAtPercentile(99)) * 1_000
        result.p999 = Int64(histogram.valueAtPercentile(99.9)) * 1_000
        result.maximum = Int64(histogram.max) * 1_000
        return result
    }
}
