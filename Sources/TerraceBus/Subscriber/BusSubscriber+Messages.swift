internal import NIOCore
internal import TerraceCore

extension BusSubscriber: RedisLinesOwner {
    func commandsReady(_ node: Int) {
        // Asks that found no line go out now.
        for place in self.instruments.indices where self.instruments[place].state == .synchronising {
            if self.instruments[place].askDue != .max { self.instruments[place].askDue = self.now }
        }
        self.sendAsks()
    }

    func heard(_ channel: Int) {
        if case .feed(let venue) = self.sources[channel] { self.venues[venue].listensSince = self.now }
        guard case .instrument(let place) = self.sources[channel], self.instruments[place].state == .joining else {
            return
        }
        self.resynchronise(place)
        guard let node = self.lines.node(ofSlot: self.instruments[place].slot), self.lines.isReady(node) else { return }
        let it = self.instruments[place].instrument
        self.lines.command(node, .book(place)) { $0.writeCommand("GET", BusNames.book(it.venue, it.symbol)) }
    }

    func unheard(_ channel: Int) {
        switch self.sources[channel] {
        case .instrument(let place):
            if self.instruments[place].wanters > 0 { self.lose(place, .joining) }
        case .feed(let venue):
            // Whether it lives can't be heard now: at once, not when its last heartbeat has grown old.
            self.venues[venue].listensSince = 0
            let heard = self.venues[venue].publishers
            self.venues[venue].publishers.removeAll()
            for publisher in heard { self.publisherLost(publisher.epoch, venue) }
            self.tellUp(venue)
        }
    }

    func drained(_ line: Int, roundTrip: Int64) {
        let isLate = line < self.isLate.count && self.isLate[line]
        if roundTrip > self.settings.lagLimit { return self.late(line) }
        guard isLate else { return }
        self.isLate[line] = false
        for place in self.instruments.indices
        where self.lines.channels[self.instruments[place].channel].line == line
            && self.instruments[place].state == .lost
        {
            self.resynchronise(place)
        }
    }

    func overdue(_ line: Int) {
        if line < self.isLate.count, self.isLate[line] { return }
        self.late(line, "Redis does not answer")
    }

    func readAll() {
        if self.now >= self.checkDue { self.check() }
        self.wake()
    }

    func answer(_ asked: Asked, _ reply: RedisReply, node: Int) {
        guard case .book(let place) = asked, case .bytes(let bytes) = reply,
            self.instruments[place].state == .synchronising
        else { return }
        self.take(stored: bytes, place)
    }

    // MARK: Messages

    func message(_ channel: Int, _ bytes: Span<UInt8>, line: Int) {
        switch self.sources[channel] {
        case .feed(let venue): self.takeBeat(bytes, venue)
        case .instrument(let place):
            if line < self.isLate.count, self.isLate[line] {
                self.counted.skipped += 1
                return
            }
            do {
                try self.take(bytes, place, line)
            } catch {
                self.faulty(error, place)
            }
        }
    }

    private func faulty(_ fault: BusFault, _ place: Int) {
        self.counted.faults += 1
        if self.now - self.faultsNotedAt > 5_000_000_000 {
            self.faultsNotedAt = self.now
            let it = self.instruments[place].instrument
            self.lines.notices.add(.warning, "\(it.venue) \(it.symbol): \(fault)")
        }
        self.resynchronise(place, after: 100_000_000)
    }

    private func take(_ bytes: Span<UInt8>, _ place: Int, _ line: Int) throws(BusFault) {
        let state = self.instruments[place].state
        guard state == .live || state == .synchronising else { return }
        let head = try BusMessage(bytes)
        self.counted.bytes += UInt64(bytes.count)
        let venue = self.instruments[place].venue
        guard let publisher = self.publisher(head.epoch, of: venue) else {
            self.counted.stale += 1
            return
        }
        let lag = self.venues[venue].publishers[publisher].lag(of: head.time, at: self.now)
        self.counted.longestLag = max(self.counted.longestLag, lag)
        if lag > self.settings.lagLimit { return self.late(line) }
        self.venues[venue].publishers[publisher].heardAt = self.now

        // Of two publishers of one instrument that live the later is followed.
        if head.epoch != self.instruments[place].epoch {
            if head.epoch < self.instruments[place].epoch, self.isAlive(self.instruments[place].epoch, of: venue),
                self.now - self.instruments[place].heardAt < self.settings.heartbeatLimit
            {
                self.counted.stale += 1
                return
            }
            if state == .live { self.resynchronise(place) }
            self.instruments[place].follow(head.epoch)
        }
        if self.instruments[place].state != .live || head.sequence > self.instruments[place].sequence {
            self.instruments[place].heardAt = self.now
        }
        self.instruments[place].hear(head.sequence, at: self.now)
        switch head.kind {
        case .snapshot: try self.takeSnapshot(bytes, head, place)
        case .update: try self.takeUpdate(bytes, head, place)
        case .lost:
            guard head.sequence > self.instruments[place].sequence else { return }
            // The venue's book is lost at the feed: the snapshot comes of itself, and is asked for only if it does not.
            if self.instruments[place].state == .live { self.lose(place, .synchronising) }
            self.instruments[place].forget()
            self.instruments[place].sequence = head.sequence
            self.instruments[place].askDue = self.now + 2_000_000_000
        case .heartbeat: try self.takeBookBeat(bytes, head, place)
        case .end, .request: throw .malformed
        }
    }

    /// Nothing has changed since the message of this number.
    private func takeBookBeat(_ bytes: Span<UInt8>, _ head: BusMessage, _ place: Int) throws(BusFault) {
        try BusCursor().end(bytes)
        guard self.instruments[place].state == .live else { return }
        if head.sequence == self.instruments[place].sequence {
            self.instruments[place].heardAt = self.now
        } else if head.sequence < self.instruments[place].sequence {
            self.counted.stale += 1
        } else {
            self.counted.gaps += 1
            self.resynchronise(place)
            self.checkDue = self.now
        }
    }

    private func takeSnapshot(_ bytes: Span<UInt8>, _ head: BusMessage, _ place: Int) throws(BusFault) {
        if self.instruments[place].state == .live {
            guard head.sequence > self.instruments[place].sequence else {
                self.counted.stale += 1
                return
            }
            if head.has(BusMessage.isRepeat), head.sequence == self.instruments[place].sequence + 1 {
                self.instruments[place].sequence = head.sequence
                self.counted.repeats += 1
                return
            }
        } else if self.isBehind(place, head.sequence) {
            self.counted.stale += 1
            return
        }
        try self.read(bytes, head, place)
        self.counted.snapshots += 1
        self.becomeLive(place, head.sequence)
    }

    private func takeUpdate(_ bytes: Span<UInt8>, _ head: BusMessage, _ place: Int) throws(BusFault) {
        if self.instruments[place].state == .live {
            let expected = self.instruments[place].sequence + 1
            if head.sequence == expected {
                try self.read(bytes, head, place)
                self.instruments[place].sequence = expected
                self.counted.updates += 1
            } else if head.sequence < expected {
                self.counted.stale += 1
            } else {
                self.counted.gaps += 1
                self.resynchronise(place)
                self.checkDue = self.now
            }
            return
        }
        if self.instruments[place].keep(bytes) {
            try self.joinStored(place)
        } else {
            self.instruments[place].forget()
        }
    }

    /// Whether a book of this number is known to be behind.
    private func isBehind(_ place: Int, _ sequence: UInt64) -> Bool {
        self.instruments[place].isBehind(sequence, at: self.now, limit: self.settings.heartbeatLimit)
    }

    private func read(_ bytes: Span<UInt8>, _ head: BusMessage, _ place: Int) throws(BusFault) {
        let instrument = self.instruments[place].instrument
        try BookMessage.read(
            bytes, head, of: instrument.instrument, in: instrument.units, at: Timestamp(nanoseconds: self.now),
            into: &self.deliveries)
    }

    private func becomeLive(_ place: Int, _ sequence: UInt64) {
        self.instruments[place].sequence = sequence
        self.instruments[place].state = .live
        self.instruments[place].isShown = true
        self.instruments[place].isMissed = false
        self.instruments[place].askDue = .max
        self.instruments[place].asks = 0
        self.instruments[place].forget()
    }

    // MARK: Stored books

    private func take(stored bytes: [UInt8], _ place: Int) {
        // Whatever is wrong with it: a snapshot has been asked for anyway.
        guard let head = try? BusMessage(bytes.span), head.kind == .snapshot else {
            self.counted.faults += 1
            return
        }
        // So large a book is not worth a second copy.
        if bytes.count > HeardInstrument.mostKept { return }
        self.instruments[place].stored = bytes
        do { try self.joinStored(place) } catch { self.faulty(error, place) }
    }

    /// Goes on from the stored book where an update came that follows it. Without one it can't be known whether the stored
    /// book is the last, as updates may have been published before the channel was heard.
    private func joinStored(_ place: Int) throws(BusFault) {
        let stored = self.instruments[place].stored
        guard !stored.isEmpty, !self.instruments[place].kept.isEmpty, let book = try? BusMessage(stored.span),
            book.epoch == self.instruments[place].epoch
        else { return }
        let kept = self.instruments[place].kept
        var messages: [(head: BusMessage, range: Range<Int>)] = []
        var next = book.sequence + 1
        var start = 0
        while start + 4 <= kept.count {
            let length = Int(BusMessage.word(kept.span, start, 4))
            let range = start + 4..<start + 4 + length
            start = range.upperBound
            let head = try BusMessage(kept.span.extracting(range))
            if head.sequence < next { continue }
            guard head.sequence == next else { return }
            messages.append((head, range))
            next += 1
        }
        guard !messages.isEmpty, !self.isBehind(place, next - 1) else { return }
        let before = self.deliveries.count
        do {
            try self.read(stored.span, book, place)
            for message in messages { try self.read(kept.span.extracting(message.range), message.head, place) }
        } catch {
            self.deliveries.removeLast(self.deliveries.count - before)
            throw error
        }
        self.counted.fromStore += 1
        self.becomeLive(place, next - 1)
    }
}
