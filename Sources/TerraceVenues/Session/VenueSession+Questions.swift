import TerraceCore

// Questions for orders whose state is not known, and what their answers prove.
extension VenueSession {
    private static let queriesAtOnce = 8
    /// A clock that is measured is right to this, with room to spare.
    private static let clockMargin: Int64 = 1_000

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

    func numberAnswered(_ number: OrderNumber, _ outcome: AnswerOutcome, sentAt: Timestamp) {
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
        guard case .refused(.unknownOrder, _) = outcome else { return }
        // What is asked may be behind what has listed the fill: a stranger's for good only by an answer to a later question.
        if sentAt >= self.startedAt.advanced(by: self.proofNanoseconds) { return self.register.noteStranger(number) }
        let again = self.now.advanced(by: 1_000_000_000)
        self.numbersWaiting[number] = again
        self.comparison.askAgainAt = max(self.comparison.askAgainAt, again)
    }

    /// After so long a request's time stamp is too old for the venue.
    private var proofNanoseconds: Int64 { (self.traits.receiveWindowMilliseconds + Self.clockMargin) * 1_000_000 }

    /// An order of an earlier run that is gone: its number is remembered, so that its fills find it.
    private func adoptEnded(_ order: AccountOrder, _ slot: Int) {
        self.register.adopt(order, slot: slot, at: self.now)
        self.register.end(order.order, at: self.now)
        self.activeSlots[slot] = true
    }

    func queryAnswered(
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
        let proof = (self.register[order]?.placedAt ?? self.startedAt).advanced(by: self.proofNanoseconds)
        if sentAt < proof {
            self.delayedQueries.append((proof, OrderReference(slot: slot, order: order)))
            return self.wake(by: proof)
        }
        self.register.end(order, at: self.now)
        self.report(slot, order, .notFound(cumulative: .zero))
    }

    func queryFillsAnswered(_ order: AccountOrder, _ slot: Int, _ outcome: AnswerOutcome) {
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
}
