/// What a publisher has counted.
public struct PublisherStatistics: Hashable, Sendable {
    /// Messages with levels or trades.
    public internal(set) var updates: UInt64 = 0
    /// Whole books that were published.
    public internal(set) var snapshots: UInt64 = 0
    /// Whole books that were stored for late joiners.
    public internal(set) var stored: UInt64 = 0
    /// Snapshots that subscribers asked for.
    public internal(set) var asked: UInt64 = 0
    /// Levels and trades in updates.
    public internal(set) var levels: UInt64 = 0
    /// Trades in updates.
    public internal(set) var trades: UInt64 = 0
    /// Bytes of messages, without what Redis' protocol adds.
    public internal(set) var bytes: UInt64 = 0
    /// How often changes of an instrument waited because Redis had not answered for as much as may be on its way.
    public internal(set) var held: UInt64 = 0
    /// Trades that were not published because they waited too long.
    public internal(set) var droppedTrades: UInt64 = 0
    /// Levels beyond the depth that is published.
    public internal(set) var shed: UInt64 = 0
    /// Answers that were errors.
    public internal(set) var refused: UInt64 = 0
    /// Messages on our channels that made no sense.
    public internal(set) var faults: UInt64 = 0
    /// Connections that were lost or could not be made.
    public internal(set) var reconnects = 0
    /// Connections that stand.
    public internal(set) var connections = 0
    /// Instruments that somebody has subscribed to.
    public internal(set) var wanted = 0
    /// Bytes on the way without an answer, over all nodes.
    public internal(set) var unanswered = 0
}
