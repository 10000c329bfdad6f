extension Engine {
    /// Adds a pair with its instruments, whose indices are dense and in the order of the definition.
    ///
    /// - Precondition: coins and venues of the definition are within what the configuration named.
    public mutating func addPair(_ definition: PairDefinition) -> PairIndex {
        precondition(definition.base.index < self.configuration.assetCount, "the base coin is not registered")
        precondition(definition.quote.index < self.configuration.assetCount, "the quote coin is not registered")
        let pair = self.books.addPair(definition)
        self.pairs.append(PairState(base: definition.base, quote: definition.quote, units: definition.units))
        for instrument in definition.instruments {
            precondition(instrument.venue.index < self.venues.count, "the venue is not registered")
            self.instruments.append(InstrumentState(pair: pair, venue: instrument.venue, rules: instrument.rules))
            _ = self.volumes.addInstrument(units: definition.units)
        }
        return pair
    }

    /// Adds a strategy, which quotes from the next turn on.
    ///
    /// - Throws: `RegistrationError` where the definition does not fit what is registered; nothing has changed then.
    /// - Complexity: O(lines x venues); allocates.
    public mutating func register(_ definition: StrategyDefinition) throws(RegistrationError) -> StrategyIndex {
        let instruments = try self.check(definition)
        let hash = Self.hash(of: definition.id)
        if let taken = self.byHash[hash], self.strategies[taken].mode != .removed {
            throw .duplicateIdentifier(definition.id)
        }
        let lines = Self.lines(of: definition)
        var state = StrategyState(
            definition: definition, hash: hash, lines: lines, instruments: instruments,
            volumes: instruments.map { self.volumes.subscribe($0, definition.volume) },
            positions: Array(repeating: Position(), count: instruments.count))
        for (line, _) in lines.enumerated() { Self.addSlots(line, &state) }
        let slots = state.slots.count
        let index = self.strategies.append(state)
        let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
        self.byHash[hash] = index
        self.mostSlots = max(self.mostSlots, slots)
        self.ready.reserve(index + 1)
        self.timers.reserve(index + 1)
        self.pairs[definition.pair.index].strategies.append(strategy)
        self.follow(definition)
        self.markReady(strategy)
        return strategy
    }

    /// Replaces a strategy's definition while it runs: slots of lines that stay as they were keep their orders and queue
    /// places, those of lines that are gone are cancelled, position and profit stay.
    ///
    /// - Throws: `RegistrationError` where the new definition does not fit, changes the id, pair or venues; nothing has
    ///   changed then.
    public mutating func update(
        _ strategy: StrategyIndex, to definition: StrategyDefinition
    ) throws(RegistrationError) {
        guard strategy.index < self.strategies.count, self.strategies[strategy.index].mode != .removed else {
            throw .unknownStrategy
        }
        let index = strategy.index
        let instruments = try self.check(definition)
        guard definition.id == self.strategies[index].definition.id else { throw .duplicateIdentifier(definition.id) }
        guard definition.pair == self.strategies[index].definition.pair else { throw .unknownPair }
        guard definition.venues == self.strategies[index].definition.venues else { throw .unknownVenue }
        let old = self.strategies[index].lines
        let new = Self.lines(of: definition)
        // Old line for old line, the first new line of the same terms that no other took; the rest is retired or added.
        var newOf = [Int?](repeating: nil, count: old.count)
        var taken = [Bool](repeating: false, count: new.count)
        for (position, terms) in old.enumerated() {
            newOf[position] = new.indices.first { !taken[$0] && new[$0] == terms }
            if let match = newOf[position] { taken[match] = true }
        }
        for slot in 0..<self.strategies[index].slots.count where !self.strategies[index].slots[slot].isRetired {
            if let line = newOf[Int(self.strategies[index].slots[slot].line)] {
                self.strategies[index].slots[slot].line = UInt16(truncatingIfNeeded: line)
            } else {
                self.strategies[index].slots[slot].isRetired = true
            }
        }
        for subscription in self.strategies[index].volumes { self.volumes.unsubscribe(subscription) }
        self.strategies[index].volumes = instruments.map { self.volumes.subscribe($0, definition.volume) }
        self.strategies[index].lines = new
        self.strategies[index].definition = definition
        for (line, isTaken) in taken.enumerated() where !isTaken { Self.addSlots(line, &self.strategies[index]) }
        self.mostSlots = max(self.mostSlots, self.strategies[index].slots.count)
        self.follow(definition)
        self.markReady(strategy)
    }

    /// Takes a strategy off: its orders are cancelled, its late fills still booked; its id is free for another.
    public mutating func remove(_ strategy: StrategyIndex) throws(RegistrationError) {
        guard strategy.index < self.strategies.count, self.strategies[strategy.index].mode != .removed else {
            throw .unknownStrategy
        }
        self.strategies[strategy.index].mode = .removed
        for subscription in self.strategies[strategy.index].volumes { self.volumes.unsubscribe(subscription) }
        self.strategies[strategy.index].volumes = []
        self.markReady(strategy)
    }

    private func check(_ definition: StrategyDefinition) throws(RegistrationError) -> [InstrumentIndex] {
        guard definition.pair.index < self.pairs.count else { throw .unknownPair }
        let lines = definition.topOfBookLines.count + definition.passiveLines.count
        guard lines > 0 else { throw .noLines }
        var found: [InstrumentIndex] = []
        var venues = VenueSet.none
        for index in self.books.instruments(of: definition.pair) {
            let venue = self.instruments[index].venue
            if definition.venues.contains(venue) {
                found.append(InstrumentIndex(UInt32(truncatingIfNeeded: index)))
                venues.insert(venue)
            }
        }
        guard !found.isEmpty, venues == definition.venues else { throw .unknownVenue }
        let slots = lines * found.count * 2
        guard slots <= 65_535 else { throw .tooManySlots(slots) }
        return found
    }

    private mutating func follow(_ definition: StrategyDefinition) {
        guard definition.pricing.needsDepth else { return }
        self.pairs[definition.pair.index].needsDepth = true
        self.books.trackDepth(definition.pair)
    }

    private static func lines(of definition: StrategyDefinition) -> [LineTerms] {
        definition.topOfBookLines.map { LineTerms($0) } + definition.passiveLines.map { LineTerms($0) }
    }

    private static func addSlots(_ line: Int, _ state: inout StrategyState) {
        for (ordinal, instrument) in state.instruments.enumerated() {
            for side in Side.allCases {
                state.slots.append(
                    Slot(
                        instrument: instrument, line: UInt16(truncatingIfNeeded: line),
                        venueOrdinal: UInt8(truncatingIfNeeded: ordinal), side: side))
            }
        }
    }

    /// FNV-1a over the id's UTF-8, 32 bits: the same in every run, so that a restart recognises its orders.
    static func hash(of id: String) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in id.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash
    }
}
