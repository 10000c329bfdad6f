public import TerraceCore

/// One thing that happened in a shard, as it is handed to the journal: a small trivial value.
public struct JournalEntry: Sendable {
    /// When, by the shard's clock.
    public var time: Timestamp
    /// What.
    public var content: JournalContent

    /// `content`, at `time`.
    public init(time: Timestamp, content: JournalContent) {
        self.time = time
        self.content = content
    }
}

/// What is recorded of a shard. Indices are those of the run: its `RunDescription` names them.
public enum JournalContent: Sendable {
    /// What came in: reports of orders, balances, public trades, what operators asked for. Books and heartbeats are not recorded.
    case event(Event)
    /// What was sent to a venue.
    case command(Command)
    /// What the engine did of itself.
    case fact(EngineFact)
    /// A digest of the engine's state.
    case stateHash(UInt64)
}
