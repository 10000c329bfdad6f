/// The venues as a shard sees them: market data and reports come in as deliveries, commands go out.
///
/// Simulated venues, paper fills and real sockets stand behind the same members. A shard drives its connections on its own
/// loop, so nothing here is locked and nothing is handed over between threads. The shard is generic over the type, not an
/// existential of it, so that in the release build a call costs what a call of the concrete type costs.
public protocol VenueConnections: ~Copyable, SendableMetatype {
    /// The shard starts, and this is called once, on its loop, before anything else. `wake` asks it for a turn: connections
    /// call it, on that loop, when something has arrived that `nextDue` did not foresee, as bytes on a socket do.
    mutating func open(waking wake: @escaping () -> Void)
    /// When something arrives next, as far as is known.
    var nextDue: Timestamp { get }
    /// Appends what has arrived by `now`, in the order in which it came.
    mutating func advance(to now: Timestamp, into deliveries: inout [Delivery])
    /// Sends a command. It never fails here: what becomes of it comes back as a report, or does not come back.
    /// Market data comes of what it was told to follow.
    mutating func send(_ command: Command, at now: Timestamp)
    /// No more commands follow for now: what was held back to go out together goes out.
    mutating func flush(at now: Timestamp)
    /// Whether no command and no private report is on its way.
    var isQuiet: Bool { get }
    /// Called after the last order is gone and nothing is on its way, again and again until it says true: whether what the
    /// venues hold has been compared with what is known here, and the outcome was handed over by `advance`.
    mutating func conclude(at now: Timestamp) -> Bool
}

extension VenueConnections where Self: ~Copyable {
    /// Nothing is held back.
    public mutating func flush(at now: Timestamp) {}

    /// There is nothing to compare with.
    public mutating func conclude(at now: Timestamp) -> Bool { true }
}
