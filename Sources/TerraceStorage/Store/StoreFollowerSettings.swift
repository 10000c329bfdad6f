/// How a follower brings a journal's records to the store.
public struct StoreFollowerSettings: Sendable, Equatable {
    /// How many records a transaction has at most, up to 32,000.
    public var batchRecords: Int
    /// How long a record waits for others to share a transaction with.
    public var batchDelay: Duration
    /// The wait after the first failure; each further one doubles it, with some chance in it.
    public var leastBackoff: Duration
    /// The longest wait.
    public var mostBackoff: Duration
    /// For how many days public trades are kept; `nil`: nothing is deleted.
    public var keepTradeDays: Int?
    /// For how many days buckets are kept; `nil`: nothing is deleted.
    public var keepBucketDays: Int?

    /// Transactions of up to 5,000 records, waits of up to 15 s, trades for a week, buckets for 90 days.
    public init(
        batchRecords: Int = 5_000, batchDelay: Duration = .milliseconds(200),
        leastBackoff: Duration = .milliseconds(100),
        mostBackoff: Duration = .seconds(15), keepTradeDays: Int? = 7, keepBucketDays: Int? = 90
    ) {
        self.batchRecords = min(max(1, batchRecords), 32_000)
        self.batchDelay = batchDelay
        self.leastBackoff = leastBackoff
        self.mostBackoff = max(leastBackoff, mostBackoff)
        self.keepTradeDays = keepTradeDays
        self.keepBucketDays = keepBucketDays
    }
}
