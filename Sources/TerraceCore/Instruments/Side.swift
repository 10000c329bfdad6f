/// A side of a book, and of an order: `bid` buys, `ask` sells.
public enum Side: UInt8, Sendable, CaseIterable {
    /// Buyers.
    case bid = 0
    /// Sellers.
    case ask = 1

    /// The other side.
    public var opposite: Side { self == .bid ? .ask : .bid }
    /// 0 for bids, 1 for asks.
    public var index: Int { Int(self.rawValue) }
    /// What a fill on this side does to a position: +1 for a bid, -1 for an ask.
    public var sign: Int64 { self == .bid ? 1 : -1 }
    /// Whether `price` is more aggressive than `other` on this side: higher for bids, lower for asks.
    public func isBetter(_ price: Price, than other: Price) -> Bool { self == .bid ? price > other : price < other }
}
