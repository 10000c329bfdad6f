extension Engine {
    /// What a venue said of one of our orders. The state changes at once; commands that follow come at the next turn.
    ///
    /// Every fill of an account is money that moved: it is booked to the balances whoever's order it was, and to a strategy
    /// where one is known by the order's id.
    mutating func handle(_ report: OrderReport) {
        guard report.instrument.index < self.desk.instruments.count else {
            self.desk.statistics.anomalies += 1
            return
        }
        var fillIsNew = false
        if case .filled(let fill) = report.outcome {
            guard fill.isPlausible else {
                self.desk.statistics.anomalies += 1
                return
            }
            fillIsNew = self.seenTrades.insert(fill.trade, report.instrument)
            if fillIsNew {
                self.desk.book(fill, of: report.order, on: report.instrument)
            } else {
                self.desk.statistics.doubledFills += 1
            }
            if !fillIsNew { return }
        }
        if self.orphans.count > 0, report.outcome.endsOrder { self.orphans.remove(report.order) }
        guard report.order.instance == self.desk.configuration.instance else {
            self.desk.statistics.anomalies += 1
            if fillIsNew { self.desk.statistics.foreignFills += 1 }
            return
        }
        guard let index = self.directory[report.order.strategy],
            self.strategies[index].pair == self.desk.instruments[report.instrument.index].pair
        else {
            // An order of this engine that no strategy here sent: an earlier run's, or one of a strategy long gone.
            self.desk.statistics.anomalies += 1
            if fillIsNew { self.desk.statistics.foreignFills += 1 }
            if report.outcome.showsOrder { self.addOrphan(report) }
            return
        }
        if self.strategies[index].take(report, &self.desk) { self.addOrphan(report) }
        self.desk.markReady(StrategyIndex(UInt32(truncatingIfNeeded: index)), look: fillIsNew)
    }

    /// A thousand orders that nothing wants at once are more than a mishap: the engine stops.
    private mutating func addOrphan(_ report: OrderReport) {
        if self.orphans.add(report.instrument, report.order) { return }
        self.desk.isKilled = true
        self.desk.markAllReady(look: true)
    }

    /// A venue's connection broke: what becomes of the orders there is not heard. Each is asked for when it is back.
    mutating func doubtOrders(at venue: VenueIndex) {
        for index in 0..<self.strategies.count { self.strategies[index].doubtOrders(at: venue, &self.desk) }
    }
}

extension OrderOutcome {
    /// Whether it shows that the order stands.
    var showsOrder: Bool {
        switch self {
        case .accepted, .amended, .found: true
        case .rejected, .cancelled, .notFound, .cancelRejected, .amendRejected, .unknown, .filled: false
        }
    }

    /// Whether it shows that the order does not stand.
    var endsOrder: Bool {
        switch self {
        case .rejected, .cancelled, .notFound: true
        case .cancelRejected(let reason): reason == .unknownOrder
        case .accepted, .amended, .found, .amendRejected, .unknown, .filled: false
        }
    }
}

extension Fill {
    /// Whether price and quantity are within what is let in.
    var isPlausible: Bool {
        self.price.units > 0 && self.price.units <= Price.limit && self.quantity.units > 0
            && self.quantity.units <= Quantity.limit
    }
}

extension StrategyState {
    /// So many queries in vain, over about a minute, and the strategy stops quoting until the venue tells.
    static let patience = 5

    /// Takes a report of an order that carries this strategy's hash.
    ///
    /// - Returns: whether the order stands at the venue and nothing here wants it.
    mutating func take(_ report: OrderReport, _ desk: inout Desk) -> Bool {
        let slot = Int(report.order.slot)
        if case .filled(let fill) = report.outcome { self.take(fill, of: report.order, report.instrument, &desk) }
        guard slot < self.slots.count, self.slots[slot].order.id == report.order,
            self.slots[slot].instrument == report.instrument
        else {
            // An order that this slot does not hold, or no longer.
            guard self.takeUp(report, &desk) else { return report.outcome.showsOrder }
            self.doubtBands(slot, &desk)
            self.settle(slot, &desk)
            return false
        }
        // This slot is to be looked at, and what it has in common with the others is to be found anew.
        self.doubtBands(slot, &desk)
        var isOrphan = false
        if self.isBeyondExplaining(slot, report.outcome, desk) {
            self.slots[slot].order = WorkingOrder(side: self.slots[slot].order.side)
            self.settle(slot, &desk)
            return report.outcome.showsOrder
        }
        switch self.slots[slot].order.apply(report.outcome) {
        case .none, .book, .released: break
        case .bookLate, .anomaly: desk.statistics.anomalies += 1
        case .cancelOrphan: isOrphan = true
        case .query, .bookAndQuery: self.ask(slot, &desk)
        case .refused(let reason):
            desk.statistics.rejected += 1
            self.hold(slot, reason, &desk)
        }
        switch report.outcome {
        case .amendRejected(let reason):
            desk.statistics.rejected += 1
            self.hold(slot, reason, &desk)
        case .cancelRejected(let reason):
            self.slots[slot].refusals += 1
            self.slots[slot].cancelAfter = self.after(self.slots[slot].refusals, &desk)
            if reason == .rateLimited { desk.drainBudget(of: report.instrument) }
        case .accepted, .amended:
            self.slots[slot].refusals = 0
        case .rejected, .filled, .cancelled, .found, .notFound, .unknown: break
        }
        self.settle(slot, &desk)
        return isOrphan
    }

    private mutating func doubtBands(_ slot: Int, _ desk: inout Desk) {
        self.bands[slot] = .nothing
        desk.watches[self.index.index].referenceLow = .max
        let place = self.slots[slot].instrument.index - Int(desk.pairs[self.pair.index].firstInstrument)
        desk.venueBands[Int(desk.watches[self.index.index].firstBand) + place] = .nothing
    }

    /// The first question is asked at once, others after a while, so that a venue that does not know is not flooded.
    private mutating func ask(_ slot: Int, _ desk: inout Desk) {
        self.slots[slot].answerDue =
            self.slots[slot].queries == 0
            ? desk.now : desk.now.advanced(by: desk.configuration.responseTimeoutNanoseconds << self.backOff(slot))
    }

    /// Twice as long each time, up to 32 times.
    mutating func backOff(_ slot: Int) -> Int64 { Int64(min(5, max(0, self.slots[slot].queries - 1))) }

    /// After a refusal the slot waits, twice as long each time in a row, up to 64 times.
    private mutating func hold(_ slot: Int, _ reason: VenueRejection, _ desk: inout Desk) {
        self.slots[slot].refusals += 1
        self.slots[slot].holdUntil = self.after(self.slots[slot].refusals, &desk)
        if reason == .rateLimited { desk.drainBudget(of: self.slots[slot].instrument) }
    }

    private mutating func after(_ refusals: Int, _ desk: inout Desk) -> Timestamp {
        desk.now.advanced(by: desk.configuration.refusalHoldNanoseconds << Int64(min(6, max(0, refusals - 1))))
    }

    /// A fill moves the position, whatever became of its slot.
    private mutating func take(
        _ fill: Fill, of order: ClientOrderID, _ instrument: InstrumentIndex, _ desk: inout Desk
    ) {
        let slot = Int(order.slot)
        let pair = desk.instruments[instrument.index].pair.index
        self.book(fill, of: order, on: instrument, units: desk.pairs[pair].units, fee: desk.feeKind(fill, pair))
        if slot < self.slots.count, self.slots[slot].instrument == instrument {
            let heir = Int(self.slots[slot].heir)
            self.slots[heir >= 0 ? heir : slot].spend(fill.quantity)
        }
    }

    /// What becomes of the orders at a venue is not heard from now on.
    mutating func doubtOrders(at venue: VenueIndex, _ desk: inout Desk) {
        for slot in 0..<self.slots.count
        where desk.instruments[self.slots[slot].instrument.index].venue == venue
            && self.slots[slot].order.state != .idle
        {
            _ = self.slots[slot].order.expire()
            if self.slots[slot].queries >= Self.patience { self.doubts -= 1 }
            self.slots[slot].queries = 0
            self.slots[slot].answerDue = .distantPast
            self.settle(slot, &desk)
        }
    }

    /// Brings the limits in line with what the slot's order takes up now: headroom, reserved balance, own quantity shown.
    mutating func settle(_ slot: Int, _ desk: inout Desk) {
        if self.slots[slot].order.state != .unknown, self.slots[slot].queries > 0 {
            if self.slots[slot].queries >= Self.patience { self.doubts -= 1 }
            self.slots[slot].queries = 0
            desk.watches[self.index.index].needsLook = true
        }
        let instrument = self.slots[slot].instrument
        let pair = desk.instruments[instrument.index].pair.index
        let side = self.slots[slot].order.side
        let venue = desk.instruments[instrument.index].venue
        let isMargined = desk.venues[venue.index].isMargined
        let new = Footprint(of: self.slots[slot].order, units: desk.pairs[pair].units, isMargined: isMargined)
        let old = self.slots[slot].footprint
        if new == old { return }
        self.slots[slot].footprint = new
        if side == .bid {
            self.openBids += new.open - old.open
        } else {
            self.openAsks += new.open - old.open
        }
        desk.balances.reserve(
            venue, side == .bid || isMargined ? desk.pairs[pair].quote : desk.pairs[pair].base,
            new.reserved - old.reserved)
        if new.eagerPrice != old.eagerPrice {
            desk.standing[2 * instrument.index + side.index].set(
                UInt64(self.index.raw) << 16 | UInt64(slot), new.eagerPrice.units)
            desk.wakeBlocked(pair)
        }
        desk.show(instrument, side, old.shownPrice, old.shown, new.shownPrice, new.shown)
        desk.show(instrument, side, old.pendingPrice, old.pending, new.pendingPrice, new.pending)
        desk.noteMoved(instrument)
    }
}

extension Desk {
    /// A fill moves the balances of its venue.
    mutating func book(_ fill: Fill, of order: ClientOrderID, on instrument: InstrumentIndex) {
        self.statistics.fills += 1
        self.instruments[instrument.index].fills.book(fill, of: order)
        let venue = self.instruments[instrument.index].venue
        let pair = self.pairs[self.instruments[instrument.index].pair.index]
        if !self.venues[venue.index].isMargined {
            let base = pair.units.amount(of: fill.quantity)
            let quote = pair.units.amount(of: Notional(of: fill.quantity, at: fill.price))
            self.balances.add(venue, pair.base, fill.side == .bid ? base : -base)
            self.balances.add(venue, pair.quote, fill.side == .bid ? -quote : quote)
        }
        if fill.feeAsset.index < self.configuration.assetCount { self.balances.add(venue, fill.feeAsset, -fill.fee) }
    }

    /// In which kind of coin a fill's fee was charged.
    func feeKind(_ fill: Fill, _ pair: Int) -> FeeKind {
        fill.feeAsset == self.pairs[pair].base
            ? .base : fill.feeAsset == self.pairs[pair].quote ? .quote : .third(fill.feeAsset)
    }

    /// Moves our own quantity in the books from one level to another.
    mutating func show(
        _ instrument: InstrumentIndex, _ side: Side, _ oldPrice: Price, _ old: Quantity, _ newPrice: Price,
        _ new: Quantity
    ) {
        if oldPrice == newPrice {
            if old != new { self.books.adjustOwn(instrument, side, newPrice, by: new - old) }
            return
        }
        if new != .zero { self.books.adjustOwn(instrument, side, newPrice, by: new) }
        if old != .zero { self.books.adjustOwn(instrument, side, oldPrice, by: -old) }
    }

    /// The venue says that the account sends too much: nothing but cancels until the budget has filled again.
    mutating func drainBudget(of instrument: InstrumentIndex) {
        self.venues[self.instruments[instrument.index].venue.index].budget.drain(at: self.now)
    }
}
