/// What every slot of one evaluation shares.
struct Circumstances {
    var strategyGate: Gate
    var touch: ConsolidatedTouch
    var reference: Price
    var bidBound: Price  // The inventory price from which top-of-book bids are bound, and that for asks.
    var askBound: Price
    var inventory: Coefficient
    var settings: InventorySettings
    var position: Quantity
    var tolerance: Int64
    var wake: Timestamp
}

extension Engine {
    /// Compares what a strategy wants with what stands, and commands the difference.
    mutating func evaluate(_ index: Int, _ commands: inout CommandBuffer) {
        self.statistics.evaluations += 1
        let pair = self.strategies[index].definition.pair
        let touch = self.books.touch(pair)
        let reference = self.reference(self.strategies[index].definition.pricing, pair, touch) ?? .zero
        if reference != .zero { self.mark(index, at: reference) }
        let position = self.strategies[index].total.quantity
        let settings = self.strategies[index].definition.inventory
        let bounds = self.inventoryPrices(index, reference)
        var now = Circumstances(
            strategyGate: self.gate(of: index, reference), touch: touch, reference: reference, bidBound: bounds.bid,
            askBound: bounds.ask,
            inventory: InventoryCoefficient.value(position: position, settings: settings), settings: settings,
            position: position, tolerance: self.strategies[index].definition.requoteTolerance.units,
            wake: .distantFuture)
        for slot in 0..<self.strategies[index].slots.count {
            switch self.strategies[index].slots[slot].order.state {
            case .idle: self.fill(index, slot, &now, &commands)
            case .working: self.keep(index, slot, &now, &commands)
            case .placing, .amending, .cancelling, .unknown: self.await(index, slot, &now, &commands)
            }
        }
        self.timers.wake(StrategyIndex(UInt32(truncatingIfNeeded: index)), by: now.wake)
    }

    /// Books the opening inventory at the first reference price, and reckons the profit against the loss limits.
    private mutating func mark(_ index: Int, at reference: Price) {
        if !self.strategies[index].isSeeded {
            self.strategies[index].isSeeded = true
            let initial = self.strategies[index].definition.inventory.initial
            if initial != .zero { self.strategies[index].total.seed(quantity: initial, at: reference) }
            self.strategies[index].positionChanged = true
        }
        if !self.strategies[index].positionChanged && self.strategies[index].reference == reference { return }
        self.strategies[index].positionChanged = false
        self.strategies[index].reference = reference
        let pair = self.pairs[self.strategies[index].definition.pair.index]
        let profit = self.strategies[index].total.profit(at: reference, units: pair.units)
        let quote = pair.quote.index
        self.deskProfit[quote] += profit - self.strategies[index].profit
        self.strategies[index].profit = profit
        if let limit = self.strategies[index].definition.maximumLoss, profit < -limit,
            self.strategies[index].mode == .quoting
        {
            self.strategies[index].mode = .stoppedByLoss
        }
        if let limit = self.deskLimit[quote], self.deskProfit[quote] < -limit, !self.deskStopped[quote] {
            self.deskStopped[quote] = true
            self.markAllReady()
        }
    }

    /// Why the strategy as a whole may not quote, if it may not.
    private func gate(of index: Int, _ reference: Price) -> Gate {
        if self.isKilled { return .killSwitch }
        switch self.strategies[index].mode {
        case .quoting: break
        case .paused, .removed: return .paused
        case .stoppedByLoss: return .strategyLoss
        }
        let pair = self.pairs[self.strategies[index].definition.pair.index]
        if self.deskStopped[pair.quote.index] { return .deskLoss }
        if Int(self.strategies[index].definition.priority.rawValue) > self.keptClasses { return .shed }
        return reference == .zero ? .noReference : .none
    }

    private func inventoryPrices(_ index: Int, _ reference: Price) -> (bid: Price, ask: Price) {
        switch self.strategies[index].definition.inventory.price {
        case .markToMarket:
            return (reference, reference)
        case .manual(let price):
            return (price, price)
        case .accounting:
            return (
                self.strategies[index].total.averagePrice(roundedFor: .bid) ?? reference,
                self.strategies[index].total.averagePrice(roundedFor: .ask) ?? reference
            )
        }
    }

    // MARK: What a slot wants

    /// The price that the slot's line wants now, or what keeps it from quoting at all.
    private func target(_ index: Int, _ slot: Int, _ now: borrowing Circumstances) -> (price: Price, gate: Gate) {
        if now.strategyGate != .none { return (.zero, now.strategyGate) }
        if self.strategies[index].slots[slot].isRetired { return (.zero, .sideOff) }
        let side = self.strategies[index].slots[slot].order.side
        let line = Int(self.strategies[index].slots[slot].line)
        if !self.strategies[index].lines[line].sides.contains(side) { return (.zero, .sideOff) }
        let instrument = self.strategies[index].slots[slot].instrument
        if !self.books.isLive(instrument) {
            return (.zero, self.venues[self.instruments[instrument.index].venue.index].isUp ? .staleBook : .venueDown)
        }
        let touch = self.books.touch(instrument)
        if !touch.isTwoSided { return (.zero, .noReference) }
        let grid = self.instruments[instrument.index].rules.tick
        let terms = self.strategies[index].lines[line]
        let coefficient = terms.usesInventory ? now.inventory : .zero
        var price: Price
        if terms.isTopOfBook {
            let best = side == .bid ? touch.bid.price : touch.ask.price
            let improves = touch.ask.price.units - touch.bid.price.units > grid.step
            price = Price(units: improves ? best.units + side.sign * grid.step : best.units)
            let spread = Spreads.topOfBook(terms.spread, side, coefficient)
            let bound = grid.rounded(Spreads.price(side == .bid ? now.bidBound : now.askBound, side, spread), for: side)
            price = side == .bid ? min(price, bound) : max(price, bound)
        } else {
            let spread = Spreads.passive(terms, side, coefficient)
            price = grid.rounded(Spreads.price(now.reference, side, spread), for: side)
            // Clamped so that it never takes.
            price =
                side == .bid
                ? min(price, Price(units: touch.ask.price.units - grid.step))
                : max(price, Price(units: touch.bid.price.units + grid.step))
        }
        if side == .bid {
            if price.units > terms.maximumPrice { price = Price(units: grid.roundedDown(terms.maximumPrice)) }
            if price.units < terms.minimumPrice || price.units <= 0 { return (.zero, .priceBounds) }
        } else {
            if price.units < terms.minimumPrice { price = Price(units: grid.roundedUp(terms.minimumPrice)) }
            if price.units > terms.maximumPrice { return (.zero, .priceBounds) }
        }
        let mid = now.touch.isTwoSided ? Self.mid(now.touch.bid.price, now.touch.ask.price) : now.reference
        if Spreads.differs(price, mid, byMoreThan: self.strategies[index].definition.priceCollar.units, of: mid) {
            return (.zero, .priceCollar)
        }
        return (price, .none)
    }

    /// The quantity that may be shown at `price`, or what keeps it back. `own` is what the slot's own order already takes up.
    private mutating func size(
        _ index: Int, _ slot: Int, _ price: Price, _ now: inout Circumstances, own: Footprint
    ) -> (quantity: Quantity, gate: Gate) {
        let side = self.strategies[index].slots[slot].order.side
        let instrument = self.strategies[index].slots[slot].instrument
        let rules = self.instruments[instrument.index].rules
        let terms = self.strategies[index].lines[Int(self.strategies[index].slots[slot].line)]
        let volume =
            terms.usesVolume
            ? self.volumes.coefficient(
                self.strategies[index].volumes[Int(self.strategies[index].slots[slot].venueOrdinal)]) : .one
        var units: Int64
        var reason = Gate.minimumQuantity
        if terms.isTopOfBook {
            let hourly = Spreads.scaled(terms.quantity, ppm: volume.ppm)
            let least = Self.leastQuantity(rules, price)
            self.refillTokens(index, slot, hourly, terms.timeout, least)
            units = self.strategies[index].slots[slot].tokens
            if units < least {
                let missing = Int128(least - units) * 3_600_000_000_000 / Int128(max(1, hourly)) + 1
                now.wake = min(now.wake, self.now.advanced(by: Int64(min(missing, 3_600_000_000_000))))
                return (.zero, .hourlyQuantity)
            }
        } else {
            units = Spreads.scaled(terms.quantity, ppm: volume.ppm)
            if terms.randomization > 0 {
                let draw = 1_000_000 - terms.randomization + Int64(self.draw(UInt64(2 * terms.randomization + 1)))
                self.strategies[index].slots[slot].draw = draw
                units = Spreads.scaled(units, ppm: draw)
            }
        }
        let room =
            side == .bid
            ? Headroom.bid(
                position: now.position, openBids: self.strategies[index].openBids - own.open, settings: now.settings)
            : Headroom.ask(
                position: now.position, openAsks: self.strategies[index].openAsks - own.open, settings: now.settings)
        if room.units < units {
            units = room.units
            reason = .headroom
        }
        let state = self.instruments[instrument.index]
        let pair = self.pairs[state.pair.index]
        let free = self.balances.free(state.venue, side == .bid ? pair.quote : pair.base) + own.reserved
        let perUnit =
            side == .bid
            ? Int128(price.units) * pair.units.amountPerNotional : pair.units.amountPerQuantity
        let affordable = free.units <= 0 ? 0 : free.units / max(1, perUnit)
        if affordable < Int128(units) {
            units = Int64(affordable)
            reason = .balance
        }
        units = rules.lot.roundedDown(min(max(0, units), rules.maximumQuantity.units))
        if units <= 0 || units < rules.minimumQuantity.units { return (.zero, reason) }
        let notional = Notional(of: Quantity(units: units), at: price)
        if notional < rules.minimumNotional { return (.zero, reason == .minimumQuantity ? .minimumNotional : reason) }
        if let largest = self.strategies[index].definition.maximumOrderNotional, notional > largest {
            return (.zero, .maximumNotional)
        }
        return (Quantity(units: units), .none)
    }

    /// The least quantity that the venue takes at `price`, in whole lots.
    static func leastQuantity(_ rules: TradingRules, _ price: Price) -> Int64 {
        let byNotional = (rules.minimumNotional.units + Int128(price.units) - 1) / Int128(max(1, price.units))
        let least = max(Int128(max(1, rules.minimumQuantity.units)), byNotional)
        return rules.lot.roundedUp(Int64(min(least, Int128(Quantity.limit))))
    }

    /// A top-of-book line's token bucket: it fills at the hourly quantity, holds what one timeout grants (or the venue's least
    /// order, where that is more), and is spent by fills. It starts full.
    private mutating func refillTokens(_ index: Int, _ slot: Int, _ hourly: Int64, _ timeout: Int64, _ least: Int64) {
        let grant = Int128(hourly) * Int128(timeout) / 3_600_000_000_000
        let capacity = max(Int64(min(grant, Int128(Quantity.limit))), least)
        let tokens = self.strategies[index].slots[slot].tokens
        if tokens < 0 {
            self.strategies[index].slots[slot].tokens = capacity
            self.strategies[index].slots[slot].tokensAt = self.now
            return
        }
        let elapsed = self.now.nanoseconds(since: self.strategies[index].slots[slot].tokensAt)
        let earned = Int128(hourly) * Int128(elapsed) / 3_600_000_000_000
        if earned > 0 {
            self.strategies[index].slots[slot].tokens = Int64(min(Int128(tokens) + earned, Int128(capacity)))
            self.strategies[index].slots[slot].tokensAt = self.now
        } else if tokens > capacity {
            self.strategies[index].slots[slot].tokens = capacity
        }
    }

    /// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), reduced to `0..<bound`.
    private mutating func draw(_ bound: UInt64) -> UInt64 {
        self.random &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.random
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return (bits ^ (bits >> 31)).multipliedFullWidth(by: bound).high
    }

    // MARK: What is done about it

    /// An idle slot: place what is wanted.
    private mutating func fill(
        _ index: Int, _ slot: Int, _ now: inout Circumstances, _ commands: inout CommandBuffer
    ) {
        let (price, targetGate) = self.target(index, slot, now)
        if targetGate != .none { return self.note(targetGate, index, slot) }
        let hold = self.strategies[index].slots[slot].holdUntil
        if self.now < hold {
            now.wake = min(now.wake, hold)
            return self.note(.venueRefused, index, slot)
        }
        let (quantity, sizeGate) = self.size(index, slot, price, &now, own: Footprint())
        if sizeGate != .none { return self.note(sizeGate, index, slot) }
        let instrument = self.strategies[index].slots[slot].instrument
        let side = self.strategies[index].slots[slot].order.side
        if let gate = self.crossing(instrument, side, price) { return self.note(gate, index, slot) }
        if !self.takeToken(index, instrument, isFarOff: false, &now) { return self.note(.orderRate, index, slot) }
        self.sequence += 1
        let id = ClientOrderID(
            instance: self.configuration.instance, strategy: self.strategies[index].hash,
            slot: UInt16(truncatingIfNeeded: slot), sequence: self.sequence)
        self.strategies[index].slots[slot].order.place(id, price: price, quantity: quantity)
        self.sent(index, slot, &now)
        self.strategies[index].slots[slot].pricedAt = self.now
        self.strategies[index].slots[slot].reference = now.reference
        self.statistics.placed += 1
        commands.append(.place(instrument, id, side, price, quantity))
        self.note(.none, index, slot)
    }

    /// A working order: leave it where it may stay, otherwise change or cancel it.
    private mutating func keep(
        _ index: Int, _ slot: Int, _ now: inout Circumstances, _ commands: inout CommandBuffer
    ) {
        let (price, gate) = self.target(index, slot, now)
        if gate != .none {
            self.note(gate, index, slot)
            return self.cancel(index, slot, &now, &commands)
        }
        let terms = self.strategies[index].lines[Int(self.strategies[index].slots[slot].line)]
        let order = self.strategies[index].slots[slot].order
        let expires = self.strategies[index].slots[slot].pricedAt.advanced(by: terms.timeout)
        let hasDrifted = Spreads.differs(
            now.reference, self.strategies[index].slots[slot].reference, byMoreThan: terms.drift,
            of: self.strategies[index].slots[slot].reference)
        let isAway = Spreads.differs(price, order.price, byMoreThan: now.tolerance, of: price)
        let own = self.strategies[index].slots[slot].footprint
        let excess = self.exceedsHeadroom(index, order.side, now)
        if self.now < expires && !hasDrifted && !isAway && !excess {
            now.wake = min(now.wake, expires)
            return self.note(.none, index, slot)
        }
        let instrument = self.strategies[index].slots[slot].instrument
        let hold = self.strategies[index].slots[slot].holdUntil
        if self.instruments[instrument.index].rules.canAmend && !excess && self.now >= hold {
            let (remaining, sizeGate) = self.size(index, slot, price, &now, own: own)
            if sizeGate == .none, self.crossing(instrument, order.side, price) == nil {
                if !self.takeToken(index, instrument, isFarOff: hasDrifted, &now) {
                    self.note(.orderRate, index, slot)
                    if self.isWorse(order.side, order.price, than: price) { self.cancel(index, slot, &now, &commands) }
                    return
                }
                let total = Quantity(units: order.filled.units + remaining.units)
                self.strategies[index].slots[slot].order.amend(price: price, quantity: total)
                self.sent(index, slot, &now)
                self.strategies[index].slots[slot].pricedAt = self.now
                self.strategies[index].slots[slot].reference = now.reference
                self.statistics.amended += 1
                commands.append(.amend(instrument, order.id, order.side, price, total))
                return self.note(.none, index, slot)
            }
        }
        self.cancel(index, slot, &now, &commands)
    }

    /// A command that waits for its answer: past the time-out its fate is unknown, and the venue is asked.
    private mutating func await(
        _ index: Int, _ slot: Int, _ now: inout Circumstances, _ commands: inout CommandBuffer
    ) {
        let due = self.strategies[index].slots[slot].sentAt.advanced(
            by: self.configuration.responseTimeoutNanoseconds)
        if self.now < due {
            now.wake = min(now.wake, due)
            return
        }
        let instrument = self.strategies[index].slots[slot].instrument
        guard self.venues[self.instruments[instrument.index].venue.index].isUp else { return }
        if self.strategies[index].slots[slot].order.expire() == .query {
            self.settle(index, slot)
            self.strategies[index].slots[slot].sentAt = self.now
            now.wake = min(now.wake, self.now.advanced(by: self.configuration.responseTimeoutNanoseconds))
            self.statistics.queried += 1
            commands.append(.query(instrument, self.strategies[index].slots[slot].order.id))
            self.note(.unknownOrder, index, slot)
        }
    }

    private mutating func cancel(
        _ index: Int, _ slot: Int, _ now: inout Circumstances, _ commands: inout CommandBuffer
    ) {
        let instrument = self.strategies[index].slots[slot].instrument
        let venue = self.instruments[instrument.index].venue.index
        guard self.venues[venue].isUp else { return }
        let hold = self.strategies[index].slots[slot].holdUntil
        if self.now < hold, self.strategies[index].slots[slot].gate == .orderRate {
            now.wake = min(now.wake, hold)
            return
        }
        if self.venues[venue].cancelsCount, !self.venues[venue].budget.take(keepingTenths: 0, at: self.now) {
            now.wake = min(now.wake, self.venues[venue].budget.available(keepingTenths: 0, after: self.now))
            return
        }
        self.strategies[index].slots[slot].order.cancel()
        self.sent(index, slot, &now)
        self.statistics.cancelled += 1
        commands.append(.cancel(instrument, self.strategies[index].slots[slot].order.id))
    }

    private mutating func sent(_ index: Int, _ slot: Int, _ now: inout Circumstances) {
        self.strategies[index].slots[slot].sentAt = self.now
        now.wake = min(now.wake, self.now.advanced(by: self.configuration.responseTimeoutNanoseconds))
        self.settle(index, slot)
    }

    private mutating func takeToken(
        _ index: Int, _ instrument: InstrumentIndex, isFarOff: Bool, _ now: inout Circumstances
    ) -> Bool {
        let venue = self.instruments[instrument.index].venue.index
        let tenths = OrderRateBudget.tenthsToKeep(self.strategies[index].definition.priority, isFarOff: isFarOff)
        if self.venues[venue].budget.take(keepingTenths: tenths, at: self.now) { return true }
        now.wake = min(now.wake, self.venues[venue].budget.available(keepingTenths: tenths, after: self.now))
        return false
    }

    /// Whether the open orders of `side` and the position pass the limit: after a change of the limits, or a foreign fill.
    private func exceedsHeadroom(_ index: Int, _ side: Side, _ now: borrowing Circumstances) -> Bool {
        let limit =
            side == .bid
            ? now.settings.target.units + now.settings.maximumDeviation.units - now.position.units
            : now.position.units - now.settings.target.units + now.settings.maximumDeviation.units
        let open = side == .bid ? self.strategies[index].openBids : self.strategies[index].openAsks
        return open.units > max(0, limit)
    }

    private func isWorse(_ side: Side, _ standing: Price, than wanted: Price) -> Bool {
        side.isBetter(standing, than: wanted)
    }

    /// Whether an order would trade with one of our own, of whichever strategy, or take from the venue's book.
    private func crossing(_ instrument: InstrumentIndex, _ side: Side, _ price: Price) -> Gate? {
        let touch = self.books.touch(instrument)
        let opposite = side == .bid ? touch.ask : touch.bid
        if !opposite.isNone, !side.opposite.isBetter(opposite.price, than: price) || opposite.price == price {
            if side == .bid ? price >= opposite.price : price <= opposite.price { return .wouldTake }
        }
        let pair = self.instruments[instrument.index].pair
        for strategy in self.pairs[pair.index].strategies {
            let count = self.strategies[strategy.index].slots.count
            for slot in 0..<count {
                guard self.strategies[strategy.index].slots[slot].instrument == instrument else { continue }
                let other = self.strategies[strategy.index].slots[slot].order
                guard other.state != .idle, other.side != side else { continue }
                let crosses = side == .bid ? price >= other.price : price <= other.price
                let mayCross =
                    other.state == .amending
                    && (side == .bid ? price >= other.pendingPrice : price <= other.pendingPrice)
                if crosses || mayCross { return .selfCross }
            }
        }
        return nil
    }

    /// Remembers why the quote is not shown, and counts each time that a reason comes up.
    private mutating func note(_ gate: Gate, _ index: Int, _ slot: Int) {
        if self.strategies[index].slots[slot].gate == gate { return }
        self.strategies[index].slots[slot].gate = gate
        self.statistics.gates[Int(gate.rawValue)] += 1
    }
}
