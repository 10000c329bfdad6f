public import TerraceCore

/// The size of a pool, and its patience.
public struct PoolSettings: Sendable, Equatable {
    /// Connections, in total and at any time: also while one is replaced by another.
    public var size: Int
    /// How many requests may wait; one more is refused.
    public var queueLimit: Int
    /// How many connections may be lent for good, as to the follower of a journal. Fewer than `size`.
    public var leases: Int
    /// How often a connection that nobody uses is asked whether it is still there. Before use likewise, where it was not heard of
    /// for so long.
    public var checkInterval: Duration
    /// How long the answer to that may take.
    public var checkTimeout: Duration
    /// How long an attempt to connect may take.
    public var connectTimeout: Duration
    /// How long a connection may take to become clean after a request that ran out of time.
    public var recoverTimeout: Duration
    /// How long a connection that is closed waits for the server to close it too.
    public var closeTimeout: Duration
    /// The age at which a connection is replaced; up to a tenth less by chance, so that not all go at once.
    public var lifetime: Duration
    /// The number of requests after which a connection is replaced.
    public var uses: Int
    /// The wait after the first failed attempt to connect.
    public var leastBackoff: Duration
    /// The longest wait between two attempts to connect.
    public var mostBackoff: Duration

    /// Settings for production, with `size` connections.
    public init(size: Int) {
        self.size = max(1, size)
        self.queueLimit = 1_000
        self.leases = min(1, self.size - 1)
        self.checkInterval = .seconds(30)
        self.checkTimeout = .seconds(2)
        self.connectTimeout = .seconds(5)
        self.recoverTimeout = .seconds(5)
        self.closeTimeout = .seconds(10)
        self.lifetime = .seconds(1_800)
        self.uses = 1_000_000
        self.leastBackoff = .milliseconds(100)
        self.mostBackoff = .seconds(15)
    }

    /// Settings for production, with as many connections and as much room for waiting requests as the plan for a desk has.
    public init(plan: ResourcePlan) {
        self.init(size: plan.databaseConnections)
        self.queueLimit = plan.workQueues
    }
}
