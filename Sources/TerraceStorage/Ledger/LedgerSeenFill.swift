/// A trade of ours that has been booked, so that it is not booked again when the venue tells it once more.
public struct LedgerSeenFill: Sendable, Equatable {
    /// The venue.
    public var venue: String
    /// The pair.
    public var symbol: String
    /// The venue's number of the trade.
    public var trade: UInt64
}
