/// What goes wrong on the way, as probabilities of each message. All zero by default.
public struct Faults: Sendable {
    /// A command never reaches the venue.
    public var lostCommand = 0.0
    /// A report other than a fill never reaches us.
    public var lostReport = 0.0
    /// A report reaches us twice.
    public var doubledReport = 0.0
    /// A report takes this much longer, and what is behind it in the stream with it.
    public var slowReport = 0.0
    /// How much longer, in nanoseconds.
    public var slowNanoseconds: Int64 = 3_000_000_000
    /// A depth message is lost: the book is, until the next snapshot.
    public var gap = 0.0
    /// A connection drops, counted per command; it comes back after a second.
    public var drop = 0.0

    /// None.
    public init() {}
}
