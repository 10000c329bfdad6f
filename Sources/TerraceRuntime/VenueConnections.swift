public import TerraceCore
public import TerraceSimulation

/// The venues as a shard sees them: market data and reports come in by the moment at which they arrive, commands go out.
///
/// A shard drives its connections on its own loop, so nothing here is locked and nothing is handed over between threads.
public protocol VenueConnections: ~Copyable {
    /// When something arrives next, as far as is known.
    var nextDue: Timestamp { get }
    /// Appends what has arrived by `now`, in order.
    mutating func advance(to now: Timestamp, into deliveries: inout [Delivery])
    /// Sends a command.
    mutating func send(_ command: Command, at now: Timestamp)
    /// Whether no command and no private report is on its way.
    var isQuiet: Bool { get }
}

extension SimulatedMarket: VenueConnections {}
