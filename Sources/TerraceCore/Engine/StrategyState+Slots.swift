extension StrategyState {
    /// Looks at one slot in full, does what there is to do (at most one command), and writes down in its band in which market
    /// another look would find nothing to do.
    mutating func look(
        at slot: Int, _ touch: Touch, _ now: inout Circumstances, _ desk: inout Desk, _ commands: inout CommandBuffer
    ) {
        switch self.slots[slot].order.state {
        case .idle:
            self.fill(slot, touch, &now, &desk, &commands)
        case .working:
            self.keep(slot, touch, &now, &desk, &commands)
        case .placing, .amending, .cancelling, .unknown:
            self.await(slot, &now, &desk, &commands)
        }
        if self.slots[slot].order.state != .idle, self.slots[slot].order.state != .working {
            self.bands[slot] = .everything  // It waits for an answer, or for a time-out.
        }
    }

    // MARK: What a slot wants

    /// What keeps the slot from quoting whatever the prices are. Each of these ends by an event that has all slots looked at.
    private mutating func gate(_ slot: Int, _ now: borrowing Circumstances, _ desk: inout Desk) -> Gate {
        if now.gate != .none { return now.gate }
        let side = self.slots[slot].order.side
        if self.slots[slot].isRetired || !self.lines[Int(self.slots[slot].line)].sides.contains(side) {
            return .sideOff
        }
        let instrument = self.slots[slot].instrument
        let venue = desk.instruments[instrument.index].venue.index
        if !desk.venues[venue].isUp || !desk.venues[venue].isHeard { return .venueDown }
        return desk.books.isLive(instrument) ? .none : .staleBook
    }

    /// How the slot's line is priced now.
    private mutating func pricing(
        _ slot: Int, _ touch: Touch, _ now: borrowing Circumstances, _ desk: inout Desk
    ) -> LinePricing {
        let side = self.slots[slot].order.side
        let line = Int(self.slots[slot].line)
        let isTopOfBook = self.lines[line].isTopOfBook
        let coefficient = self.lines[line].usesInventory ? self.inventory : .zero
        let spread =
            isTopOfBook
            ? Spreads.topOfBook(self.lines[line].spread, side, coefficient)
            : Spreads.passive(self.lines[line], side, coefficient)
        let bound = side == .bid ? now.bidBound : now.askBound
        let followsReference = isTopOfBook ? now.boundsFollowReference : true
        return LinePricing(
            self.lines[line], side, spread: spread,
            tick: desk.instruments[self.slots[slot].instrument.index].rules.tick, touch: touch,
            anchor: isTopOfBook ? bound : now.reference, followsReference: followsReference)
    }

    /// The price that is wanted, or what keeps it from being quoted.
    private mutating func target(
        _ pricing: borrowing LinePricing, _ side: Side, _ touch: Touch, _ now: borrowing Circumstances
    ) -> (price: Price, gate: Gate) {
        if now.reference == .zero || !touch.isTwoSided { return (.zero, .noReference) }
        guard let wanted = pricing.wanted() else { return (.zero, .priceBounds) }
        let price = Price(units: side.sign * wanted)
        if Spreads.differs(price, now.mid, byMoreThan: self.definition.priceCollar.units, of: now.mid) {
            return (.zero, .priceCollar)
        }
        return (price, .none)
    }

    /// What the position limit leaves for the side, what the slot's own order takes up (`own`) not counted.
    mutating func room(_ side: Side, own: Quantity) -> Int64 {
        side == .bid
            ? Headroom.bid(
                position: self.total.quantity, openBids: self.openBids - own, settings: self.definition.inventory
            ).units
            : Headroom.ask(
                position: self.total.quantity, openAsks: self.openAsks - own, settings: self.definition.inventory
            ).units
    }

    /// The quantity that may be shown at `price`, or what keeps it back. `own` is what the slot's own order already takes up.
    private mutating func size(
        _ slot: Int, _ price: Price, own: Footprint, _ now: inout Circumstances, _ desk: inout Desk
    ) -> (quantity: Quantity, gate: Gate) {
        let side = self.slots[slot].order.side
        let instrument = self.slots[slot].instrument.index
        let line = Int(self.slots[slot].line)
        let volume =
            self.lines[line].usesVolume
            ? desk.volumes.coefficient(self.venues[Int(self.slots[slot].venueOrdinal)].volume) : .one
        var units = Spreads.scaled(self.lines[line].quantity, ppm: volume.ppm)
        var reason = Gate.minimumQuantity
        if self.lines[line].isTopOfBook {
            let hourly = units
            let least = Self.leastQuantity(desk.instruments[instrument].rules, price)
            units = self.slots[slot].grant(
                hourly: hourly, timeout: self.lines[line].timeout, least: least, at: desk.now)
            if units < least {
                let wait = self.slots[slot].wait(hourly: hourly, least: least)
                now.wake = min(now.wake, desk.now.advanced(by: wait))
                return (.zero, .hourlyQuantity)
            }
        } else if self.lines[line].randomization > 0 {
            units = Spreads.scaled(units, ppm: self.slots[slot].draw)
        }
        let room = self.room(side, own: own.open)
        if room < units {
            units = room
            reason = .headroom
        }
        let affordable = Self.affordable(units, side, price, instrument, own, &desk)
        if affordable < units {
            units = affordable
            reason = .balance
        }
        if let largest = self.definition.maximumOrderNotional {
            let most = Int64(min(Int128(Quantity.limit), largest.units / Int128(max(1, price.units))))
            if most < units {
                units = most
                reason = .maximumNotional
            }
        }
        units = desk.instruments[instrument].rules.lot.roundedDown(
            min(max(0, units), desk.instruments[instrument].rules.maximumQuantity.units))
        if units <= 0 || units < desk.instruments[instrument].rules.minimumQuantity.units { return (.zero, reason) }
        let notional = Notional(of: Quantity(units: units), at: price)
        if notional < desk.instruments[instrument].rules.minimumNotional {
            return (.zero, reason == .minimumQuantity ? .minimumNotional : reason)
        }
        return (Quantity(units: units), .none)
    }

    /// How much of `units` the free balance covers, the slot's own reservation counted as free.
    private static func affordable(
        _ units: Int64, _ side: Side, _ price: Price, _ instrument: Int, _ own: Footprint, _ desk: inout Desk
    ) -> Int64 {
        let pair = desk.instruments[instrument].pair.index
        let venue = desk.instruments[instrument].venue
        let costsQuote = side == .bid || desk.venues[venue.index].isMargined
        let asset = costsQuote ? desk.pairs[pair].quote : desk.pairs[pair].base
        var free = desk.balances.free(venue, asset) + own.reserved
        if free.units <= 0 { return 0 }
        // A venue may charge a buyer's fee on top, in the quote coin.
        let fee = desk.instruments[instrument].rules.makerFee.units
        if costsQuote, fee > 0 { free.units -= free.units / Int128(Millibps.whole + fee) * Int128(fee) }
        // Below 2^123: a price below 2^56 times at most 10^20.
        let perUnit =
            costsQuote
            ? Int128(price.units) * desk.pairs[pair].units.amountPerNotional : desk.pairs[pair].units.amountPerQuantity
        let (needed, overflow) = Int128(units).multipliedReportingOverflow(by: perUnit)
        if !overflow, needed <= free.units { return units }
        return Int64(min(Int128(units), free.units / max(1, perUnit)))
    }

    /// The least quantity that the venue takes at `price`, in whole lots.
    static func leastQuantity(_ rules: borrowing TradingRules, _ price: Price) -> Int64 {
        var least = max(1, rules.minimumQuantity.units)
        if rules.minimumNotional.units > 0 {
            let byNotional = (rules.minimumNotional.units + Int128(price.units) - 1) / Int128(max(1, price.units))
            least = max(least, Int64(min(byNotional, Int128(Quantity.limit))))
        }
        return rules.lot.roundedUp(least)
    }

    // MARK: What is done about it

    /// An idle slot: place what is wanted.
    private mutating func fill(
        _ slot: Int, _ touch: Touch, _ now: inout Circumstances, _ desk: inout Desk, _ commands: inout CommandBuffer
    ) {
        let side = self.slots[slot].order.side
        var gate = self.gate(slot, now, &desk)
        if gate == .none, self.room(side, own: .zero) == 0 {
            gate = .headroom
            self.blockedSides |= 1 << side.rawValue
        } else if gate == .none, desk.now < self.slots[slot].holdUntil {
            gate = .venueRefused
            now.wake = min(now.wake, self.slots[slot].holdUntil)
        }
        if gate != .none {
            // Each of them ends by an event, or at a time, that has every slot looked at.
            self.note(gate, slot, &desk)
            self.slots[slot].wanted = .zero
            self.bands[slot] = .everything
            return
        }
        self.bands[slot] = .nothing
        let pricing = self.pricing(slot, touch, now, &desk)
        let (price, targetGate) = self.target(pricing, side, touch, now)
        self.slots[slot].wanted = price
        let instrument = self.slots[slot].instrument
        gate = targetGate
        var quantity = Quantity.zero
        let sequence = desk.sequence + 1
        if gate == .none {
            let randomization = self.lines[Int(self.slots[slot].line)].randomization
            if randomization > 0 { self.slots[slot].draw = desk.draw(randomization, sequence: sequence) }
            (quantity, gate) = self.size(slot, price, own: Footprint(), &now, &desk)
        }
        if gate == .none { gate = desk.crossing(instrument, side, price) }
        if gate == .none, !self.takeToken(instrument, isFarOff: false, &now, &desk) { gate = .orderRate }
        self.note(gate, slot, &desk)
        if gate != .none { return }
        desk.sequence = sequence
        let id = ClientOrderID(
            instance: desk.configuration.instance, strategy: self.hash, slot: UInt16(truncatingIfNeeded: slot),
            sequence: sequence)
        self.slots[slot].order.place(id, price: price, quantity: quantity)
        self.sent(slot, &now, &desk)
        self.repriced(slot, now, &desk)
        desk.statistics.placed += 1
        commands.append(.place(instrument, id, side, price, quantity))
    }

    /// A working order: leave it where it may stay, otherwise change or cancel it.
    private mutating func keep(
        _ slot: Int, _ touch: Touch, _ now: inout Circumstances, _ desk: inout Desk, _ commands: inout CommandBuffer
    ) {
        self.bands[slot] = .nothing
        let side = self.slots[slot].order.side
        var gate = self.gate(slot, now, &desk)
        if gate == .none, side == .bid ? now.excessBids > 0 : now.excessAsks > 0 {
            gate = .headroom
            if side == .bid {
                now.excessBids -= self.slots[slot].order.open.units
            } else {
                now.excessAsks -= self.slots[slot].order.open.units
            }
        }
        // Before anything is priced: the line of a retired slot is no longer there.
        if gate != .none { return self.pull(slot, gate, &now, &desk, &commands) }
        let pricing = self.pricing(slot, touch, now, &desk)
        let (price, targetGate) = self.target(pricing, side, touch, now)
        if targetGate != .none { return self.pull(slot, targetGate, &now, &desk, &commands) }
        self.slots[slot].wanted = price
        let line = Int(self.slots[slot].line)
        // One of an earlier run that still stands: how old it is, and from where it was priced, counts from here.
        if self.slots[slot].pricedAt == .distantPast { self.repriced(slot, now, &desk) }
        let standing = self.slots[slot].order.price
        let tolerance = self.definition.requoteTolerance.units
        let expires = self.slots[slot].pricedAt.advanced(by: self.lines[line].timeout)
        let origin = self.slots[slot].reference
        let hasDrifted = Spreads.differs(now.reference, origin, byMoreThan: self.lines[line].drift, of: origin)
        if desk.now >= expires || hasDrifted || Spreads.differs(price, standing, byMoreThan: tolerance, of: price)
            || pricing.forbids(side.sign * standing.units)
        {
            return self.replace(slot, price, isFarOff: hasDrifted, &now, &desk, &commands)
        }
        now.wake = min(now.wake, expires)
        self.note(.none, slot, &desk)
        self.bands[slot] = pricing.band(
            around: side.sign * standing.units, tolerance: tolerance, side, reference: now.reference)
        self.bands[slot].limit(drift: self.lines[line].drift, from: origin)
    }

    /// A working order that may not stand: cancelled, for the reason that `gate` gives.
    private mutating func pull(
        _ slot: Int, _ gate: Gate, _ now: inout Circumstances, _ desk: inout Desk, _ commands: inout CommandBuffer
    ) {
        self.slots[slot].wanted = .zero
        self.note(gate, slot, &desk)
        self.cancel(slot, &now, &desk, &commands)
    }

    /// A working order that is not what it should be: amended where the venue can, otherwise cancelled, to be placed anew.
    private mutating func replace(
        _ slot: Int, _ price: Price, isFarOff: Bool, _ now: inout Circumstances, _ desk: inout Desk,
        _ commands: inout CommandBuffer
    ) {
        let instrument = self.slots[slot].instrument
        let order = self.slots[slot].order
        let isEager = order.side.isBetter(order.price, than: price)
        if !isEager, desk.now < self.slots[slot].holdUntil {
            // The venue has just refused to change it: where it is not too eager, it may stand until it is tried again.
            now.wake = min(now.wake, self.slots[slot].holdUntil)
            return self.note(.venueRefused, slot, &desk)
        }
        if desk.instruments[instrument.index].rules.canAmend, desk.now >= self.slots[slot].holdUntil {
            let (remaining, gate) = self.size(slot, price, own: self.slots[slot].footprint, &now, &desk)
            let crossing = gate == .none ? desk.crossing(instrument, order.side, price) : gate
            if crossing == .none {
                let total = Quantity(units: order.filled.units + remaining.units)
                if price == order.price && total == order.quantity {
                    self.repriced(slot, now, &desk)  // It is what is wanted: only its age begins anew.
                    now.wake = min(now.wake, desk.now.advanced(by: self.lines[Int(self.slots[slot].line)].timeout))
                    return self.note(.none, slot, &desk)
                }
                if self.takeToken(instrument, isFarOff: isFarOff, &now, &desk) {
                    self.slots[slot].order.amend(price: price, quantity: total)
                    self.sent(slot, &now, &desk)
                    self.repriced(slot, now, &desk)
                    desk.statistics.amended += 1
                    commands.append(.amend(instrument, order.id, order.side, price, total))
                    return self.note(.none, slot, &desk)
                }
                self.note(.orderRate, slot, &desk)
                if isEager { self.cancel(slot, &now, &desk, &commands) }
                return
            }
        }
        // A quote that is not too eager may stand a while longer where nothing could take its place.
        if !isEager, !self.hasToken(instrument, isFarOff: isFarOff, &now, &desk) {
            return self.note(.orderRate, slot, &desk)
        }
        self.cancel(slot, &now, &desk, &commands)
    }

    private mutating func repriced(_ slot: Int, _ now: borrowing Circumstances, _ desk: inout Desk) {
        self.slots[slot].pricedAt = desk.now
        self.slots[slot].reference = now.reference
    }

    /// A command that waits for its answer: past the time-out its fate is unknown, and the venue is asked.
    private mutating func await(
        _ slot: Int, _ now: inout Circumstances, _ desk: inout Desk, _ commands: inout CommandBuffer
    ) {
        if desk.now < self.slots[slot].answerDue {
            now.wake = min(now.wake, self.slots[slot].answerDue)
            return
        }
        let instrument = self.slots[slot].instrument
        guard desk.venues[desk.instruments[instrument.index].venue.index].isUp else { return }
        if self.slots[slot].order.expire() == .query {
            self.settle(slot, &desk)
            self.slots[slot].queries += 1
            if self.slots[slot].queries == Self.patience {
                self.doubts += 1
                desk.watches[self.index.index].needsLook = true
                desk.markReady(self.index, look: true)
            }
            self.slots[slot].answerDue = desk.now.advanced(
                by: desk.configuration.responseTimeoutNanoseconds << self.backOff(slot))
            now.wake = min(now.wake, self.slots[slot].answerDue)
            desk.statistics.queried += 1
            commands.append(.query(instrument, self.slots[slot].order.id))
            self.note(.unknownOrder, slot, &desk)
        }
    }

    private mutating func cancel(
        _ slot: Int, _ now: inout Circumstances, _ desk: inout Desk, _ commands: inout CommandBuffer
    ) {
        let instrument = self.slots[slot].instrument
        let venue = desk.instruments[instrument.index].venue.index
        guard desk.venues[venue].isUp else { return }
        if desk.now < self.slots[slot].cancelAfter {
            now.wake = min(now.wake, self.slots[slot].cancelAfter)
            return
        }
        if desk.venues[venue].cancelsCount, !desk.venues[venue].budget.take(keepingTenths: 0, at: desk.now) {
            now.wake = min(now.wake, desk.venues[venue].budget.available(keepingTenths: 0, after: desk.now))
            return
        }
        self.slots[slot].order.cancel()
        self.sent(slot, &now, &desk)
        desk.statistics.cancelled += 1
        commands.append(.cancel(instrument, self.slots[slot].order.id))
    }

    private mutating func sent(_ slot: Int, _ now: inout Circumstances, _ desk: inout Desk) {
        self.slots[slot].answerDue = desk.now.advanced(by: desk.configuration.responseTimeoutNanoseconds)
        now.wake = min(now.wake, self.slots[slot].answerDue)
        self.settle(slot, &desk)
    }

    private mutating func takeToken(
        _ instrument: InstrumentIndex, isFarOff: Bool, _ now: inout Circumstances, _ desk: inout Desk
    ) -> Bool {
        let venue = desk.instruments[instrument.index].venue.index
        let tenths = OrderRateBudget.tenthsToKeep(
            desk.watches[self.index.index].priority, isFarOff: isFarOff,
            cancelsCount: desk.venues[venue].cancelsCount)
        if desk.venues[venue].budget.take(keepingTenths: tenths, at: desk.now) { return true }
        now.wake = min(now.wake, desk.venues[venue].budget.available(keepingTenths: tenths, after: desk.now))
        return false
    }

    private mutating func hasToken(
        _ instrument: InstrumentIndex, isFarOff: Bool, _ now: inout Circumstances, _ desk: inout Desk
    ) -> Bool {
        let venue = desk.instruments[instrument.index].venue.index
        let tenths = OrderRateBudget.tenthsToKeep(
            desk.watches[self.index.index].priority, isFarOff: isFarOff,
            cancelsCount: desk.venues[venue].cancelsCount)
        let due = desk.venues[venue].budget.available(keepingTenths: tenths, after: desk.now)
        if due <= desk.now { return true }
        now.wake = min(now.wake, due)
        return false
    }

    /// Remembers why the quote is not shown, and counts each time that a reason comes up.
    private mutating func note(_ gate: Gate, _ slot: Int, _ desk: inout Desk) {
        if gate == .selfCross { desk.pairs[self.pair.index].hasSelfCross = true }
        if self.slots[slot].gate == gate { return }
        self.slots[slot].gate = gate
        desk.statistics.count(gate)
    }
}
