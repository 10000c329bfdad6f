extension Engine {
    /// What a venue said of one of our orders. The state changes at once; commands that follow come at the next turn.
    mutating func handle(_ report: OrderReport) {
        guard report.instrument.index < self.instruments.count, report.order.instance == self.configuration.instance,
            let index = self.byHash[report.order.strategy]
        else {
            self.statistics.anomalies += 1
            if case .filled = report.outcome { self.statistics.foreignFills += 1 }
            return
        }
        self.venues[self.instruments[report.instrument.index].venue.index].heardAt = self.now
        let strategy = StrategyIndex(UInt32(truncatingIfNeeded: index))
        let slot = Int(report.order.slot)
        let isKnown =
            slot < self.strategies[index].slots.count
            && self.strategies[index].slots[slot].order.id == report.order
        if case .filled(let fill) = report.outcome {
            guard self.seenTrades.insert(fill.trade, report.instrument) else {
                self.statistics.doubledFills += 1
                return
            }
            self.book(fill, of: index, report.instrument)
            if slot < self.strategies[index].slots.count, self.strategies[index].slots[slot].tokens > 0 {
                self.strategies[index].slots[slot].tokens = max(
                    0, self.strategies[index].slots[slot].tokens - fill.quantity.units)
            }
        }
        guard isKnown else {
            // An order that this slot no longer holds. Standing ones are cancelled, everything else is past.
            switch report.outcome {
            case .accepted, .amended, .found: self.addOrphan(report)
            case .rejected, .cancelled, .notFound, .cancelRejected, .amendRejected, .unknown, .filled: break
            }
            self.markReady(strategy)
            return
        }
        switch self.strategies[index].slots[slot].order.apply(report.outcome) {
        case .none, .book, .released: break
        case .bookLate, .anomaly: self.statistics.anomalies += 1
        case .cancelOrphan: self.addOrphan(report)
        case .query: self.strategies[index].slots[slot].sentAt = .distantPast
        case .refused:
            self.statistics.rejected += 1
            self.hold(index, slot)
        }
        if case .amendRejected = report.outcome {
            self.statistics.rejected += 1
            self.hold(index, slot)
        }
        self.settle(index, slot)
        self.markReady(strategy)
    }

    private mutating func hold(_ index: Int, _ slot: Int) {
        self.strategies[index].slots[slot].holdUntil = self.now.advanced(
            by: self.configuration.refusalHoldNanoseconds)
    }

    private mutating func addOrphan(_ report: OrderReport) {
        // Full means a thousand strange orders at once; the venue's reconciliation finds the rest.
        if self.orphans.count < 1_024 { self.orphans.append((report.instrument, report.order)) }
    }

    /// A fill moves the position of its strategy, in total and on its venue, and the balances of its venue.
    private mutating func book(_ fill: Fill, of index: Int, _ instrument: InstrumentIndex) {
        self.statistics.fills += 1
        let state = self.instruments[instrument.index]
        let pair = self.pairs[state.pair.index]
        let kind: FeeKind =
            fill.feeAsset == pair.base ? .base : fill.feeAsset == pair.quote ? .quote : .third(fill.feeAsset)
        self.strategies[index].total.book(fill, units: pair.units, fee: kind)
        for ordinal in 0..<self.strategies[index].instruments.count
        where self.strategies[index].instruments[ordinal] == instrument {
            self.strategies[index].positions[ordinal].book(fill, units: pair.units, fee: kind)
        }
        self.strategies[index].positionChanged = true
        let base = pair.units.amount(of: fill.quantity)
        let quote = pair.units.amount(of: Notional(of: fill.quantity, at: fill.price))
        self.balances.add(state.venue, pair.base, fill.side == .bid ? base : -base)
        self.balances.add(state.venue, pair.quote, fill.side == .bid ? -quote : quote)
        if fill.feeAsset.index < self.configuration.assetCount {
            self.balances.add(state.venue, fill.feeAsset, -fill.fee)
        }
    }

    /// Brings the limits in line with what the slot's order takes up now: headroom, reserved balance, own quantity shown.
    mutating func settle(_ index: Int, _ slot: Int) {
        let instrument = self.strategies[index].slots[slot].instrument
        let state = self.instruments[instrument.index]
        let pair = self.pairs[state.pair.index]
        let side = self.strategies[index].slots[slot].order.side
        let new = Footprint(of: self.strategies[index].slots[slot].order, units: pair.units)
        let old = self.strategies[index].slots[slot].footprint
        if new == old { return }
        self.strategies[index].slots[slot].footprint = new
        if side == .bid {
            self.strategies[index].openBids += new.open - old.open
        } else {
            self.strategies[index].openAsks += new.open - old.open
        }
        self.balances.reserve(state.venue, side == .bid ? pair.quote : pair.base, new.reserved - old.reserved)
        if new.shownPrice == old.shownPrice {
            self.books.adjustOwn(instrument, side, new.shownPrice, by: new.shown - old.shown)
        } else {
            if old.shown != .zero { self.books.adjustOwn(instrument, side, old.shownPrice, by: -old.shown) }
            if new.shown != .zero { self.books.adjustOwn(instrument, side, new.shownPrice, by: new.shown) }
        }
    }
}
