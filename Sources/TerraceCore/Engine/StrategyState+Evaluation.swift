/// What every slot of one evaluation shares.
struct Circumstances {
    /// Why the strategy as a whole may not quote, if it may not.
    var gate: Gate
    /// What passive lines are priced from; zero where there is none.
    var reference: Price
    /// The consolidated mid, for the collar; the reference where a side is empty.
    var mid: Price
    /// The inventory price from which top-of-book bids are bound, and that for asks.
    var bidBound: Price
    var askBound: Price
    /// Whether these are the reference price.
    var boundsFollowReference: Bool
    /// What of the open orders on each side passes the position limit and is not being cancelled yet.
    var excessBids: Int64
    var excessAsks: Int64
    /// When the next thing happens by itself.
    var wake: Timestamp
}

// The functions of an evaluation are `mutating` and take the desk `inout` also where they change nothing: the compiler (6.3.1)
// copies a noncopyable value of some hundred bytes to lend it from within a mutating function, once a call.
extension StrategyState {
    /// Compares what the strategy wants with what stands, and commands the difference.
    ///
    /// Where the market is within what the last looks have written down, that is all there is to it.
    mutating func evaluate(_ desk: inout Desk, _ commands: inout CommandBuffer) {
        desk.statistics.evaluations += 1
        let index = self.index.index
        let touch = desk.books.touch(self.pair)
        let reference = desk.reference(self.definition.pricing, self.pair, touch) ?? .zero
        let mid = touch.isTwoSided ? Desk.mid(touch.bid.price, touch.ask.price) : reference
        var dislocated = false
        if touch.isCrossed {
            desk.statistics.crossed += 1
            dislocated = Spreads.differs(
                touch.bid.price, touch.ask.price, byMoreThan: self.definition.maximumCross.units, of: mid)
        }
        if dislocated != self.isDislocated {
            self.isDislocated = dislocated
            desk.watches[index].needsLook = true
        }
        if self.positionChanged || desk.watches[index].watchesLoss || desk.looksAlways {
            if reference != .zero, !dislocated { self.mark(at: reference, &desk) }
        }
        if reference != .zero { desk.watches[index].reference = reference }
        if !desk.looksAlways, desk.watches[index].holds(reference.units, mid: mid.units),
            desk.touchesHold(index, self.pair)
        {
            desk.watches[index].moved = 0
            return
        }
        self.look(reference, mid, &desk, &commands)
        if self.isRemoved, self.isIdle { desk.unlink(self.index, from: self.pair) }
    }

    /// Goes through the slots, and looks at those whose bands do not hold; at all of them where something happened that bands
    /// do not know of. What one slot does here changes nothing for another whose band holds: it can only take up room,
    /// balance and rate, which that one does not ask for.
    private mutating func look(
        _ reference: Price, _ mid: Price, _ desk: inout Desk, _ commands: inout CommandBuffer
    ) {
        let index = self.index.index
        desk.statistics.looks += 1
        var now = self.circumstances(reference, mid, &desk)
        let all =
            desk.watches[index].needsLook || desk.looksAlways || !desk.watches[index].allows(mid: mid.units)
            || now.excessBids > 0 || now.excessAsks > 0
            || (self.isBlocked(.bid) && self.room(.bid, own: .zero) > 0)
            || (self.isBlocked(.ask) && self.room(.ask, own: .zero) > 0)
        desk.watches[index].needsLook = false
        desk.watches[index].moved = 0
        if all { self.blockedSides = 0 }
        let bands = Int(desk.watches[index].firstBand)
        let first = Int(desk.pairs[self.pair.index].firstInstrument)
        var common = QuoteBand.everything
        var isDelayed = false
        for ordinal in 0..<self.venues.count {
            let instrument = self.venues[ordinal].instrument
            let place = bands &+ instrument.index &- first
            let touch = desk.books.touch(instrument)
            let (bid, ask) = (touch.bid.price.units, touch.ask.price.units)
            if all || !desk.venueBands[place].holds(reference.units, bid: bid, ask: ask) {
                var band = QuoteBand.everything
                let slots = self.venues[ordinal].firstSlot
                for position in slots..<slots &+ self.venues[ordinal].slotCount {
                    let slot = Int(self.slotsByVenue[position])
                    if all || !self.bands[slot].holds(reference.units, bid: bid, ask: ask) {
                        if commands.space > 0 {
                            self.look(at: slot, touch, &now, &desk, &commands)
                        } else {
                            self.bands[slot] = .nothing  // There is no room for what it might want.
                            isDelayed = true
                        }
                    }
                    band.narrow(to: self.bands[slot])
                }
                desk.venueBands[place] = band
            }
            common.narrow(to: desk.venueBands[place])
        }
        desk.watches[index].referenceLow = common.referenceLow
        desk.watches[index].referenceHigh = common.referenceHigh
        self.collar(common.wantedLow, common.wantedHigh, &desk.watches[index])
        desk.timers.wake(self.index, by: now.wake)
        if isDelayed { desk.markReady(self.index, look: all) }
    }

    /// For which consolidated mids all prices between `low` and `high` are within the collar:
    /// `|price - mid| x 10^7 <= collar x mid`.
    private mutating func collar(_ low: Int64, _ high: Int64, _ watch: inout Watch) {
        if low > high {
            (watch.midLow, watch.midHigh) = (.min, .max)
            return
        }
        let whole = Int128(Millibps.whole)
        let collar = Int128(self.definition.priceCollar.units)
        watch.midLow = Int64(truncatingIfNeeded: (Int128(high) * whole + whole + collar - 1) / (whole + collar))
        watch.midHigh =
            collar >= whole
            ? .max : Int64(truncatingIfNeeded: min(Int128(QuoteBand.far), Int128(low) * whole / (whole - collar)))
    }

    private mutating func circumstances(_ reference: Price, _ mid: Price, _ desk: inout Desk) -> Circumstances {
        var now = Circumstances(
            gate: self.gate(&desk), reference: reference, mid: mid, bidBound: reference, askBound: reference,
            boundsFollowReference: true, excessBids: self.excess(.bid), excessAsks: self.excess(.ask),
            wake: .distantFuture)
        switch self.definition.inventory.price {
        case .markToMarket:
            break
        case .manual(let price):
            (now.bidBound, now.askBound, now.boundsFollowReference) = (price, price, false)
        case .accounting:
            if let bid = self.averageBid, let ask = self.averageAsk {
                (now.bidBound, now.askBound, now.boundsFollowReference) = (bid, ask, false)
            }
        }
        return now
    }

    /// By how much the open orders of `side` and the position pass the limit, after a change of the limits, of the position or
    /// of the opening inventory; what is being cancelled is not counted.
    private mutating func excess(_ side: Side) -> Int64 {
        let settings = self.definition.inventory
        let position = Int128(self.total.quantity.units)
        let limit =
            side == .bid
            ? Int128(settings.target.units) + Int128(settings.maximumDeviation.units) - position
            : position - Int128(settings.target.units) + Int128(settings.maximumDeviation.units)
        var excess = Int128((side == .bid ? self.openBids : self.openAsks).units) - max(0, limit)
        if excess <= 0 { return 0 }
        for slot in 0..<self.slots.count
        where self.slots[slot].order.side == side && self.slots[slot].order.state == .cancelling {
            excess -= Int128(self.slots[slot].order.open.units)
        }
        return Int64(max(0, min(excess, Int128(Int64.max))))
    }

    /// Whether an idle slot of `side` was held back by the position limit at the last look.
    private mutating func isBlocked(_ side: Side) -> Bool { self.blockedSides & (1 << side.rawValue) != 0 }

    /// Why the strategy as a whole may not quote, if it may not.
    private mutating func gate(_ desk: inout Desk) -> Gate {
        if desk.isKilled { return .killSwitch }
        if !desk.isRecording { return .notRecorded }
        if self.isRemoved || self.isPaused { return .paused }
        if self.isStopped { return .strategyLoss }
        if self.doubts > 0 { return .unknownOrder }
        if desk.isStopped[desk.pairs[self.pair.index].quote.index] { return .deskLoss }
        if Int(desk.watches[self.index.index].priority.rawValue) > desk.keptClasses { return .shed }
        return self.isDislocated ? .crossedBook : .none
    }

    /// Books the opening inventory at the first reference price, reckons what follows from the position, and the profit
    /// against the loss limits.
    private mutating func mark(at reference: Price, _ desk: inout Desk) {
        if !self.isSeeded {
            self.isSeeded = true
            let initial = self.definition.inventory.initial
            if initial != .zero { self.total.seed(quantity: initial, at: reference) }
            desk.note(.seeded(self.index, initial, reference))
            self.positionChanged = true
        }
        if self.positionChanged {
            self.positionChanged = false
            self.inventory = InventoryCoefficient.value(
                position: self.total.quantity, settings: self.definition.inventory)
            self.averageBid = self.total.averagePrice(roundedFor: .bid)
            self.averageAsk = self.total.averagePrice(roundedFor: .ask)
        }
        if desk.watches[self.index.index].watchesLoss { self.reckonLoss(at: reference, &desk) }
    }

    private mutating func reckonLoss(at reference: Price, _ desk: inout Desk) {
        let pair = desk.pairs[self.pair.index]
        let profit = self.total.profit(at: reference, units: pair.units)
        let quote = pair.quote.index
        desk.profit[quote] += profit - self.profit
        self.profit = profit
        if self.isMarkAwaited {
            self.isMarkAwaited = false
            desk.marksAwaited[quote] -= 1
        }
        if let limit = self.definition.maximumLoss, profit - self.profitAtLift < -limit, !self.isStopped {
            self.isStopped = true
            desk.watches[self.index.index].needsLook = true
            desk.note(.lossStopped(self.index, profit: profit))
        }
        if let limit = desk.lossLimit[quote], desk.profit[quote] - desk.profitAtLift[quote] < -limit,
            !desk.isStopped[quote], desk.judgesLoss(quote)
        {
            desk.isStopped[quote] = true
            desk.note(.deskLossStopped(pair.quote, profit: desk.profit[quote]))
            desk.markAllReady(look: true)
        }
    }

    /// A fill moved the position, in total and on its venue.
    mutating func book(
        _ fill: Fill, of order: ClientOrderID, on instrument: InstrumentIndex, units: Units, fee: FeeKind
    ) {
        self.total.book(fill, units: units, fee: fee)
        for ordinal in 0..<self.venues.count where self.venues[ordinal].instrument == instrument {
            self.venues[ordinal].position.book(fill, units: units, fee: fee)
            self.venues[ordinal].fills.book(fill, of: order)
        }
        self.positionChanged = true
    }
}
