public import Foundation

/// What a run came to, as `--report` writes it. The names are the same for every kind of run.
public struct RunReport: Codable, Sendable {
    /// Orders by what became of them.
    public struct Orders: Codable, Sendable {
        public var placed: UInt64 = 0
        public var amended: UInt64 = 0
        public var cancelled: UInt64 = 0
        public var rejected: UInt64 = 0
        public var workingAtEnd = 0
    }
    /// One strategy's holding.
    public struct Holding: Codable, Sendable {
        public var strategy: String
        public var quantity: String
        public var averagePrice: String?
        public var profit: String
    }
    /// Percentiles in nanoseconds.
    public struct Percentiles: Codable, Sendable {
        public var p50: UInt64
        public var p95: UInt64
        public var p99: UInt64
        public var p999: UInt64
        public var max: UInt64
    }
    /// Memory in bytes.
    public struct Memory: Codable, Sendable {
        public var resident = 0
        public var perStrategy = 0
    }

    public var pairs = 0
    public var strategies = 0
    public var venues = 0
    public var seconds = 0.0
    public var updates: UInt64 = 0
    public var updatesPerSecond = 0.0
    public var evaluations: UInt64 = 0
    public var conflated: UInt64 = 0
    public var orders = Orders()
    public var fills: UInt64 = 0
    /// Traded, per quote coin, as decimal text.
    public var volume: [String: String] = [:]
    /// Profit per quote coin, as decimal text.
    public var profit: [String: String] = [:]
    public var positions: [Holding] = []
    public var reconciled = false
    public var mismatches: [String] = []
    public var gates: [String: UInt64] = [:]
    public var latencyNs: [String: Percentiles] = [:]
    public var memoryBytes = Memory()
    public var stateHash = ""

    /// An empty report.
    public init() {}

    /// The report as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Writes the report to `path`, whole or not at all.
    public func write(to path: String) throws {
        try self.json().write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

/// How much memory the process has resident, in bytes; zero where the system does not tell.
public func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4_096 : 0
}
