internal import NIOCore
internal import TerraceCore

extension BusPublisher {
    func take(_ event: MarketEvent) {
        let instrument =
            switch event {
            case .snapshotBegan(let index), .level(let index, _, _, _), .messageEnded(let index, _),
                .trade(let index, _, _, _, _, _), .bookLost(let index):
                index.index
            }
        guard instrument < self.placeOfInstrument.count, self.placeOfInstrument[instrument] >= 0 else { return }
        let place = self.placeOfInstrument[instrument]
        if case .bookLost = event {} else { self.venues[self.instruments[place].venue].isHeard = true }
        switch self.instruments[place].take(event) {
        case .taken: break
        case .droppedTrade: self.counted.droppedTrades += 1
        case .shedLevel: self.counted.shed += 1
        }
        self.list(place)
    }

    func take(_ event: ConnectionEvent, of venue: VenueIndex) {
        let place = self.placeOfVenue[venue.index]
        guard place >= 0 else { return }
        switch event {
        case .up, .down:
            self.venues[place].isHeard = true
            self.venues[place].isUp = if case .up = event { true } else { false }
            self.beat(place)
        case .heartbeat: self.venues[place].isHeard = true
        case .accountLost, .accountBack, .accountDoubted: break
        }
    }

    func list(_ place: Int) {
        if self.instruments[place].isListed { return }
        self.instruments[place].isListed = true
        self.listed.append(place)
    }

    /// Sends what is listed, as far as there is room; what is not sent stays.
    func publishListed() {
        var kept = 0
        for number in self.listed.indices {
            let place = self.listed[number]
            if self.publish(place) {
                self.instruments[place].isListed = false
            } else {
                self.listed[kept] = place
                kept += 1
            }
        }
        self.listed.removeLast(self.listed.count - kept)
    }

    /// Sends what an instrument has to send; gives whether that was all.
    func publish(_ place: Int) -> Bool {
        if !self.instruments[place].isWanted {
            // Nobody is there to notice. Whoever comes gets the whole book.
            self.instruments[place].changes.removeAll(keepingCapacity: true)
            self.instruments[place].trades.removeAll(keepingCapacity: true)
            self.instruments[place].repeats = false
            self.instruments[place].replaces = true
            return true
        }
        if self.instruments[place].isInMessage { return false }
        guard let node = self.lines.node(ofSlot: self.instruments[place].slot), self.lines.isReady(node) else {
            return false
        }
        guard self.now >= self.instruments[place].refusedUntil else { return false }
        guard self.lines.unanswered(node) < self.settings.unansweredBytes else {
            self.counted.held += 1
            return false
        }
        if self.instruments[place].tellsLoss {
            self.instruments[place].tellsLoss = false
            self.instruments[place].sequence += 1
            self.writer.begin(
                BusMessage(
                    .lost, epoch: self.epoch, sequence: self.instruments[place].sequence, time: self.now))
            self.writer.end()
            self.publish(place, node)
        }
        let replaces = self.instruments[place].replaces && self.instruments[place].isWhole
        if self.instruments[place].replaces { self.instruments[place].changes.removeAll(keepingCapacity: true) }
        if !self.instruments[place].changes.isEmpty || !self.instruments[place].trades.isEmpty {
            self.instruments[place].sequence += 1
            self.counted.updates += 1
            self.counted.trades += UInt64(self.instruments[place].trades.count)
            self.counted.levels += UInt64(
                self.instruments[place].writeUpdate(&self.writer, epoch: self.epoch, at: self.now))
            self.publish(place, node)
        }
        if replaces {
            self.publishSnapshot(place, node, isRepeat: false)
            self.store(place, node)
        } else if self.instruments[place].repeats, self.instruments[place].isWhole {
            guard self.now - self.instruments[place].snapshotAt >= self.settings.snapshotPeriod else { return false }
            self.publishSnapshot(place, node, isRepeat: true)
        }
        return true
    }

    func publishSnapshot(_ place: Int, _ node: Int, isRepeat: Bool) {
        self.instruments[place].sequence += 1
        self.instruments[place].replaces = false
        self.instruments[place].repeats = false
        self.instruments[place].snapshotAt = self.now
        self.instruments[place].writeSnapshot(&self.writer, isRepeat: isRepeat, epoch: self.epoch, at: self.now)
        self.counted.snapshots += 1
        self.publish(place, node)
    }

    /// Publishes what was written on an instrument's channel.
    func publish(_ place: Int, _ node: Int) {
        self.counted.bytes += UInt64(self.writer.bytes.count)
        self.instruments[place].publishedAt = self.now
        let isCluster = self.lines.isCluster
        self.lines.command(node, .publish(place)) { buffer in
            buffer.writeBytes(
                isCluster ? self.instruments[place].shardedPublish : self.instruments[place].publish)
            buffer.writeText(self.writer.bytes)
        }
    }

    func publish(on channel: String, _ node: Int) {
        self.counted.bytes += UInt64(self.writer.bytes.count)
        let verb = self.lines.isCluster ? "SPUBLISH" : "PUBLISH"
        self.lines.command(node, .publish(-1)) { buffer in
            buffer.writeCommandHead(3)
            buffer.writeText(verb.utf8)
            buffer.writeText(channel.utf8)
            buffer.writeText(self.writer.bytes)
        }
    }
}
