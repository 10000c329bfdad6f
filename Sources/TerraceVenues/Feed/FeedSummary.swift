public import TerraceCore

/// What a feed has done for one instrument since it began, for reports and statistics.
public struct FeedSummary: Hashable, Sendable {
    /// Changes of the book that were applied. A snapshot fetched over HTTP does not count.
    public var applied: UInt64 = 0
    /// Changes older than the book, which were dropped.
    public var dropped: UInt64 = 0
    /// Breaks of the venue's sequence rule.
    public var gaps: UInt64 = 0
    /// Public trades passed on.
    public var trades: UInt64 = 0
    /// Trades that had been passed on before, or that came by a second stream of trades, and were dropped.
    public var tradesDropped: UInt64 = 0
    /// The id of the last change or snapshot applied; 0 before the first, and while the book is lost the last before that.
    public var lastID: Int64 = 0
    /// Best quotes with the id of the last change applied that agreed with the book.
    public var bestQuotesEqual: UInt64 = 0
    /// Best quotes with the id of the last change applied that did not.
    public var bestQuotesDifferent: UInt64 = 0
    /// Snapshots applied.
    public var snapshots: UInt64 = 0
    /// Snapshots refused because they were older than the first change held, or than the book.
    public var snapshotsTooOld: UInt64 = 0
    /// Times that a book in use was lost: gaps, malformed messages, disconnections.
    public var booksLost: UInt64 = 0
    /// Times that more changes waited for a snapshot than are held, so that they were dropped.
    public var overflows: UInt64 = 0
    /// Malformed messages of this instrument.
    public var malformed: UInt64 = 0
    /// When the last well-formed message came.
    public var lastReceived: Timestamp = .distantPast

    /// Nothing yet.
    public init() {}
}
