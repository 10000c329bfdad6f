/// The bounds of a query cache.
public struct QueryCacheSettings: Sendable, Equatable {
    /// How many answers are kept.
    public var entries: Int
    /// How much memory they may take, about, in bytes.
    public var bytes: Int
    /// How long a failure is given to others who ask the same.
    public var failureTimeToLive: Duration
    /// How many questions may be under way at the database, and how many may wait for the answer to one.
    public var waiting: Int

    /// Bounds for hundreds of strategies.
    public init(
        entries: Int = 10_000, bytes: Int = 64 << 20, failureTimeToLive: Duration = .seconds(1), waiting: Int = 10_000
    ) {
        self.entries = entries
        self.bytes = bytes
        self.failureTimeToLive = failureTimeToLive
        self.waiting = max(1, waiting)
    }
}
