/// What a replay read, and how fast.
public struct ReplayReport: Codable, Sendable, Equatable {
    /// Records read.
    public var records = 0
    /// Market events that they came to: levels, ends of messages, trades.
    public var events: UInt64 = 0
    /// Wall time of the replay, without the reading before it that finds out what the recordings hold.
    public var wallSeconds = 0.0
    /// Records over that time.
    public var recordsPerSecond = 0.0
    /// Events over that time.
    public var eventsPerSecond = 0.0
    /// Whether it was ended before the recordings were.
    public var endedEarly = false
    /// Messages of symbols that were not asked for.
    public var otherSymbols: UInt64 = 0
    /// What a reader should know of how it was run.
    public var notes: [String] = []
}
