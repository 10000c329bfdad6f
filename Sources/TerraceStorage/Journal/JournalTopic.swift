/// What a line of a journal is about, in the words of `terrace journal`.
public enum JournalTopic: String, Sendable, CaseIterable {
    /// A run began.
    case run
    /// The strategies, or what they are set to, changed during a run.
    case strategies
    /// A segment began: what indices stand for, once more.
    case segment
    /// What followed from all records before.
    case checkpoint
    /// The journal was closed in order.
    case end
    /// A trade of ours.
    case fill
    /// What a venue said of an order of ours, fills apart.
    case order
    /// What was sent to a venue.
    case command
    /// What an operator, or the shard in his place, asked for.
    case action
    /// What the engine did of itself.
    case fact
    /// A balance, as a venue told it.
    case balance
    /// All fills up to a moment are known.
    case mark
    /// A venue's connection.
    case connection
    /// A public trade.
    case trade
    /// Market data that is no trade.
    case book
    /// A turn of the engine.
    case turn
    /// A digest of the engine's state.
    case hash

    /// All words, for messages.
    public static var words: String { Self.allCases.map { $0.rawValue }.joined(separator: ", ") }
}
