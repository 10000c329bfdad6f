public import TerraceCore

/// What a message of Binance's market data is about.
public enum BinanceMessageKind: Sendable, Equatable {
    /// `depthUpdate`: changes of the book.
    case depth
    /// `{"lastUpdateId","bids","asks"}`: the body of a snapshot, or a message of a partial-book stream.
    case snapshot
    /// `trade`: one match.
    case trade
    /// `aggTrade`: the matches of one taker order at one price.
    case aggregateTrade
    /// `bookTicker`: the best bid and ask.
    case bestQuote
    /// `{"result":...,"id":...}`: a request was carried out.
    case acknowledgement
    /// `{"code","msg"}`, also within `"error"`: a request was refused.
    case refusal
    /// `serverShutdown`: the connection will be closed.
    case serverShutdown
    /// Well-formed, and none of these.
    case other
}

/// One decoded message: the caller owns it and lends it to the decoder again and again, so that its buffer is reused.
///
/// Which fields mean something depends on `kind`; the others keep whatever an earlier message left in them.
public struct BinanceMessage: ~Copyable {
    /// What it is about. `other` after an error that came before this was known.
    public internal(set) var kind: BinanceMessageKind = .other
    /// The place of its symbol in the decoder's list; nil where it names none or an unknown one.
    public internal(set) var slot: Int?
    /// Whether it names a symbol, known or not.
    public internal(set) var namesSymbol = false
    /// The first id of a change.
    public internal(set) var firstID: Int64 = 0
    /// The last id of a change, of a snapshot, or of a best quote.
    public internal(set) var lastID: Int64 = 0
    /// The last id of the change before this one. Perpetuals only.
    public internal(set) var previousID: Int64 = 0
    /// When the matching engine did it, or else when the venue sent it; zero where it tells neither.
    public internal(set) var venueTime: Timestamp = .distantPast
    /// The levels of a change or snapshot, in the order of the message.
    public internal(set) var levels: LevelBuffer
    /// The id of a trade.
    public internal(set) var tradeID: Int64 = 0
    /// The taker's side of a trade.
    public internal(set) var aggressor: Side = .bid
    /// The price of a trade. Zero, with the quantity, where the venue reports a trade that did not happen in its book.
    public internal(set) var price: Price = .zero
    /// The quantity of a trade.
    public internal(set) var quantity: Quantity = .zero
    /// The best bid of a best quote; zero with its quantity where there is none.
    public internal(set) var bid = MarketLevel(side: .bid, price: .zero, quantity: .zero)
    /// The best ask of a best quote; zero with its quantity where there is none.
    public internal(set) var ask = MarketLevel(side: .ask, price: .zero, quantity: .zero)
    /// The number of the request that a reply is for, or -1.
    public internal(set) var request: Int64 = -1
    /// The venue's code in a refusal, or 0.
    public internal(set) var code: Int64 = 0

    /// A message with room for `levels` levels. It grows when more come, up to `WireLimits.levels`.
    public init(levels: Int = 1_024) { self.levels = LevelBuffer(capacity: max(1, levels)) }

    /// Forgets what the message before was about.
    mutating func begin() {
        self.kind = .other
        self.slot = nil
        self.namesSymbol = false
        self.venueTime = .distantPast
        self.levels.removeAll()
    }
}
