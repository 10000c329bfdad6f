extension Engine {
    /// Adds a pair with its instruments, whose indices are dense and in the order of the definition.
    ///
    /// - Precondition: coins and venues of the definition are within what the configuration named.
    public mutating func addPair(_ definition: PairDefinition) -> PairIndex {
        let assets = self.desk.configuration.assetCount
        precondition(definition.base.index < assets, "the base coin is not registered")
        precondition(definition.quote.index < assets, "the quote coin is not registered")
        let first = self.desk.instruments.count
        let pair = self.desk.books.addPair(definition)
        self.desk.pairs.grow(by: 1)
        self.desk.pairs.append(
            PairState(base: definition.base, quote: definition.quote, units: definition.units, firstInstrument: first))
        self.desk.instruments.grow(by: definition.instruments.count)
        self.desk.standing.grow(by: 2 * definition.instruments.count)
        for instrument in definition.instruments {
            precondition(instrument.venue.index < self.desk.venues.count, "the venue is not registered")
            self.desk.instruments.append(
                InstrumentState(pair: pair, venue: instrument.venue, rules: instrument.rules))
            for _ in Side.allCases { self.desk.standing.append(StandingQuotes()) }
            _ = self.desk.volumes.addInstrument(units: definition.units)
        }
        self.desk.subscriptions.reserve(instruments: self.desk.instruments.count, subscribers: 0)
        return pair
    }

    /// Adds a strategy, which quotes from the next turn on.
    ///
    /// - Throws: `RegistrationError` where the definition does not fit what is registered; nothing has changed then.
    /// - Complexity: O(lines x venues); allocates.
    public mutating func register(_ definition: StrategyDefinition) throws(RegistrationError) -> StrategyIndex {
        try self.check(definition)
        let hash = Self.hash(of: definition.id)
        if let taken = self.directory[hash] {
            guard self.strategies[taken].isRemoved, self.strategies[taken].definition.id == definition.id else {
                throw .duplicateIdentifier(definition.id)
            }
            if self.strategies[taken].pair == definition.pair { return try self.revive(taken, definition) }
            // Its orders carry the same hash: until the last one is gone, a report could not be told apart.
            guard self.strategies[taken].isIdle else { throw .stillCancelling(definition.id) }
            // Of one id there is one position, in this run and in those that go on from its record.
            guard self.strategies[taken].isFlat else { throw .holdsPosition(definition.id) }
        }
        try self.checkRoom(definition, nil)
        let strategy = StrategyIndex(UInt32(truncatingIfNeeded: self.strategies.count))
        self.strategies.grow(by: 1)
        self.strategies.append(StrategyState(index: strategy, hash: hash, definition: definition))
        self.directory.set(hash, to: strategy.index)
        self.desk.watches.grow(by: 1)
        self.desk.watches.append(
            Watch(
                firstBand: UInt32(truncatingIfNeeded: self.desk.venueBands.count), priority: definition.priority,
                watchesLoss: false))
        self.desk.venueBands.growAppending(
            repeating: .everything, count: self.desk.books.instruments(of: definition.pair).count)
        self.desk.ready.reserve(strategy.index + 1)
        self.desk.timers.reserve(strategy.index + 1)
        self.desk.makeRoomForFacts(strategies: strategy.index + 1)
        self.desk.subscriptions.reserve(instruments: 0, subscribers: 2 * (strategy.index + 1))
        self.adopt(definition, strategy)
        return strategy
    }

    /// A strategy that was removed comes back: with the position that it has, and with its orders, as far as they are not gone.
    private mutating func revive(
        _ index: Int, _ definition: StrategyDefinition
    ) throws(RegistrationError) -> StrategyIndex {
        try self.checkRoom(definition, index)
        self.strategies[index].isRemoved = false
        let strategy = self.strategies[index].index
        self.adopt(definition, strategy)
        return strategy
    }

    /// Replaces a strategy's definition while it runs: slots whose line and venue stay as they were keep their orders and
    /// queue places, those of lines and venues that are gone are cancelled, position and profit stay.
    ///
    /// - Throws: `RegistrationError` where the new definition does not fit, or changes the id or the pair; nothing has
    ///   changed then.
    public mutating func update(
        _ strategy: StrategyIndex, to definition: StrategyDefinition
    ) throws(RegistrationError) {
        guard strategy.index < self.strategies.count, !self.strategies[strategy.index].isRemoved else {
            throw .unknownStrategy
        }
        try self.check(definition)
        let old = self.strategies[strategy.index].definition
        guard definition.id == old.id else { throw .duplicateIdentifier(definition.id) }
        guard definition.pair == old.pair else { throw .unknownPair }
        try self.checkRoom(definition, strategy.index)
        self.adopt(definition, strategy)
    }

    /// Takes a strategy off: its orders are cancelled, its late fills still booked; its market data is given up when its last
    /// order is gone. Registered again, it goes on with the
    /// position that it has.
    public mutating func remove(_ strategy: StrategyIndex) throws(RegistrationError) {
        guard strategy.index < self.strategies.count, !self.strategies[strategy.index].isRemoved else {
            throw .unknownStrategy
        }
        self.strategies[strategy.index].isRemoved = true
        self.desk.subscriptions.unsubscribe(Desk.wishes(of: strategy))
        self.desk.markReady(strategy, look: true)
    }

    /// Brings lines, venues and slots of a strategy in line with a definition that has been checked.
    private mutating func adopt(_ definition: StrategyDefinition, _ strategy: StrategyIndex) {
        let index = strategy.index
        self.adoptVenues(definition, index)
        let lines = Self.lines(of: definition)
        // Old line for old line, the first new line of the same terms that no other took; the rest is retired or added.
        var newOf = [Int?](repeating: nil, count: self.strategies[index].lines.count)
        var taken = [Bool](repeating: false, count: lines.count)
        for position in 0..<newOf.count {
            newOf[position] = lines.indices.first { !taken[$0] && lines[$0] == self.strategies[index].lines[position] }
            if let match = newOf[position] { taken[match] = true }
        }
        let rates = self.strategies[index].rates()
        for slot in 0..<self.strategies[index].slots.count where !self.strategies[index].slots[slot].isRetired {
            let instrument = self.strategies[index].slots[slot].instrument
            let isQuoted = definition.venues.contains(self.desk.instruments[instrument.index].venue)
            if isQuoted, let line = newOf[Int(self.strategies[index].slots[slot].line)] {
                self.strategies[index].slots[slot].line = UInt16(truncatingIfNeeded: line)
            } else {
                self.strategies[index].slots[slot].isRetired = true
            }
        }
        self.strategies[index].lines.removeAll()
        self.strategies[index].lines.grow(by: lines.count)
        for line in lines { self.strategies[index].lines.append(line) }
        self.strategies[index].definition = definition
        for ordinal in 0..<self.strategies[index].venues.count { self.addSlots(lines.count, ordinal, index, rates) }
        self.strategies[index].sortSlots()
        self.desk.link(strategy, to: definition.pair)
        self.desk.subscriptions.set(
            Desk.needs(of: strategy), to: self.instruments(neededBy: definition), definition.priority)
        let limit = self.desk.lossLimit[self.desk.pairs[definition.pair.index].quote.index]
        self.desk.watches[index].watchesLoss = definition.maximumLoss != nil || limit != nil
        self.desk.watches[index].priority = definition.priority
        self.strategies[index].positionChanged = true
        if definition.pricing.needsDepth {
            self.desk.pairs[definition.pair.index].needsDepth = true
            self.desk.books.trackDepth(definition.pair)
        }
        self.desk.markReady(strategy, look: true)
    }

    /// Adds the venues that are new, and follows the volume of all anew.
    private mutating func adoptVenues(_ definition: StrategyDefinition, _ index: Int) {
        for ordinal in 0..<self.strategies[index].venues.count {
            self.desk.volumes.unsubscribe(self.strategies[index].venues[ordinal].volume)
        }
        for ordinal in 0..<self.strategies[index].venues.count {
            self.strategies[index].venues[ordinal].volume = self.desk.volumes.subscribe(
                self.strategies[index].venues[ordinal].instrument, definition.volume)
        }
        for place in self.desk.books.instruments(of: definition.pair)
        where definition.venues.contains(self.desk.instruments[place].venue) {
            let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: place))
            if self.strategies[index].ordinal(of: instrument) != nil { continue }
            self.strategies[index].venues.grow(by: 1)
            self.strategies[index].venues.append(
                StrategyVenue(
                    instrument: instrument, volume: self.desk.volumes.subscribe(instrument, definition.volume)))
        }
    }

    /// Adds the slots that a venue has not yet for some line, in the places of retired ones where those are idle.
    private mutating func addSlots(_ lines: Int, _ ordinal: Int, _ index: Int, _ rates: [Rate]) {
        let instrument = self.strategies[index].venues[ordinal].instrument
        let venue = self.desk.instruments[instrument.index].venue
        guard self.strategies[index].definition.venues.contains(venue) else { return }
        for line in 0..<lines {
            for side in Side.allCases where !self.strategies[index].hasSlot(line, instrument, side) {
                self.desk.standing[2 * instrument.index + side.index].makeRoom(for: 1)
                var slot = Slot(
                    instrument: instrument, line: UInt16(truncatingIfNeeded: line),
                    venueOrdinal: UInt8(truncatingIfNeeded: ordinal), side: side)
                // A line that takes another's place goes on with what that may still trade: a change of terms is no refill.
                let rate = rates.first { $0.line == line && $0.ordinal == ordinal && $0.side == side }
                if let rate { (slot.credit, slot.creditAt) = (rate.credit, rate.creditAt) }
                self.strategies[index].add(slot, inheriting: rate?.slot ?? -1)
            }
        }
    }

    private func check(_ definition: StrategyDefinition) throws(RegistrationError) {
        guard definition.pair.index < self.desk.pairs.count else { throw .unknownPair }
        let lines = definition.topOfBookLines.count + definition.passiveLines.count
        guard lines > 0 else { throw .noLines }
        var venues = VenueSet.none
        for index in self.desk.books.instruments(of: definition.pair)
        where definition.venues.contains(self.desk.instruments[index].venue) {
            venues.insert(self.desk.instruments[index].venue)
        }
        guard !venues.isEmpty, venues == definition.venues else { throw .unknownVenue }
        // Half of what an order id can name, so that an update finds room beside what it retires.
        let slots = lines * venues.count * 2
        guard slots <= 32_767 else { throw .tooManySlots(slots) }
    }

    /// Whether our own orders stay within what a book can tell from those of others: two levels a slot while it is amended.
    private func checkRoom(_ definition: StrategyDefinition, _ index: Int?) throws(RegistrationError) {
        let lines = definition.topOfBookLines.count + definition.passiveLines.count
        if let index {
            // Retired slots whose orders are not gone keep their numbers, and an order id names 65,536.
            let most = self.strategies[index].slots.count + 2 * lines * definition.venues.count
            guard most <= 65_535 else { throw .tooManySlots(most) }
        }
        for place in self.desk.books.instruments(of: definition.pair)
        where definition.venues.contains(self.desk.instruments[place].venue) {
            var slots = 2 * lines
            for other in 0..<self.strategies.count
            where other != index && !self.strategies[other].isRemoved
                && self.strategies[other].pair == definition.pair
                && self.strategies[other].definition.venues.contains(self.desk.instruments[place].venue)
            {
                slots += 2 * self.strategies[other].lines.count
            }
            guard slots <= OwnLevels.limit else { throw .tooManyLines(slots / 2, most: OwnLevels.limit / 2) }
        }
    }

    private static func lines(of definition: StrategyDefinition) -> [LineTerms] {
        definition.topOfBookLines.map { LineTerms($0) } + definition.passiveLines.map { LineTerms($0) }
    }

    /// FNV-1a over the id's UTF-8, 32 bits: the same in every run, so that a restart recognises its orders.
    public static func hash(of id: String) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in id.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash
    }
}

/// What a top-of-book slot may still trade.
struct Rate {
    let slot: Int
    let line: Int
    let ordinal: Int
    let side: Side
    let credit: Int128
    let creditAt: Timestamp
}

extension StrategyState {
    /// What its top-of-book slots may still trade.
    func rates() -> [Rate] {
        var rates: [Rate] = []
        for slot in 0..<self.slots.count
        where !self.slots[slot].isRetired && self.lines[Int(self.slots[slot].line)].isTopOfBook {
            rates.append(
                Rate(
                    slot: slot, line: Int(self.slots[slot].line), ordinal: Int(self.slots[slot].venueOrdinal),
                    side: self.slots[slot].order.side, credit: self.slots[slot].credit,
                    creditAt: self.slots[slot].creditAt))
        }
        return rates
    }

    /// A person lets it quote again: its loss limit counts from here.
    mutating func liftStop(_ desk: inout Desk) {
        if !self.isStopped { return }
        self.isStopped = false
        self.profitAtLift = self.profit
        desk.note(.lossLifted(self.index, profit: self.profit))
    }

    /// Which of its venues an instrument is, or nil.
    func ordinal(of instrument: InstrumentIndex) -> Int? {
        for ordinal in 0..<self.venues.count where self.venues[ordinal].instrument == instrument { return ordinal }
        return nil
    }

    /// Whether there is a slot in use for this line, venue and side.
    func hasSlot(_ line: Int, _ instrument: InstrumentIndex, _ side: Side) -> Bool {
        for slot in 0..<self.slots.count
        where !self.slots[slot].isRetired && Int(self.slots[slot].line) == line
            && self.slots[slot].instrument == instrument && self.slots[slot].order.side == side
        {
            return true
        }
        return false
    }

    /// Adds a slot, in the place of a retired one of the same instrument and side where that has no order any more.
    ///
    /// What the order of the slot `old` still fills, and what those fill whose heir that was, is spent by the new one;
    /// `old` is negative where there is none.
    mutating func add(_ slot: consuming Slot, inheriting old: Int) {
        let instrument = slot.instrument
        let side = slot.order.side
        var place = 0
        while place < self.slots.count,
            !self.slots[place].isRetired || self.slots[place].order.state != .idle
                || self.slots[place].instrument != instrument || self.slots[place].order.side != side
        { place += 1 }
        if place == self.slots.count {
            self.slots.grow(by: 1)
            self.slots.append(slot)
            self.bands.grow(by: 1)
            self.bands.append(.nothing)
        } else {
            self.slots[place] = slot
            self.bands[place] = .nothing
        }
        for other in 0..<self.slots.count where other != place {
            if other == old || (old >= 0 && Int(self.slots[other].heir) == old) {
                self.slots[other].heir = Int32(truncatingIfNeeded: place)
            } else if Int(self.slots[other].heir) == place {
                self.slots[other].heir = -1
            }
        }
    }

    /// Lists the slots venue by venue, so that a look goes only through the venues whose bands do not hold.
    mutating func sortSlots() {
        self.slotsByVenue.removeAll()
        self.slotsByVenue.grow(by: self.slots.count)
        for ordinal in 0..<self.venues.count {
            self.venues[ordinal].firstSlot = self.slotsByVenue.count
            for slot in 0..<self.slots.count where Int(self.slots[slot].venueOrdinal) == ordinal {
                self.slotsByVenue.append(UInt16(truncatingIfNeeded: slot))
            }
            self.venues[ordinal].slotCount = self.slotsByVenue.count - self.venues[ordinal].firstSlot
        }
    }
}
