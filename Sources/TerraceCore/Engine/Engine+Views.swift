/// A slot as people and reports see it.
public struct SlotView: Sendable {
    /// Counts top-of-book lines first, then passive lines.
    public let line: Int
    /// Where.
    public let instrument: InstrumentIndex
    /// Which side.
    public let side: Side
    /// The price that its line wanted at the last look; zero where it wanted none.
    public let wanted: Price
    /// What stands for it.
    public let order: WorkingOrder
    /// Why nothing more is shown.
    public let gate: Gate
}

extension Engine {
    /// What the engine was told at its start.
    public var configuration: EngineConfiguration { self.desk.configuration }
    /// The books, for reports and worlds that need to look.
    public var books: BookTable { _read { yield self.desk.books } }
    /// What has been counted.
    public var statistics: EngineStatistics { self.desk.statistics }
    /// Whether the kill switch is on.
    public var isKilled: Bool { self.desk.isKilled }
    /// Whether what happens is recorded, as far as the engine was told.
    public var isRecording: Bool { self.desk.isRecording }
    /// Priority classes above this one are shed; 4 sheds none.
    public var keptClasses: Int { self.desk.keptClasses }
    /// How many strategies were ever registered; indices are below it.
    public var strategyCount: Int { self.strategies.count }
    /// The definition of a strategy.
    public func definition(_ strategy: StrategyIndex) -> StrategyDefinition {
        self.strategies[strategy.index].definition
    }
    /// What a strategy holds, over all its venues, opening inventory included.
    public func position(_ strategy: StrategyIndex) -> Position { self.strategies[strategy.index].total }
    /// What a strategy's fills on one of its venues came to; in the order of `instruments(of:)`.
    public func positions(_ strategy: StrategyIndex) -> [Position] {
        (0..<self.strategies[strategy.index].venues.count).map { self.strategies[strategy.index].venues[$0].position }
    }
    /// The same, as they were when the venue's balances were first told: what an earlier run's fills came to.
    public func openings(_ strategy: StrategyIndex) -> [Position] {
        (0..<self.strategies[strategy.index].venues.count).map { self.strategies[strategy.index].venues[$0].opening }
    }
    /// The instruments on which a strategy quotes, or once did.
    public func instruments(of strategy: StrategyIndex) -> [InstrumentIndex] {
        (0..<self.strategies[strategy.index].venues.count).map {
            self.strategies[strategy.index].venues[$0].instrument
        }
    }
    /// The fills booked to a strategy, venue by venue; in the order of `instruments(of:)`.
    public func fills(_ strategy: StrategyIndex) -> [FillTally] {
        (0..<self.strategies[strategy.index].venues.count).map { self.strategies[strategy.index].venues[$0].fills }
    }
    /// Every fill of the account on an instrument, those included that are booked to no strategy.
    public func fills(on instrument: InstrumentIndex) -> FillTally { self.desk.instruments[instrument.index].fills }
    /// What the ids of a strategy's orders begin with: instance and strategy.
    public func orderOwner(_ strategy: StrategyIndex) -> UInt64 {
        ClientOrderID(
            instance: self.desk.configuration.instance, strategy: self.strategies[strategy.index].hash, slot: 0,
            sequence: 0
        ).high
    }
    /// The profit at the last reference price, in the quote coin; zero before the first.
    public func profit(_ strategy: StrategyIndex) -> Amount {
        let reference = self.referencePrice(strategy)
        if reference == .zero { return .zero }
        let pair = self.strategies[strategy.index].pair.index
        return self.strategies[strategy.index].total.profit(at: reference, units: self.desk.pairs[pair].units)
    }
    /// The last reference price; zero before the first.
    public func referencePrice(_ strategy: StrategyIndex) -> Price { self.desk.watches[strategy.index].reference }
    /// Whether the strategy was stopped by its loss limit.
    public func isStopped(_ strategy: StrategyIndex) -> Bool { self.strategies[strategy.index].isStopped }
    /// Why a strategy waits for a venue's word on its orders: how many of them were asked for in vain for a while.
    public func doubts(_ strategy: StrategyIndex) -> Int { self.strategies[strategy.index].doubts }
    /// A strategy's slots, in a fixed order.
    public func slots(_ strategy: StrategyIndex) -> [SlotView] {
        (0..<self.strategies[strategy.index].slots.count).map { slot in
            SlotView(
                line: Int(self.strategies[strategy.index].slots[slot].line),
                instrument: self.strategies[strategy.index].slots[slot].instrument,
                side: self.strategies[strategy.index].slots[slot].order.side,
                wanted: self.strategies[strategy.index].slots[slot].wanted,
                order: self.strategies[strategy.index].slots[slot].order,
                gate: self.strategies[strategy.index].slots[slot].gate)
        }
    }
    /// How many orders stand or may stand, over all strategies, those included that nothing wants.
    public var openOrders: Int {
        var count = self.orphans.count
        for index in 0..<self.strategies.count {
            for slot in 0..<self.strategies[index].slots.count
            where self.strategies[index].slots[slot].order.state != .idle {
                count += 1
            }
        }
        return count
    }
    /// Whether no order waits for a word from its venue: each stands as both sides know it, or is gone.
    public var isSettled: Bool {
        if self.orphans.count > 0 { return false }
        for index in 0..<self.strategies.count {
            for slot in 0..<self.strategies[index].slots.count {
                switch self.strategies[index].slots[slot].order.state {
                case .idle, .working: continue
                case .placing, .amending, .cancelling, .unknown: return false
                }
            }
        }
        return true
    }
    /// What the account on a venue holds of a coin, as the engine reckons.
    public func balance(_ venue: VenueIndex, _ asset: AssetIndex) -> Amount {
        self.desk.balances.total(venue, asset)
    }
    /// What open orders have reserved of it.
    public func reserved(_ venue: VenueIndex, _ asset: AssetIndex) -> Amount {
        self.desk.balances.reserved(venue, asset)
    }
    /// The profit of the desk in a quote coin, at the last reference prices.
    public func deskProfit(_ asset: AssetIndex) -> Amount {
        var sum = Amount.zero
        for index in 0..<self.strategies.count
        where self.desk.pairs[self.strategies[index].pair.index].quote == asset {
            sum += self.profit(StrategyIndex(UInt32(truncatingIfNeeded: index)))
        }
        return sum
    }
    /// The longest wait since the last look, in nanoseconds; the look starts a new one.
    public mutating func takeLateness() -> Int64 {
        let worst = self.desk.statistics.lateness
        self.desk.statistics.lateness = 0
        return worst
    }

    /// A digest of the state that decides what comes next: books, signals, orders, positions, balances, budgets, queues and
    /// switches. The same events give the same digest, in every process and build.
    public func stateHash() -> UInt64 {
        var hash = StateHash()
        self.desk.books.hash(into: &hash)
        self.desk.volumes.hash(into: &hash)
        for index in 0..<self.strategies.count { self.hash(index, into: &hash) }
        for venue in 0..<self.desk.venues.count {
            hash.combine(self.desk.venues[venue].isUp)
            hash.combine(self.desk.venues[venue].isHeard)
            hash.combine(self.desk.venues[venue].heardAt.nanoseconds)
            self.desk.venues[venue].budget.hash(into: &hash)
            for asset in 0..<self.desk.configuration.assetCount {
                let place = (
                    VenueIndex(UInt8(truncatingIfNeeded: venue)), AssetIndex(UInt16(truncatingIfNeeded: asset))
                )
                hash.combine(self.desk.balances.total(place.0, place.1).units)
                hash.combine(self.desk.balances.reserved(place.0, place.1).units)
            }
        }
        hash.combine(self.desk.sequence)
        hash.combine(self.desk.isKilled)
        hash.combine(self.desk.isRecording)
        hash.combine(self.desk.keptClasses)
        hash.combine(self.desk.ready.count)
        hash.combine(self.desk.timers.earliest.nanoseconds)
        hash.combine(self.nextInspection.nanoseconds)
        hash.combine(self.orphans.count)
        hash.combine(self.snapshotsWanted)
        self.desk.subscriptions.hash(into: &hash)
        hash.combine(self.desk.statistics.updates)
        hash.combine(self.desk.statistics.evaluations)
        hash.combine(self.desk.statistics.fills)
        return hash.value
    }

    private func hash(_ index: Int, into hash: inout StateHash) {
        hash.combine(self.strategies[index].isRemoved)
        hash.combine(self.strategies[index].isPaused)
        hash.combine(self.strategies[index].isStopped)
        hash.combine(self.strategies[index].doubts)
        hash.combine(self.strategies[index].total.quantity.units)
        hash.combine(self.strategies[index].total.cost.units)
        hash.combine(self.strategies[index].total.realised.units)
        hash.combine(self.strategies[index].total.fees.units)
        hash.combine(self.strategies[index].openBids.units)
        hash.combine(self.strategies[index].openAsks.units)
        hash.combine(self.desk.watches[index].reference.units)
        for slot in 0..<self.strategies[index].slots.count {
            let order = self.strategies[index].slots[slot].order
            hash.combine(UInt64(order.state.rawValue))
            hash.combine(order.id.low)
            hash.combine(order.price.units)
            hash.combine(order.quantity.units)
            hash.combine(order.filled.units)
            hash.combine(order.pendingPrice.units)
            hash.combine(order.pendingQuantity.units)
            hash.combine(UInt64(self.strategies[index].slots[slot].gate.rawValue))
            hash.combine(self.strategies[index].slots[slot].credit)
            hash.combine(self.strategies[index].slots[slot].pricedAt.nanoseconds)
            hash.combine(self.strategies[index].slots[slot].holdUntil.nanoseconds)
            hash.combine(self.strategies[index].slots[slot].cancelAfter.nanoseconds)
            hash.combine(self.strategies[index].slots[slot].answerDue.nanoseconds)
        }
    }
}
