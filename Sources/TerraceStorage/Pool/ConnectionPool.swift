public import TerraceCore

/// A bounded number of database connections, shared by all strategies.
///
/// Each connection is opened, used and closed by a thread of its own; who asks hands over a closure and gets its result. Requests
/// wait in a bounded queue, the urgent first, and each for no longer than its own deadline. A pool must be stopped at its end.
public final class ConnectionPool<Connection: PooledConnection>: Sendable {
    private let core: PoolCore<Connection>

    /// A pool of connections that `make` makes, which opens nothing by itself. `place` names the database in errors.
    public init(place: String, settings: PoolSettings, make: @escaping @Sendable () -> Connection) {
        self.core = PoolCore(place: place, settings: settings, make: make)
        self.core.start()
    }

    /// Runs `body` with a connection, and gives what it gives.
    ///
    /// The deadline is that of waiting and of the body's statements together. A request that waits is withdrawn when its task is
    /// cancelled; one that runs goes on to its end.
    ///
    /// - Throws: What `body` throws, or why it was not run: `timedOut`, `queueFull`, `cancelled`, `stopped`, or why there is no
    ///   connection.
    public func run<T: Sendable>(
        _ priority: Priority = .normal, by deadline: Deadline,
        _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> T
    ) async throws(DatabaseError) -> T {
        try await self.core.run(priority, nil, deadline, body)
    }

    /// Runs `body` with a connection from a thread that may block: never from a task.
    public func runBlocking<T: Sendable>(
        _ priority: Priority = .normal, by deadline: Deadline,
        _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T {
        try self.core.runBlocking(priority, nil, deadline, body)
    }

    /// Lends a connection for as long as `body` likes; it counts as one of the pool's. `deadline` is that of waiting for it.
    ///
    /// `body` ends soon after the lease says that the pool stops, and where the connection fails: another lease then has another.
    public func lease<T: Sendable>(
        _ priority: Priority = .important, by deadline: Deadline,
        _ body: @escaping @Sendable (Connection, PoolLease) throws(DatabaseError) -> T
    ) async throws(DatabaseError) -> T {
        let lease = PoolLease()
        return try await self.core.run(priority, lease, deadline) { (connection) throws(DatabaseError) in
            try body(connection, lease)
        }
    }

    /// `lease`, from a thread that may block: never from a task.
    public func leaseBlocking<T: Sendable>(
        _ priority: Priority = .important, by deadline: Deadline,
        _ body: @escaping @Sendable (Connection, PoolLease) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T {
        let lease = PoolLease()
        return try self.core.runBlocking(priority, lease, deadline) { (connection) throws(DatabaseError) in
            try body(connection, lease)
        }
    }

    /// How it fares.
    public var statistics: PoolStatistics { self.core.statistics }

    /// Lets no one in any more, lets those who are served finish, and closes all connections; not longer than `limit`.
    ///
    /// - Returns: How many connections are still in somebody's hands; they close when they are given back.
    @discardableResult
    public func stop(within limit: Duration = .seconds(10)) async -> Int {
        await withCheckedContinuation { continuation in
            self.core.stop(by: .after(limit)) { continuation.resume(returning: $0) }
        }
    }

    /// `stop`, from a thread that may block: never from a task.
    @discardableResult
    public func stopBlocking(within limit: Duration = .seconds(10)) -> Int { self.core.stopBlocking(by: .after(limit)) }
}
