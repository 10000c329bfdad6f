public import TerraceCore

/// What the owner of a feed should do after a message, besides giving the events to the engine.
public enum FeedOutcome: Equatable, Sendable {
    /// Nothing.
    case none
    /// Fetch a snapshot of the instrument's book. Said once per need: until a snapshot comes, the owner repeats the
    /// request by itself when it fails, with growing pauses, because requests have a price.
    case snapshotWanted(InstrumentIndex)
    /// Compare this with the book: the venue's best bid and ask at the very change that was applied last.
    case bestQuote(BestQuote)
    /// A request on the connection was carried out. The number is -1 where the reply's is no whole number.
    case acknowledged(request: Int64)
    /// A request was refused with the venue's code, 0 where the reply has none.
    case refused(request: Int64, code: Int64)
    /// Close the connection and open a new one; `disconnected(into:)` follows as after any loss.
    case disconnect(DisconnectReason)
}

/// Why a connection should be closed.
public enum DisconnectReason: Equatable, Sendable, CustomStringConvertible {
    /// The venue said that its server goes down.
    case serverShutdown
    /// A message made no sense and did not show which instrument it was about, so that every book is in doubt.
    case malformed(WireError)

    /// What happened.
    public var description: String {
        switch self {
        case .serverShutdown: "the venue's server is shutting down"
        case .malformed(let error): "a message for an unknown instrument makes no sense: \(error)"
        }
    }
}
