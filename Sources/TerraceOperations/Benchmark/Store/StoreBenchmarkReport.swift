public import Foundation

/// What `terrace bench store` measured; the names are those of its JSON.
public struct StoreBenchmarkReport: Codable, Equatable, Sendable {
    /// Bringing a journal that is complete into an empty store.
    public struct CatchUp: Codable, Equatable, Sendable {
        /// What is counted: fills, or public trades.
        public var facts = 0
        /// Records of the journal that were stored.
        public var records: UInt64 = 0
        /// From the start of the follower to its end.
        public var seconds = 0.0
        /// Facts a second.
        public var factsPerSecond = 0.0
        /// Records a second.
        public var recordsPerSecond = 0.0
        /// Facts that the store had afterwards.
        public var stored = 0
    }
    /// One engine.
    public struct Engine: Codable, Equatable, Sendable {
        /// `postgres` or `sqlite`.
        public var engine = ""
        /// What it does for a commit to outlive the loss of power.
        public var durability = ""
        /// Fills and nothing else.
        public var fills = CatchUp()
        /// Fills, each with its order placed, accepted, cancelled twice, and a digest of the state.
        public var orders = CatchUp()
        /// Public trades, one in each ten seconds of each instrument.
        public var trades = CatchUp()
        /// Instruments whose buckets were read at once.
        public var warmInstruments = 0
        /// Buckets that came.
        public var warmBuckets = 0
        /// How long that took, in seconds, at each attempt.
        public var warmSeconds: [Double] = []
    }
    /// Strategies that ask again and again, in one way or the other.
    public struct Asking: Codable, Equatable, Sendable {
        /// Transactions that the server counted meanwhile.
        public var serverQueries = 0
        /// The most connections of ours in `pg_stat_activity`.
        public var mostConnections = 0
        /// Questions that had no answer.
        public var failures = 0
        /// Rows that came with the answers.
        public var rows = 0
        /// From the first question to the last answer.
        public var seconds = 0.0
        /// From a question to its answer, in milliseconds: half were faster.
        public var p50Milliseconds = 0.0
        /// 99 of 100 were faster.
        public var p99Milliseconds = 0.0
        /// The slowest.
        public var mostMilliseconds = 0.0
    }
    /// Many strategies at one PostgreSQL.
    public struct Sharing: Codable, Equatable, Sendable {
        /// Strategies, each with a pair of its own.
        public var strategies = 0
        /// Times that each asks for its recent trades and its volume.
        public var rounds = 0
        /// Questions in all.
        public var questions = 0
        /// The most connections that a desk of so many pairs may have.
        public var connectionLimit = 0
        /// Through one pool, with questions put together and answers kept.
        public var shared = Asking()
        /// With a connection for each strategy and a query for each question.
        public var alone = Asking()
        /// How many times fewer queries reach the server.
        public var queryRatio = 0.0
        /// How many times fewer connections it has.
        public var connectionRatio = 0.0
    }

    /// Each engine that was asked for.
    public var engines: [Engine] = []
    /// Where there was a PostgreSQL.
    public var sharing: Sharing?

    /// Nothing measured.
    public init() {}

    /// What is wrong by counts and ratios, whatever machine it ran on.
    public var faults: [String] {
        var faults: [String] = []
        for engine in self.engines {
            for (name, part) in [("fills", engine.fills), ("orders", engine.orders), ("trades", engine.trades)]
            where part.stored != part.facts {
                faults.append("\(engine.engine): of \(part.facts) \(name) \(part.stored) were stored")
            }
        }
        guard let sharing = self.sharing else { return faults }
        if sharing.shared.mostConnections > sharing.connectionLimit {
            faults.append(
                "\(sharing.shared.mostConnections) connections, where \(sharing.connectionLimit) are the most")
        }
        if sharing.shared.failures + sharing.alone.failures > 0 {
            faults.append("\(sharing.shared.failures) and \(sharing.alone.failures) questions had no answer")
        }
        if sharing.shared.rows != sharing.alone.rows {
            faults.append("the answers have \(sharing.shared.rows) rows, and \(sharing.alone.rows) by single queries")
        }
        if sharing.queryRatio < 10 { faults.append("only \(sharing.queryRatio) times fewer queries") }
        return faults
    }

    /// The figures as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
