public import Foundation

/// What `terrace bench wire` measured; the names are those of its JSON.
public struct WireReport: Codable, Equatable, Sendable {
    /// Whether both ways went over TLS.
    public var tls = false
    /// Messages a second.
    public var rate = 0
    /// Messages that an order request followed, and that count.
    public var messages = 0
    /// Messages without one.
    public var unanswered = 0
    /// Messages that came while commands were on their way, and do not count.
    public var overlapped = 0
    /// Order requests.
    public var orderRequests = 0
    /// How late a message was sent at most, in microseconds; it does not weigh in the latencies.
    public var sendLatenessMaxUs = 0.0
    /// From writing the message to having read the order request, in microseconds: half were faster.
    public var p50Us = 0.0
    /// 90 of 100 were faster.
    public var p90Us = 0.0
    /// 99 of 100 were faster.
    public var p99Us = 0.0
    /// 999 of 1,000 were faster.
    public var p999Us = 0.0
    /// The slowest.
    public var maxUs = 0.0
    /// How many took less than so many microseconds, and not less than the bound before.
    public var histogram: [Bucket] = []
    /// How often the allocator was asked for memory on the shard's thread, by message.
    public var allocationsPerMessage = 0.0

    /// One bar of the histogram.
    public struct Bucket: Codable, Equatable, Sendable {
        /// The upper bound in microseconds; the last has none.
        public var belowUs: Int?
        /// How many.
        public var count = 0
    }

    private static let bounds = [5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1_000]

    /// Nothing measured.
    public init() {}

    /// Takes the latencies in nanoseconds.
    mutating func take(_ latencies: [UInt64]) {
        let sorted = latencies.sorted()
        self.messages = sorted.count
        func at(_ thousandths: Int) -> Double {
            guard !sorted.isEmpty else { return 0 }
            return Double(sorted[min(sorted.count - 1, sorted.count * thousandths / 1_000)]) / 1_000
        }
        (self.p50Us, self.p90Us, self.p99Us, self.p999Us) = (at(500), at(900), at(990), at(999))
        self.maxUs = at(1_000)
        self.histogram = Self.bounds.map { Bucket(belowUs: $0) } + [Bucket()]
        for latency in sorted {
            let place = Self.bounds.firstIndex { latency < UInt64($0) * 1_000 } ?? Self.bounds.count
            self.histogram[place].count += 1
        }
    }

    /// The figures for people.
    public var text: String {
        func us(_ value: Double) -> String { String(format: "%.1f", value) }
        var lines = [
            "depth message in to order request out, \(self.tls ? "TLS" : "no TLS"), \(self.rate) messages a second:",
            "  p50 \(us(self.p50Us)) us, p90 \(us(self.p90Us)), p99 \(us(self.p99Us)), p99.9 \(us(self.p999Us)), "
                + "max \(us(self.maxUs))",
            "  \(self.messages) messages, \(self.unanswered) without an order, \(self.overlapped) not counted, "
                + "\(self.orderRequests) order requests, \(us(self.allocationsPerMessage)) allocations a message",
        ]
        let most = self.histogram.map(\.count).max() ?? 0
        for bucket in self.histogram where most > 0 && bucket.count > 0 {
            let label = bucket.belowUs.map { "< \($0)" } ?? "more"
            let bar = String(repeating: "#", count: max(1, bucket.count * 50 / most))
            lines.append(
                "  " + String(repeating: " ", count: max(0, 7 - label.count)) + "\(label) us  \(bar) \(bucket.count)")
        }
        return lines.joined(separator: "\n")
    }

    /// The figures as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
