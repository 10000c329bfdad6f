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

    /// The newest order of the crowd at the level at `position` of a side, by its place in the pool.
    public func newestCrowdOrder(_ instrument: Int, _ side: Side, at position: Int) -> Int? {
        let count = self.depth(instrument, side)
        guard position < count else { return nil }
        let level: BookLevel = self.level(instrument, side, count - 1 - position)
        var place = level.last
        while place >= 0 {
            if self.pool[Int(place)].account == 0 { return Int(place) }
            place = self.pool[Int(place)].previous
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
