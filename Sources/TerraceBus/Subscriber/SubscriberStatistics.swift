/// What a subscriber has counted.
public struct SubscriberStatistics: Hashable, Sendable {
    /// Messages with levels or trades that were taken in.
    public internal(set) var updates: UInt64 = 0
    /// Whole books that were taken in.
    public internal(set) var snapshots: UInt64 = 0
    /// Snapshots that showed what was known already.
    public internal(set) var repeats: UInt64 = 0
    /// Bytes of messages.
    public internal(set) var bytes: UInt64 = 0
    /// Books that went on from a stored one.
    public internal(set) var fromStore: UInt64 = 0
    /// Sequence numbers that were missing.
    public internal(set) var gaps: UInt64 = 0
    /// Messages that came twice, or of a publisher that is not followed any more.
    public internal(set) var stale: UInt64 = 0
    /// Messages that made no sense.
    public internal(set) var faults: UInt64 = 0
    /// Messages that were passed over because we read too late.
    public internal(set) var skipped: UInt64 = 0
    /// How often a connection was found to be read too late.
    public internal(set) var lagged: UInt64 = 0
    /// Snapshots that were asked for.
    public internal(set) var asked: UInt64 = 0
    /// How often a book was lost, whatever for.
    public internal(set) var lost: UInt64 = 0
    /// The longest time from publishing to taking in since the last look, in nanoseconds, over the shortest that was seen.
    public internal(set) var longestLag: Int64 = 0
    /// Connections that were lost or could not be made.
    public internal(set) var reconnects = 0
    /// Connections that stand.
    public internal(set) var connections = 0
    /// Instruments that are subscribed to.
    public internal(set) var subscribed = 0
    /// Of those, how many have a book.
    public internal(set) var live = 0
}
