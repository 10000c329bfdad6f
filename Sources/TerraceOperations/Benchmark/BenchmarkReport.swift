public import Foundation
import Histogram

/// What `terrace bench engine` measured; the names are those of its JSON.
public struct BenchmarkReport: Codable, Equatable, Sendable {
    /// A rate of level records.
    public struct LevelRate: Codable, Equatable, Sendable {
        /// Level records a second.
        public var levelsPerSecond = 0.0
        /// From a message to the end of its turn, over all messages; absent where it was not measured.
        public var latencyNs: Latency?
        /// The same, over the messages that led to a command.
        public var commandLatencyNs: Latency?
        /// Commands that the engine gave.
        public var commands: Int?
    }
    /// A rate of messages, and how long each took.
    public struct MessageRate: Codable, Equatable, Sendable {
        /// Messages a second.
        public var messagesPerSecond = 0.0
        /// From a message to the end of its turn, over all messages, in a pass of its own.
        public var latencyNs = Latency()
        /// The same, over the messages that led to a command.
        public var commandLatencyNs = Latency()
        /// Commands that the engine gave.
        public var commands = 0
    }
    /// Percentiles in nanoseconds.
    public struct Latency: Codable, Equatable, Sendable {
        /// Half were faster.
        public var p50: UInt64 = 0
        /// 99 of 100 were faster.
        public var p99: UInt64 = 0
        /// 999 of 1,000 were faster.
        public var p999: UInt64 = 0
        /// The slowest.
        public var max: UInt64 = 0

        /// Nothing measured.
        public init() {}

        /// The percentiles of a histogram of cycles, of which one takes `scale` nanoseconds.
        init(_ histogram: Histogram<UInt32>, longest: UInt64, scale: Double) {
            func nanoseconds(_ value: UInt64) -> UInt64 { UInt64(Double(value) * scale) }
            self.p50 = nanoseconds(histogram.valueAtPercentile(50))
            self.p99 = nanoseconds(histogram.valueAtPercentile(99))
            self.p999 = nanoseconds(histogram.valueAtPercentile(99.9))
            self.max = nanoseconds(longest)
        }
    }

    /// Applying levels and reading the touch after each message.
    public var w1 = LevelRate()
    /// Quoting every pair, evaluated where a touch changed.
    public var touch = LevelRate()
    /// Depth, both sweeps and one stack at every message.
    public var w2 = MessageRate()
    /// Over the touch-driven and the every-message workload, the worse of the two.
    public var allocationsPerMessage = 0.0
    /// The memory of the process with one engine, all books filled, without the feed.
    public var residentBytes = 0
    /// One instrument's book, filled.
    public var bytesPerInstrument = 0
    /// One strategy on all the venues, registered.
    public var bytesPerStrategy = 0

    /// Nothing measured.
    public init() {}

    /// The figures as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
