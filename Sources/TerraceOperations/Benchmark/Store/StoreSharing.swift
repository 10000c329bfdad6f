import TerraceCore
import TerraceStorage

/// Strategies that each ask for their own pair again and again: through one store, and with a store of one connection each.
struct StoreSharing: Sendable {
    let address: PostgresAddress
    let monitor: StoreMonitor
    let journal: StoreBenchmarkJournal
    let rounds: Int

    private typealias Asking = StoreBenchmarkReport.Asking

    private struct Answer: Sendable {
        var milliseconds = 0.0
        var rows: Int?
    }

    func run() async -> StoreBenchmarkReport.Sharing {
        let plan = ResourcePlan(pairs: self.journal.pairs)
        var result = StoreBenchmarkReport.Sharing()
        result.strategies = self.journal.pairs
        result.rounds = self.rounds
        result.questions = 2 * self.rounds * self.journal.pairs
        result.connectionLimit = plan.databaseConnections
        let shared = TradeStore(location: .postgres(self.address), pool: PoolSettings(plan: plan))
        result.shared = await self.ask { _ in (shared, .normal) }
        await shared.stop()
        // Nothing is kept or put together there: urgent questions go by themselves.
        let stores = self.journal.symbols.map { _ in
            TradeStore(
                location: .postgres(self.address), pool: PoolSettings(size: 1), cache: QueryCacheSettings(bytes: 0))
        }
        result.alone = await self.ask { (stores[$0], .critical) }
        await withTaskGroup(of: Void.self) { group in
            for store in stores { group.addTask { await store.stop() } }
        }
        result.queryRatio = Double(result.alone.serverQueries) / Double(max(1, result.shared.serverQueries))
        result.connectionRatio = Double(result.alone.mostConnections) / Double(max(1, result.shared.mostConnections))
        return result
    }

    private func ask(_ way: @escaping @Sendable (Int) -> (TradeStore, Priority)) async -> Asking {
        let before = await self.transactions()
        self.monitor.beginWatch()
        let clock = ContinuousClock()
        let start = clock.now
        var answers: [Answer] = []
        for round in 0..<self.rounds {
            await withTaskGroup(of: [Answer].self) { group in
                for strategy in 0..<self.journal.pairs {
                    group.addTask {
                        let (store, priority) = way(strategy)
                        return await self.questions(of: strategy, round, store, priority)
                    }
                }
                for await some in group { answers += some }
            }
        }
        var result = Asking()
        result.seconds = (clock.now - start) / .seconds(1)
        result.mostConnections = self.monitor.endWatch()
        result.serverQueries = await self.transactions() - before
        result.failures = answers.count { $0.rows == nil }
        result.rows = answers.reduce(0) { $0 + ($1.rows ?? 0) }
        let times = answers.map(\.milliseconds).sorted()
        if let slowest = times.last {
            result.p50Milliseconds = times[times.count / 2]
            result.p99Milliseconds = times[times.count * 99 / 100]
            result.mostMilliseconds = slowest
        }
        return result
    }

    /// What a strategy asks each second: the trades of its last ten minutes, and its volume of the last hour.
    private func questions(
        of strategy: Int, _ round: Int, _ store: TradeStore, _ priority: Priority
    ) async -> [Answer] {
        let symbol = "P\(strategy)/USDT"
        let end = Int64(self.journal.buckets) * 10_000_000_000
        let second = Int64(round) * 1_000_000_000
        let lately = StoreBenchmarkJournal.start.advanced(by: max(0, end - 600_000_000_000) + second)
        let hour = StoreBenchmarkJournal.start.advanced(by: second)
        let clock = ContinuousClock()
        let deadline = Deadline.after(.seconds(60))
        let start = clock.now
        let trades = try? await store.recentTrades(
            symbols: [symbol], exchanges: StoreBenchmarkJournal.venues, since: lately, limit: 50, priority: priority,
            by: deadline)
        let middle = clock.now
        let volumes = try? await store.volumeBuckets(
            symbols: [symbol], exchanges: StoreBenchmarkJournal.venues, since: hour, priority: priority, by: deadline)
        let volumeRows = volumes?.reduce(0) { $0 + $1.buckets.count }
        return [
            Answer(milliseconds: (middle - start) / .milliseconds(1), rows: trades?.count),
            Answer(milliseconds: (clock.now - middle) / .milliseconds(1), rows: volumeRows),
        ]
    }

    /// What the server has counted, when all sessions have reported: they do so when they have been idle for a second.
    private func transactions() async -> Int {
        try? await Task.sleep(for: .milliseconds(2_500))
        return (try? self.monitor.transactions()) ?? 0
    }
}
