/// The best level of each side of one instrument, without our own resting orders.
public struct Touch: Hashable, Sendable {
    /// The best bid, or none.
    public var bid: Level
    /// The best ask, or none.
    public var ask: Level

    /// A touch of these two levels.
    public init(bid: Level, ask: Level) {
        self.bid = bid
        self.ask = ask
    }

    /// Whether there is a bid and an ask.
    public var isTwoSided: Bool { !self.bid.isNone && !self.ask.isNone }

    /// Whether both sides are there and the bid is at or above the ask. One venue's book is crossed only by bad data.
    public var isCrossed: Bool { self.isTwoSided && self.bid.price >= self.ask.price }
}
