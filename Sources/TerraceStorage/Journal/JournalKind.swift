/// What a record is. The numbers are part of the format and are never given another meaning.
enum JournalKind: UInt8, CaseIterable {
    /// A run began: what its indices stand for.
    case run = 1
    /// What the indices of the run stand for, again: at the start of a segment, or because a strategy came or went.
    case description = 2
    /// The ledger of all records before this one.
    case checkpoint = 3
    /// The journal was closed in order.
    case ended = 4
    /// A public trade.
    case trade = 16
    /// A report on an order of ours.
    case order = 17
    /// A balance.
    case balance = 18
    /// All fills up to a moment are known.
    case fillsKnown = 19
    /// A venue's connection.
    case connection = 20
    /// What an operator asked for.
    case control = 21
    /// Market data that is no trade.
    case book = 22
    /// A turn of the engine.
    case turn = 23
    /// What was sent to a venue.
    case command = 24
    /// What the engine did of itself.
    case fact = 25
    /// A digest of the engine's state.
    case stateHash = 26
}
