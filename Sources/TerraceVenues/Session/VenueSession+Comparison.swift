import TerraceCore

// The comparison of what the venue holds with what is known here.
extension VenueSession {
    private static let instrumentsAtOnce = 20
    private static let grace: Int64 = 2_000_000_000

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
        self.comparison.isOpening || self.isTradingOver ? 100 : usual
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
            let isSettled = self.queries.isEmpty && self.queried.isEmpty
            if !isSettled, self.now < self.comparison.until { return self.wake(by: self.comparison.until) }
            self.askForBalances()
        case .grace:
            if self.now < self.comparison.until { return self.wake(by: self.comparison.until) }
            self.tellBalances()
            self.endComparison()
        }
    }

    private func endComparison() {
        self.statistics.comparisons += 1
        var listing = AccountListing()
        listing.orders = self.comparison.standing
        listing.balances = self.comparison.balances
        if self.firstListing == nil { self.firstListing = listing }
        self.lastListing = listing
        self.comparison.stage = .idle
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
        case .fills(let slot, let round):
            let isWhole = self.take(fills: events, slot, of: .none)
            guard self.comparison.round == round else { return }
            self.comparison.fillsInFlight -= 1
            if !isWhole { self.comparison.isWantedAgain = true }
            switch outcome {
            case .done where isWhole:
                self.foundFills(events, slot)
                // What the stream has yet to tell is asked for again: a minute of the venue's time.
                self.fillsSince[slot] = max(self.fillsFrom, self.clock.milliseconds(at: request.sentAt) - 60_000)
            case .more(let cursor):
                if isWhole { self.foundFills(events, slot) }
                if self.askForFills(of: slot, cursor: cursor) {
                    self.comparison.fillsInFlight += 1
                } else {
                    self.comparison.isIncomplete = true
                }
            case .done, .refused, .limited, .clockOff, .keyRefused, .unknown: self.comparison.isIncomplete = true
            }
        default: return
        }
    }

    func comparisonFailed(_ request: PendingRequest) {
        switch request.purpose {
        case .fills(_, let round) where round == self.comparison.round:
            self.comparison.fillsInFlight -= 1
            self.comparison.isIncomplete = true
        case .openOrders(let round) where round == self.comparison.round && self.comparison.stage == .orders:
            self.retryComparison()
        case .balances(let round) where round == self.comparison.round && self.comparison.stage == .balances:
            self.retryComparison()
        default: return
        }
    }

    /// By these numbers the next question for fills begins: by what was found by asking, never by what the stream told, which
    /// may have left out one before; and by the last time but one, should the venue's list have been behind.
    private func foundFills(_ events: [AccountEvent], _ slot: Int) {
        self.lastTrades[slot] = self.newestTrades[slot]
        for case .fill(let fill) in events where fill.isNumbered && fill.slot == slot {
            self.newestTrades[slot] = max(self.newestTrades[slot] ?? 0, fill.trade)
        }
    }

    // MARK: Orders

    private func compareOrders() {
        if self.comparison.isOpening {
            // Whatever happened while nothing was heard: each order counts as open until the venue shows what became of it.
            self.deliver(.connection(self.settings.venue, .accountDoubted))
        }
        var listed: Set<ClientOrderID> = []  // Looked up, never walked through.
        for order in self.comparison.listed {
            guard let slot = order.slot, order.order.instance == self.settings.instance else {
                self.statistics.foreign += 1
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
        self.planFills()
        if self.comparison.isOpening, self.comparison.isBalanceKnown {
            self.accountIsReady()
            self.comparison.isOpening = false
        }
        if self.comparison.isOpening {
            self.askForBalances()  // Before anything was traded: nothing can be counted twice.
        } else {
            self.comparison.stage = .fills
            self.askForFills()
        }
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
            self.note(
                .warning,
                "order \(order.order.text) of an earlier run stands on \(self.dialect.instruments[slot].symbol): it is cancelled"
            )
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
            guard self.askForFills(of: slot, cursor: nil) else { return self.wake(by: self.weight.retryAt(self.now)) }
            self.comparison.fillsInFlight += 1
            self.comparison.slots.removeFirst()
        }
        if self.comparison.slots.isEmpty, self.comparison.fillsInFlight == 0 {
            self.comparison.stage = .settling
            self.comparison.until = self.now.advanced(by: 5_000_000_000)
            self.tendComparison()
        }
    }

    private func askForFills(of slot: Int, cursor: String?) -> Bool {
        if self.fillsSince[slot] == 0 { self.fillsSince[slot] = self.fillsFrom }
        let command = AccountCommand.fills(
            slot: slot, fromTrade: self.lastTrades[slot].map { $0 &+ 1 }, since: self.fillsSince[slot], cursor: cursor)
        return self.ask(
            command, .fills(slot: slot, round: self.comparison.round), percent: self.comparisonPercent(50))
    }

    // MARK: Balances

    private func askForBalances() {
        self.comparison.balances.removeAll()
        // Fills from before the first balances are in them.
        if self.fillsFrom == 0 { self.fillsFrom = self.clock.milliseconds(at: self.now) }
        self.comparison.fillsBefore = self.fillsKnown
        if self.ask(.balances, .balances(round: self.comparison.round), percent: self.comparisonPercent(60)) {
            self.comparison.stage = .balances
        } else {
            self.retryComparison()
        }
    }

    private func balancesAnswered() {
        if self.comparison.isOpening {
            self.tellBalances()
            self.comparison.isBalanceKnown = true
            self.comparison.isOpening = false
            self.accountIsReady()
            return self.endComparison()
        }
        // A fill that is in them may not have been told yet: they count only where none comes for a while.
        self.comparison.stage = .grace
        self.comparison.until = self.now.advanced(by: Self.grace)
        self.wake(by: self.comparison.until)
    }

    private func tellBalances() {
        let isQuiet = self.fillsKnown == self.comparison.fillsBefore && self.queries.isEmpty && self.queried.isEmpty
        guard isQuiet && !self.comparison.isIncomplete || self.comparison.isOpening else { return }
        for (index, coin) in self.settings.coins.enumerated() {
            // A venue leaves out the coins of which there is nothing.
            let total = self.comparison.balances.first { $0.coin == coin }?.total ?? .zero
            self.statistics.balancesTold += 1
            self.deliver(
                .balance(self.settings.venue, AssetIndex(UInt16(truncatingIfNeeded: index)), total: total))
        }
    }
}
