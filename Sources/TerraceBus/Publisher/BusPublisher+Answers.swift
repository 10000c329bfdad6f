extension BusPublisher: RedisLinesOwner {
    func commandsReady(_ node: Int) {
        // What was on its way when the line was lost may or may not have come through: all get the whole book.
        for place in self.instruments.indices where self.lines.node(ofSlot: self.instruments[place].slot) == node {
            self.instruments[place].storedAt = 0
            self.instruments[place].replaces = true
            if !self.instruments[place].isWhole { self.instruments[place].tellsLoss = true }
            if self.instruments[place].isWanted { self.list(place) }
        }
        self.heartbeatDue = self.now
        self.demandDue = self.now
        self.saidRefusals.removeAll()
    }

    func heard(_ channel: Int) {}

    func unheard(_ channel: Int) {}

    func drained(_ line: Int, roundTrip: Int64) {}

    func overdue(_ line: Int) {}

    func readAll() { self.publishListed() }

    func message(_ channel: Int, _ bytes: Span<UInt8>, line: Int) {
        do {
            let head = try BusMessage(bytes)
            guard head.kind == .request, let venue = self.venues.first(where: { $0.requests == channel }) else {
                throw BusFault.malformed
            }
            var cursor = BusCursor()
            for _ in 0..<(try cursor.count(bytes, ofAtLeast: 1)) {
                let symbol = try cursor.text(bytes)
                guard let place = self.placeOfName["\(venue.venue.name):\(symbol)"] else { continue }
                self.counted.asked += 1
                self.want(place)
                self.instruments[place].repeats = true
                if !self.instruments[place].isWhole { self.instruments[place].tellsLoss = true }
                self.list(place)
            }
        } catch {
            self.counted.faults += 1
        }
    }

    func answer(_ asked: Asked, _ reply: RedisReply, node: Int) {
        switch asked {
        case .publish(let place):
            guard case .error(let text) = reply else { return }
            self.refused(text)
            // It reached nobody: the next that does must be the whole book.
            if place >= 0 {
                // Not at once: what is refused now will be a moment later too, unless its slot moved.
                self.instruments[place].refusedUntil =
                    self.now + (self.lines.isMoved(text) ? 50_000_000 : 1_000_000_000)
                self.instruments[place].replaces = true
                if !self.instruments[place].isWhole { self.instruments[place].tellsLoss = true }
                self.list(place)
            }
        case .store(let place): self.answeredStore(place, reply)
        case .mark: if case .error(let text) = reply { self.refused(text) }
        case .demand(let first, let count): self.answeredDemand(first: first, count: count, reply, node: node)
        case .greeting, .kind, .slots, .ping, .book: break
        }
    }

    /// Counts a refusal; tells it, where it is the first of its kind on this connection and not one that is mended by itself.
    func refused(_ text: String) {
        self.counted.refused += 1
        let kind = String(text.prefix { $0 != " " })
        if self.lines.isMoved(text) || kind == "OOM" || !self.saidRefusals.insert(kind).inserted { return }
        self.lines.notices.add(
            .alarm,
            "Redis refuses: \(String(text.prefix(160)))"
                + (kind == "NOPERM" ? "; docs/operations.md has the rules that the feed's user needs" : ""))
    }
}
