extension BookTable {
    /// Our resting quantity at a level rises or falls by `change`, as the venue has told us; the books leave it out.
    ///
    /// A part that goes stays excluded until the venue's next figure for that level, the next snapshot, or the first
    /// message of the instrument a second later, because the venue's depth may still show it. Does nothing where the
    /// instrument's depth does not show our orders. Touches, depth and the next message's outcome follow at once.
    ///
    /// - Returns: `false` where the quantity can't be excluded: the price is not one that an order can rest at, or more
    ///   than 64 levels of the side are ours. Those who quote would take our own order for somebody's.
    @discardableResult
    public mutating func adjustOwn(
        _ instrument: InstrumentIndex, _ side: Side, _ price: Price, by change: Quantity
    ) -> Bool {
        let index = instrument.index
        guard self.books[index].flags.contains(.showsOwn), change.units != 0 else { return true }
        guard UInt64(bitPattern: price.units &- 1) < UInt64(Price.limit) else { return false }
        let steps = self.books[index].tick.exactSteps(price.units)
        if steps < 0 { return false }
        let key = side == .bid ? -steps : steps
        let place = 2 * index + side.index
        var entry = self.owns[place].index(of: key)
        if entry < 0 {
            if change.units < 0 { return true }
            entry = self.listOwn(index, side, key)
            if entry < 0 { return false }
        }
        self.owns[place].adjust(entry, by: change.units, now: self.now)
        let isLost = self.books[index].flags.isDisjoint(with: [.live, .building])
        if self.owns[place][entry].own == 0, isLost || self.owns[place][entry].gross == 0 {
            // The venue shows nothing there, so there is no ghost to wait for.
            self.showNet(index, side, self.owns[place].endFading(entry))
        } else {
            self.showNet(index, side, (key, self.owns[place][entry].net))
        }
        self.noteOwn(index, side)
        self.publishOwn(index)
        return true
    }

    /// Lists a level as ours; when all places are taken, one goes where nothing of ours rests any more.
    private mutating func listOwn(_ index: Int, _ side: Side, _ key: Int64) -> Int {
        let place = 2 * index + side.index
        let gross = self.ladders[place].quantity(at: key)
        let entry = self.owns[place].add(key, gross: gross)
        if entry >= 0 { return entry }
        let gone = self.owns[place].firstGone()
        if gone < 0 { return -1 }
        self.showNet(index, side, self.owns[place].endFading(gone))
        return self.owns[place].add(key, gross: gross)
    }

    /// The venue says what a level of a side with own orders is in all; what is left without ours.
    mutating func updateOwn(_ index: Int, _ side: Side, _ key: Int64, gross: Int64) -> Int64 {
        let place = 2 &* index &+ side.index
        let entry = self.owns[place].index(of: key)
        if entry < 0 { return gross }
        let net = self.owns[place].update(entry, gross: gross)
        self.noteOwn(index, side)
        return net
    }

    /// Gives back what has faded for long enough.
    mutating func endFading(_ index: Int) {
        for side in Side.allCases {
            let place = 2 * index + side.index
            var entry = self.owns[place].firstFaded(at: self.now)
            while entry >= 0 {
                self.showNet(index, side, self.owns[place].endFading(entry))
                entry = self.owns[place].firstFaded(at: self.now)
            }
            self.noteOwn(index, side)
        }
    }

    /// Shows `level` in the book, unless that is lost and empty.
    private mutating func showNet(_ index: Int, _ side: Side, _ level: (key: Int64, net: Int64)) {
        guard !self.books[index].flags.isDisjoint(with: [.live, .building]),
            self.ladders[2 * index + side.index].quantity(at: level.key) != level.net
        else { return }
        self.books[index].flags.insert(.dirty(side))
        _ = self.put(index, side, level.key, level.net)  // Beyond the limit of depth it is not kept, as in `set`.
    }

    private mutating func publishOwn(_ index: Int) {
        guard self.books[index].flags.contains(.live) else { return }
        self.publish(index)
        if self.books[index].depthSlot >= 0 { self.refillShortTops(index) }
    }

    /// Notes in the header whether the side has own levels, and whether any fade.
    mutating func noteOwn(_ index: Int, _ side: Side) {
        if self.owns[2 * index + side.index].isEmpty {
            self.books[index].flags.remove(.own(side))
        } else {
            self.books[index].flags.insert(.own(side))
        }
        if self.owns[2 * index].isFading || self.owns[2 * index + 1].isFading {
            self.books[index].flags.insert(.fading)
        } else {
            self.books[index].flags.remove(.fading)
        }
    }
}
