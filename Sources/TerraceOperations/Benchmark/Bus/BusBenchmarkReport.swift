public import Foundation

/// What `terrace bench bus` measured; the names are those of its JSON.
public struct BusBenchmarkReport: Codable, Equatable, Sendable {
    /// One way to bring market data to the strategies.
    public struct Way: Codable, Equatable, Sendable {
        /// Connections to Redis of all subscribers, as `CLIENT LIST` counts them.
        public var connections = 0
        /// Messages that were published at the even pace.
        public var published = 0
        /// Of those, how many were decoded, each as often as it had to be: at the bus once, in the way before once for each strategy
        /// on its pair.
        public var decoded = 0
        /// From when the publisher was given a change to when a strategy has it, at the even pace.
        public var latencyNs = BenchmarkReport.Latency()
        /// How late the publisher was given changes, at the even pace: not part of the latency.
        public var senderLateNs = BenchmarkReport.Latency()
        /// Messages a second, published in batches as fast as all of them arrive.
        public var batchMessagesPerSecond = 0.0
        /// Of the way's subscribers, the share of a processor, in batches.
        public var batchProcessorShare = 0.0
        /// Sequence numbers that were missing, messages that made no sense, and connections that were lost.
        public var faults = 0

        /// Nothing measured.
        public init() {}
    }

    /// One pool and one subscription for each instrument.
    public var bus = Way()
    /// A connection and a subscription for each strategy.
    public var before = Way()
    /// Instruments that were published.
    public var instruments = 0
    /// Strategies, spread evenly over the instruments.
    public var strategies = 0
    /// Messages a second, at the even pace.
    public var rate = 0
    /// How long each was measured.
    public var seconds = 0
    /// Connections that the bus may have.
    public var allowedConnections = 0
    /// Bytes of a message, on the average, without what Redis' protocol adds.
    public var messageBytes = 0.0
    /// To find a published message of 80 bytes in what was received.
    public var readerNsPerMessage = 0.0

    /// Nothing measured.
    public init() {}

    /// How many times as many messages a second arrive in batches as in the way before.
    public var batchRatio: Double { self.bus.batchMessagesPerSecond / max(1, self.before.batchMessagesPerSecond) }

    /// What is wrong by counts and ratios, whatever machine it ran on.
    public var complaints: [String] {
        var all: [String] = []
        if self.bus.connections > self.allowedConnections {
            all.append("\(self.bus.connections) connections, where \(self.allowedConnections) are allowed")
        }
        if self.before.connections != self.strategies {
            all.append("the way before had \(self.before.connections) connections, not \(self.strategies)")
        }
        for (name, way) in [("the bus", self.bus), ("the way before", self.before)] {
            if way.faults > 0 { all.append("\(name) had \(way.faults) faults") }
            if way.published == 0 { all.append("\(name) published nothing") }
            let copies = name == "the bus" ? 1 : self.strategies / max(1, self.instruments)
            if way.decoded != way.published * copies {
                all.append("\(name) decoded \(way.decoded) of \(way.published) messages, \(copies) times each")
            }
        }
        if self.batchRatio < 3 { all.append("in batches only \(self.batchRatio) times the way before") }
        return all
    }

    /// For people.
    public var text: String {
        func line(_ name: String, _ way: Way) -> String {
            func microseconds(_ value: UInt64) -> String { "\(value / 1_000)" }
            return "\(name): \(way.connections) connections; at \(self.rate) messages/s p50 "
                + "\(microseconds(way.latencyNs.p50)) us, p99 \(microseconds(way.latencyNs.p99)) us, p99.9 "
                + "\(microseconds(way.latencyNs.p999)) us; in batches \(Int(way.batchMessagesPerSecond)) messages/s"
        }
        let ratio = (self.batchRatio * 10).rounded() / 10
        return """
            \(self.strategies) strategies on \(self.instruments) instruments, \(Int(self.messageBytes)) bytes a message
            \(line("bus       ", self.bus))
            \(line("way before", self.before))
            \(ratio) times as many in batches; a message is found in \(Int(self.readerNsPerMessage)) ns
            """
    }

    /// The figures as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
