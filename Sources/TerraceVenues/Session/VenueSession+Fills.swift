import TerraceCore

// What a comparison asks of fills, and from where a restart would ask.
extension VenueSession {
    private static let instrumentsAtOnce = 20
    /// So much of the venue's time is asked for again, for what its lists have yet to show.
    private static let lag: Int64 = 60_000
    /// Orders of an earlier run may come to be known for so long, and two rounds of comparisons more.
    private static let strangerWindow: Int64 = 120_000
    /// So long it takes, more or less, to learn whose order a number is.
    private static let strangerPause: Int64 = 100_000_000

    func planFills() {
        let count = self.activeSlots.count
        if count == 0 { return }
        if self.comparison.slots.isEmpty {
            let wanted = self.comparison.isWhole ? count : Self.instrumentsAtOnce
            if self.traits.fillsCoverAllInstruments {
                if self.activeSlots.contains(true) { self.comparison.slots = [0] }
                return
            }
            var looked = 0
            while looked < count, self.comparison.slots.count < wanted {
                let slot = (self.comparison.nextSlot + looked) % count
                looked += 1
                if !self.activeSlots[slot] { continue }
                self.comparison.slots.append(slot)
            }
            self.comparison.nextSlot = (self.comparison.nextSlot + looked) % count
        }
    }

    func askForFills() {
        while let slot = self.comparison.slots.first, self.comparison.fillsInFlight < 4 {
            guard self.askForFills(of: slot) else { return self.wake(by: self.weight.retryAt(self.now)) }
            self.comparison.fillsInFlight += 1
            self.comparison.slots.removeFirst()
        }
        if self.comparison.slots.isEmpty, self.comparison.fillsInFlight == 0 {
            self.comparison.stage = .settling
            self.comparison.until = self.now.advanced(by: 5_000_000_000)
            self.tendComparison()
        }
    }

    /// Begins to ask for an instrument's fills: from what was found by asking, never from what the stream told, which may have left
    /// out one before; and from the last time but one, should the venue's list have been behind.
    private func askForFills(of slot: Int) -> Bool {
        self.comparison.fillsTold[slot] = nil
        return self.ask(
            fills: slot, fromTrade: self.lastTrades[slot].map { $0 &+ 1 }, since: self.since(slot), cursor: nil)
    }

    /// From when on fills are asked for; where one question covers all instruments, what the least of them needs.
    private func since(_ slot: Int) -> Int64 {
        var since = self.fillsSince[slot] == 0 ? self.fillsFrom[slot] : self.fillsSince[slot]
        if self.traits.fillsCoverAllInstruments {
            for slot in self.fillsSince.indices where self.fillsSince[slot] > 0 {
                since = since == 0 ? self.fillsSince[slot] : min(since, self.fillsSince[slot])
            }
        }
        let reach = self.clock.milliseconds(at: self.now) - self.traits.fillsReachMilliseconds
        if since >= reach || since == 0 || self.lastTrades[slot] != nil { return since }
        self.note(
            .alarm,
            "what was filled on \(self.dialect.instruments[slot].symbol) between \(since) and \(reach) ms since 1970 can't be "
                + "asked for any more: compare the position with the venue by hand")
        return reach
    }

    /// Asks for a page of fills, and for no more time at once than the venue takes.
    private func ask(fills slot: Int, fromTrade: UInt64?, since: Int64, cursor: String?) -> Bool {
        let window = self.traits.fillsWindowMilliseconds
        let isLong = fromTrade == nil && self.clock.milliseconds(at: self.now) - since >= window && since > 0
        let command = AccountCommand.fills(
            slot: slot, fromTrade: fromTrade, since: since, until: isLong ? since + window - 1 : nil, cursor: cursor)
        guard self.ask(command, .fills(slot: slot, round: self.comparison.round), percent: self.comparisonPercent(50))
        else { return false }
        if cursor == nil {
            self.comparison.fillsTold[slot, default: FillsTold(askedAt: self.now)].askedAt = self.now
        }
        return true
    }

    func fillsAnswered(_ slot: Int, _ round: Int, _ request: PendingRequest, _ outcome: AnswerOutcome) {
        let events = self.accountEvents
        let isWhole = self.take(fills: events, slot, of: .none)
        guard self.comparison.round == round, case .fills(_, let from, let since, let until, _)? = request.command,
            var told = self.comparison.fillsTold[slot]
        else { return }
        self.comparison.fillsInFlight -= 1
        if !isWhole {
            told.isWhole = false
            self.comparison.isWantedAgain = true
        }
        for case .fill(let fill) in events where fill.isNumbered && fill.slot == slot {
            told.newest = max(told.newest ?? 0, fill.trade)
        }
        self.comparison.fillsTold[slot] = told
        switch outcome {
        case .more(let cursor):
            return self.askOn(slot, fromTrade: from, since: since, cursor: cursor)
        case .done where until != nil:
            guard let until, told.isWhole else { return self.fillsAreIncomplete(slot, wait: Self.strangerPause) }
            // A number leads on without a window.
            if let newest = told.newest { return self.askOn(slot, fromTrade: newest &+ 1, since: since, cursor: nil) }
            self.fillsAreKnown(slot, before: min(until, self.clock.milliseconds(at: told.askedAt) - Self.lag))
            self.askOn(slot, fromTrade: nil, since: until + 1, cursor: nil)
        case .done:
            guard told.isWhole else { return self.fillsAreIncomplete(slot, wait: Self.strangerPause) }
            self.lastTrades[slot] = self.newestTrades[slot]
            if let newest = told.newest { self.newestTrades[slot] = max(self.newestTrades[slot] ?? 0, newest) }
            self.fillsAreKnown(slot, before: self.clock.milliseconds(at: told.askedAt) - Self.lag)
            for slot in self.covered(slot) where self.activeSlots[slot] { self.tellMark(slot) }
        case .refused, .limited, .clockOff, .keyRefused, .unknown:
            self.fillsAreIncomplete(slot)
        }
    }

    private func askOn(_ slot: Int, fromTrade: UInt64?, since: Int64, cursor: String?) {
        if self.ask(fills: slot, fromTrade: fromTrade, since: since, cursor: cursor) {
            self.comparison.fillsInFlight += 1
        } else {
            self.fillsAreIncomplete(slot)
        }
    }

    /// The instruments that a question for the fills of `slot` covers, those without an order so far too.
    private func covered(_ slot: Int) -> Range<Int> {
        self.traits.fillsCoverAllInstruments ? self.activeSlots.indices : slot..<(slot + 1)
    }

    private func fillsAreKnown(_ slot: Int, before milliseconds: Int64) {
        for slot in self.covered(slot) {
            self.fillsSince[slot] = max(self.fillsSince[slot], self.fillsFrom[slot], milliseconds)
        }
    }

    /// Something of an instrument's fills is not told: they are asked for again, and balances wait.
    func fillsAreIncomplete(_ slot: Int, wait: Int64 = 1_000_000_000) {
        self.comparison.isIncomplete = true
        guard self.comparison.isOpening else { return }
        if !self.comparison.unsettled.contains(slot) { self.comparison.unsettled.append(slot) }
        self.comparison.askAgainAt = max(self.comparison.askAgainAt, self.now.advanced(by: wait))
    }

    /// Tells from where a restart would ask. Behind all fills that lie before it.
    func tellMark(_ slot: Int) {
        self.deliver(
            .fillsKnown(
                self.dialect.instruments[slot].instrument, through: self.lastTrades[slot],
                milliseconds: max(self.fillsSince[slot], self.fillsFrom[slot])))
    }

    /// Fills before the first balances are in them.
    func setFillsFrom() {
        let now = self.clock.milliseconds(at: self.now)
        for slot in self.fillsFrom.indices where self.fillsFrom[slot] == 0 { self.fillsFrom[slot] = now }
        if self.strangersUntil == 0 {
            self.strangersUntil =
                now + Self.strangerWindow + 2 * self.settings.comparisonNanoseconds / 1_000_000
        }
    }
}
