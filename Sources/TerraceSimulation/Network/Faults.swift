/// What goes wrong on the way, as probabilities of each message. All zero by default.
public struct Faults: Sendable {
    /// A command never reaches the venue.
    public var lostCommand = 0.0
    /// The venue answers a command with "status unknown", as a 5xx or a gateway's time-out does: half of the time it has done
    /// what it was told, half of the time it has not.
    public var unknownAnswer = 0.0
    /// A report other than a fill never reaches us.
    public var lostReport = 0.0
    /// A fill never reaches us by the stream; it is told again where its order is asked for.
    public var lostFill = 0.0
    /// A report reaches us twice.
    public var doubledReport = 0.0
    /// A report takes this much longer, and what is behind it in the stream with it.
    public var slowReport = 0.0
    /// How much longer, in nanoseconds.
    public var slowNanoseconds: Int64 = 3_000_000_000
    /// A report is held back while those behind it pass.
    public var reorderedReport = 0.0
    /// For how long at most, in nanoseconds.
    public var reorderedNanoseconds: Int64 = 200_000_000
    /// A depth message is lost. Nobody says so: the next one shows it.
    public var gap = 0.0
    /// A connection drops, counted per command; it comes back after a second. What the venue says meanwhile is lost.
    public var drop = 0.0

    /// None.
    public init() {}
}
