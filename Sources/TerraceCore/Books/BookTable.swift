/// All books of a shard: one per instrument, and over them one consolidated book per pair.
///
/// The life of a book: it is *lost* until `beginSnapshot`, *building* until the next `endMessage`, and *live* from then
/// on, until `lose` or the next snapshot. Only live books are in the consolidated book. A message's levels are set one by
/// one; what is told about touches is as of the last whole message. Levels, sweeps and counts are read from the books as
/// they are, so read those between messages.
///
/// Everything that is told leaves our own resting orders out, on the instruments that show them: see `adjustOwn`.
///
/// Nothing allocates in steady state. What may allocate is registration (`addPair`, `trackDepth`), and warm-up: a book
/// that grows deeper beyond its ring than ever before, up to its limit, and the first orders on a side.
public struct BookTable: ~Copyable {
    let ringSize: Int
    let depthLimit: Int
    var books = FixedArray<BookHeader>()
    /// Two an instrument: bids, then asks. The next two tables likewise, the last of them two a tracked pair.
    var ladders = FixedArray<Ladder>()
    var owns = FixedArray<OwnLevels>()
    var tops = FixedArray<DepthTop>()
    var pairs = FixedArray<PairHeader>()
    /// The touches as they are published: a block a pair, in it five fields, each for all instruments of the pair: the
    /// key and quantity of the best bid, those of the best ask, and the venue's bit. Keys are prices in units, negative
    /// for bids, since venues have different ticks; `Ladder.vacant` and zero where there is no level.
    var touches = FixedArray<Int64>()
    /// The latest time of any message.
    var now = Timestamp.distantPast

    /// A table without pairs.
    ///
    /// - Parameters:
    ///   - ring: How many ticks of each side are kept in the fast ring, which costs 8 bytes a tick; a power of two
    ///     within `8...512`.
    ///   - depthLimit: How many levels are kept beyond the ring on each side, within `64...2^24`; where more come, the
    ///     worst give way. No kept top of a pair's depth reaches as deep as that.
    public init(ring: Int = 512, depthLimit: Int = 8_192) {
        precondition(ring >= 8 && ring <= 512 && ring & (ring - 1) == 0, "a ring is a power of two within 8...512")
        precondition(depthLimit >= 64 && depthLimit <= 1 << 24, "a depth limit is between 64 and 2^24 levels")
        self.ringSize = ring
        self.depthLimit = depthLimit
    }

    // MARK: Registration

    /// Registers a pair and its instruments. Instrument indices are dense, those of a pair contiguous, in the order of
    /// the definition. All books begin lost.
    ///
    /// - Precondition: The pair has 1 to 64 instruments, each on a venue of its own with an index below 64.
    public mutating func addPair(_ definition: PairDefinition) -> PairIndex {
        let instruments = definition.instruments
        precondition(!instruments.isEmpty && instruments.count <= 64, "a pair has 1 to 64 instruments")
        let pair = PairIndex(UInt32(self.pairs.count))
        let first = self.books.count
        let touchBase = self.touches.count
        let stride = instruments.count
        self.touches.growAppending(repeating: 0, count: 5 * stride)
        self.books.grow(by: stride)
        self.ladders.grow(by: 2 * stride)
        self.owns.grow(by: 2 * stride)
        var venues = VenueSet.none
        for (slot, instrument) in instruments.enumerated() {
            let venue = instrument.venue
            precondition(venue.raw < 64 && !venues.contains(venue), "a pair is at most once on a venue")
            venues.insert(venue)
            self.books.append(
                BookHeader(
                    tick: instrument.rules.tick, venueBit: VenueSet(venue).bits, pair: pair,
                    touchSlot: UInt32(touchBase + slot), flags: instrument.showsOwnOrders ? .showsOwn : [],
                    venue: venue, stride: UInt8(stride)))
            for _ in Side.allCases {
                self.ladders.append(Ladder(ring: self.ringSize, depthLimit: self.depthLimit))
                self.owns.append(OwnLevels())
            }
            self.touches[touchBase + slot] = Ladder.vacant
            self.touches[touchBase + 2 * stride + slot] = Ladder.vacant
            self.touches[touchBase + 4 * stride + slot] = Int64(bitPattern: VenueSet(venue).bits)
        }
        self.pairs.grow(by: 1)
        self.pairs.append(
            PairHeader(firstInstrument: UInt32(first), touchBase: UInt32(touchBase), stride: UInt8(stride)))
        return pair
    }

    /// Keeps the consolidated levels of `pair` below the touch from now on, because somebody quotes by them.
    ///
    /// Without it `level` and the sweeps of the pair merge its books anew at each call.
    public mutating func trackDepth(_ pair: PairIndex) {
        guard self.pairs[pair.index].depthSlot < 0 else { return }
        let slot = Int32(self.tops.count)
        self.tops.grow(by: 2)
        self.tops.append(DepthTop())
        self.tops.append(DepthTop())
        self.pairs[pair.index].depthSlot = slot
        for index in self.instruments(of: pair) {
            self.books[index].depthSlot = slot
            self.books[index].flags.insert(.tracked)
        }
        self.refillTops(pair.index)
    }

    /// How many pairs there are.
    public var pairCount: Int { self.pairs.count }

    /// How many instruments there are.
    public var instrumentCount: Int { self.books.count }

    /// The indices of a pair's instruments.
    public func instruments(of pair: PairIndex) -> Range<Int> {
        let first = Int(self.pairs[pair.index].firstInstrument)
        return first..<first + Int(self.pairs[pair.index].stride)
    }

    /// The pair of an instrument.
    public func pair(of instrument: InstrumentIndex) -> PairIndex { self.books[instrument.index].pair }

    /// The venue of an instrument.
    public func venue(of instrument: InstrumentIndex) -> VenueIndex { self.books[instrument.index].venue }

    // MARK: Messages

    /// A snapshot follows: the book is emptied and leaves the consolidated book until the next `endMessage`.
    public mutating func beginSnapshot(_ instrument: InstrumentIndex) {
        self.empty(instrument.index)
        self.books[instrument.index].flags.insert(.building)
    }

    /// A level's quantity is now `quantity` in all; zero removes the level.
    ///
    /// - Returns: Whether it was taken. Nothing that a venue can send traps.
    /// - Complexity: O(1) within the ring around the touch; O(log depth) and a move of memory beyond.
    public mutating func set(
        _ instrument: InstrumentIndex, _ side: Side, _ price: Price, _ quantity: Quantity
    ) -> LevelOutcome {
        let index = instrument.index
        // Unsigned, so that a negative number is too large, and in the first test zero as well.
        guard UInt64(bitPattern: price.units &- 1) < UInt64(Price.limit),
            UInt64(bitPattern: quantity.units) <= UInt64(Quantity.limit)
        else { return .outOfRange }
        let steps = self.books[index].tick.exactSteps(price.units)
        if steps < 0 { return .offTick }
        let key = side == .bid ? 0 &- steps : steps
        let flags = self.books[index].flags
        if flags.isDisjoint(with: [.live, .building]) { return .ignored }
        self.books[index].flags = flags.union(.dirty(side))
        if flags.isDisjoint(with: .own(side).union(.tracked)) {
            return self.ladders[2 &* index &+ side.index].put(key, quantity.units) ? .applied : .ignored
        }
        return self.setWatched(index, side, key, quantity.units) ? .applied : .ignored
    }

    /// Sets a level where our own part has to be left out or the pair's depth is tracked.
    @inline(never)
    private mutating func setWatched(_ index: Int, _ side: Side, _ key: Int64, _ gross: Int64) -> Bool {
        let isOurs = self.books[index].flags.contains(.own(side))
        return self.put(index, side, key, isOurs ? self.updateOwn(index, side, key, gross: gross) : gross)
    }

    /// All levels of a message have been set. A book that was building is live now.
    ///
    /// - Returns: What changed. For a lost book nothing does, and its time stays.
    /// - Complexity: O(venues of the pair) where a touch changed, O(1) otherwise; more where a depth top is refilled.
    public mutating func endMessage(_ instrument: InstrumentIndex, at time: Timestamp) -> MessageOutcome {
        let index = instrument.index
        if time > self.now { self.now = time }
        let flags = self.books[index].flags
        var becameLive = false
        if flags.contains(.live) {
            self.books[index].updatedAt = time
            if flags.contains(.fading) { self.endFading(index) }
        } else if flags.contains(.building) {
            self.books[index].updatedAt = time
            self.books[index].flags.remove(.building)
            self.books[index].flags.insert([.live, .dirty(.bid), .dirty(.ask)])
            becameLive = true
        } else {
            return self.takeOutcome(index, becameLive: false)
        }
        self.publish(index)
        if self.books[index].depthSlot >= 0 {
            if becameLive {
                self.refillTops(self.books[index].pair.index)
            } else {
                self.refillShortTops(index)
            }
        }
        return self.takeOutcome(index, becameLive: becameLive)
    }

    /// The book can't be relied upon: a gap, staleness, a lost connection. It is emptied and leaves the consolidated book
    /// at once; levels are ignored until the next snapshot.
    public mutating func lose(_ instrument: InstrumentIndex) -> MessageOutcome {
        self.empty(instrument.index)
        return self.takeOutcome(instrument.index, becameLive: false)
    }

    // MARK: Inside

    /// Empties a book and takes it out of the consolidated one.
    private mutating func empty(_ index: Int) {
        let wasLive = self.books[index].flags.contains(.live)
        self.books[index].flags.subtract([.live, .building, .fading])
        for side in Side.allCases {
            let place = 2 * index + side.index
            self.ladders[place].clear()
            self.owns[place].forgetBook()
            self.noteOwn(index, side)
        }
        guard wasLive else { return }
        self.books[index].flags.formUnion(.anyDirty)
        self.publish(index)
        if self.books[index].depthSlot >= 0 { self.refillTops(self.books[index].pair.index) }
    }

    /// Puts a level without our part into its ladder and, where the pair's depth is tracked, into the depth top.
    @inline(__always)
    mutating func put(_ index: Int, _ side: Side, _ key: Int64, _ net: Int64) -> Bool {
        let place = 2 &* index &+ side.index
        guard self.books[index].flags.isSuperset(of: [.tracked, .live]) else {
            return self.ladders[place].put(key, net)
        }
        let top = Int(self.books[index].depthSlot) &+ side.index
        let priceKey = key &* self.books[index].tick.step  // At most Price.limit in magnitude.
        if priceKey > self.tops[top].bound { return self.ladders[place].put(key, net) }
        let (old, isKept) = self.ladders[place].exchange(key, net)
        if !isKept { return false }
        if old != net {
            self.tops[top].change(priceKey, from: old, to: net, venue: self.books[index].venueBit)
            self.pairs[self.books[index].pair.index].depthMoved = true
        }
        return true
    }

    /// Publishes the touch of a book whose levels changed, and with it the consolidated touch.
    @inline(__always)
    mutating func publish(_ index: Int) {
        let flags = self.books[index].flags
        if flags.contains(.dirty(.bid)) { self.publish(index, .bid) }
        if flags.contains(.dirty(.ask)) { self.publish(index, .ask) }
        self.books[index].flags.subtract(.anyDirty)
    }

    @inline(__always)
    private mutating func publish(_ index: Int, _ side: Side) {
        let (key, quantity) = self.ladders[2 &* index &+ side.index].settle()
        let priceKey = key == Ladder.vacant ? key : key &* self.books[index].tick.step
        let stride = Int(self.books[index].stride)
        let slot = Int(self.books[index].touchSlot) &+ (side == .bid ? 0 : 2 &* stride)
        if self.touches[slot] == priceKey && self.touches[slot &+ stride] == quantity { return }
        self.touches[slot] = priceKey
        self.touches[slot &+ stride] = quantity
        self.books[index].flags.insert(.touchMoved)
        let pair = self.books[index].pair.index
        let best = self.reduceTouches(pair, side, stride)
        if side == .bid {
            if best != self.pairs[pair].bid {
                self.pairs[pair].bid = best
                self.pairs[pair].touchMoved = true
            }
        } else {
            if best != self.pairs[pair].ask {
                self.pairs[pair].ask = best
                self.pairs[pair].touchMoved = true
            }
        }
    }

    /// The best key of one side over all venues, with all that is there.
    @inline(__always)
    private func reduceTouches(_ pair: Int, _ side: Side, _ stride: Int) -> PairHeader.Best {
        let base = Int(self.pairs[pair].touchBase)
        let keys = base &+ (side == .bid ? 0 : 2 &* stride)
        var best = PairHeader.Best()
        for slot in 0..<stride { best.key = min(best.key, self.touches[keys &+ slot]) }
        if best.key == Ladder.vacant { return best }
        for slot in 0..<stride {
            let isBest = self.touches[keys &+ slot] == best.key
            best.quantity &+= isBest ? self.touches[keys &+ stride &+ slot] : 0
            best.mask |= isBest ? UInt64(bitPattern: self.touches[base &+ 4 &* stride &+ slot]) : 0
        }
        return best
    }

    private mutating func takeOutcome(_ index: Int, becameLive: Bool) -> MessageOutcome {
        let pair = self.books[index].pair.index
        let flags = self.books[index].flags
        let outcome = MessageOutcome(
            touchChanged: flags.contains(.touchMoved) || self.pairs[pair].touchMoved,
            depthChanged: self.pairs[pair].depthMoved, isLive: flags.contains(.live), becameLive: becameLive)
        self.books[index].flags.remove(.touchMoved)
        self.pairs[pair].touchMoved = false
        self.pairs[pair].depthMoved = false
        return outcome
    }
}
