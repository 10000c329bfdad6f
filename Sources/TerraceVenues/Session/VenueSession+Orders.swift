public import TerraceCore

// Commands of the engine, and what becomes of them.
extension VenueSession {
    /// As many as a lane has connections: one that waited for a connection would be signed too early, and too old on arrival.
    private static let cancelsAtOnce = 4

    // MARK: Commands

    /// Takes a command of the engine. What belongs together goes out at the next `flush`.
    public func send(_ command: Command, at now: Timestamp) {
        self.pass(to: now)
        switch command {
        case .place(let instrument, let order, let side, let price, let quantity):
            let slot = self.slot(of: instrument)
            if slot < 0 { return }
            self.outgoing.append(
                .place(OrderTerms(slot: slot, order: order, side: side, price: price, quantity: quantity)))
        case .amend(let instrument, let order, let side, let price, let quantity):
            let slot = self.slot(of: instrument)
            if slot < 0 { return }
            self.outgoing.append(
                .amend(OrderTerms(slot: slot, order: order, side: side, price: price, quantity: quantity)))
        case .cancel(let instrument, let order):
            let slot = self.slot(of: instrument)
            if slot >= 0 { self.outgoing.append(.cancel(slot: slot, order)) }
        case .query(let instrument, let order):
            let slot = self.slot(of: instrument)
            if slot >= 0 { self.query(OrderReference(slot: slot, order: order)) }
        case .resnapshot(let instrument):
            if self.settings.carriesMarket { self.resnapshot(instrument) }
        case .follow(let instrument, let priority):
            if self.settings.carriesMarket { self.follow(instrument, priority) }
        case .unfollow(let instrument):
            if self.settings.carriesMarket { self.unfollow(instrument) }
        }
    }

    /// Sends what has been commanded since the last time: cancels first, and in one request what a venue takes in one.
    public func flush(at now: Timestamp) {
        self.pass(to: now)
        if self.outgoing.isEmpty {
            if !self.queries.isEmpty { self.tick() }
            return
        }
        var commands = self.outgoing
        self.outgoing.removeAll(keepingCapacity: true)
        if commands.count > 1, self.traits.mostInBatch > 1 { commands = self.batched(commands) }
        self.cancelBacklog += commands.filter { $0.isCancel }
        self.sendCancels()
        for command in commands where !command.isCancel { self.sendOrders(command) }
        if !self.queries.isEmpty { self.tick() }
    }

    private func batched(_ commands: [AccountCommand]) -> [AccountCommand] {
        var places: [OrderTerms] = []
        var cancels: [OrderReference] = []
        var others: [AccountCommand] = []
        for command in commands {
            switch command {
            case .place(let terms): places.append(terms)
            case .cancel(let slot, let order): cancels.append(OrderReference(slot: slot, order: order))
            default: others.append(command)
            }
        }
        let most = self.traits.mostInBatch
        // Some venues cancel several orders at once on one instrument only.
        cancels.sort { $0.slot < $1.slot }
        while let first = cancels.first {
            let part = Array(cancels.prefix(most).prefix { $0.slot == first.slot })
            cancels.removeFirst(part.count)
            others.append(part.count == 1 ? .cancel(slot: part[0].slot, part[0].order) : .cancelAll(part))
        }
        while !places.isEmpty {
            let part = Array(places.prefix(most))
            places.removeFirst(part.count)
            others.append(part.count == 1 ? .place(part[0]) : .placeAll(part))
        }
        return others
    }

    /// Sends cancels that wait, as those before them are answered.
    private func sendCancels() {
        var sent = 0
        while sent < self.cancelBacklog.count, self.cancelsInFlight < Self.cancelsAtOnce {
            self.sendOrders(self.cancelBacklog[sent])
            sent += 1
        }
        self.cancelBacklog.removeFirst(sent)
    }

    /// A command was answered, or will not be.
    private func settled(_ command: AccountCommand) {
        guard command.isCancel else { return }
        self.cancelsInFlight -= 1
        self.sendCancels()
    }

    private func sendOrders(_ command: AccountCommand) {
        guard self.settings.trades, !self.keyIsRefused || command.isCancel else {
            return self.refuse(command, .other, isHere: true)
        }
        let isNearLimit = self.ordersShare >= 0.95 && self.now.nanoseconds(since: self.ordersShareAt) < 1_000_000_000
        if isNearLimit, !command.isCancel { return self.refuse(command, .rateLimited, isHere: true) }
        let request = self.dialect.request(command, at: self.clock.milliseconds(at: self.now))
        guard self.weight.take(request.weight, percent: command.isCancel ? 100 : 95, at: self.now) else {
            return self.refuse(command, .rateLimited, isHere: true)
        }
        switch command {
        case .place(let terms): self.note(sent: terms)
        case .placeAll(let all): for terms in all { self.note(sent: terms) }
        default: break
        }
        if command.isCancel { self.cancelsInFlight += 1 }
        self.request(request, .orders(command), lane: command.isCancel ? .cancels : .orders, command: command)
    }

    private func note(sent terms: OrderTerms) {
        self.register.sent(terms, at: self.now)
        self.activeSlots[terms.slot] = true
        if self.deadManAt[terms.slot] < self.deadManDue {
            self.deadManDue = self.deadManAt[terms.slot]
            if self.traits.hasDeadManSwitch { self.wake(by: max(self.deadManDue, self.now)) }
        }
    }

    // MARK: Reports

    func report(_ slot: Int, _ order: ClientOrderID, _ outcome: OrderOutcome) {
        self.deliver(
            .order(OrderReport(instrument: self.dialect.instruments[slot].instrument, order: order, outcome: outcome)))
    }

    /// The orders that a command is about.
    private func orders(of command: AccountCommand) -> [OrderReference] {
        switch command {
        case .place(let terms), .amend(let terms): [OrderReference(slot: terms.slot, order: terms.order)]
        case .cancel(let slot, let order): [OrderReference(slot: slot, order: order)]
        case .placeAll(let all): all.map { OrderReference(slot: $0.slot, order: $0.order) }
        case .cancelAll(let all): all
        default: []
        }
    }

    /// A command was certainly not carried out.
    private func refuse(_ command: AccountCommand, _ reason: VenueRejection, isHere: Bool = false) {
        if isHere { self.statistics.refusedHere += 1 }
        for reference in self.orders(of: command) { self.refuse(command, reference, reason) }
    }

    private func refuse(_ command: AccountCommand, _ reference: OrderReference, _ reason: VenueRejection) {
        switch command {
        case .place, .placeAll:
            if reason == .duplicateOrder {
                // It was sent before: whether it stands is for the venue to say.
                return self.report(reference.slot, reference.order, .unknown)
            }
            self.register.end(reference.order, at: self.now)
            self.report(reference.slot, reference.order, .rejected(reason))
        case .amend: self.report(reference.slot, reference.order, .amendRejected(reason))
        default: self.report(reference.slot, reference.order, .cancelRejected(reason))
        }
    }

    /// Nobody knows whether a command was carried out.
    private func doubt(_ command: AccountCommand) {
        for reference in self.orders(of: command) {
            self.statistics.unknownOutcomes += 1
            self.report(reference.slot, reference.order, .unknown)
        }
    }

    // MARK: Answers

    func accountAnswered(_ request: PendingRequest, _ answer: VenueAnswer, _ body: Span<UInt8>) {
        guard let command = request.command else { return }
        self.accountEvents.removeAll(keepingCapacity: true)
        let outcome = self.dialect.read(answer, body, to: command, into: &self.accountEvents)
        switch outcome {
        case .limited(let nanoseconds, let isBan, _): self.limited(nanoseconds: nanoseconds, isBan: isBan)
        case .clockOff:
            self.clock.distrust()
            self.timeAskedAt = .distantPast
            self.note(.warning, "it does not believe our clock: its time is asked for anew")
        case .keyRefused(let code): self.keyRefused(code: code)
        case .done, .more, .refused, .unknown: break
        }
        switch request.purpose {
        case .orders(let command):
            self.settle(command, outcome)
            self.settled(command)
        case .query(let slot, let order): self.queryAnswered(slot, order, outcome, sentAt: request.sentAt)
        case .orderOfNumber(let number): self.numberAnswered(number, outcome, sentAt: request.sentAt)
        case .queryFills(let order, let slot): self.queryFillsAnswered(order, slot, outcome)
        case .createListenKey:
            for event in self.accountEvents {
                if case .listenKey(let key) = event { return self.listenKeyAnswered(key) }
            }
            self.listenKeyFailed()
        case .renewListenKey: self.listenKeyRenewed(outcome)
        case .deadMan:
            if outcome != .done { self.note(.warning, "\(request.purpose.name) was not carried out: \(outcome)") }
        case .openOrders, .balances, .fills: self.comparisonAnswered(request, outcome)
        case .time, .snapshot: break
        }
    }

    /// A question had no answer. The engine repeats its own; that for an order which it takes to be well is repeated here.
    func askAgain(_ slot: Int, _ order: ClientOrderID) {
        self.queried.remove(order)
        guard let entry = self.register[order], entry.mayStand, entry.isKnown else { return }
        let due = self.now.advanced(by: 1_000_000_000)
        self.delayedQueries.append((due, OrderReference(slot: slot, order: order)))
        self.wake(by: due)
    }

    func accountFailed(_ request: PendingRequest, _ failure: RequestFailure) {
        switch request.purpose {
        case .orders(let command):
            switch failure {
            case .notSent: self.refuse(command, .other)
            case .noAnswer: self.doubt(command)
            }
            self.settled(command)
        case .query(let slot, let order): self.askAgain(slot, order)
        case .queryFills(let order, let slot): self.askAgain(slot, order.order)
        case .orderOfNumber(let number): self.numbersAsked.remove(number)
        case .createListenKey: self.listenKeyFailed()
        case .openOrders, .balances, .fills: self.comparisonFailed(request)
        case .renewListenKey: self.renewListenKeySoon("no answer")
        case .time, .snapshot, .deadMan: break
        }
    }

    private func settle(_ command: AccountCommand, _ outcome: AnswerOutcome) {
        switch outcome {
        case .done, .more:
            var isTold: [ClientOrderID] = []
            for event in self.accountEvents {
                if case .order(let order) = event { isTold.append(order.order) }
                if case .order(let order) = event, case .rejected(let reason) = order.state {
                    // In a batch each is refused by itself.
                    if let reference = self.orders(of: command).first(where: { $0.order == order.order }) {
                        self.refuse(command, reference, reason)
                    }
                    continue
                }
                self.take(event, from: .answer)
            }
            guard self.traits.placeAnswerIsFinal else { return }
            switch command {
            case .place(let terms):
                if !isTold.contains(terms.order) { self.accepted(terms.slot, terms.order, venueOrder: 0) }
            case .placeAll(let all):
                for terms in all where !isTold.contains(terms.order) {
                    self.accepted(terms.slot, terms.order, venueOrder: 0)
                }
            default: break
            }
        case .refused(let reason, _): self.refuse(command, reason)
        case .limited: self.refuse(command, .rateLimited)
        case .clockOff, .keyRefused: self.refuse(command, .other)
        case .unknown: self.doubt(command)
        }
    }

    func accepted(_ slot: Int, _ order: ClientOrderID, venueOrder: UInt64) {
        let isFirst = self.register[order].map { !$0.isKnown } ?? true
        self.register.shown(order, venueOrder: venueOrder)
        if isFirst { self.report(slot, order, .accepted) }
    }
}

extension AnswerOutcome {
    /// Whether another page follows.
    var hasMore: Bool { if case .more = self { true } else { false } }
}

extension AccountCommand {
    /// Whether it takes orders away.
    var isCancel: Bool {
        switch self {
        case .cancel, .cancelAll, .cancelEverything: true
        case .place, .amend, .placeAll, .order, .orderOfNumber, .fillsOfOrder, .fills, .openOrders, .balances,
            .permissions, .deadMan,
            .createListenKey, .renewListenKey:
            false
        }
    }
}

extension PendingRequest.Purpose {
    /// What it is called in notices.
    var name: String {
        switch self {
        case .time: "the question for the time"
        case .snapshot: "the request for a snapshot"
        case .orders: "a command"
        case .query, .queryFills, .orderOfNumber: "a question for an order"
        case .openOrders: "the question for open orders"
        case .balances: "the question for balances"
        case .fills: "the question for fills"
        case .createListenKey, .renewListenKey: "the request for a stream key"
        case .deadMan: "the dead-man switch"
        }
    }
}
