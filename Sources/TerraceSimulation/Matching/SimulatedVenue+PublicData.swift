public import TerraceCore

extension SimulatedVenue {
    /// How many levels a side has.
    public func depth(_ instrument: Int, _ side: Side) -> Int {
        side == .bid ? self.books[instrument].bids.count : self.books[instrument].asks.count
    }

    /// The level at `position` of a side, 0 the best; nil beyond the last.
    public func level(_ instrument: Int, _ side: Side, at position: Int) -> Level? {
        let count = self.depth(instrument, side)
        guard position < count else { return nil }
        let level: BookLevel = self.level(instrument, side, count - 1 - position)
        return Level(price: Price(units: level.price), quantity: Quantity(units: level.total))
    }

    /// How many orders stand on a side, of the crowd and of accounts.
    public func orderCount(_ instrument: Int, _ side: Side) -> Int { self.books[instrument].orders[side.index] }

    /// Order `number` of a side, counted from the best price and the oldest order there, by its place in the pool; nil where it
    /// is an account's, or there are fewer.
    public func crowdOrder(_ instrument: Int, _ side: Side, number: Int) -> Int? {
        var left = number
        for position in (0..<self.depth(instrument, side)).reversed() {
            let level: BookLevel = self.level(instrument, side, position)
            if left >= Int(level.count) {
                left -= Int(level.count)
                continue
            }
            var place = level.first
            for _ in 0..<left { place = self.pool[Int(place)].next }
            return self.pool[Int(place)].account == 0 ? Int(place) : nil
        }
        return nil
    }

    /// Appends one depth message with every level that changed since the last one; nothing where none did.
    public mutating func publish(_ instrument: Int, at now: Timestamp, into out: inout VenueOutput) {
        if self.books[instrument].changed.isEmpty { return }
        let start = out.levels.count
        let first = self.books[instrument].sequence + 1
        for index in 0..<self.books[instrument].changed.count {
            let (side, price) = self.books[instrument].changed[index]
            var isAgain = false
            for earlier in start..<out.levels.count
            where out.levels[earlier].side == side && out.levels[earlier].price.units == price {
                isAgain = true
                break
            }
            if isAgain { continue }
            let (position, isThere) = self.find(instrument, side, price)
            let total = isThere ? self.level(instrument, side, position).total : 0
            out.levels.append(
                LevelMessage(side: side, price: Price(units: price), quantity: Quantity(units: total)))
        }
        self.books[instrument].sequence += UInt64(self.books[instrument].changed.count)
        self.books[instrument].changed.removeAll(keepingCapacity: true)
        out.depths.append(
            DepthMessage(
                instrument: instrument, isSnapshot: false, first: first, last: self.books[instrument].sequence,
                levels: start..<out.levels.count, at: now))
    }

    /// Appends a snapshot of the best `depth` levels a side, as of the last published sequence or later.
    public mutating func snapshot(_ instrument: Int, depth: Int, at now: Timestamp, into out: inout VenueOutput) {
        self.publish(instrument, at: now, into: &out)
        let start = out.levels.count
        for side in Side.allCases {
            for position in 0..<min(depth, self.depth(instrument, side)) {
                if let level = self.level(instrument, side, at: position) {
                    out.levels.append(LevelMessage(side: side, price: level.price, quantity: level.quantity))
                }
            }
        }
        out.depths.append(
            DepthMessage(
                instrument: instrument, isSnapshot: true, first: self.books[instrument].sequence,
                last: self.books[instrument].sequence, levels: start..<out.levels.count, at: now))
    }
}
