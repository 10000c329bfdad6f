/// All books of a shard: an order book an instrument, a consolidated book a pair, our own resting orders excluded from both.
///
/// Our orders are taken out where the levels are stored: the ladder holds the quantity *net* of ours, and a short list beside
/// it remembers what the venue shows at the levels where we rest. So best, touch, depth and sweeps exclude us at no cost where
/// we rest nowhere.
public struct BookTable: ~Copyable {
    private var books = Table<InstrumentBook>()
    private var pairs = Table<PairBook>()
    private let depthLimit: Int

    /// No books. An instrument keeps 512 ticks a side near the touch, and at most `depthLimit` levels a side beyond.
    public init(depthLimit: Int = 8_192) { self.depthLimit = depthLimit }

    /// How many pairs there are.
    public var pairCount: Int { self.pairs.count }
    /// How many instruments there are.
    public var instrumentCount: Int { self.books.count }

    /// Adds a pair; its instruments' indices are dense and follow each other. Allocates about 9 KB an instrument.
    public mutating func addPair(_ definition: PairDefinition) -> PairIndex {
        let pair = PairIndex(UInt32(truncatingIfNeeded: self.pairs.count))
        let first = self.books.count
        for (ordinal, instrument) in definition.instruments.enumerated() {
            self.books.append(
                InstrumentBook(
                    pair: pair, ordinal: ordinal, venue: instrument.venue, grid: instrument.rules.tick,
                    showsOwnOrders: instrument.showsOwnOrders, depthLimit: self.depthLimit))
        }
        self.pairs.append(PairBook(first: first, venues: definition.instruments.map { $0.venue }))
        return pair
    }

    /// The instruments of a pair.
    public func instruments(of pair: PairIndex) -> Range<Int> {
        let first = self.pairs[pair.index].first
        return first..<first + self.pairs[pair.index].touches.count
    }
    /// The pair of an instrument.
    public func pair(of instrument: InstrumentIndex) -> PairIndex { self.books[instrument.index].pair }
    /// The venue of an instrument.
    public func venue(of instrument: InstrumentIndex) -> VenueIndex { self.books[instrument.index].venue }
    /// Whether the instrument's book can be quoted against.
    public func isLive(_ instrument: InstrumentIndex) -> Bool { self.books[instrument.index].state == .live }
    /// When the instrument's last message ended.
    public func updatedAt(_ instrument: InstrumentIndex) -> Timestamp { self.books[instrument.index].updatedAt }

    /// Keeps the consolidated levels below the touch for this pair from now on.
    public mutating func trackDepth(_ pair: PairIndex) {
        self.pairs[pair.index].tracksDepth = true
        self.pairs[pair.index].bids.invalidate()
        self.pairs[pair.index].asks.invalidate()
    }

    // MARK: Changes

    /// A snapshot begins: the book is emptied and leaves the consolidated book until `endMessage`.
    public mutating func beginSnapshot(_ instrument: InstrumentIndex) {
        _ = self.leave(instrument)
        self.books[instrument.index].clear()
        self.books[instrument.index].state = .building
    }

    /// Sets a level to this quantity in total; zero removes it, and removing what is not there is legal.
    public mutating func set(
        _ instrument: InstrumentIndex, _ side: Side, _ price: Price, _ quantity: Quantity
    ) -> LevelOutcome {
        let index = instrument.index
        if UInt64(bitPattern: price.units) > UInt64(Price.limit) || price.units == 0
            || UInt64(bitPattern: quantity.units) > UInt64(Quantity.limit)
        {
            return .outOfRange
        }
        let state = self.books[index].state
        if state == .lost { return .ignored }
        let tick = self.books[index].grid.exactSteps(price.units)
        if tick < 0 { return .offTick }
        let key = side == .bid ? -tick : tick
        var net = quantity.units
        if self.books[index].own.count > 0 { net = self.books[index].venueSaid(side, key, net) }
        self.store(index, side, key, price, net)
        return .applied
    }

    private mutating func store(_ index: Int, _ side: Side, _ key: Int64, _ price: Price, _ net: Int64) {
        let old = side == .bid ? self.books[index].bids.set(key, net) : self.books[index].asks.set(key, net)
        if old == net || self.books[index].state != .live { return }
        let pair = self.books[index].pair.index
        if self.pairs[pair].tracksDepth {
            self.pairs[pair].change(side, price, self.books[index].venue, from: old, to: net)
        }
    }

    /// The message is whole: the touches are brought up to date.
    public mutating func endMessage(_ instrument: InstrumentIndex, at time: Timestamp) -> MessageOutcome {
        let index = instrument.index
        var outcome = MessageOutcome()
        if self.books[index].state == .lost { return outcome }
        self.books[index].updatedAt = time
        if self.books[index].own.count > 0 { self.endFading(index, time) }
        if self.books[index].state == .building {
            self.books[index].state = .live
            outcome.becameLive = true
            self.pairs[self.books[index].pair.index].invalidate()
        }
        outcome.isLive = true
        outcome.touchChanged = self.refreshTouch(index)
        let pair = self.books[index].pair.index
        outcome.depthChanged = self.pairs[pair].depthChanged || outcome.becameLive
        self.pairs[pair].depthChanged = false
        return outcome
    }

    /// The book can't be relied upon until its next snapshot.
    public mutating func lose(_ instrument: InstrumentIndex) -> MessageOutcome {
        var outcome = MessageOutcome()
        outcome.touchChanged = self.leave(instrument)
        outcome.depthChanged = outcome.touchChanged
        self.books[instrument.index].clear()
        self.books[instrument.index].state = .lost
        return outcome
    }

    private mutating func leave(_ instrument: InstrumentIndex) -> Bool {
        let index = instrument.index
        guard self.books[index].state == .live else { return false }
        let pair = self.books[index].pair.index
        self.pairs[pair].touches[self.books[index].ordinal] = .none
        self.pairs[pair].invalidate()
        self.pairs[pair].reduce()
        return true
    }

    private mutating func refreshTouch(_ index: Int) -> Bool {
        let touch = self.books[index].touch
        let pair = self.books[index].pair.index
        let ordinal = self.books[index].ordinal
        if self.pairs[pair].touches[ordinal] == touch { return false }
        self.pairs[pair].touches[ordinal] = touch
        self.pairs[pair].reduce()
        return true
    }

    // MARK: Our own orders

    /// Our resting quantity at a level rises or falls by `change`. Nothing where the venue's data does not show our orders.
    ///
    /// An increase counts once the venue has next spoken of the level: until then its figure is without us. What goes stays
    /// excluded until the venue speaks of the level, or for a second: its figure may still be with us.
    public mutating func adjustOwn(_ instrument: InstrumentIndex, _ side: Side, _ price: Price, by change: Quantity) {
        let index = instrument.index
        if !self.books[index].showsOwnOrders || change.units == 0 { return }
        let tick = self.books[index].grid.exactSteps(price.units)
        if tick < 0 { return }
        let key = side == .bid ? -tick : tick
        guard let net = self.books[index].adjustOwn(side, key, change.units) else { return }
        let price = Price(units: tick * self.books[index].grid.step)
        self.store(index, side, key, price, net)
        if self.books[index].state == .live { _ = self.refreshTouch(index) }
    }

    private mutating func endFading(_ index: Int, _ time: Timestamp) {
        var position = self.books[index].own.count - 1
        while position >= 0 {
            let level = self.books[index].own[position]
            if level.fading > 0 {
                if level.fadingSince == .distantPast {
                    self.books[index].own[position].fadingSince = time
                } else if time.nanoseconds(since: level.fadingSince) > 1_000_000_000 {
                    self.books[index].own[position].fading = 0
                    let net = self.books[index].own[position].net
                    if level.own == 0 { self.books[index].own.remove(at: position) }
                    let tick = level.side == .bid ? -level.key : level.key
                    self.store(index, level.side, level.key, Price(units: tick * self.books[index].grid.step), net)
                }
            }
            position -= 1
        }
    }

    // MARK: Looks

    /// The best level a side of an instrument; of a lost one, none.
    public func touch(_ instrument: InstrumentIndex) -> Touch {
        self.books[instrument.index].state == .live ? self.books[instrument.index].touch : .none
    }

    /// The best level a side over the live venues of a pair.
    public func touch(_ pair: PairIndex) -> ConsolidatedTouch { self.pairs[pair.index].touch }

    /// How many levels an instrument has on a side, ours not counted.
    public func levelCount(_ instrument: InstrumentIndex, _ side: Side) -> Int {
        side == .bid ? self.books[instrument.index].bids.count : self.books[instrument.index].asks.count
    }

    /// Calls `body` with the levels of an instrument's side, best first, until it returns false.
    public func levels(_ instrument: InstrumentIndex, _ side: Side, _ body: (Level) -> Bool) {
        let index = instrument.index
        var cursor = self.books[index].start(side)
        while cursor.key != Ladder.nothing {
            if !body(self.books[index].level(cursor, side)) { return }
            self.books[index].advance(&cursor, side)
        }
    }

    /// The consolidated level at `position` of a side, 0 the best; nil beyond the last.
    ///
    /// The first ten come from the kept depth where it is tracked; deeper ones are merged from the books, O(position x venues).
    public mutating func level(_ pair: PairIndex, _ side: Side, _ position: Int) -> ConsolidatedLevel? {
        if self.pairs[pair.index].tracksDepth {
            self.refill(pair, side)
            let count = self.pairs[pair.index].count(side)
            if position < count { return self.pairs[pair.index].level(side, position) }
            if self.pairs[pair.index].isComplete(side) { return nil }
        }
        var left = position
        var found: ConsolidatedLevel?
        self.merge(pair, side) { level in
            left -= 1
            if left < 0 { found = level }
            return left >= 0
        }
        return found
    }

    /// The weighted average price for `quantity`: `.ask` sweeps the asks as a buyer would, `.bid` the bids.
    public mutating func sweep(_ pair: PairIndex, _ side: Side, _ quantity: Quantity) -> Sweep {
        let wanted = min(quantity.units, Quantity.limit)
        var left = wanted
        var notional: Int128 = 0
        if self.pairs[pair.index].tracksDepth {
            self.refill(pair, side)
            let count = self.pairs[pair.index].count(side)
            for position in 0..<count where left > 0 {
                let level = self.pairs[pair.index].level(side, position)
                let taken = min(left, level.quantity.units)
                notional += Int128(level.price.units) * Int128(taken)
                left -= taken
            }
            if left <= 0 || self.pairs[pair.index].isComplete(side) { return Sweep(notional, wanted - left, side) }
            left = wanted
            notional = 0
        }
        self.merge(pair, side) { level in
            let taken = min(left, level.quantity.units)
            notional += Int128(level.price.units) * Int128(taken)
            left -= taken
            return left > 0
        }
        return Sweep(notional, wanted - max(0, left), side)
    }

    private mutating func refill(_ pair: PairIndex, _ side: Side) {
        if self.pairs[pair.index].isValid(side) { return }
        var merged = InlineArray<33, ConsolidatedLevel>(repeating: .none)
        var count = 0
        self.merge(pair, side) { level in
            merged[count] = level
            count += 1
            return count <= ConsolidatedSide.capacity
        }
        self.pairs[pair.index].refill(side, merged, count)
    }

    /// Calls `body` with the consolidated levels of a side, best first, until it returns false: a merge over the venues.
    public func merge(_ pair: PairIndex, _ side: Side, _ body: (ConsolidatedLevel) -> Bool) {
        let range = self.instruments(of: pair)
        var cursors = InlineArray<64, LadderCursor>(repeating: LadderCursor(key: Ladder.nothing, hint: 0))
        for (ordinal, index) in range.enumerated() where self.books[index].state == .live {
            cursors[ordinal] = self.books[index].start(side)
        }
        while true {
            var merged = ConsolidatedLevel.none
            for (ordinal, index) in range.enumerated() where cursors[ordinal].key != Ladder.nothing {
                let level = self.books[index].level(cursors[ordinal], side)
                if merged.isNone || side.isBetter(level.price, than: merged.price) {
                    merged = ConsolidatedLevel(
                        price: level.price, quantity: level.quantity, venues: VenueSet(self.books[index].venue))
                } else if level.price == merged.price {
                    merged.quantity += level.quantity
                    merged.venues.insert(self.books[index].venue)
                }
            }
            if merged.isNone { return }
            for (ordinal, index) in range.enumerated()
            where merged.venues.contains(self.books[index].venue) && cursors[ordinal].key != Ladder.nothing {
                self.books[index].advance(&cursors[ordinal], side)
            }
            if !body(merged) { return }
        }
    }

    /// Adds every level of every book, and which are live, to a digest.
    func hash(into hash: inout StateHash) {
        for index in 0..<self.books.count {
            hash.combine(UInt64(self.books[index].state.rawValue))
            for side in Side.allCases {
                self.levels(InstrumentIndex(UInt32(truncatingIfNeeded: index)), side) { level in
                    hash.combine(UInt64(bitPattern: level.price.units))
                    hash.combine(UInt64(bitPattern: level.quantity.units))
                    return true
                }
            }
        }
    }
}
