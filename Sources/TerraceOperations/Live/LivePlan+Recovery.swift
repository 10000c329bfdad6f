import TerraceCore
import TerraceSimulation
import TerraceStorage
import TerraceVenues

/// What an earlier run left, brought to the indices of this one.
extension LivePlan {
    /// Where an instrument is found: names of venue and pair.
    struct InstrumentName: Hashable {
        var venue: String
        var symbol: String
    }

    /// The engine's instruments by name.
    var instrumentsByName: [InstrumentName: InstrumentIndex] {
        var found: [InstrumentName: InstrumentIndex] = [:]
        var next: UInt32 = 0
        for (pair, symbol) in zip(self.desk.bound.setup.pairs, self.desk.bound.setup.symbols) {
            for instrument in pair.instruments {
                let venue = self.desk.bound.engine.venues[instrument.venue.index].name
                found[InstrumentName(venue: venue, symbol: symbol)] = InstrumentIndex(next)
                next += 1
            }
        }
        return found
    }

    /// Gives `engine` what `ledger` knows: positions and loss stops, trades that are booked already, orders that stand or may.
    ///
    /// - Returns: what a person should read.
    func restore(_ ledger: Ledger, into engine: inout Engine) -> [String] {
        let instruments = self.instrumentsByName
        let coins = self.desk.bound.setup.assets
        var notes: [String] = []
        var restored = 0
        for (index, strategy) in self.desk.bound.strategies.enumerated() {
            guard let known = ledger.strategy(strategy.id) else { continue }
            var state = RestoredStrategy()
            state.total = ledger.position(known.total, coins: coins)
            for share in known.shares {
                guard let instrument = instruments[InstrumentName(venue: share.venue, symbol: known.symbol)] else {
                    continue
                }
                state.shares.append(
                    RestoredStrategy.Share(
                        instrument: instrument, position: ledger.position(share.position, coins: coins),
                        fills: share.fills))
            }
            state.isSeeded = known.isSeeded
            state.isStopped = known.isStopped
            state.lossBaseline = known.lossBaseline
            engine.restore(StrategyIndex(UInt32(truncatingIfNeeded: index)), state)
            // A first run finds its own strategies there, of which nothing has happened yet.
            if known.isSeeded || known.isStopped || !known.shares.isEmpty { restored += 1 }
            if known.isStopped {
                notes.append(
                    "ALARM: \(strategy.id) was stopped by its loss limit, and stays so until the stop is lifted")
            }
        }
        for loss in ledger.deskLosses {
            guard let place = coins.firstIndex(of: loss.coin) else { continue }
            engine.restoreDeskLoss(
                AssetIndex(UInt16(truncatingIfNeeded: place)), baseline: loss.baseline, isStopped: loss.isStopped)
            if loss.isStopped {
                notes.append(
                    "ALARM: what is quoted in \(loss.coin) was stopped by the desk's loss limit, and stays so until the stop is "
                        + "lifted")
            }
        }
        let here = Set(self.desk.bound.strategies.map { $0.id })
        let others = ledger.strategies.filter { !here.contains($0.id) }
        for other in others {
            guard let quote = other.symbol.split(separator: "/").last, let place = coins.firstIndex(of: String(quote))
            else { continue }
            engine.restoreDeskProfit(
                AssetIndex(UInt16(truncatingIfNeeded: place)),
                ofOthers: other.units.amount(of: other.total.realised) - other.total.fees)
        }
        for fill in ledger.seenFills {
            guard let instrument = instruments[InstrumentName(venue: fill.venue, symbol: fill.symbol)] else { continue }
            engine.restoreSeen(trade: fill.trade, instrument: instrument)
        }
        var orders = 0
        for order in ledger.orders {
            guard let instrument = instruments[InstrumentName(venue: order.venue, symbol: order.symbol)] else {
                notes.append(
                    "ALARM: order \(order.order.id.text) may stand on \(order.symbol) at \(order.venue), which this desk does not "
                        + "trade: look there")
                continue
            }
            engine.restore(order.order, on: instrument)
            orders += 1
        }
        if restored > 0 || orders > 0 {
            notes.append(
                "the journal goes on: \(restored) strategies with their positions, \(orders) orders that stand or may are asked for"
            )
        }
        let gone = others.filter { $0.total.quantity != .zero }
        if !gone.isEmpty {
            notes.append(
                "warning: \(DeskPlan.listed(gone.map { $0.id }, ", ")) held a position and \(gone.count == 1 ? "is" : "are") no "
                    + "longer in the file; what was held stays in the journal")
        }
        return notes
    }

    /// Up to where a venue has told our fills, by the places of its dialect's instruments.
    func fillMarks(_ ledger: Ledger, venue: Int) -> [FillMark?] {
        let name = self.accesses[venue].venue.name
        var marks: [String: LedgerFillMark] = [:]
        for mark in ledger.fillMarks where mark.venue == name { marks[mark.symbol] = mark }
        let symbols = self.desk.bound.setup.symbols
        return self.desk.pairs[venue].map { pair in
            marks[symbols[pair.index]].map { FillMark(through: $0.through, milliseconds: $0.milliseconds) }
        }
    }
}
