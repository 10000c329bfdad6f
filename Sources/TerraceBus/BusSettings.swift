/// How a publisher or a subscriber behaves. Times are in nanoseconds, sizes in bytes.
public struct BusSettings: Sendable {
    /// What `CLIENT LIST` calls our connections, after `terrace-`: letters, digits, `-` and `_`.
    public var role = "run"
    /// The most connections to Redis, over all nodes.
    public var connections = 10
    /// Extra root certificates for `rediss://`, files in PEM form.
    public var extraRoots: [String] = []
    /// A connection that takes longer than this to stand is given up.
    public var connectLimit: Int64 = 5_000_000_000
    /// A connection that leaves a question unanswered for longer than this is given up.
    public var answerLimit: Int64 = 3_000_000_000
    /// How often a publisher says that it lives, and how often its connections are asked whether they do.
    public var heartbeatPeriod: Int64 = 500_000_000
    /// A publisher that was not heard for this long is dead: the books that it publishes are lost.
    public var heartbeatLimit: Int64 = 2_000_000_000
    /// Market data that is older than this when it is read is not taken in: the books of its connection are lost until the
    /// connection has been read to its end.
    public var lagLimit: Int64 = 500_000_000
    /// An instrument that was asked for this long in vain is one that the feed does not publish: it is said.
    public var vainLimit: Int64 = 10_000_000_000
    /// What may be on its way to one node without an answer. Beyond it changes are merged, and go out when answers came.
    public var unansweredBytes = 4 << 20
    /// The most levels of a side that are published.
    public var depth = 1_000
    /// How often a changed book is stored for late joiners.
    public var storePeriod: Int64 = 5_000_000_000
    /// How long a stored book stays.
    public var storeLife: Int64 = 60_000_000_000
    /// How often it is asked what is subscribed to.
    public var demandPeriod: Int64 = 2_000_000_000
    /// An instrument that nobody has subscribed to for this long is no longer wanted.
    public var demandLinger: Int64 = 30_000_000_000
    /// The shortest time between two snapshots of one instrument that were asked for.
    public var snapshotPeriod: Int64 = 100_000_000

    /// The usual.
    public init() {}
}
