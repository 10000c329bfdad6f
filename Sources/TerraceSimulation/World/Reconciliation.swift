public import TerraceCore

/// Whether an engine and the venues agree, item by item.
public enum Reconciliation {
    /// Every difference between what the engine reckons and what the venues hold, each named: open orders, fills, balances,
    /// and positions against the balances' change since the start.
    public static func mismatches<Truth: VenueTruth & ~Copyable>(
        _ engine: borrowing Engine, _ market: borrowing Truth, _ setup: MarketSetup
    ) -> [String] {
        var found: [String] = []
        var standing: [ClientOrderID: (InstrumentIndex, OpenOrder)] = [:]
        var fills: UInt64 = 0
        for (venue, definition) in setup.venues.enumerated() {
            for (instrument, order) in market.openOrders(venue) { standing[order.client] = (instrument, order) }
            fills += market.fillCount(venue)
            for (asset, name) in setup.assets.enumerated() {
                let coin = AssetIndex(UInt16(truncatingIfNeeded: asset))
                let ours = engine.balance(VenueIndex(UInt8(truncatingIfNeeded: venue)), coin)
                let theirs = market.balance(venue, coin).total
                if ours != theirs {
                    found.append("balance of \(name) on \(definition.name): engine \(ours.text), venue \(theirs.text)")
                }
            }
        }
        if fills != engine.statistics.fills {
            found.append("fills: engine \(engine.statistics.fills), venues \(fills)")
        }
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
            for slot in engine.slots(strategy) where slot.order.state != .idle {
                let id = engine.definition(strategy).id
                guard let (instrument, order) = standing.removeValue(forKey: slot.order.id) else {
                    found.append("order \(slot.order.id.low) of \(id): \(slot.order.state) here, none at the venue")
                    continue
                }
                if instrument != slot.instrument || order.price != slot.order.price
                    || order.quantity != slot.order.quantity || order.filled != slot.order.filled
                {
                    found.append("order \(slot.order.id.low) of \(id): differs from the venue's")
                }
            }
        }
        for id in standing.keys.sorted(by: { $0.low < $1.low }) {
            found.append("order \(id.low) stands at a venue, unknown here")
        }
        return found + Self.positions(engine, setup)
    }

    /// What the strategies' positions say a venue's balances should have moved by, against what they moved by.
    private static func positions(_ engine: borrowing Engine, _ setup: MarketSetup) -> [String] {
        var moved = Array(
            repeating: Array(repeating: Amount.zero, count: setup.assets.count), count: setup.venues.count)
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
            let pair = setup.pairs[engine.definition(strategy).pair.index]
            for (instrument, position) in zip(engine.instruments(of: strategy), engine.positions(strategy)) {
                let venue = engine.books.venue(of: instrument).index
                moved[venue][pair.base.index] += pair.units.amount(of: position.quantity) - position.feeRemainder
                moved[venue][pair.quote.index] +=
                    pair.units.amount(of: position.realised - position.cost) - position.fees
            }
        }
        var found: [String] = []
        for (venue, definition) in setup.venues.enumerated() {
            for (asset, start) in setup.balances[venue] {
                let now = engine.balance(VenueIndex(UInt8(truncatingIfNeeded: venue)), asset)
                if now - start != moved[venue][asset.index] {
                    found.append(
                        "positions in \(setup.assets[asset.index]) on \(definition.name): they moved by "
                            + "\(moved[venue][asset.index].text), the balance by \((now - start).text)")
                }
            }
        }
        return found
    }
}
