import TerraceCore

// The comparison of what the venue holds with what is known here.
extension VenueSession {
    private static let grace: Int64 = 2_000_000_000
    /// So often the first balances are asked for until no fill comes in between; after that they are told all the same, and the
    /// next comparison corrects them. Orders of an earlier run may fill many times a second; since nothing is placed before, they
    /// come to an end.
    private static let firstBalances = 20
    /// The same for the first balances of a restart, without which nothing can be placed.
    private static let firstGrace: Int64 = 250_000_000

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

    /// How far the comparison has come, and what of the venue's limit of requests is used, for people.
    public var comparisonState: String {
        let stage =
            switch self.comparison.stage {
            case .idle: "it waits for its time"
            case .orders: "open orders are asked for"
            case .fills: "fills are asked for, of \(self.comparison.slots.count) instruments not yet"
            case .settling: "\(self.queries.count + self.queried.count) orders are asked for"
            case .balances: "balances are asked for"
            case .grace: "it waits for late fills"
            }
        return "\(stage); \(self.weight.percentUsed(at: self.now)) % of the limit of requests is used"
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
    func comparisonPercent(_ usual: Int) -> Int {
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
            let isTold = self.tellBalances()
            if !isTold, !self.comparison.isBalanceKnown, !self.comparison.isIncomplete { return self.askForBalances() }
            self.endComparison(isTold: isTold)
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
        self.comparison.until = self.now.advanced(by: self.comparison.isBalanceKnown ? Self.grace : Self.firstGrace)
        self.wake(by: self.comparison.until)
    }

    /// - Returns: whether they were told.
    private func tellBalances() -> Bool {
        // What the engine asks after a restart has been told already, by the question for fills.
        let isAsked = !self.queries.isEmpty || !self.queried.isEmpty
        let isQuiet =
            self.fillsKnown == self.comparison.fillsBefore && !(isAsked && self.comparison.isBalanceKnown)
        let isForced = self.comparison.isOpening || self.balancesUntold >= Self.firstBalances
        guard isQuiet && !self.comparison.isIncomplete || isForced else {
            self.balancesUntold += self.comparison.isBalanceKnown ? 0 : 1
            return false
        }
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
