import TerraceBus
public import TerraceStorage

/// How journal, store and bus fared in a run.
public struct ServicesReport: Codable, Sendable {
    /// The journal; nil where the run kept none.
    public var journal: JournalReport?
    /// The store; nil where the run had none.
    public var store: StoreReport?
    /// The bus; nil where the run connected to the venues itself.
    public var bus: BusReport?
    /// What journal and store had to tell, oldest first; the last 1,000.
    public var notices: [String] = []

    /// Nothing.
    public init() {}
}

/// What a journal took in.
public struct JournalReport: Codable, Sendable {
    /// Records on the disk.
    public var records: UInt64
    /// Their bytes.
    public var bytes: UInt64
    /// Groups that were brought to the disk together.
    public var batches: UInt64
    /// Writes that failed.
    public var failures: UInt64
    /// Public trades that were dropped because too much waited.
    public var droppedTrades: UInt64
    /// From an entry to its being on the disk: half of the batches were faster, in nanoseconds.
    public var durableP50Ns: Int64
    /// 99 of 100 were.
    public var durableP99Ns: Int64

    /// What `statistics` say.
    public init(_ statistics: JournalStatistics) {
        self.records = statistics.records
        self.bytes = statistics.bytes
        self.batches = statistics.batches
        self.failures = statistics.failures
        self.droppedTrades = statistics.dropped
        self.durableP50Ns = statistics.durable.p50
        self.durableP99Ns = statistics.durable.p99
    }
}

/// How a store fared.
public struct StoreReport: Codable, Sendable {
    /// Where it is; without a password.
    public var place: String
    /// The most connections that the desk may have.
    public var plannedConnections: Int
    /// How many were open when quoting ended.
    public var connections: Int
    /// The most that were open at once.
    public var mostConnections: Int
    /// How the pool fared.
    public var pool: PoolStatistics
    /// How the cache of answers fared.
    public var cache: QueryCacheStatistics
    /// How questions about one pair each were put together.
    public var batches: QueryBatcherStatistics
    /// Records that were stored.
    public var storedRecords: UInt64
    /// Records of the journal that were not stored yet.
    public var lagRecords: UInt64
    /// For how long the oldest of them has waited, in seconds.
    public var lagSeconds: Double
    /// How often the store failed.
    public var retries: Int
    /// The last failure, where the store has not been reached since; without secrets.
    public var lastError: String?

    init(_ store: LiveStore, planned: Int) {
        let pool = store.statistics
        self.place = store.store.location.description
        self.plannedConnections = planned
        self.connections = pool.inUse + pool.idle
        self.mostConnections = pool.mostOpen
        self.pool = pool
        self.cache = store.store.cacheStatistics
        self.batches = store.store.batchStatistics
        (self.storedRecords, self.lagRecords, self.lagSeconds, self.retries) = (0, 0, 0, 0)
        self.takeFollower(of: store)
    }

    /// Takes how the follower has fared by now: it stores the last records when the run is over.
    mutating func takeFollower(of store: LiveStore) {
        guard let follower = store.followerStatistics else { return }
        self.storedRecords = follower.records
        self.lagRecords = follower.lagRecords
        self.lagSeconds = follower.lagSeconds
        self.retries = follower.retries
        self.lastError = follower.lastError
        self.mostConnections = max(self.mostConnections, store.statistics.mostOpen)
    }
}

/// How the bus fared.
public struct BusReport: Codable, Sendable {
    /// The most connections that the desk may have.
    public var plannedConnections = 0
    /// The most that were open.
    public var mostConnections = 0
    /// Updates that were taken in.
    public var updates: UInt64 = 0
    /// Snapshots that were taken in.
    public var snapshots: UInt64 = 0
    /// Messages that were missing.
    public var gaps: UInt64 = 0
    /// Messages that made no sense.
    public var faults: UInt64 = 0
    /// Messages that came too late, and were not taken in.
    public var skipped: UInt64 = 0
    /// Books that were lost.
    public var lost: UInt64 = 0
    /// The longest way of a message, in nanoseconds.
    public var longestLagNs: Int64 = 0
    /// Connections that had to be made again.
    public var reconnects = 0
    /// What was told, oldest first; the last 1,000.
    public var notices: [String] = []

    /// Nothing.
    public init() {}

    mutating func take(_ statistics: SubscriberStatistics) {
        self.updates = statistics.updates
        self.snapshots = statistics.snapshots
        self.gaps = statistics.gaps
        self.faults = statistics.faults
        self.skipped = statistics.skipped
        self.lost = statistics.lost
        self.longestLagNs = statistics.longestLag
        self.reconnects = statistics.reconnects
        self.mostConnections = max(self.mostConnections, statistics.connections)
    }
}
