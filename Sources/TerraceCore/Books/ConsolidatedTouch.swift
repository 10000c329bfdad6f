/// The best level of each side over all live venues of a pair, without our own resting orders.
public struct ConsolidatedTouch: Hashable, Sendable {
    /// The best bid with the quantities of all venues at that price, or none.
    public var bid: Level
    /// The venues that bid that price.
    public var bidVenues: VenueSet
    /// The best ask with the quantities of all venues at that price, or none.
    public var ask: Level
    /// The venues that ask that price.
    public var askVenues: VenueSet

    /// A touch of these two levels.
    public init(bid: Level, bidVenues: VenueSet, ask: Level, askVenues: VenueSet) {
        self.bid = bid
        self.bidVenues = bidVenues
        self.ask = ask
        self.askVenues = askVenues
    }

    /// Whether there is a bid and an ask.
    public var isTwoSided: Bool { !self.bid.isNone && !self.ask.isNone }

    /// Whether both sides are there and the bid is at or above the ask: two venues disagree. It is an ordinary state.
    public var isCrossed: Bool { self.isTwoSided && self.bid.price >= self.ask.price }
}
