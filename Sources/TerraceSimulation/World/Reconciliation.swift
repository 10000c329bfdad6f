public import TerraceCore

/// Whether an engine and the venues agree, item by item.
///
/// What is on the way is no difference yet: compare when nothing is, at the latest after a stop.
public enum Reconciliation {
    /// Every difference between what the engine reckons and what the venues hold, each named: balances, what open orders have
    /// reserved of them where nothing is on the way, open orders, fills and positions.
    public static func mismatches<Truth: VenueTruth & ~Copyable>(
        _ engine: borrowing Engine, _ market: borrowing Truth, _ setup: MarketSetup
    ) -> [String] {
        Self.balances(engine, market, setup) + Self.orders(engine, market, setup) + Self.fills(engine, market, setup)
            + Self.positions(engine, setup)
    }

    // MARK: Balances

    private static func balances<Truth: VenueTruth & ~Copyable>(
        _ engine: borrowing Engine, _ market: borrowing Truth, _ setup: MarketSetup
    ) -> [String] {
        var found: [String] = []
        let isSettled = engine.isSettled && market.isQuiet
        for (venue, definition) in setup.venues.enumerated() {
            let index = VenueIndex(UInt8(truncatingIfNeeded: venue))
            for (asset, name) in setup.assets.enumerated() {
                let coin = AssetIndex(UInt16(truncatingIfNeeded: asset))
                let ours = engine.balance(index, coin)
                let theirs = market.balance(venue, coin)
                if ours != theirs.total {
                    found.append(
                        "balance of \(name) on \(definition.name): engine \(ours.text), venue \(theirs.total.text)")
                }
                let reserved = engine.reserved(index, coin)
                if isSettled, reserved != theirs.total - theirs.free {
                    found.append(
                        "reserved of \(name) on \(definition.name): engine \(reserved.text), "
                            + "venue \((theirs.total - theirs.free).text)")
                }
            }
        }
        return found
    }

    // MARK: Orders

    private static func orders<Truth: VenueTruth & ~Copyable>(
        _ engine: borrowing Engine, _ market: borrowing Truth, _ setup: MarketSetup
    ) -> [String] {
        var found: [String] = []
        var standing: [ClientOrderID: (instrument: InstrumentIndex, order: OpenOrder)] = [:]
        for (venue, definition) in setup.venues.enumerated() {
            for (instrument, order) in market.openOrders(venue) {
                if standing.updateValue((instrument, order), forKey: order.client) != nil {
                    found.append("order \(order.client.low) stands more than once, the last time on \(definition.name)")
                }
            }
        }
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
            for slot in engine.slots(strategy) where slot.order.state != .idle {
                let id = engine.definition(strategy).id
                guard let (instrument, order) = standing.removeValue(forKey: slot.order.id) else {
                    found.append("order \(slot.order.id.low) of \(id): \(slot.order.state) here, none at the venue")
                    continue
                }
                if instrument != slot.instrument || order.side != slot.side || order.price != slot.order.price
                    || order.quantity != slot.order.quantity || order.filled != slot.order.filled
                {
                    found.append("order \(slot.order.id.low) of \(id): differs from the venue's")
                }
            }
        }
        for id in standing.keys.sorted(by: { ($0.high, $0.low) < ($1.high, $1.low) }) {
            found.append("order \(id.low) stands at a venue, unknown here")
        }
        return found
    }

    // MARK: Fills

    /// Whose fills, and where.
    private struct Place: Hashable {
        let instrument: InstrumentIndex
        let owner: UInt64
    }

    /// What fills came to.
    private struct Moved: Equatable {
        var tally = FillTally()
        var base = Amount.zero
        var quote = Amount.zero
    }

    /// Fills, and the positions that follow from them, by instrument and strategy; and all fills of an instrument together,
    /// which are those that moved the balances.
    private static func fills<Truth: VenueTruth & ~Copyable>(
        _ engine: borrowing Engine, _ market: borrowing Truth, _ setup: MarketSetup
    ) -> [String] {
        var found: [String] = []
        var theirs: [Place: Moved] = [:]
        var together = Array(repeating: FillTally(), count: engine.books.instrumentCount)
        for venue in setup.venues.indices {
            for (instrument, entry) in market.fills(venue) {
                together[instrument.index] = together[instrument.index] + entry.tally
                theirs[Place(instrument: instrument, owner: entry.owner)] = Moved(
                    tally: entry.tally, base: entry.base, quote: entry.quote)
            }
        }
        for index in together.indices {
            let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: index))
            let what = "fills on \(Self.name(of: instrument, engine, setup))"
            Self.compare(engine.fills(on: instrument), together[index], what, &found)
        }
        // A strategy that was removed and registered again has the same orders' owner as before.
        var ours: [Place: Moved] = [:]
        var names: [UInt64: String] = [:]
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
            let owner = engine.orderOwner(strategy)
            names[owner] = engine.definition(strategy).id
            let units = setup.pairs[engine.definition(strategy).pair.index].units
            let booked = zip(engine.fills(strategy), engine.positions(strategy))
            for (instrument, (tally, position)) in zip(engine.instruments(of: strategy), booked) {
                var sum = ours[Place(instrument: instrument, owner: owner)] ?? Moved()
                sum.tally = sum.tally + tally
                sum.base += Self.base(position, units)
                sum.quote += Self.quote(position, units)
                ours[Place(instrument: instrument, owner: owner)] = sum
            }
        }
        let places = Set(ours.keys).union(theirs.keys)
            .sorted { ($0.instrument.raw, $0.owner) < ($1.instrument.raw, $1.owner) }
        for place in places {
            let here = ours[place] ?? Moved()
            let there = theirs[place] ?? Moved()
            if here == there { continue }
            let owner = names[place.owner] ?? "nobody here (\(String(place.owner, radix: 16)))"
            let what = "\(owner) on \(Self.name(of: place.instrument, engine, setup))"
            Self.compare(here.tally, there.tally, "fills of \(what)", &found)
            if here.base != there.base || here.quote != there.quote {
                found.append(
                    "position of \(what): moved by \(here.base.text) and \(here.quote.text) here, "
                        + "by \(there.base.text) and \(there.quote.text) at the venue")
            }
        }
        return found
    }

    private static func compare(_ ours: FillTally, _ theirs: FillTally, _ what: String, _ found: inout [String]) {
        if ours.count != theirs.count {
            found.append("\(what): engine \(ours.count), venue \(theirs.count)")
        } else if ours != theirs {
            found.append("\(what): \(ours.count) on both sides, but not the same")
        }
    }

    private static func name(
        of instrument: InstrumentIndex, _ engine: borrowing Engine, _ setup: MarketSetup
    ) -> String {
        let venue = setup.venues[engine.books.venue(of: instrument).index].name
        return "\(venue) \(setup.symbols[engine.books.pair(of: instrument).index])"
    }

    // MARK: Positions

    /// What a position on a venue says the base coin there should have moved by.
    private static func base(_ position: Position, _ units: Units) -> Amount {
        units.amount(of: position.quantity) - position.feeRemainder
    }

    /// What a position on a venue says the quote coin there should have moved by.
    private static func quote(_ position: Position, _ units: Units) -> Amount {
        units.amount(of: position.realised - position.cost) - position.fees
    }

    /// What the strategies' positions say a venue's balances should have moved by since they were first told, against what they
    /// moved by. What positions were by then, of an earlier run or by fills that it did not hear of, is in those balances.
    ///
    /// - Parameter setup: Its `balances` are those that were told first.
    public static func positions(_ engine: borrowing Engine, _ setup: MarketSetup) -> [String] {
        var moved = Array(
            repeating: Array(repeating: Amount.zero, count: setup.assets.count), count: setup.venues.count)
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
            let pair = setup.pairs[engine.definition(strategy).pair.index]
            let changes = zip(engine.openings(strategy), engine.positions(strategy))
            for (instrument, (opening, position)) in zip(engine.instruments(of: strategy), changes) {
                let venue = engine.books.venue(of: instrument).index
                moved[venue][pair.base.index] +=
                    Self.base(position, pair.units) - Self.base(opening, pair.units)
                moved[venue][pair.quote.index] +=
                    Self.quote(position, pair.units) - Self.quote(opening, pair.units)
                for fee in position.thirdFees where fee.asset.index < setup.assets.count {
                    moved[venue][fee.asset.index] -= fee.amount
                }
                for fee in opening.thirdFees where fee.asset.index < setup.assets.count {
                    moved[venue][fee.asset.index] += fee.amount
                }
            }
        }
        var found: [String] = []
        for (venue, definition) in setup.venues.enumerated() {
            for (asset, name) in setup.assets.enumerated() {
                let coin = AssetIndex(UInt16(truncatingIfNeeded: asset))
                var change = engine.balance(VenueIndex(UInt8(truncatingIfNeeded: venue)), coin)
                for (held, amount) in setup.balances[venue] where held == coin { change -= amount }
                if change != moved[venue][asset] {
                    found.append(
                        "positions in \(name) on \(definition.name): they moved by \(moved[venue][asset].text), "
                            + "the balance by \(change.text)")
                }
            }
        }
        return found
    }
}
