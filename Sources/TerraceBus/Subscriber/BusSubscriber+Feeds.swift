internal import TerraceCore

extension BusSubscriber {
    /// Takes in a heartbeat or an end.
    func takeBeat(_ bytes: Span<UInt8>, _ venue: Int) {
        do {
            let head = try BusMessage(bytes)
            switch head.kind {
            case .heartbeat:
                var cursor = BusCursor()
                _ = try cursor.number(bytes)
                _ = try cursor.text(bytes)
                try cursor.end(bytes)
                guard let place = self.publisher(head.epoch, of: venue) else { return }
                self.venues[venue].publishers[place].heardAt = self.now
                self.venues[venue].publishers[place].isVenueUp = head.has(BusMessage.isUp)
                _ = self.venues[venue].publishers[place].lag(of: head.time, at: self.now)
                self.tellUp(venue)
                // That the feed lives is not that the venue does: whether it fell silent is for the engine to say.
                if self.venues[venue].isUp == true, head.has(BusMessage.isHeard) {
                    self.deliver(.connection(self.venues[venue].venue.index, .heartbeat))
                }
            case .end:
                self.lines.notices.add(.warning, "\(self.venues[venue].venue.name): its feed ends")
                self.venues[venue].publishers.removeAll { $0.epoch == head.epoch }
                self.publisherLost(head.epoch, venue)
                self.tellUp(venue)
            case .update, .snapshot, .lost, .request: throw BusFault.malformed
            }
        } catch {
            self.counted.faults += 1
        }
    }

    /// The place of a venue's publisher of this epoch, made where it is new; nil where there are too many newer ones.
    func publisher(_ epoch: UInt64, of venue: Int) -> Int? {
        if let place = self.venues[venue].publishers.firstIndex(where: { $0.epoch == epoch }) { return place }
        if self.venues[venue].publishers.count >= Self.mostPublishers {
            guard
                let oldest = self.venues[venue].publishers.indices.min(by: {
                    self.venues[venue].publishers[$0].epoch < self.venues[venue].publishers[$1].epoch
                }), self.venues[venue].publishers[oldest].epoch < epoch
            else { return nil }
            let gone = self.venues[venue].publishers.remove(at: oldest)
            self.publisherLost(gone.epoch, venue)
        }
        self.venues[venue].isSettled = true
        self.venues[venue].publishers.append(HeardPublisher(epoch: epoch, at: self.now))
        return self.venues[venue].publishers.count - 1
    }

    /// Whether a publisher was heard lately.
    func isAlive(_ epoch: UInt64, of venue: Int) -> Bool {
        self.venues[venue].publishers.contains {
            $0.epoch == epoch && self.now - $0.heardAt < self.settings.heartbeatLimit
        }
    }

    /// Drops the publishers that were not heard for too long, and loses their books.
    func checkPublishers(_ venue: Int) {
        let dead = self.venues[venue].publishers.filter { self.now - $0.heardAt >= self.settings.heartbeatLimit }
        guard !dead.isEmpty else { return }
        self.venues[venue].publishers.removeAll { one in dead.contains { $0.epoch == one.epoch } }
        for one in dead { self.publisherLost(one.epoch, venue) }
        self.lines.notices.add(.warning, "\(self.venues[venue].venue.name): its feed is silent; its books are lost")
        self.tellUp(venue)
    }

    /// Loses the books that were not heard for too long, though their publisher is: its line to their node is cut, or it may not
    /// publish there.
    func checkBooks(_ venue: Int) {
        var silent = 0
        for place in self.instruments.indices
        where self.instruments[place].venue == venue && self.instruments[place].state == .live
            && self.now - self.instruments[place].heardAt >= self.settings.heartbeatLimit
        {
            self.resynchronise(place)
            silent += 1
        }
        guard silent > 0, self.now - self.silenceNotedAt > 5_000_000_000 else { return }
        self.silenceNotedAt = self.now
        self.lines.notices.add(
            .warning,
            "\(self.venues[venue].venue.name): \(silent) books are not heard any more and lost, though the feed is: does it "
                + "reach every node of Redis?")
    }

    /// Says, once, that no feed was ever heard of a venue of which something is wanted, or that the feed does not publish what is
    /// wanted: somebody has to start or to configure it.
    func checkWhetherServed(_ venue: Int) {
        let name = self.venues[venue].venue.name
        let since = self.venues[venue].listensSince
        if !self.venues[venue].isSettled, since > 0, self.now - since >= self.settings.heartbeatLimit,
            self.instruments.contains(where: { $0.venue == venue && $0.wanters > 0 })
        {
            self.venues[venue].isSettled = true
            self.lines.notices.add(
                .warning, "\(name): no feed is heard: start `terrace feed`, or correct `feed` in bus")
        }
        guard self.venues[venue].publishers.contains(where: { self.now - $0.since >= self.settings.vainLimit }) else {
            return
        }
        var missed: [String] = []
        for place in self.instruments.indices {
            let it = self.instruments[place]
            guard it.venue == venue, it.state == .synchronising, !it.isMissed,
                self.now - it.waitsSince >= self.settings.vainLimit, !self.isAlive(it.epoch, of: venue)
            else { continue }
            self.instruments[place].isMissed = true
            missed.append(it.instrument.symbol)
        }
        if missed.isEmpty { return }
        let more = missed.count > 10 ? " and \(missed.count - 10) more" : ""
        self.lines.notices.add(
            .warning,
            "\(name): its feed does not publish \(missed.prefix(10).joined(separator: ", "))\(more): is it in the feed's "
                + "configuration?")
    }

    func publisherLost(_ epoch: UInt64, _ venue: Int) {
        for place in self.instruments.indices
        where self.instruments[place].venue == venue && self.instruments[place].epoch == epoch
            && self.instruments[place].state == .live
        {
            self.resynchronise(place)
        }
    }

    /// Tells the engine whether a venue's connection is up, where that changed: it is where a publisher that lives says so.
    func tellUp(_ venue: Int) {
        let isUp = self.venues[venue].publishers.contains { $0.isVenueUp == true }
        if self.venues[venue].isUp == isUp || (self.venues[venue].isUp == nil && !isUp) { return }
        self.venues[venue].isUp = isUp
        self.deliver(.connection(self.venues[venue].venue.index, isUp ? .up : .down))
    }
}
