import TerraceCore

// Which instruments are followed, and the messages that have the venue tell of them and of no others.
//
// What is wanted is kept by instrument, what was sent by connection. Messages are made from the difference at the moment at which
// one may go out, the most urgent instruments first: however often a need changes in between, nothing queues up.
extension VenueSession {
    /// A connection that carries nothing is kept for this long, since who leaves may come back.
    static let lingering: Int64 = 30_000_000_000
    /// A venue that has not acknowledged a subscription for this long will not.
    private static let acknowledgementLimit: Int64 = 30_000_000_000

    // MARK: What the engine needs

    /// Market data of an instrument is needed, so urgently.
    func follow(_ instrument: InstrumentIndex, _ priority: Priority) {
        let slot = self.slot(of: instrument)
        if slot < 0 { return }
        let before = self.followed[slot]
        if before == priority.rawValue { return }
        self.followed[slot] = priority.rawValue
        if before != 0 {
            self.snapshotQueue.sort { self.isEarlier($0, $1) }
            return
        }
        self.followedCount += 1
        for index in self.connections.indices where self.connections[index].isCarrying(slot) {
            self.connections[index].wanted += 1
            self.connections[index].hasChanges = true
            switch self.connections[index].subscription(slot).stage {
            case .stands: self.refresh(slot, index)  // Its end was not sent yet.
            case .refused: self.connections[index].changeSubscription(slot) { $0.stage = .none }
            case .none, .asked, .ending: break
            }
        }
        self.wake(by: self.now)
    }

    /// Nobody needs market data of an instrument any more: its book is lost, and what still comes of it is not told.
    func unfollow(_ instrument: InstrumentIndex) {
        let slot = self.slot(of: instrument)
        if slot < 0 || self.followed[slot] == 0 { return }
        self.drop(slot)
        self.followed[slot] = 0
        self.followedCount -= 1
        self.snapshotQueue.removeAll { $0.slot == slot }
        for index in self.connections.indices where self.connections[index].isCarrying(slot) {
            self.connections[index].wanted -= 1
            self.connections[index].hasChanges = true
            // The wait before its next snapshot stays: who comes and goes must not use up the weight limit.
            self.connections[index].change(slot) { $0.stage = .none }
            self.connections[index].changeSubscription(slot) {
                $0.isRenewing = false
                if $0.stage == .refused { $0.stage = .none }
            }
            if self.connections[index].wanted == 0 { self.connections[index].idleSince = self.now }
        }
        for index in self.connections.indices { self.completeHandOver(index) }
        self.wake(by: self.now)
    }

    /// The feeds forget the book of an instrument; told once, by the connection that speaks for it.
    private func drop(_ slot: Int) {
        for index in self.connections.indices where self.connections[index].isCarrying(slot) { self.drop(slot, index) }
    }

    private func drop(_ slot: Int, _ index: Int) {
        self.events.removeAll(keepingCapacity: true)
        self.connections[index].feed.dropped(self.dialect.instruments[slot].instrument, into: &self.events)
        self.pass(self.events, from: index)
    }

    /// Whether any instrument's events are to be kept back.
    var hasUnfollowed: Bool { self.followedCount < self.followed.count }

    // MARK: Messages

    /// The next message that brings a connection's subscriptions nearer to what is wanted, or nil where they are that.
    func nextSubscription(_ index: Int) -> [UInt8]? {
        var isOn = false
        var slots = self.due(index) { slot, subscription in
            subscription.isRenewing && subscription.stage == .stands && self.followed[slot] != 0
        }
        if slots.isEmpty {
            isOn = true
            slots = self.due(index) { slot, subscription in
                subscription.stage == .none && self.followed[slot] != 0
            }
        }
        if slots.isEmpty {
            isOn = false
            slots = self.due(index) { slot, subscription in
                self.followed[slot] == 0 && (subscription.stage == .stands || subscription.stage == .asked)
            }
        }
        if slots.isEmpty { return nil }
        self.lastFrame += 1
        for slot in slots { self.connections[index].changeSubscription(slot) { $0.stage = isOn ? .asked : .ending } }
        self.connections[index].unacknowledged.append(
            MarketConnection.Unacknowledged(request: self.lastFrame, slots: slots, isOn: isOn, at: self.now))
        return self.dialect.subscription(slots, isOn: isOn, request: self.lastFrame)
    }

    /// The most urgent instruments of a connection for which `isDue`, as many as go by one message.
    private func due(_ index: Int, _ isDue: (Int, SlotSubscription) -> Bool) -> [Int] {
        var slots: [Int] = []
        for slot in self.connections[index].slots where isDue(slot, self.connections[index].subscription(slot)) {
            slots.append(slot)
        }
        slots.sort { (self.followed[$0], $0) < (self.followed[$1], $1) }
        guard let first = slots.first else { return [] }
        if self.connections[index].subscription(first).isAlone { return [first] }
        let together = slots.lazy.filter { !self.connections[index].subscription($0).isAlone }
        return Array(together.prefix(max(1, self.traits.instrumentsPerSubscription)))
    }

    /// A subscription stands or has ended. Where snapshots are fetched, now is the time.
    func acknowledged(_ request: Int64, _ index: Int) {
        guard let entry = self.connections[index].takeUnacknowledged(request) else { return }
        for slot in entry.slots {
            switch (self.connections[index].subscription(slot).stage, entry.isOn) {
            case (.asked, true):
                self.connections[index].changeSubscription(slot) {
                    $0.stage = .stands
                    $0.isAlone = false
                }
                if self.traits.fetchesSnapshots { self.refresh(slot, index) }
            case (.ending, false): self.ended(slot, index)
            case (.none, _), (.asked, false), (.stands, _), (.ending, true), (.refused, _): break
            }
        }
    }

    private func ended(_ slot: Int, _ index: Int) {
        self.connections[index].changeSubscription(slot) { $0 = SlotSubscription() }
        self.connections[index].hasChanges = true
        // What came behind the end of the need was taken in, and waits for a snapshot that nobody fetches.
        self.drop(slot, index)
    }

    func refused(_ request: Int64, _ code: Int64, _ index: Int) {
        guard let entry = self.connections[index].takeUnacknowledged(request) else { return }
        self.connections[index].hasChanges = true
        for slot in entry.slots {
            switch (self.connections[index].subscription(slot).stage, entry.isOn) {
            case (.asked, true):
                if entry.slots.count > 1 {
                    // One of them is at fault: each by itself, so that the others are heard.
                    self.connections[index].changeSubscription(slot) {
                        $0.stage = .none
                        $0.isAlone = true
                    }
                    continue
                }
                self.connections[index].changeSubscription(slot) { $0.stage = .refused }
                self.note(
                    .alarm,
                    "it refuses market data of \(self.dialect.instruments[slot].symbol) (code \(code)): is it still listed?"
                )
            case (.ending, false):
                if entry.slots.count > 1 {
                    self.connections[index].changeSubscription(slot) {
                        $0.stage = .stands
                        $0.isAlone = true
                    }
                } else {
                    self.ended(slot, index)  // There is nothing to end, as far as the venue knows.
                }
            case (.none, _), (.asked, false), (.stands, _), (.ending, true), (.refused, _): break
            }
        }
    }

    /// A message without an answer may not have been heard, and the books that need it never come.
    func checkAcknowledgements(_ index: Int) {
        guard let first = self.connections[index].unacknowledged.first else { return }
        let limit = first.at.advanced(by: Self.acknowledgementLimit)
        if self.now < limit { return self.wake(by: limit) }
        self.lose(index, "the venue does not acknowledge its subscriptions", close: true)
    }

    // MARK: Connections that carry nothing

    /// Closes a connection that has carried nothing for a while; true where it did.
    func rest(_ index: Int) -> Bool {
        guard self.connections[index].wanted == 0 else { return false }
        let limit = self.connections[index].idleSince.advanced(by: Self.lingering)
        if self.now < limit {
            self.wake(by: limit)
            return false
        }
        // One that was to take over goes with it.
        for other in self.connections.indices
        where self.connections[other].successorOf == index && self.connections[other].state != .retired {
            self.end(other)
        }
        self.end(index)
        self.note(.information, "market-data connection \(index + 1) is closed: nobody needs what it carries")
        return true
    }

    private func end(_ index: Int) {
        if self.connections[index].socket >= 0 { self.transport.close(self.connections[index].socket) }
        self.events.removeAll(keepingCapacity: true)
        self.connections[index].feed.disconnected(into: &self.events)  // Books that nobody follows: told long ago.
        self.connections[index].reset()
        if let old = self.connections[index].successorOf {
            self.connections[index].state = .retired
            for slot in self.connections[index].slots where self.owners[slot] == index { self.owners[slot] = old }
        } else {
            self.connections[index].state = .closed
            self.connections[index].retryAt = self.now
        }
    }
}
