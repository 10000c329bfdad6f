public import TerraceCore

/// What a message of Bybit's public stream is about.
public enum BybitMessageKind: Sendable, Equatable {
    /// A whole book.
    case snapshot
    /// Changes of the book.
    case delta
    /// Public trades.
    case trades
    /// A request was carried out.
    case acknowledgement
    /// A request was refused.
    case refusal
    /// The answer to a ping.
    case pong
    /// Well-formed, and none of these.
    case other
}

/// One decoded message: the caller owns it and lends it to the decoder again and again, so that its buffers are reused.
///
/// Which fields mean something depends on `kind`; the others keep whatever an earlier message left in them.
public struct BybitMessage: ~Copyable {
    /// What it is about. `other` after an error that came before this was known.
    public internal(set) var kind: BybitMessageKind = .other
    /// The place of its symbol in the decoder's list; nil where it names none or an unknown one.
    public internal(set) var slot: Int?
    /// Whether its topic names a symbol, known or not.
    public internal(set) var namesSymbol = false
    /// The id of a change or snapshot, `u`.
    public internal(set) var updateID: Int64 = 0
    /// The venue's sequence across depths and trades, `seq`; 0 where it is not told.
    public internal(set) var sequence: Int64 = 0
    /// When the matching engine did it, or else when the venue sent it; zero where it tells neither.
    public internal(set) var venueTime: Timestamp = .distantPast
    /// The levels of a change or snapshot, in the order of the message.
    public internal(set) var levels: LevelBuffer
    /// The trades of a message, in its order.
    public internal(set) var trades: [BybitTrade] = []
    /// The number of the request that a reply is for, or -1.
    public internal(set) var request: Int64 = -1

    /// The most trades of a message, as the documentation of `publicTrade` says.
    public static let mostTrades = 1_024

    /// A message with room for `levels` levels. It grows when more come, up to `WireLimits.levels`.
    public init(levels: Int = 1_024) {
        self.levels = LevelBuffer(capacity: max(1, levels))
        self.trades.reserveCapacity(Self.mostTrades)
    }

    /// Forgets what the message before was about.
    mutating func begin() {
        self.kind = .other
        self.slot = nil
        self.namesSymbol = false
        self.venueTime = .distantPast
        self.request = -1
        self.levels.removeAll()
        self.trades.removeAll(keepingCapacity: true)
    }
}
