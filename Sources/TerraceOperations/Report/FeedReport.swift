/// What a feed did for one symbol, and its book at the end.
public struct FeedReport: Codable, Sendable, Equatable {
    /// The book at the end.
    public struct Book: Codable, Sendable, Equatable {
        /// The five best bids, best first, each price and quantity as the feed writes them.
        public var bids: [[String]] = []
        /// The five best asks.
        public var asks: [[String]] = []
        /// How many bid levels there are.
        public var bidLevels = 0
        /// How many ask levels there are.
        public var askLevels = 0
    }

    /// Changes of the book that were applied; a snapshot fetched over HTTP does not count.
    public var applied: UInt64 = 0
    /// Changes older than the book, which were dropped.
    public var dropped: UInt64 = 0
    /// Breaks of the venue's sequence rule.
    public var gaps: UInt64 = 0
    /// Public trades.
    public var trades: UInt64 = 0
    /// The id of the last change or snapshot applied.
    public var lastId: Int64 = 0
    /// Best quotes with the id of the last change that agreed with the book.
    public var bookTickerEqual: UInt64 = 0
    /// Best quotes with the id of the last change that did not.
    public var bookTickerDifferent: UInt64 = 0
    /// Messages that made no sense.
    public var malformed: UInt64 = 0
    /// The book at the end.
    public var final = Book()
}
