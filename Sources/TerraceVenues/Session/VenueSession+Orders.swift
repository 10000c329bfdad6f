public import TerraceCore

// Commands of the engine, and what becomes of them.
extension VenueSession {
    private static let queriesAtOnce = 8
    /// As many as a lane has connections: one that waited for a connection would be signed too early, and too old on arrival.
    private static let cancelsAtOnce = 4
    /// A clock that is measured is right to this, with room to spare.
    private static let clockMargin: Int64 = 1_000

    /// Where an account event came from.
    enum Source { case stream, answer, search }

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
        case .orderOfNumber(let number): self.numberAnswered(number, outcome)
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
    private func askAgain(_ slot: Int, _ order: ClientOrderID) {
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

    private func accepted(_ slot: Int, _ order: ClientOrderID, venueOrder: UInt64) {
        let isFirst = self.register[order].map { !$0.isKnown } ?? true
        self.register.shown(order, venueOrder: venueOrder)
        if isFirst { self.report(slot, order, .accepted) }
    }

    // MARK: What the venue tells

    /// Takes an order's state or a fill, wherever it came from: answer and stream tell the same, and the first counts.
    func take(_ event: AccountEvent, from source: Source) {
        switch event {
        case .order(let order):
            guard let slot = order.slot, order.order.instance == self.settings.instance else {
                self.statistics.foreign += 1
                return
            }
            self.take(order, slot)
        case .fill(let fill):
            guard let slot = fill.slot else {
                self.statistics.foreign += 1
                return
            }
            self.take(fill, slot, from: source)
        case .balance, .balancesEnded, .stepDone, .stepRefused, .streamEnded, .listenKey, .permissions: return
        }
    }

    private func take(_ order: AccountOrder, _ slot: Int) {
        switch order.state {
        case .standing, .amended:
            guard let entry = self.register[order.order] else { return self.adopt(order, slot) }
            let isNew = order.price != .zero && (order.price != entry.price || order.quantity != entry.quantity)
            self.accepted(slot, order.order, venueOrder: order.venueOrder)
            if isNew || order.state == .amended {
                self.register.changed(order.order, price: order.price, quantity: order.quantity)
                self.report(slot, order.order, .amended(order.price, order.quantity))
            }
        case .cancelled:
            self.register.shown(order.order, venueOrder: order.venueOrder)
            self.register.end(order.order, at: self.now)
            self.report(slot, order.order, .cancelled(cumulative: order.cumulative))
        case .rejected(.duplicateOrder):
            // A copy of the order was refused; whether the first one stands is for the venue to say.
            self.report(slot, order.order, .unknown)
        case .rejected(let reason):
            self.register.end(order.order, at: self.now)
            self.report(slot, order.order, .rejected(reason))
        case .filled:
            // Its fills are told by themselves; should one be missing after a while, it is asked for.
            self.accepted(slot, order.order, venueOrder: order.venueOrder)
            let due = self.now.advanced(by: 1_000_000_000)
            self.delayedQueries.append((due, OrderReference(slot: slot, order: order.order)))
            self.wake(by: due)
        }
    }

    /// An order of ours that nothing here has sent: an earlier run's, which reached the venue late. The engine must hear of it,
    /// or it stands for good.
    private func adopt(_ order: AccountOrder, _ slot: Int) {
        self.statistics.ordersFound += 1
        self.register.adopt(order, slot: slot, at: self.now)
        self.activeSlots[slot] = true
        self.report(slot, order.order, .found(order.price, order.quantity, cumulative: order.cumulative))
    }

    /// Takes a fill. Which order it is of is told by its id, or else by the venue's number of the order.
    private func take(_ fill: AccountFill, _ slot: Int, from source: Source, of known: ClientOrderID = .none) {
        var order = fill.order == .none ? known : fill.order
        if order == .none { order = self.register.order(fill.venueOrder, slot) ?? .none }
        let instrument = self.dialect.instruments[slot].instrument
        if self.seen.insert(fill.trade, instrument) {
            self.fillsKnown += 1
            if source == .search { self.statistics.fillsFound += 1 }
            if order.instance == self.settings.instance {
                self.register.shown(order, venueOrder: fill.venueOrder)
                self.register.filled(order, fill.quantity)
                if let entry = self.register[order], entry.filled >= entry.quantity {
                    self.register.end(order, at: self.now)
                }
            } else {
                self.statistics.foreign += 1
            }
        } else if source == .search, known == .none {
            return  // The engine has it.
        }
        // A coin that the desk does not know has an index beyond all that it does: kept by coin, moves no balance.
        let coin = self.settings.coins.firstIndex(of: fill.feeCoin) ?? Int(UInt16.max)
        self.report(
            slot, order,
            .filled(
                Fill(
                    trade: fill.trade, side: fill.side, price: fill.price, quantity: fill.quantity, fee: fill.fee,
                    feeAsset: AssetIndex(UInt16(truncatingIfNeeded: coin)), isMaker: fill.isMaker,
                    cumulative: fill.cumulative)))
    }

    /// Fills that were asked for. One of an order that is not known here may be of one whose number was never told: it is
    /// taken once no such order is left.
    ///
    /// - Returns: false where one was left for later.
    func take(fills: [AccountEvent], _ slot: Int, of known: ClientOrderID) -> Bool {
        var isWhole = true
        for event in fills {
            guard case .fill(let fill) = event, let slot = fill.slot else { continue }
            // What an earlier run's orders had filled before is known from it, or is in the first balances.
            let order =
                known != .none ? known : fill.order != .none ? fill.order : self.register.order(fill.venueOrder, slot)
            let isSent = order.flatMap { self.register[$0]?.isSent } ?? false
            if fill.milliseconds < self.fillsFrom[slot], !isSent { continue }
            if order == nil, self.mayBeOurs(fill, slot) {
                isWhole = false
                continue
            }
            self.take(fill, slot, from: .search, of: known)
        }
        return isWhole
    }

    /// Whether a fill, of an order whose number is not known here, may be of one of ours: of one that was sent and not shown yet,
    /// or of an earlier run's, whose record may be lost. Its order is asked for by the number then.
    private func mayBeOurs(_ fill: AccountFill, _ slot: Int) -> Bool {
        let number = OrderNumber(slot: slot, number: fill.venueOrder)
        if self.register.isStranger(number) { return false }
        if !self.traits.fillsNameOrders, fill.venueOrder != 0, fill.milliseconds < self.strangersUntil {
            if !self.numbersAsked.contains(number), !self.numbers.contains(number) { self.numbers.append(number) }
            return true
        }
        return self.register.hasUnshown(slot)
    }

    // MARK: Questions

    func query(_ reference: OrderReference) {
        if self.queried.contains(reference.order) || self.queries.contains(reference) { return }
        self.queries.append(reference)
    }

    func sendQueries() {
        if !self.delayedQueries.isEmpty {
            let due = self.delayedQueries.filter { $0.due <= self.now }
            self.delayedQueries.removeAll { $0.due <= self.now }
            for (_, reference) in due {
                if let entry = self.register[reference.order], entry.filled >= entry.quantity { continue }
                self.query(reference)
            }
            for (due, _) in self.delayedQueries { self.wake(by: due) }
        }
        while let next = self.queries.first, self.queried.count < Self.queriesAtOnce {
            guard
                self.ask(
                    .order(slot: next.slot, next.order), .query(slot: next.slot, next.order), percent: 85)
            else { return self.wake(by: self.weight.retryAt(self.now)) }
            self.queried.insert(next.order)
            self.queries.removeFirst()
        }
        while let next = self.numbers.first, self.numbersAsked.count < Self.queriesAtOnce {
            let question = AccountCommand.orderOfNumber(slot: next.slot, venueOrder: next.number)
            // Others on the account may trade a lot.
            guard self.ask(question, .orderOfNumber(next), percent: self.isAccountHeard ? 50 : 100) else {
                return self.wake(by: self.weight.retryAt(self.now))
            }
            self.numbersAsked.insert(next)
            self.numbers.removeFirst()
        }
    }

    private func numberAnswered(_ number: OrderNumber, _ outcome: AnswerOutcome) {
        self.numbersAsked.remove(number)
        for event in self.accountEvents {
            guard case .order(let found) = event, found.venueOrder == number.number else { continue }
            guard found.order.instance == self.settings.instance else { return self.register.noteStranger(number) }
            if self.register[found.order] != nil { return self.register.shown(found.order, venueOrder: number.number) }
            switch found.state {
            case .standing, .amended: self.adopt(found, number.slot)
            case .cancelled, .filled, .rejected: self.adoptEnded(found, number.slot)
            }
            return
        }
        // The next question for fills asks again for what had no answer.
        if case .refused(.unknownOrder, _) = outcome { self.register.noteStranger(number) }
    }

    /// An order of an earlier run that is gone: its number is remembered, so that its fills find it.
    private func adoptEnded(_ order: AccountOrder, _ slot: Int) {
        self.register.adopt(order, slot: slot, at: self.now)
        self.register.end(order.order, at: self.now)
        self.activeSlots[slot] = true
    }

    private func queryAnswered(
        _ slot: Int, _ order: ClientOrderID, _ outcome: AnswerOutcome, sentAt: Timestamp
    ) {
        for event in self.accountEvents {
            guard case .order(let found) = event, found.order == order else { continue }
            if self.register[order] == nil {
                self.register.adopt(found, slot: slot, at: self.now)
                self.activeSlots[slot] = true
            }
            self.register.shown(order, venueOrder: found.venueOrder)
            if found.cumulative == .zero {
                self.queried.remove(order)
                return self.conclude(found, slot)
            }
            let question = AccountCommand.fillsOfOrder(slot: slot, order, venueOrder: found.venueOrder)
            if !self.ask(question, .queryFills(found, slot: slot), percent: 90) {
                // There is no weight left for its fills, without which the answer is worth nothing: both later.
                self.queried.remove(order)
                self.queries.insert(OrderReference(slot: slot, order: order), at: 0)
            }
            return
        }
        self.queried.remove(order)
        guard case .refused(.unknownOrder, _) = outcome else { return }  // The engine asks again.
        // The request that placed it may still be on its way: it is proved to be void only once its time stamp is too old
        // for the venue, and the question was asked after that. So soon the list that is asked may be behind the one that has
        // shown it, too.
        // An earlier run has sent what this session does not know, at the latest when it ended.
        let window = (self.traits.receiveWindowMilliseconds + Self.clockMargin) * 1_000_000
        let proof = (self.register[order]?.placedAt ?? self.startedAt).advanced(by: window)
        if sentAt < proof {
            self.delayedQueries.append((proof, OrderReference(slot: slot, order: order)))
            return self.wake(by: proof)
        }
        self.register.end(order, at: self.now)
        self.report(slot, order, .notFound(cumulative: .zero))
    }

    private func queryFillsAnswered(_ order: AccountOrder, _ slot: Int, _ outcome: AnswerOutcome) {
        self.queried.remove(order.order)
        let fills = self.accountEvents
        _ = self.take(fills: fills, slot, of: order.order)
        // Without its fills the end of an order must not be told: the engine asks again.
        guard outcome == .done || outcome.hasMore else { return }
        self.conclude(order, slot)
    }

    /// Tells the engine what the venue says an order is, behind its fills.
    private func conclude(_ order: AccountOrder, _ slot: Int) {
        switch order.state {
        case .standing, .amended:
            self.register.changed(order.order, price: order.price, quantity: order.quantity)
            self.report(
                slot, order.order, .found(order.price, order.quantity, cumulative: order.cumulative))
        case .cancelled, .filled, .rejected:
            self.register.end(order.order, at: self.now)
            self.report(slot, order.order, .notFound(cumulative: order.cumulative))
        }
    }

    // MARK: The dead-man switch

    func tendDeadMan() {
        guard self.traits.hasDeadManSwitch, self.settings.deadManMilliseconds > 0, self.isAccountHeard else { return }
        if self.now < self.deadManDue { return self.wake(by: self.deadManDue) }
        let pause = self.settings.deadManMilliseconds * 250_000
        self.deadManDue = self.now.advanced(by: pause)
        for slot in self.deadManAt.indices where self.register.standingCount(slot) > 0 {
            if self.now < self.deadManAt[slot] {
                self.deadManDue = min(self.deadManDue, self.deadManAt[slot])
                continue
            }
            let command = AccountCommand.deadMan(slot: slot, milliseconds: self.settings.deadManMilliseconds)
            // Less than comparisons have, which hundreds of instruments would never let happen.
            guard self.ask(command, .deadMan(slot: slot), percent: 40) else {
                self.deadManDue = self.weight.retryAt(self.now)
                break
            }
            self.deadManAt[slot] = self.now.advanced(by: pause)
        }
        self.wake(by: self.deadManDue)
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
