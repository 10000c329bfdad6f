import TerraceCore

// The comparison of what the venue holds with what is known here.
extension VenueSession {
    private static let instrumentsAtOnce = 20
    private static let grace: Int64 = 2_000_000_000
    /// So much of the venue's time is asked for again, for what its lists have yet to show.
    private static let lag: Int64 = 60_000
    /// Orders of an earlier run may come to be known for so long, and two rounds of comparisons more.
    private static let strangerWindow: Int64 = 120_000
    /// So long it takes, more or less, to learn whose order a number is.
    private static let strangerPause: Int64 = 100_000_000
    /// So often the first balances are asked for until no fill comes in between; after that they are told all the same.
    private static let firstBalances = 3

    /// Asks for a comparison as soon as possible, of everything.
    public func compareSoon() {
        if self.comparison.stage == .idle {
            self.comparison.isWhole = true
        } else {
            self.comparison.isWantedAgain = true  // What it has asked for already may be too old.
        }
        self.comparison.dueAt = self.now
        self.wake(by: self.now)
    }

    /// The private stream is gone: the next one begins with a comparison of its own.
    func abandonComparison() {
        var next = Comparison()
        next.isBalanceKnown = self.comparison.isBalanceKnown
        next.nextSlot = self.comparison.nextSlot
        next.isWhole = self.comparison.isWhole || self.comparison.isWantedAgain
        self.comparison = next
    }

    /// As `compareSoon`, once nothing will be traded any more: what is left of the weight limit is for comparisons alone.
    public func compareLast() {
        self.isTradingOver = true
        self.compareSoon()
    }

    /// Whether a comparison is under way or wanted.
    public var isComparing: Bool {
        self.comparison.stage != .idle || self.comparison.isWhole || self.comparison.dueAt <= self.now
    }

    func beginComparison(isOpening: Bool) {
        let before = self.comparison
        self.comparison = Comparison()
        self.comparison.isBalanceKnown = before.isBalanceKnown
        self.comparison.nextSlot = before.nextSlot
        self.comparison.isWhole = before.isWhole || before.isWantedAgain
        self.comparisonRound += 1
        self.comparison.round = self.comparisonRound
        self.comparison.isOpening = isOpening
        self.comparison.startedAt = self.now
        self.comparison.stage = .orders
        self.askForOpenOrders(cursor: nil)
    }

    private func askForOpenOrders(cursor: String?) {
        if self.ask(
            .openOrders(cursor: cursor), .openOrders(round: self.comparison.round), percent: self.comparisonPercent(50))
        {
            return
        }
        self.retryComparison()
    }

    /// In between, most of the limit is left to orders and cancels.
    private func comparisonPercent(_ usual: Int) -> Int {
        self.comparison.isOpening || self.isTradingOver || !self.comparison.isBalanceKnown ? 100 : usual
    }

    private func retryComparison() {
        self.comparison.stage = .idle
        self.comparison.dueAt = self.now.advanced(by: 1_000_000_000)
        self.wake(by: self.comparison.dueAt)
    }

    func tendComparison() {
        switch self.comparison.stage {
        case .idle:
            guard case .ready = self.accounts[0].state else { return }
            if self.now < self.comparison.dueAt { return self.wake(by: self.comparison.dueAt) }
            if self.comparison.dueAt != .distantFuture {
                // What let the engine trade, or shall, comes first.
                self.beginComparison(isOpening: !self.isAccountHeard)
            }
        case .orders, .balances:
            return
        case .fills:
            self.askForFills()
        case .settling:
            let isSettled =
                self.queries.isEmpty && self.queried.isEmpty && self.numbers.isEmpty && self.numbersAsked.isEmpty
            if !isSettled, self.now < self.comparison.until { return self.wake(by: self.comparison.until) }
            if self.comparison.isOpening {
                // Nothing is quoted on a position that may be wrong.
                if !self.comparison.unsettled.isEmpty {
                    if self.now < self.comparison.askAgainAt { return self.wake(by: self.comparison.askAgainAt) }
                    self.comparison.slots = self.comparison.unsettled
                    self.comparison.unsettled.removeAll()
                    self.comparison.stage = .fills
                    return self.askForFills()
                }
                self.recovered()
            }
            self.askForBalances()
        case .grace:
            if self.now < self.comparison.until { return self.wake(by: self.comparison.until) }
            self.endComparison(isTold: self.tellBalances())
        }
    }

    private func endComparison(isTold: Bool) {
        self.statistics.comparisons += 1
        var listing = AccountListing()
        listing.orders = self.comparison.standing
        listing.balances = self.comparison.balances
        if self.firstListing == nil, isTold { self.firstListing = listing }
        self.lastListing = listing
        self.comparison.stage = .idle
        if isTold { self.comparison.isBalanceKnown = true }
        if !self.comparison.isBalanceKnown {
            // Nothing can be placed before.
            self.balancesUntold += 1
            self.comparison.dueAt = self.now.advanced(by: 1_000_000_000)
            return self.wake(by: self.comparison.dueAt)
        }
        let isWantedAgain = self.comparison.isWantedAgain
        self.comparison.isWhole = isWantedAgain
        self.comparison.isWantedAgain = false
        self.comparison.dueAt = self.now.advanced(
            by: isWantedAgain
                ? min(5_000_000_000, self.settings.comparisonNanoseconds) : self.settings.comparisonNanoseconds)
        self.wake(by: self.comparison.dueAt)
    }

    // MARK: Answers

    func comparisonAnswered(_ request: PendingRequest, _ outcome: AnswerOutcome) {
        let events = self.accountEvents
        switch request.purpose {
        case .openOrders(let round):
            guard self.comparison.stage == .orders, self.comparison.round == round else { return }
            for case .order(let order) in events { self.comparison.listed.append(order) }
            switch outcome {
            case .done: self.compareOrders()
            case .more(let cursor): self.askForOpenOrders(cursor: cursor)
            case .refused, .limited, .clockOff, .keyRefused, .unknown: self.retryComparison()
            }
        case .balances(let round):
            guard self.comparison.stage == .balances, self.comparison.round == round else { return }
            guard outcome == .done else { return self.retryComparison() }
            for case .balance(let coin, let total, _) in events { self.comparison.balances.append((coin, total)) }
            self.balancesAnswered()
        case .fills(let slot, let round): self.fillsAnswered(slot, round, request, outcome)
        default: return
        }
    }

    func comparisonFailed(_ request: PendingRequest) {
        switch request.purpose {
        case .fills(let slot, let round) where round == self.comparison.round:
            self.comparison.fillsInFlight -= 1
            self.fillsAreIncomplete(slot)
        case .openOrders(let round) where round == self.comparison.round && self.comparison.stage == .orders:
            self.retryComparison()
        case .balances(let round) where round == self.comparison.round && self.comparison.stage == .balances:
            self.retryComparison()
        default: return
        }
    }

    // MARK: Orders

    private func compareOrders() {
        if self.comparison.isOpening {
            // Whatever happened while nothing was heard: each order counts as open until the venue shows what became of it.
            self.deliver(.connection(self.settings.venue, .accountDoubted))
        }
        let known = self.statistics.ordersFound
        var listed: Set<ClientOrderID> = []  // Looked up, never walked through.
        for order in self.comparison.listed {
            guard let slot = order.slot, order.order.instance == self.settings.instance else {
                self.statistics.foreign += 1
                if order.slot == nil, order.order.instance == self.settings.instance { self.noteStranded(order.order) }
                continue
            }
            listed.insert(order.order)
            guard case .standing = order.state else { continue }
            self.comparison.standing.append((self.dialect.instruments[slot].symbol, order.order))
            self.compare(order, slot)
        }
        if !self.comparison.isOpening {
            for order in self.register.standing(shownBefore: self.comparison.startedAt) where !listed.contains(order) {
                guard let entry = self.register[order] else { continue }
                self.statistics.ordersMissing += 1
                self.query(OrderReference(slot: entry.slot, order: order))
                // The engine counts it as open until the answer.
                self.report(entry.slot, order, .unknown)
            }
        }
        self.comparison.listed.removeAll()
        let found = self.statistics.ordersFound - known
        if found > 0 {
            self.note(
                .information,
                "\(found) order\(found == 1 ? "" : "s") of an earlier run stand there: each is taken up by the slot that its id "
                    + "names, or cancelled")
        }
        let isAgain = self.comparison.isBalanceKnown || self.isRecovered
        if self.comparison.isOpening, isAgain {
            self.accountIsReady()
            self.comparison.isOpening = false
        }
        if self.comparison.isOpening, !self.settings.fillMarks.contains(where: { $0 != nil }) {
            self.askForBalances()  // Before anything was traded: nothing can be counted twice.
        } else {
            if self.comparison.isOpening {
                self.comparison.isWhole = true
                self.setFillsFrom()
            }
            self.planFills()
            self.comparison.stage = .fills
            self.askForFills()
        }
    }

    /// All that happened since the last run's marks is told: the engine knows what it holds, and may trade as soon as it knows
    /// of what.
    private func recovered() {
        self.isRecovered = true
        for slot in self.fillsFrom.indices
        where slot >= self.settings.fillMarks.count
            || self.settings.fillMarks[slot] == nil
        {
            self.tellMark(slot)
        }
        self.comparison.isOpening = false
        self.comparison.isIncomplete = false
        self.accountIsReady()
    }

    /// An order of this engine where this run does not trade: nobody here can cancel it.
    private func noteStranded(_ order: ClientOrderID) {
        guard self.strandedOrders.count < 1_000, self.strandedOrders.insert(order).inserted else { return }
        self.note(
            .alarm,
            "order \(order.text) of an earlier run stands on an instrument that this run does not have: cancel it by hand, "
                + "or configure the instrument")
    }

    private func compare(_ order: AccountOrder, _ slot: Int) {
        if let entry = self.register[order.order] {
            // It has ended here since the list was made, or it was: only the order itself can tell.
            if !entry.mayStand {
                if entry.endedAt < self.comparison.startedAt {
                    self.query(OrderReference(slot: slot, order: order.order))
                }
                return
            }
            if !entry.isKnown { self.statistics.ordersFound += 1 }
        } else {
            self.statistics.ordersFound += 1
        }
        let wasKnown = self.register[order.order]?.isKnown ?? false
        self.register.adopt(order, slot: slot, at: self.now)
        self.activeSlots[slot] = true
        if self.comparison.isOpening || !wasKnown || self.register[order.order]?.filled != order.cumulative {
            self.report(slot, order.order, .found(order.price, order.quantity, cumulative: order.cumulative))
        }
    }

    // MARK: Fills

    private func planFills() {
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

    private func askForFills() {
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

    private func fillsAnswered(_ slot: Int, _ round: Int, _ request: PendingRequest, _ outcome: AnswerOutcome) {
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
            for slot in self.covered(slot) { self.tellMark(slot) }
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

    /// The instruments that a question for the fills of `slot` covers.
    private func covered(_ slot: Int) -> [Int] {
        self.traits.fillsCoverAllInstruments ? self.activeSlots.indices.filter { self.activeSlots[$0] } : [slot]
    }

    private func fillsAreKnown(_ slot: Int, before milliseconds: Int64) {
        for slot in self.covered(slot) {
            self.fillsSince[slot] = max(self.fillsSince[slot], self.fillsFrom[slot], milliseconds)
        }
    }

    /// Something of an instrument's fills is not told: they are asked for again, and balances wait.
    private func fillsAreIncomplete(_ slot: Int, wait: Int64 = 1_000_000_000) {
        self.comparison.isIncomplete = true
        guard self.comparison.isOpening else { return }
        if !self.comparison.unsettled.contains(slot) { self.comparison.unsettled.append(slot) }
        self.comparison.askAgainAt = max(self.comparison.askAgainAt, self.now.advanced(by: wait))
    }

    /// Tells from where a restart would ask. Behind all fills that lie before it.
    private func tellMark(_ slot: Int) {
        self.deliver(
            .fillsKnown(
                self.dialect.instruments[slot].instrument, through: self.lastTrades[slot],
                milliseconds: max(self.fillsSince[slot], self.fillsFrom[slot])))
    }

    /// Fills before the first balances are in them.
    private func setFillsFrom() {
        let now = self.clock.milliseconds(at: self.now)
        for slot in self.fillsFrom.indices where self.fillsFrom[slot] == 0 { self.fillsFrom[slot] = now }
        if self.strangersUntil == 0 {
            self.strangersUntil =
                now + Self.strangerWindow + 2 * self.settings.comparisonNanoseconds / 1_000_000
        }
    }

    // MARK: Balances

    private func askForBalances() {
        self.comparison.balances.removeAll()
        self.setFillsFrom()
        self.comparison.fillsBefore = self.fillsKnown
        if self.ask(.balances, .balances(round: self.comparison.round), percent: self.comparisonPercent(60)) {
            self.comparison.stage = .balances
        } else {
            self.retryComparison()
        }
    }

    private func balancesAnswered() {
        if self.comparison.isOpening {
            _ = self.tellBalances()
            for slot in self.fillsFrom.indices { self.tellMark(slot) }
            self.comparison.isOpening = false
            self.accountIsReady()
            return self.endComparison(isTold: true)
        }
        // A fill that is in them may not have been told yet: they count only where none comes for a while.
        self.comparison.stage = .grace
        self.comparison.until = self.now.advanced(by: Self.grace)
        self.wake(by: self.comparison.until)
    }

    /// - Returns: whether they were told.
    private func tellBalances() -> Bool {
        let isQuiet = self.fillsKnown == self.comparison.fillsBefore && self.queries.isEmpty && self.queried.isEmpty
        let isForced = self.comparison.isOpening || self.balancesUntold >= Self.firstBalances
        guard isQuiet && !self.comparison.isIncomplete || isForced else { return false }
        self.balancesUntold = 0
        for (index, coin) in self.settings.coins.enumerated() {
            // A venue leaves out the coins of which there is nothing.
            let total = self.comparison.balances.first { $0.coin == coin }?.total ?? .zero
            self.statistics.balancesTold += 1
            self.deliver(
                .balance(self.settings.venue, AssetIndex(UInt16(truncatingIfNeeded: index)), total: total))
        }
        return true
    }
}
