extension BookTable {
    /// Whether the instrument's book is in the consolidated book.
    public func isLive(_ instrument: InstrumentIndex) -> Bool { self.books[instrument.index].flags.contains(.live) }

    /// The time of the last message that was applied to the instrument's book; `distantPast` before the first.
    public func updatedAt(_ instrument: InstrumentIndex) -> Timestamp { self.books[instrument.index].updatedAt }

    /// The instrument's touch without our own orders, as of its last whole message; none while it is not live.
    ///
    /// - Complexity: O(1).
    public func touch(_ instrument: InstrumentIndex) -> Touch {
        let stride = Int(self.books[instrument.index].stride)
        let slot = Int(self.books[instrument.index].touchSlot)
        return Touch(
            bid: Self.level(self.touches[slot], self.touches[slot &+ stride], .bid),
            ask: Self.level(self.touches[slot &+ 2 &* stride], self.touches[slot &+ 3 &* stride], .ask))
    }

    /// The pair's consolidated touch without our own orders, as of the last whole messages of its live books.
    ///
    /// - Complexity: O(1).
    public func touch(_ pair: PairIndex) -> ConsolidatedTouch {
        let bid = self.pairs[pair.index].bid
        let ask = self.pairs[pair.index].ask
        return ConsolidatedTouch(
            bid: Self.level(bid.key, bid.quantity, .bid), bidVenues: VenueSet(bits: bid.mask),
            ask: Self.level(ask.key, ask.quantity, .ask), askVenues: VenueSet(bits: ask.mask))
    }

    @inline(__always)
    private static func level(_ key: Int64, _ quantity: Int64, _ side: Side) -> Level {
        let units = quantity == 0 ? 0 : (side == .bid ? 0 &- key : key)
        return Level(price: Price(units: units), quantity: Quantity(units: quantity))
    }

    /// A price in units as a key, or back: bids change sign.
    @inline(__always)
    static func price(_ key: Int64, _ side: Side) -> Int64 { side == .bid ? 0 &- key : key }

    /// How many levels one side of a live book has, without those that are ours alone; zero while it is not live.
    ///
    /// - Complexity: O(1).
    public func levelCount(_ instrument: InstrumentIndex, _ side: Side) -> Int {
        guard self.isLive(instrument) else { return 0 }
        return self.ladders[2 * instrument.index + side.index].count
    }

    /// The level at `position` of one side of a live book, 0 for the best; `nil` where there are not so many.
    ///
    /// - Complexity: O(`position`).
    public func level(_ instrument: InstrumentIndex, _ side: Side, _ position: Int) -> Level? {
        guard self.isLive(instrument), position >= 0 else { return nil }
        let place = 2 * instrument.index + side.index
        var cursor = self.ladders[place].cursor(from: .min)
        for _ in 0..<position {
            if cursor.key == Ladder.vacant { return nil }
            cursor = self.ladders[place].next(after: cursor)
        }
        if cursor.key == Ladder.vacant { return nil }
        let units = Self.price(cursor.key &* self.books[instrument.index].tick.step, side)
        return Level(price: Price(units: units), quantity: Quantity(units: cursor.quantity))
    }

    /// The quantity at `price` on one side of a live book, without ours; zero where there is no such level.
    ///
    /// - Complexity: O(1) within the ring around the touch, O(log depth) beyond.
    public func quantity(_ instrument: InstrumentIndex, _ side: Side, _ price: Price) -> Quantity {
        guard self.isLive(instrument), price.units > 0, price.units <= Price.limit else { return .zero }
        let steps = self.books[instrument.index].tick.exactSteps(price.units)
        if steps < 0 { return .zero }
        let key = side == .bid ? -steps : steps
        return Quantity(units: self.ladders[2 * instrument.index + side.index].quantity(at: key))
    }

    /// Calls `body` with each level of one side of a live book, best first.
    ///
    /// - Complexity: O(levels).
    public func forEachLevel(_ instrument: InstrumentIndex, _ side: Side, _ body: (Level) -> Void) {
        guard self.isLive(instrument) else { return }
        let place = 2 * instrument.index + side.index
        let step = self.books[instrument.index].tick.step
        var cursor = self.ladders[place].cursor(from: .min)
        while cursor.key != Ladder.vacant {
            body(
                Level(
                    price: Price(units: Self.price(cursor.key &* step, side)),
                    quantity: Quantity(units: cursor.quantity)))
            cursor = self.ladders[place].next(after: cursor)
        }
    }

    /// The consolidated level at `position` of one side of a pair, 0 for the best; `nil` where there are not so many.
    ///
    /// - Complexity: O(1) for the first ten levels of a pair whose depth is tracked; a merge of the books beyond them.
    public func level(_ pair: PairIndex, _ side: Side, _ position: Int) -> ConsolidatedLevel? {
        if position < 0 { return nil }
        let slot = Int(self.pairs[pair.index].depthSlot)
        if slot >= 0 {
            let kept = self.tops[slot &+ side.index].count
            if position < kept {
                let units = Self.price(self.tops[slot &+ side.index].key(position), side)
                return ConsolidatedLevel(
                    price: Price(units: units),
                    quantity: Quantity(units: self.tops[slot &+ side.index].quantity(position)),
                    venues: VenueSet(bits: self.tops[slot &+ side.index].mask(position)))
            }
            if self.tops[slot &+ side.index].isComplete { return nil }
            return self.mergedLevel(pair, side, position - kept, beyond: self.tops[slot &+ side.index].bound)
        }
        return self.mergedLevel(pair, side, position, beyond: .min)
    }

    @inline(never)
    private func mergedLevel(
        _ pair: PairIndex, _ side: Side, _ position: Int, beyond bound: Int64
    ) -> ConsolidatedLevel? {
        var merge = LadderMerge(self, pair: pair.index, side, beyond: bound)
        for _ in 0..<position {
            if merge.key == Ladder.vacant { return nil }
            merge.advance(self)
        }
        if merge.key == Ladder.vacant { return nil }
        return ConsolidatedLevel(
            price: Price(units: Self.price(merge.key, side)), quantity: Quantity(units: merge.quantity),
            venues: VenueSet(bits: merge.mask))
    }

    /// The WAPQ of `quantity` in the consolidated book: `.ask` sweeps the asks, as a buyer does, and rounds the price up;
    /// `.bid` sweeps the bids and rounds it down. Our own orders are not swept.
    ///
    /// - Complexity: O(levels swept); for a pair whose depth is tracked the first ones come ready.
    public func sweep(_ pair: PairIndex, _ side: Side, _ quantity: Quantity) -> Sweep {
        var sum = SweepSum(quantity)
        var bound = Int64.min
        let slot = Int(self.pairs[pair.index].depthSlot)
        if slot >= 0 {
            let top = slot &+ side.index
            for position in 0..<self.tops[top].count {
                if sum.isDone { break }
                sum.take(self.tops[top].quantity(position), at: Self.price(self.tops[top].key(position), side))
            }
            bound = self.tops[top].bound
        }
        if !sum.isDone, bound != Ladder.vacant { self.sweepBooks(pair, side, &sum, beyond: bound) }
        return sum.result(side)
    }

    @inline(never)
    private func sweepBooks(_ pair: PairIndex, _ side: Side, _ sum: inout SweepSum, beyond bound: Int64) {
        var merge = LadderMerge(self, pair: pair.index, side, beyond: bound)
        while !sum.isDone, merge.key != Ladder.vacant {
            sum.take(merge.quantity, at: Self.price(merge.key, side))
            merge.advance(self)
        }
    }

    /// The WAPQ of `quantity` in one instrument's book; nothing is filled while that is not live.
    ///
    /// - Complexity: O(levels swept).
    public func sweep(_ instrument: InstrumentIndex, _ side: Side, _ quantity: Quantity) -> Sweep {
        var sum = SweepSum(quantity)
        guard self.isLive(instrument) else { return sum.result(side) }
        let place = 2 * instrument.index + side.index
        let step = self.books[instrument.index].tick.step
        var cursor = self.ladders[place].cursor(from: .min)
        while !sum.isDone, cursor.key != Ladder.vacant {
            sum.take(cursor.quantity, at: Self.price(cursor.key &* step, side))
            cursor = self.ladders[place].next(after: cursor)
        }
        return sum.result(side)
    }
}
