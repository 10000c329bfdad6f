import Histogram

/// Times of messages, as a histogram.
struct BusBenchLatency {
    private var histogram = Histogram<UInt32>(
        lowestDiscernibleValue: 1, highestTrackableValue: 100_000_000_000, numberOfSignificantValueDigits: .two)
    private var longest: UInt64 = 0

    mutating func note(_ nanoseconds: Int64) {
        let value = UInt64(max(1, nanoseconds))
        self.histogram.record(value)
        self.longest = max(self.longest, value)
    }

    var percentiles: BenchmarkReport.Latency {
        BenchmarkReport.Latency(self.histogram, longest: self.longest, scale: 1)
    }
}
