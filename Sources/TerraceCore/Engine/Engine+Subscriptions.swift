/// Why a subscription can't be as it was asked for.
public enum SubscriptionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such strategy, or it was removed.
    case unknownStrategy
    /// The pair is not registered.
    case unknownPair(PairIndex)
    /// The pair has no instrument on the venue.
    case noInstrument(PairIndex, VenueIndex)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .unknownStrategy: "there is no strategy with this index: register it first"
        case .unknownPair(let pair): "pair \(pair.raw) is not registered: add it first"
        case .noInstrument(let pair, let venue):
            "pair \(pair.raw) has no instrument on venue \(venue.raw): leave that venue out"
        }
    }
}

// Whose market data is followed. A strategy follows what it needs for its quotes by itself, from its registration until it was
// removed and its last order is gone; beside that, whatever it is subscribed to here.
extension Engine {
    /// Follows the instruments of `pairs` on `venues` for a strategy, beside those it needs for its quotes. What it subscribes
    /// to already gets the new priority; what it needs itself is followed with the more urgent of both.
    ///
    /// - Throws: `SubscriptionError`; nothing has changed then.
    /// - Complexity: O(pairs x venues); allocates.
    public mutating func subscribe(
        _ strategy: StrategyIndex, to pairs: [PairIndex], on venues: VenueSet, priority: Priority
    ) throws(SubscriptionError) {
        for instrument in try self.instruments(strategy, pairs, venues) {
            self.desk.subscriptions.subscribe(Desk.wishes(of: strategy), instrument, priority)
        }
    }

    /// Takes back what `subscribe` asked for, as far as it did; what the strategy needs for its quotes stays.
    ///
    /// - Throws: `SubscriptionError`; nothing has changed then.
    public mutating func unsubscribe(
        _ strategy: StrategyIndex, from pairs: [PairIndex], on venues: VenueSet
    ) throws(SubscriptionError) {
        for instrument in try self.instruments(strategy, pairs, venues) {
            self.desk.subscriptions.unsubscribe(Desk.wishes(of: strategy), instrument)
        }
    }

    /// Takes back all that `subscribe` asked for.
    ///
    /// - Throws: `SubscriptionError.unknownStrategy`.
    public mutating func unsubscribe(_ strategy: StrategyIndex) throws(SubscriptionError) {
        guard strategy.index < self.strategies.count, !self.strategies[strategy.index].isRemoved else {
            throw .unknownStrategy
        }
        self.desk.subscriptions.unsubscribe(Desk.wishes(of: strategy))
    }

    private func instruments(
        _ strategy: StrategyIndex, _ pairs: [PairIndex], _ venues: VenueSet
    ) throws(SubscriptionError) -> [InstrumentIndex] {
        guard strategy.index < self.strategies.count, !self.strategies[strategy.index].isRemoved else {
            throw .unknownStrategy
        }
        var found: [InstrumentIndex] = []
        for pair in pairs {
            guard pair.index < self.desk.pairs.count else { throw .unknownPair(pair) }
            var missing = venues
            for place in self.desk.books.instruments(of: pair)
            where venues.contains(self.desk.instruments[place].venue) {
                missing.remove(self.desk.instruments[place].venue)
                found.append(InstrumentIndex(UInt32(truncatingIfNeeded: place)))
            }
            if !missing.isEmpty {
                throw .noInstrument(pair, VenueIndex(UInt8(truncatingIfNeeded: missing.bits.trailingZeroBitCount)))
            }
        }
        return found
    }

    // MARK: What is followed

    /// How urgently market data of an instrument is needed, or nil where nobody needs it.
    public func demand(for instrument: InstrumentIndex) -> Priority? {
        self.desk.subscriptions.priority(of: instrument)
    }

    /// How many instruments are followed.
    public var followedInstruments: Int { self.desk.subscriptions.followedCount }

    /// What a strategy follows for its quotes, and what it was subscribed to beside that.
    public func subscriptions(
        of strategy: StrategyIndex
    ) -> (needed: [InstrumentIndex], asked: [InstrumentIndex]) {
        (
            self.desk.subscriptions.instruments(of: Desk.needs(of: strategy)),
            self.desk.subscriptions.instruments(of: Desk.wishes(of: strategy))
        )
    }

    /// What a definition needs, in the order of the instruments.
    func instruments(neededBy definition: StrategyDefinition) -> [InstrumentIndex] {
        var needed: [InstrumentIndex] = []
        for place in self.desk.books.instruments(of: definition.pair)
        where definition.needs(self.desk.instruments[place].venue) {
            needed.append(InstrumentIndex(UInt32(truncatingIfNeeded: place)))
        }
        return needed
    }

    /// Tells the side that brings market data what has changed, as far as there is room.
    mutating func tellDemand(_ commands: inout CommandBuffer) {
        while commands.space > 0, let change = self.desk.subscriptions.nextChange() {
            switch change {
            case .follow(let instrument, let priority):
                if !self.desk.books.isLive(instrument) { self.awaitBook(of: instrument) }
                self.desk.volumes.resume(instrument)
                commands.append(.follow(instrument, priority))
            case .unfollow(let instrument):
                self.want(instrument, snapshot: false)
                _ = self.desk.books.lose(instrument)
                self.desk.volumes.forget(instrument)
                self.desk.markReady(self.desk.instruments[instrument.index].pair)
                commands.append(.unfollow(instrument))
            }
        }
    }

    /// Whoever follows an instrument fetches its book by himself; should it not come, it is asked for here. A world that told
    /// the book while nobody needed it is asked at once.
    private mutating func awaitBook(of instrument: InstrumentIndex) {
        let index = instrument.index
        self.desk.instruments[index].snapshotsAsked = 0
        self.desk.instruments[index].askAfter = self.desk.now.advanced(by: Self.snapshotPatience)
        if self.desk.instruments[index].wasIgnored { self.want(instrument, snapshot: true) }
        self.desk.instruments[index].wasIgnored = false
    }
}

extension StrategyDefinition {
    /// Whether it needs the book of its pair on `venue`: where it quotes, and whatever its prices are made from. Prices from the
    /// consolidated book need all venues of the pair, so that they do not change because another strategy left.
    func needs(_ venue: VenueIndex) -> Bool {
        if self.venues.contains(venue) { return true }
        switch self.pricing {
        case .aggregated, .liquidityWeighted, .wapq, .microprice: return true
        case .component(let venues): return venues.contains(venue)
        case .singleVenue(let wanted): return venue == wanted
        }
    }
}
