public import TerraceCore

/// What was traded, by everybody and by us: one interface to SQLite and PostgreSQL, for any number of strategies.
///
/// All connections come from one pool, the follower's too. Questions have a priority and a deadline. What many ask is asked once
/// and kept for a while, and what many ask about one pair each is one query: a question of normal priority about one symbol waits
/// two milliseconds for others of its kind. A question that is shared has the priority and the deadline of whoever asked first. A
/// store must be stopped at its end.
public final class TradeStore: Sendable {
    /// Which database it is.
    public let location: StoreLocation
    private let pool: Pool
    private let cache: QueryCache
    private let trades: StoreBatches<StoreQuery.RecentTrades>
    private let volumes: StoreBatches<StoreQuery.VolumeBuckets>

    private enum Pool: Sendable {
        case sqlite(ConnectionPool<SQLiteConnection>)
        case postgres(ConnectionPool<PostgresConnection>)

        func ask<T: Sendable>(
            _ priority: Priority, _ deadline: Deadline,
            _ body: @escaping @Sendable (any StoreReading) throws(DatabaseError) -> T
        ) async throws(DatabaseError) -> T {
            switch self {
            case .sqlite(let pool):
                try await pool.run(priority, by: deadline) { (connection) throws(DatabaseError) in try body(connection)
                }
            case .postgres(let pool):
                try await pool.run(priority, by: deadline) { (connection) throws(DatabaseError) in try body(connection)
                }
            }
        }

        func recentTrades(
            _ key: StoreQuery.RecentTrades, _ priority: Priority, _ deadline: Deadline
        ) async throws(DatabaseError) -> [StoredTrade] {
            try await self.ask(priority, deadline) { (connection) throws(DatabaseError) in
                try connection.recentTrades(
                    symbols: key.symbols, venues: key.venues, since: key.since, limit: key.limit)
            }
        }

        func volumeBuckets(
            _ key: StoreQuery.VolumeBuckets, _ priority: Priority, _ deadline: Deadline
        ) async throws(DatabaseError) -> [VolumeSeries] {
            try await self.ask(priority, deadline) { (connection) throws(DatabaseError) in
                try connection.volumeBuckets(symbols: key.symbols, venues: key.venues, since: key.since)
            }
        }
    }

    /// A store at `location`; nothing is opened before it is asked something.
    public init(
        location: StoreLocation, pool settings: PoolSettings, postgres: PostgresSettings = PostgresSettings(),
        cache: QueryCacheSettings = QueryCacheSettings()
    ) {
        self.location = location
        self.cache = QueryCache(settings: cache)
        let pool: Pool
        switch location {
        case .sqlite(let path):
            pool = .sqlite(ConnectionPool(place: path, settings: settings) { SQLiteConnection(path: path) })
        case .postgres(let address):
            pool = .postgres(
                ConnectionPool(place: address.description, settings: settings) {
                    PostgresConnection(address: address, settings: postgres)
                })
        }
        self.pool = pool
        self.trades = StoreBatches { (key, deadline) async throws(DatabaseError) in
            try await pool.recentTrades(key, .normal, deadline)
        }
        self.volumes = StoreBatches { (key, deadline) async throws(DatabaseError) in
            try await pool.volumeBuckets(key, .normal, deadline)
        }
    }

    /// Creates the tables, or brings them up to date; safe where several processes do so at once.
    ///
    /// - Throws: `newerSchema` where they are newer than this program; why there is no connection; `readOnly` where they would have to
    ///   be changed and can't be.
    public func migrate(by deadline: Deadline = .after(.seconds(60))) async throws(DatabaseError) {
        try await self.ask(.critical, deadline) { (connection) throws(DatabaseError) in try connection.migrate() }
    }

    /// Whether there are tables in it. Changes nothing.
    ///
    /// - Throws: `newerSchema` where they are newer than this program; why there is no connection.
    public func hasTables(by deadline: Deadline = .after(.seconds(5))) async throws(DatabaseError) -> Bool {
        try await self.ask(.critical, deadline) { (connection) throws(DatabaseError) in try connection.tables() > 0 }
    }

    /// Lets no one in any more and closes all connections.
    public func stop(within limit: Duration = .seconds(10)) async {
        switch self.pool {
        case .sqlite(let pool): _ = await pool.stop(within: limit)
        case .postgres(let pool): _ = await pool.stop(within: limit)
        }
    }

    /// How the pool fares.
    public var poolStatistics: PoolStatistics {
        switch self.pool {
        case .sqlite(let pool): pool.statistics
        case .postgres(let pool): pool.statistics
        }
    }

    /// How the cache fares.
    public var cacheStatistics: QueryCacheStatistics { self.cache.statistics }

    /// How questions about one pair each were put together.
    public var batchStatistics: QueryBatcherStatistics { self.trades.statistics.joined(with: self.volumes.statistics) }

    // MARK: Questions

    /// The newest public trades from the second of `since` on, of every one of `symbols` on every one of `exchanges`, in one query;
    /// empty lists mean all. Kept for 10 s.
    ///
    /// - Parameter limit: how many of each instrument at most, 1 to 100,000.
    /// - Returns: By venue and symbol, oldest first.
    public func recentTrades(
        symbols: [String], exchanges: [String], since: Timestamp, limit: Int = 1_000,
        priority: Priority = .normal, by deadline: Deadline = .after(.seconds(5))
    ) async throws(DatabaseError) -> [StoredTrade] {
        let key = StoreQuery.RecentTrades(
            symbols: symbols.sorted(), venues: exchanges.sorted(), since: since.wholeSecond,
            limit: min(max(1, limit), 100_000))
        return try await self.cache.value(for: key) { () async throws(DatabaseError) in
            if key.symbols.count == 1, priority == .normal { return try await self.trades.rows(for: key, by: deadline) }
            return try await self.pool.recentTrades(key, priority, deadline)
        }
    }

    /// What every one of `symbols` traded on every one of `exchanges` in each ten seconds from those of `since` on, in one query;
    /// empty lists mean all. Kept for 30 s.
    public func volumeBuckets(
        symbols: [String], exchanges: [String], since: Timestamp, priority: Priority = .normal,
        by deadline: Deadline = .after(.seconds(5))
    ) async throws(DatabaseError) -> [VolumeSeries] {
        let key = StoreQuery.VolumeBuckets(
            symbols: symbols.sorted(), venues: exchanges.sorted(),
            since: Timestamp(nanoseconds: StoreBatch.bucketStart(of: since) &* 1_000_000_000))
        return try await self.cache.value(for: key) { () async throws(DatabaseError) in
            if key.symbols.count == 1, priority == .normal {
                return try await self.volumes.rows(for: key, by: deadline)
            }
            return try await self.pool.volumeBuckets(key, priority, deadline)
        }
    }

    /// What every strategy held on every venue when the second of `time` began, the total beside it; the newest there is where no
    /// time is given. Kept for 30 s.
    public func positions(
        at time: Timestamp = .distantFuture, priority: Priority = .normal, by deadline: Deadline = .after(.seconds(5))
    ) async throws(DatabaseError) -> [StoredPosition] {
        let key = StoreQuery.Positions(time: time == .distantFuture ? time : time.wholeSecond)
        return try await self.cache.value(for: key) { () async throws(DatabaseError) in
            try await self.ask(priority, deadline) { (connection) throws(DatabaseError) in
                try connection.positions(at: key.time)
            }
        }
    }

    /// A strategy's fills from `from` on and before `to`, oldest first, at most `limit`. Not kept.
    public func fills(
        strategy: String, from: Timestamp, to: Timestamp, limit: Int = 10_000, priority: Priority = .normal,
        by deadline: Deadline = .after(.seconds(5))
    ) async throws(DatabaseError) -> [StoredFill] {
        try await self.ask(priority, deadline) { (connection) throws(DatabaseError) in
            try connection.fills(strategy: strategy, from: from, to: to, limit: min(max(1, limit), 1_000_000))
        }
    }

    /// The orders that stand or may, as far as the store knows. Not kept.
    public func openOrders(
        priority: Priority = .normal, by deadline: Deadline = .after(.seconds(5))
    ) async throws(DatabaseError) -> [StoredOrder] {
        try await self.ask(priority, deadline) { (connection) throws(DatabaseError) in try connection.openOrders() }
    }

    /// The configurations that a strategy had, oldest first. Kept for 30 s.
    public func strategyHistory(
        id: String, priority: Priority = .normal, by deadline: Deadline = .after(.seconds(5))
    ) async throws(DatabaseError) -> [StrategyRevision] {
        let key = StoreQuery.StrategyHistory(strategy: id)
        return try await self.cache.value(for: key) { () async throws(DatabaseError) in
            try await self.ask(priority, deadline) { (connection) throws(DatabaseError) in
                try connection.revisions(of: key.strategy)
            }
        }
    }

    /// Deletes public trades and buckets that are older, in transactions of at most `chunk` rows of each.
    ///
    /// - Returns: How many rows went.
    @discardableResult
    func deleteOlder(
        than horizon: StoreHorizon, chunk: Int = 10_000, by deadline: Deadline = .after(.seconds(60))
    ) async throws(DatabaseError) -> Int {
        var gone = 0
        while true {
            let count = try await self.ask(.low, deadline) { (connection) throws(DatabaseError) in
                try connection.writer().deleteOlder(than: horizon, limit: max(1, chunk))
            }
            gone += count
            if count < max(1, chunk) { return gone }
        }
    }

    private func ask<T: Sendable>(
        _ priority: Priority, _ deadline: Deadline,
        _ body: @escaping @Sendable (any StoreReading) throws(DatabaseError) -> T
    ) async throws(DatabaseError) -> T {
        try await self.pool.ask(priority, deadline, body)
    }

    // MARK: Following

    /// Lends a writer, with the tables up to date, for as long as `body` likes; `body` ends soon after it is told to.
    func withWriter(
        by deadline: Deadline, _ body: @escaping @Sendable (any StoreWriting, PoolLease) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        switch self.pool {
        case .sqlite(let pool):
            try pool.leaseBlocking(by: deadline) { (connection, lease) throws(DatabaseError) in
                let writer = SQLiteStore(connection)
                try writer.prepare()
                try body(writer, lease)
            }
        case .postgres(let pool):
            try pool.leaseBlocking(by: deadline) { (connection, lease) throws(DatabaseError) in
                let writer = PostgresStore(connection)
                try writer.prepare()
                try body(writer, lease)
            }
        }
    }
}
