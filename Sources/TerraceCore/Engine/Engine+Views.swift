/// A slot as people and reports see it.
public struct SlotView: Sendable {
    /// Counts top-of-book lines first, then passive lines.
    public let line: Int
    /// Where.
    public let instrument: InstrumentIndex
    /// Which side.
    public let side: Side
    /// What stands for it.
    public let order: WorkingOrder
    /// Why nothing more is shown.
    public let gate: Gate
}

extension Engine {
    /// How many strategies were ever registered; indices are below it.
    public var strategyCount: Int { self.strategies.count }
    /// The definition of a strategy.
    public func definition(_ strategy: StrategyIndex) -> StrategyDefinition {
        self.strategies[strategy.index].definition
    }
    /// What a strategy holds, over all its venues, opening inventory included.
    public func position(_ strategy: StrategyIndex) -> Position { self.strategies[strategy.index].total }
    /// What a strategy's fills on one of its venues came to; in the order of `instruments(of:)`.
    public func positions(_ strategy: StrategyIndex) -> [Position] { self.strategies[strategy.index].positions }
    /// The instruments on which a strategy quotes.
    public func instruments(of strategy: StrategyIndex) -> [InstrumentIndex] {
        self.strategies[strategy.index].instruments
    }
    /// The profit at the last reference price, in the quote coin.
    public func profit(_ strategy: StrategyIndex) -> Amount { self.strategies[strategy.index].profit }
    /// The last reference price; zero before the first.
    public func referencePrice(_ strategy: StrategyIndex) -> Price { self.strategies[strategy.index].reference }
    /// Whether the strategy was stopped by its loss limit.
    public func isStopped(_ strategy: StrategyIndex) -> Bool {
        self.strategies[strategy.index].mode == .stoppedByLoss
    }
    /// A strategy's slots, in a fixed order.
    public func slots(_ strategy: StrategyIndex) -> [SlotView] {
        (0..<self.strategies[strategy.index].slots.count).map { slot in
            SlotView(
                line: Int(self.strategies[strategy.index].slots[slot].line),
                instrument: self.strategies[strategy.index].slots[slot].instrument,
                side: self.strategies[strategy.index].slots[slot].order.side,
                order: self.strategies[strategy.index].slots[slot].order,
                gate: self.strategies[strategy.index].slots[slot].gate)
        }
    }
    /// How many orders are not idle, over all strategies.
    public var openOrders: Int {
        var count = 0
        for index in 0..<self.strategies.count {
            for slot in 0..<self.strategies[index].slots.count
            where self.strategies[index].slots[slot].order.state != .idle {
                count += 1
            }
        }
        return count
    }
    /// What the account on a venue holds of a coin, as the engine reckons.
    public func balance(_ venue: VenueIndex, _ asset: AssetIndex) -> Amount { self.balances.total(venue, asset) }
    /// What open orders have reserved of it.
    public func reserved(_ venue: VenueIndex, _ asset: AssetIndex) -> Amount { self.balances.reserved(venue, asset) }
    /// The profit of the desk in a quote coin, at the last reference prices.
    public func deskProfit(_ asset: AssetIndex) -> Amount { self.deskProfit[asset.index] }
    /// The longest wait since the last look, in nanoseconds; the look starts a new one.
    public mutating func takeLateness() -> Int64 {
        let worst = self.statistics.lateness
        self.statistics.lateness = 0
        return worst
    }

    /// A digest of the whole state: books, orders, positions, counters. The same events give the same digest, in every process
    /// and build.
    public func stateHash() -> UInt64 {
        var hash = StateHash()
        self.books.hash(into: &hash)
        for index in 0..<self.strategies.count {
            hash.combine(UInt64(self.strategies[index].mode.rawValue))
            hash.combine(self.strategies[index].total.quantity.units)
            hash.combine(self.strategies[index].total.cost.units)
            hash.combine(self.strategies[index].total.realised.units)
            hash.combine(self.strategies[index].total.fees.units)
            hash.combine(self.strategies[index].reference.units)
            for slot in 0..<self.strategies[index].slots.count {
                let order = self.strategies[index].slots[slot].order
                hash.combine(UInt64(order.state.rawValue))
                hash.combine(order.id.low)
                hash.combine(order.price.units)
                hash.combine(order.quantity.units)
                hash.combine(order.filled.units)
                hash.combine(UInt64(self.strategies[index].slots[slot].gate.rawValue))
                hash.combine(self.strategies[index].slots[slot].tokens)
            }
        }
        for venue in 0..<self.venues.count {
            for asset in 0..<self.configuration.assetCount {
                hash.combine(
                    self.balances.total(
                        VenueIndex(UInt8(truncatingIfNeeded: venue)), AssetIndex(UInt16(truncatingIfNeeded: asset))
                    ).units)
            }
        }
        hash.combine(self.sequence)
        hash.combine(self.random)
        hash.combine(self.statistics.updates)
        hash.combine(self.statistics.evaluations)
        return hash.value
    }
}
