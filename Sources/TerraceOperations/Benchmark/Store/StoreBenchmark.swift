import Foundation
import TerraceCore
public import TerraceStorage

/// How fast a store takes a journal in, how fast it tells what a warm start asks, and what hundreds of strategies cost it.
public struct StoreBenchmark: Sendable {
    /// Why nothing was measured.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// What happened.
        public let description: String
        /// Another database would do: this one is not empty.
        public var isOfPlace = false
    }

    private let locations: [StoreLocation]
    private let journal: StoreBenchmarkJournal
    private let rounds: Int

    /// Measures on empty databases: a file that is not there, and a PostgreSQL without tables of ours.
    ///
    /// - Parameters:
    ///   - fills: in the journal of fills; one fifth as many orders in that of orders.
    ///   - pairs: each on four venues, with a strategy each.
    ///   - buckets: of ten seconds, that each instrument has.
    ///   - rounds: how often each strategy asks two questions.
    public init(locations: [StoreLocation], fills: Int, pairs: Int, buckets: Int, rounds: Int) {
        self.locations = locations
        self.journal = StoreBenchmarkJournal(pairs: max(1, pairs), fills: max(1, fills), buckets: max(1, buckets))
        self.rounds = max(1, rounds)
    }

    /// Measures; `say` is told what goes on.
    ///
    /// - Throws: `Failure` where a database is not empty or has too few connections; `DatabaseError`; `JournalError`.
    public func run(_ say: @Sendable (String) -> Void) async throws -> StoreBenchmarkReport {
        for location in self.locations { try Self.checkEmpty(location) }
        var address: PostgresAddress?
        for case .postgres(let found) in self.locations { address = found }
        let monitor = try address.map { try StoreMonitor($0) }
        try monitor?.checkRoom(for: self.journal.pairs)
        let folder = NSTemporaryDirectory() + "/terrace-bench-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        say("writing the journals")
        try self.journal.writeFills(to: folder + "/fills")
        try self.journal.writeOrders(to: folder + "/orders")
        try self.journal.writeTrades(to: folder + "/trades")
        var report = StoreBenchmarkReport()
        for location in self.locations {
            var engine = StoreBenchmarkReport.Engine()
            switch location {
            case .postgres:
                engine.engine = "postgres"
                engine.durability = try monitor?.durability() ?? ""
            case .sqlite:
                engine.engine = "sqlite"
                engine.durability = "journal_mode=wal synchronous=full"
            }
            say("\(engine.engine): catching up")
            engine.fills = try await self.catchUp(location, folder + "/fills", facts: self.journal.fills)
            engine.fills.stored = try await self.storedFills(location)
            engine.orders = try await self.catchUp(location, folder + "/orders", facts: self.journal.orders)
            engine.orders.stored = try await self.storedFills(location) - engine.fills.stored
            engine.trades = try await self.catchUp(location, folder + "/trades", facts: self.journal.trades)
            say("\(engine.engine): warm start")
            try await self.warmStart(location, &engine)
            // Each trade has a bucket of its own.
            engine.trades.stored = engine.warmBuckets
            report.engines.append(engine)
        }
        if let address, let monitor {
            say("postgres: \(self.journal.pairs) strategies")
            report.sharing = await StoreSharing(
                address: address, monitor: monitor, journal: self.journal, rounds: self.rounds
            ).run()
        }
        return report
    }

    /// A benchmark writes: what somebody keeps must not get anything of it.
    private static func checkEmpty(_ location: StoreLocation) throws {
        switch location {
        case .sqlite(let path):
            if FileManager.default.fileExists(atPath: path) {
                throw Failure(description: "\(path) is there already: name a file that is not", isOfPlace: true)
            }
        case .postgres(let address):
            let connection = try PostgresConnection.connected(to: address)
            defer { connection.close(by: .after(.seconds(1))) }
            if try connection.execute("SELECT to_regclass('schema_versions') IS NOT NULL").bool(0, 0) {
                throw Failure(description: "\(address) has tables of a store: name an empty database", isOfPlace: true)
            }
        }
    }

    private func catchUp(
        _ location: StoreLocation, _ folder: String, facts: Int
    ) async throws -> StoreBenchmarkReport.CatchUp {
        let store = TradeStore(location: location, pool: PoolSettings(size: 2))
        try await store.migrate()
        let follower = StoreFollower(
            store: store, folder: folder, settings: StoreFollowerSettings(keepTradeDays: nil, keepBucketDays: nil))
        let clock = ContinuousClock()
        let start = clock.now
        follower.start()
        let isDone = await withCheckedContinuation { continuation in
            // It blocks.
            Thread.detachNewThread { continuation.resume(returning: follower.stop(within: .seconds(3_600))) }
        }
        let seconds = (clock.now - start) / .seconds(1)
        await store.stop()
        guard isDone else { throw Failure(description: "the store does not catch up: \(follower.statistics)") }
        var result = StoreBenchmarkReport.CatchUp()
        result.facts = facts
        result.records = follower.statistics.records
        result.seconds = seconds
        result.factsPerSecond = Double(facts) / seconds
        result.recordsPerSecond = Double(result.records) / seconds
        return result
    }

    private func storedFills(_ location: StoreLocation) async throws -> Int {
        let store = TradeStore(location: location, pool: PoolSettings(size: 1))
        var count = 0
        for strategy in 0..<self.journal.pairs {
            let fills = try await store.fills(
                strategy: "strategy-\(strategy)", from: .distantPast, to: .distantFuture, limit: 1_000_000,
                by: .after(.seconds(60)))
            count += fills.count
        }
        await store.stop()
        return count
    }

    /// All buckets of all instruments in one query, each time by a store that knows nothing.
    private func warmStart(_ location: StoreLocation, _ engine: inout StoreBenchmarkReport.Engine) async throws {
        let clock = ContinuousClock()
        for _ in 0..<3 {
            let store = TradeStore(
                location: location, pool: PoolSettings(plan: ResourcePlan(pairs: self.journal.pairs)))
            try await store.migrate()
            let start = clock.now
            let series = try await store.volumeBuckets(
                symbols: self.journal.symbols, exchanges: StoreBenchmarkJournal.venues,
                since: StoreBenchmarkJournal.start, priority: .critical, by: .after(.seconds(60)))
            engine.warmSeconds.append((clock.now - start) / .seconds(1))
            engine.warmInstruments = series.count
            engine.warmBuckets = series.reduce(0) { $0 + $1.buckets.count }
            await store.stop()
        }
    }
}
