public import TerraceCore

/// One record of a binary feed, 32 bytes, laid out as the file has it (little-endian, no padding).
///
/// The last five fields are bytes and not enums, since the layout is read from outside; `FeedFile` checks their ranges.
public struct FeedRecord: Equatable, Sendable {
    /// Venue time, nanoseconds since 1970.
    public var time: UInt64
    /// In 10^-8 of the quote coin.
    public var price: Int64
    /// In 10^-8 of the base coin, absolute; 0 deletes the level.
    public var quantity: Int64
    /// The pair's place in the header.
    public var pair: UInt16
    /// The venue, below the header's count.
    public var venue: UInt8
    /// 0 level, 1 trade, 2 snapshot level.
    public var kind: UInt8
    /// 0 bid or buyer aggressor, 1 ask or seller aggressor.
    public var sideCode: UInt8
    /// Bit 0: the last record of its message.
    public var flags: UInt8
    /// Microseconds from the venue to us.
    public var delay: UInt16

    /// A change of a level.
    public static let level: UInt8 = 0
    /// A public trade.
    public static let trade: UInt8 = 1
    /// A level of a snapshot.
    public static let snapshot: UInt8 = 2

    /// A record with these fields; `endsMessage` becomes flag bit 0.
    public init(
        time: UInt64, price: Int64, quantity: Int64, pair: Int, venue: Int, kind: UInt8, side: Side, endsMessage: Bool,
        delay: UInt16 = 0
    ) {
        self.time = time
        self.price = price
        self.quantity = quantity
        self.pair = UInt16(truncatingIfNeeded: pair)
        self.venue = UInt8(truncatingIfNeeded: venue)
        self.kind = kind
        self.sideCode = side.rawValue
        self.flags = endsMessage ? 1 : 0
        self.delay = delay
    }

    /// Whether this is the last record of its message.
    public var endsMessage: Bool { self.flags & 1 == 1 }
    /// The side of the book, for levels.
    public var side: Side { self.sideCode == 0 ? .bid : .ask }
}
