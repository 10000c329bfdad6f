public import TerraceCore

/// One record of a journal, as it is read.
public struct JournalRecord: Sendable {
    /// What a record tells.
    public enum Content: Sendable {
        /// What indices stand for from here on: because a run begins, or again: at the start of a segment, or because
        /// strategies came or went.
        case run(RunDescription, begins: Bool)
        /// What follows from all records before this one.
        case checkpoint(Ledger)
        /// What happened in a shard.
        case entry(JournalContent)
        /// The journal was closed in order.
        case ended
    }

    /// Its number: one more than that of the record before, over all segments and runs.
    public var sequence: UInt64
    /// When, by the clock of the shard or, for what is no entry, of the writer.
    public var time: Timestamp
    /// What.
    public var content: Content
}
