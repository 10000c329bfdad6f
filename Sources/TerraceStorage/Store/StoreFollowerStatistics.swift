/// How a follower fares.
public struct StoreFollowerStatistics: Sendable, Equatable {
    /// What it is about.
    public enum State: Sendable, Equatable {
        /// It has not reached the store yet.
        case starting
        /// It stores what comes.
        case following
        /// The store failed, or the journal could not be read; it is tried again.
        case waiting
        /// It has given up: the journal or the tables are not what this program can go on with. Nothing is lost: the journal
        /// keeps what is not stored.
        case failed
        /// It was told to stop.
        case stopped
    }

    /// What it is about.
    public var state = State.starting
    /// The last record that is stored.
    public var cursor: UInt64 = 0
    /// How many records of the journal are not stored yet.
    public var lagRecords: UInt64 = 0
    /// How long the oldest of them has been known not to be stored, in seconds.
    public var lagSeconds = 0.0
    /// Transactions.
    public var batches = 0
    /// Records stored.
    public var records: UInt64 = 0
    /// How often the store failed, or the journal could not be read.
    public var retries = 0
    /// The last failure, for people; without secrets.
    public var lastError: String?

    /// Nothing done.
    public init() {}
}
