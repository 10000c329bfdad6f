/// One pair's consolidated book: the venues' touches, their reduction, and the kept depth.
struct PairBook: ~Copyable {
    let first: Int
    let venues: [VenueIndex]
    var touches: [Touch]
    var touch = ConsolidatedTouch.none
    var tracksDepth = false
    var depthChanged = false
    var bids = ConsolidatedSide(.bid)
    var asks = ConsolidatedSide(.ask)

    init(first: Int, venues: [VenueIndex]) {
        self.first = first
        self.venues = venues
        self.touches = Array(repeating: .none, count: venues.count)
    }

    /// Reduces the venues' touches to the pair's. O(venues).
    mutating func reduce() {
        var bid = ConsolidatedLevel.none
        var ask = ConsolidatedLevel.none
        for ordinal in 0..<self.touches.count {
            let touch = self.touches[ordinal]
            if !touch.bid.isNone {
                if touch.bid.price > bid.price {
                    bid = ConsolidatedLevel(
                        price: touch.bid.price, quantity: touch.bid.quantity, venues: VenueSet(self.venues[ordinal]))
                } else if touch.bid.price == bid.price {
                    bid.quantity += touch.bid.quantity
                    bid.venues.insert(self.venues[ordinal])
                }
            }
            if !touch.ask.isNone {
                if ask.isNone || touch.ask.price < ask.price {
                    ask = ConsolidatedLevel(
                        price: touch.ask.price, quantity: touch.ask.quantity, venues: VenueSet(self.venues[ordinal]))
                } else if touch.ask.price == ask.price {
                    ask.quantity += touch.ask.quantity
                    ask.venues.insert(self.venues[ordinal])
                }
            }
        }
        self.touch = ConsolidatedTouch(bid: bid, ask: ask)
    }

    mutating func change(_ side: Side, _ price: Price, _ venue: VenueIndex, from old: Int64, to new: Int64) {
        let changed =
            side == .bid
            ? self.bids.change(price, venue, from: old, to: new) : self.asks.change(price, venue, from: old, to: new)
        if changed { self.depthChanged = true }
    }

    mutating func invalidate() {
        self.bids.invalidate()
        self.asks.invalidate()
        self.depthChanged = true
    }

    func isValid(_ side: Side) -> Bool { side == .bid ? self.bids.isValid : self.asks.isValid }
    func isComplete(_ side: Side) -> Bool { side == .bid ? self.bids.isComplete : self.asks.isComplete }
    func count(_ side: Side) -> Int { side == .bid ? self.bids.levels.count : self.asks.levels.count }
    func level(_ side: Side, _ position: Int) -> ConsolidatedLevel {
        side == .bid ? self.bids.levels[position] : self.asks.levels[position]
    }
    mutating func refill(_ side: Side, _ merged: InlineArray<33, ConsolidatedLevel>, _ count: Int) {
        if side == .bid { self.bids.refill(merged, count) } else { self.asks.refill(merged, count) }
    }
}
