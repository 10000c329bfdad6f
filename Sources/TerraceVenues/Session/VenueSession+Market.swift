import TerraceCore

// Market data: connections and snapshots. Which instruments are subscribed to is in `VenueSession+Subscriptions`.
extension VenueSession {
    private static let snapshotsAtOnce = 4
    /// Before the venue ends a connection, it is renewed so long before.
    private static let renewalLead: Int64 = 600_000_000_000
    /// After this long a successor speaks for all instruments, also for those whose books it has not got.
    private static let handOverLimit: Int64 = 300_000_000_000
    /// A connection that has lived for this long was well.
    static let wellAfter: Int64 = 10_000_000_000

    /// Spreads the instruments, which come in the order of their priority, over connections. A connection has the same ones for
    /// good, so that there are never more of them than all instruments together need; it is opened when one of them is needed.
    func planConnections() {
        let count = self.dialect.instruments.count
        let most = max(1, self.traits.instrumentsPerConnection)
        self.owners = Array(repeating: 0, count: count)
        var first = 0
        while first < count {
            let slots = first..<min(count, first + most)
            guard let feed = self.feed(slots) else { return }
            for slot in slots { self.owners[slot] = self.connections.count }
            self.connections.append(MarketConnection(slots: slots, feed: feed, wanted: self.wanted(slots)))
            first = slots.upperBound
        }
    }

    private func wanted(_ slots: Range<Int>) -> Int { slots.count { self.followed[$0] != 0 } }

    private func feed(_ slots: Range<Int>) -> (any VenueFeed)? {
        do throws(SymbolTable.Refusal) {
            return try self.dialect.feed(slots)
        } catch {
            self.note(.alarm, "its instruments can't be read: \(error.description)")
            return nil
        }
    }

    // MARK: What is due

    func tendMarket() {
        for index in self.connections.indices { self.tend(index) }
        self.sendSnapshotRequests()
        if !self.settings.trades { self.announceMarket() }
    }

    private func tend(_ index: Int) {
        switch self.connections[index].state {
        case .closed:
            if self.connections[index].wanted == 0 { return }
            if self.now < self.connections[index].retryAt { return self.wake(by: self.connections[index].retryAt) }
            guard !self.weight.isBlocked(at: self.now), self.connectionsWindow.take(1, percent: 90, at: self.now) else {
                let retry = max(self.connectionsWindow.retryAt(self.now), self.now.advanced(by: 1_000_000_000))
                self.connections[index].retryAt = retry
                return self.wake(by: retry)
            }
            self.connections[index].reset()
            self.connections[index].state = .opening
            self.connections[index].socket = self.number()
            self.statistics.connections += 1
            self.transport.open(
                self.connections[index].socket, base: self.settings.endpoints.market, target: self.dialect.marketTarget)
        case .retired:
            return
        case .opening:
            _ = self.rest(index)
        case .open:
            if self.rest(index) { return }
            self.probe(index)
            if self.connections[index].state != .open { return self.wake(by: self.connections[index].retryAt) }
            self.sendFrames(index)
            self.checkAcknowledgements(index)
            if self.connections[index].state != .open { return self.wake(by: self.connections[index].retryAt) }
            self.renew(index)
        }
    }

    /// Asks a silent connection for a sign of life, and closes one that gives none.
    private func probe(_ index: Int) {
        let silence = self.settings.silenceNanoseconds
        let heardAt = self.connections[index].heardAt
        if self.now.nanoseconds(since: heardAt) >= 5 * silence {
            return self.lose(index, "it has been silent for \(5 * silence / 1_000_000_000) s", close: true)
        }
        let probedAt = self.connections[index].probedAt
        let regular =
            self.traits.pingSeconds > 0
            ? probedAt.advanced(by: self.traits.pingSeconds * 1_000_000_000) : .distantFuture
        let due = min(regular, max(heardAt, probedAt).advanced(by: silence))
        if self.now >= due, !self.traits.pingText.isEmpty {
            self.connections[index].probedAt = self.now
            self.connections[index].enqueue(self.traits.pingText)
        }
        self.wake(by: self.now >= due ? self.now.advanced(by: silence) : due)
        self.wake(by: heardAt.advanced(by: 5 * silence))
    }

    private func sendFrames(_ index: Int) {
        // One less than the venue takes: answers to its pings count too.
        let pause = 1_000_000_000 / Int64(max(1, self.traits.messagesPerSecond - 1))
        while self.connections[index].hasFrames || self.connections[index].hasChanges {
            let at = self.connections[index].nextFrameAt
            if self.now < at { return self.wake(by: at) }
            if let frame = self.connections[index].nextFrame() ?? self.nextSubscription(index) {
                self.transport.send(self.connections[index].socket, frame)
                self.connections[index].nextFrameAt = self.now.advanced(by: pause)
            } else {
                self.connections[index].hasChanges = false
            }
        }
    }

    // MARK: Connections

    private func connection(of socket: Int) -> Int? {
        for index in self.connections.indices where self.connections[index].socket == socket { return index }
        return nil
    }

    func marketOpened(_ socket: Int) {
        guard let index = self.connection(of: socket) else { return }
        self.connections[index].state = .open
        self.connections[index].openedAt = self.now
        self.connections[index].heardAt = self.now
        self.connections[index].probedAt = self.now
        let life = self.traits.connectionSeconds * 1_000_000_000
        let spread = Int64(truncatingIfNeeded: self.random.next() % UInt64(max(1, min(life / 10, Self.renewalLead))))
        self.connections[index].renewAt = self.now.advanced(by: life - min(life / 4, Self.renewalLead) - spread)
        self.connections[index].hasChanges = true
    }

    func marketClosed(_ socket: Int, _ reason: String) {
        guard let index = self.connection(of: socket) else { return }
        self.lose(index, reason, close: false)
    }

    /// A connection is gone, or is closed because it can't be relied upon: its books are lost, and it is opened anew later.
    func lose(_ index: Int, _ reason: String, close: Bool) {
        let wasOpen = self.connections[index].state == .open
        if self.connections[index].state == .retired { return }
        if close { self.transport.close(self.connections[index].socket) }
        if wasOpen { self.statistics.connectionsLost += 1 }
        self.events.removeAll(keepingCapacity: true)
        self.connections[index].feed.disconnected(into: &self.events)
        self.pass(self.events, from: index)
        self.connections[index].reset()
        self.snapshotQueue.removeAll { $0.connection == index }
        self.note(
            .warning, "market-data connection \(index + 1) \(wasOpen ? "is lost" : "could not be opened"): \(reason)")
        if let old = self.connections[index].successorOf {
            // The one that it was to replace still stands, speaks again for what it had handed over, and tries again later.
            self.connections[index].state = .retired
            for slot in self.connections[index].slots where self.owners[slot] == index {
                self.owners[slot] = old
                self.refresh(slot, old)
            }
            return
        }
        self.connections[index].state = .closed
        // One that lived for a while is tried again soon. That its subscriptions stood is not enough: a message that makes no
        // sense, again and again, must not have it opened anew several times a second.
        if wasOpen, self.now.nanoseconds(since: self.connections[index].openedAt) > Self.wellAfter {
            self.connections[index].backoff.reset()
        }
        let wait = self.connections[index].backoff.next(random: self.random.next())
        self.connections[index].retryAt = self.now.advanced(by: wait)
        self.wake(by: self.connections[index].retryAt)
    }

    /// The venue ends connections after a day: a second one is opened beside it, takes over the books one by one, and the first
    /// is closed when it has no more.
    private func renew(_ index: Int) {
        if self.connections[index].successorOf != nil { return self.endHandOver(index) }
        if self.now < self.connections[index].renewAt { return self.wake(by: self.connections[index].renewAt) }
        let isUnderWay = self.connections.contains { $0.successorOf == index && $0.state != .retired }
        if isUnderWay || self.connections[index].wanted == 0 { return }
        self.connections[index].renewAt = self.now.advanced(by: 60_000_000_000)
        guard let feed = self.feed(self.connections[index].slots) else { return }
        let slots = self.connections[index].slots
        var successor = MarketConnection(slots: slots, feed: feed, wanted: self.wanted(slots))
        successor.successorOf = index
        // A retired one's place is used again, so that a year of renewals does not make the list grow.
        if let free = self.connections.firstIndex(where: { $0.state == .retired && $0.slots == successor.slots }) {
            self.connections[free] = successor
        } else {
            self.connections.append(successor)
        }
        self.wake(by: self.now)
    }

    /// A successor's book is whole: from here on it speaks for the instrument.
    private func takeOver(_ slot: Int, _ index: Int) {
        guard let old = self.connections[index].successorOf, self.owners[slot] == old else { return }
        self.owners[slot] = index
        self.completeHandOver(index)
    }

    /// Closes the connection before where this one speaks for all that is needed.
    func completeHandOver(_ index: Int) {
        guard let old = self.connections[index].successorOf, self.connections[index].state == .open,
            self.connections[index].wanted > 0
        else { return }
        for slot in self.connections[index].slots where self.followed[slot] != 0 && self.owners[slot] != index {
            return
        }
        self.retire(old, for: index)
        self.note(.information, "market-data connection \(old + 1) was renewed without a gap")
    }

    private func retire(_ old: Int, for index: Int) {
        if self.connections[old].socket >= 0 { self.transport.close(self.connections[old].socket) }
        self.connections[old].reset()
        self.connections[old].state = .retired
        self.snapshotQueue.removeAll { $0.connection == old }
        self.connections[index].successorOf = nil
        for slot in self.connections[index].slots { self.owners[slot] = index }
        self.statistics.connectionsRenewed += 1
    }

    /// An instrument that is no longer listed must not keep a renewal from its end: after a while what is left goes over as
    /// it is. A successor that has got no book at all is given up.
    private func endHandOver(_ index: Int) {
        guard let old = self.connections[index].successorOf else { return }
        let limit = self.connections[index].openedAt.advanced(by: Self.handOverLimit)
        if self.now < limit { return self.wake(by: limit) }
        if self.connections[index].wanted == 0 { return }
        let rest = self.connections[index].slots.filter { self.followed[$0] != 0 && self.owners[$0] == old }
        if rest.count == self.connections[index].wanted {
            return self.lose(index, "it has got no book in place of those of connection \(old + 1)", close: true)
        }
        for slot in rest {
            self.owners[slot] = index
            self.deliver(.market(.bookLost(self.dialect.instruments[slot].instrument)))
        }
        self.retire(old, for: index)
        self.note(
            .warning, "market-data connection \(old + 1) was renewed, and \(rest.count) of its books are not whole yet")
    }

    // MARK: Messages

    func marketReceived(_ socket: Int, _ bytes: Span<UInt8>) {
        guard let index = self.connection(of: socket) else { return }
        self.statistics.marketMessages += 1
        self.connections[index].heardAt = self.now
        self.events.removeAll(keepingCapacity: true)
        let malformed = self.connections[index].feed.counters.malformed
        let outcome = self.connections[index].feed.received(bytes, at: self.now, into: &self.events)
        self.statistics.malformed &+= self.connections[index].feed.counters.malformed &- malformed
        self.pass(self.events, from: index)
        self.heed(outcome, index)
    }

    private func heed(_ outcome: FeedOutcome, _ index: Int) {
        switch outcome {
        case .none, .bestQuote:
            return
        case .snapshotWanted(let instrument):
            self.wantSnapshot(instrument, index)
        case .acknowledged(let request):
            self.deliver(.connection(self.settings.venue, .heartbeat))
            self.acknowledged(request, index)
        case .refused(let request, let code):
            self.deliver(.connection(self.settings.venue, .heartbeat))
            self.refused(request, code, index)
        case .disconnect(let reason):
            self.lose(index, reason.description, close: true)
        }
        self.tick()
    }

    /// Hands events of a connection to the engine: only of the instruments that it speaks for, and that somebody needs.
    func pass(_ events: [Event], from index: Int) {
        let isContested =
            self.connections[index].successorOf != nil || self.connections.count > 1 || self.hasUnfollowed
        for event in events {
            if isContested, case .market(let market) = event {
                let slot = self.slot(of: market.instrument)
                if slot >= 0, self.followed[slot] == 0 { continue }
                if slot >= 0, self.owners[slot] != index {
                    guard case .snapshotBegan = market, self.connections[index].successorOf == self.owners[slot] else {
                        continue
                    }
                    self.takeOver(slot, index)
                }
            }
            self.deliveries.append(Delivery(at: self.now, event: event))
        }
    }

    func slot(of instrument: InstrumentIndex) -> Int {
        instrument.index < self.slotsByInstrument.count ? self.slotsByInstrument[instrument.index] : -1
    }

    // MARK: Snapshots

    /// The engine wants a fresh snapshot of an instrument's book.
    func resnapshot(_ instrument: InstrumentIndex) {
        let slot = self.slot(of: instrument)
        if slot < 0 { return }
        self.refresh(slot, self.owners[slot])
        self.tick()
    }

    func refresh(_ slot: Int, _ index: Int) {
        guard self.connections.indices.contains(index), self.connections[index].slots.contains(slot),
            self.connections[index].state == .open, self.connections[index].snapshot(slot).stage == .none,
            self.followed[slot] != 0
        else { return }
        switch self.connections[index].subscription(slot).stage {
        case .none, .ending: return  // With the subscription that follows, its book comes.
        case .asked: if !self.traits.fetchesSnapshots { return }
        case .refused:
            self.connections[index].changeSubscription(slot) { $0.stage = .none }
            self.connections[index].hasChanges = true
            return
        case .stands: break
        }
        self.events.removeAll(keepingCapacity: true)
        let instrument = self.dialect.instruments[slot].instrument
        var outcome = self.connections[index].feed.resnapshot(instrument, into: &self.events)
        self.pass(self.events, from: index)
        // Nothing is on its way here, so that a feed which waits already waits in vain.
        if outcome == .none { outcome = self.connections[index].feed.snapshotFailed(of: instrument) }
        if case .snapshotWanted(let instrument) = outcome { self.wantSnapshot(instrument, index) }
    }

    private func wantSnapshot(_ instrument: InstrumentIndex, _ index: Int) {
        let slot = self.slot(of: instrument)
        guard slot >= 0, self.followed[slot] != 0, self.connections[index].state == .open else { return }
        // The last of a subscription that ends is no basis for a book.
        guard self.connections[index].slots.contains(slot), self.connections[index].snapshot(slot).stage == .none,
            self.connections[index].subscription(slot).stage != .ending
        else { return }
        self.connections[index].change(slot) { $0.stage = .queued }
        // In the order of priority, whichever connection was quicker.
        var (low, high) = (0, self.snapshotQueue.count)
        while low < high {
            let middle = (low + high) / 2
            if self.isEarlier((slot, index), self.snapshotQueue[middle]) { high = middle } else { low = middle + 1 }
        }
        self.snapshotQueue.insert((slot, index), at: low)
    }

    /// Whether one snapshot is asked for before another: by priority, then by slot.
    func isEarlier(_ one: (slot: Int, connection: Int), _ other: (slot: Int, connection: Int)) -> Bool {
        (self.followed[one.slot], one.slot, one.connection) < (self.followed[other.slot], other.slot, other.connection)
    }

    private func sendSnapshotRequests() {
        var place = 0
        while place < self.snapshotQueue.count {
            let (slot, index) = self.snapshotQueue[place]
            let state = self.connections[index].snapshot(slot)
            guard state.stage == .queued, self.connections[index].state == .open else {
                self.snapshotQueue.remove(at: place)
                continue
            }
            if self.now < state.notBefore {
                self.wake(by: state.notBefore)
                place += 1
                continue
            }
            if self.traits.fetchesSnapshots {
                if self.snapshotsInFlight >= Self.snapshotsAtOnce { return }
                let request = self.dialect.snapshotRequest(slot)
                // The rest of the weight is for orders and questions.
                guard self.weight.take(request.weight, percent: 70, at: self.now) else {
                    return self.wake(by: self.weight.retryAt(self.now))
                }
                self.snapshotsInFlight += 1
                self.request(request, .snapshot(slot: slot, connection: index), lane: .market)
                let number = self.lastRequest
                self.connections[index].change(slot) {
                    $0.stage = .asked
                    $0.request = number
                }
            } else {
                // It comes by the stream, at each subscription.
                self.connections[index].change(slot) { $0.stage = .none }
                self.connections[index].changeSubscription(slot) { $0.isRenewing = $0.stage == .stands }
                self.connections[index].hasChanges = true
                self.sendFrames(index)
            }
            self.statistics.snapshots += 1
            let random = self.random.next()
            self.connections[index].change(slot) {
                $0.notBefore = self.now.advanced(by: $0.backoff.next(random: random))
            }
            self.snapshotQueue.remove(at: place)
        }
    }

    func snapshotAnswered(
        _ number: UInt64, _ slot: Int, _ index: Int, _ answer: VenueAnswer, _ body: Span<UInt8>
    ) {
        self.snapshotsInFlight -= 1
        self.heedLimit(answer)
        guard self.isAwaited(number, slot, index) else { return }
        self.connections[index].change(slot) { $0.stage = .none }
        guard answer.status == 200 else { return self.askAgain(slot, index) }
        self.events.removeAll(keepingCapacity: true)
        let instrument = self.dialect.instruments[slot].instrument
        let outcome = self.connections[index].feed.receivedSnapshot(
            of: instrument, body, at: self.now, into: &self.events)
        if outcome == .none { self.connections[index].change(slot) { $0.backoff.reset() } }
        self.pass(self.events, from: index)
        if case .snapshotWanted(let instrument) = outcome { self.wantSnapshot(instrument, index) }
    }

    func snapshotFailed(_ number: UInt64, _ slot: Int, _ index: Int) {
        self.snapshotsInFlight -= 1
        guard self.isAwaited(number, slot, index) else { return }
        self.connections[index].change(slot) { $0.stage = .none }
        self.askAgain(slot, index)
    }

    /// Whether the answer to this request is still waited for.
    private func isAwaited(_ number: UInt64, _ slot: Int, _ index: Int) -> Bool {
        let state = self.connections[index].snapshot(slot)
        return state.stage == .asked && state.request == number
    }

    private func askAgain(_ slot: Int, _ index: Int) {
        let outcome = self.connections[index].feed.snapshotFailed(of: self.dialect.instruments[slot].instrument)
        if case .snapshotWanted(let instrument) = outcome { self.wantSnapshot(instrument, index) }
    }

    // MARK: Up and down, without an account

    /// Without an account the venue is up while any of its connections is.
    func announceMarket() {
        let isUp = self.connections.contains { $0.state == .open }
        if isUp == self.isAnnouncedUp { return }
        self.isAnnouncedUp = isUp
        self.deliver(.connection(self.settings.venue, isUp ? .up : .down))
    }
}

extension MarketEvent {
    /// Which instrument it is about.
    var instrument: InstrumentIndex {
        switch self {
        case .snapshotBegan(let instrument), .bookLost(let instrument): instrument
        case .level(let instrument, _, _, _): instrument
        case .messageEnded(let instrument, _): instrument
        case .trade(let instrument, _, _, _, _, _): instrument
        }
    }
}
