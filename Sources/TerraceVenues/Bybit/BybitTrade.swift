public import TerraceCore

/// One public trade of a message.
public struct BybitTrade: Hashable, Sendable {
    /// The venue's number of the trade, or a hash of its name where that is no number.
    public var id: UInt64
    /// The venue's sequence across books and trades; 0 where it is not told. Several trades may share one.
    public var sequence: Int64
    /// The taker's side.
    public var aggressor: Side
    /// At what price.
    public var price: Price
    /// How much.
    public var quantity: Quantity
    /// When the matching engine did it.
    public var venueTime: Timestamp
    /// Whether it was agreed upon outside of the book.
    public var isBlockTrade: Bool
}
