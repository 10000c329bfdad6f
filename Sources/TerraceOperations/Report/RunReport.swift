public import Foundation

/// What a run came to, as `--report` writes it. The names are the same for every kind of run.
public struct RunReport: Codable, Sendable {
    /// Orders by what became of them.
    public struct Orders: Codable, Sendable {
        /// Sent.
        public var placed: UInt64 = 0
        /// Amendments sent.
        public var amended: UInt64 = 0
        /// Cancels sent.
        public var cancelled: UInt64 = 0
        /// Refused by a venue, amendments included.
        public var rejected: UInt64 = 0
        /// Not idle at the end; zero unless something went wrong.
        public var workingAtEnd = 0
    }
    /// One strategy's holding.
    public struct Holding: Codable, Sendable {
        /// Its id.
        public var strategy: String
        /// What it holds, as decimal text.
        public var quantity: String
        /// Average cost, as decimal text; nil when flat.
        public var averagePrice: String?
        /// Profit at the last reference price, in the quote coin.
        public var profit: String
    }
    /// Percentiles in nanoseconds.
    public struct Percentiles: Codable, Sendable {
        /// The median.
        public var p50: UInt64
        /// 95 of 100 are not above.
        public var p95: UInt64
        /// 99 of 100 are not above.
        public var p99: UInt64
        /// 999 of 1,000 are not above.
        public var p999: UInt64
        /// The largest.
        public var max: UInt64
    }
    /// Memory in bytes.
    public struct Memory: Codable, Sendable {
        /// Of the whole process.
        public var resident = 0
        /// The resident memory over the strategies, simulation included.
        public var perStrategy = 0
    }

    /// How many pairs.
    public var pairs = 0
    /// How many strategies.
    public var strategies = 0
    /// How many venues.
    public var venues = 0
    /// How long it ran.
    public var seconds = 0.0
    /// Level records applied.
    public var updates: UInt64 = 0
    /// Over the whole run.
    public var updatesPerSecond = 0.0
    /// Strategies evaluated.
    public var evaluations: UInt64 = 0
    /// Marks that an evaluation already due served.
    public var conflated: UInt64 = 0
    /// Orders by what became of them.
    public var orders = Orders()
    /// Fills booked.
    public var fills: UInt64 = 0
    /// Traded, per quote coin, as decimal text.
    public var volume: [String: String] = [:]
    /// Profit per quote coin, as decimal text.
    public var profit: [String: String] = [:]
    /// What each strategy holds.
    public var positions: [Holding] = []
    /// Whether orders, fills, positions and balances equal the venues' own, item by item.
    public var reconciled = false
    /// Every difference, named.
    public var mismatches: [String] = []
    /// How often a quote came to be held back, by reason.
    public var gates: [String: UInt64] = [:]
    /// By stage.
    public var latencyNs: [String: Percentiles] = [:]
    /// At the end.
    public var memoryBytes = Memory()
    /// A digest of the engines' state, in hex.
    public var stateHash = ""
    /// Of a replay: by the feed's symbol, what became of it.
    public var feed: [String: FeedReport]?
    /// Of a run with real venues: by venue, what its session did.
    public var sessions: [String: SessionReport]?
    /// Of a run with real venues: journal, store and bus.
    public var services: ServicesReport?
    /// Of a replay: what was read, and how fast.
    public var replay: ReplayReport?

    /// An empty report.
    public init() {}

    /// The report as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Writes the report to `output`.
    public func write(to output: OutputFile) throws { try output.write(Array(self.json()) + [0x0A]) }
}

/// How much memory the process has resident, in bytes; zero where the system does not tell.
public func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4_096 : 0
}
