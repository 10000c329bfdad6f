internal import NIOCore

extension BusPublisher {
    func beatAll() {
        self.heartbeatDue = self.now + self.settings.heartbeatPeriod
        for place in self.venues.indices { self.beat(place) }
    }

    /// Says of quiet books, by the way that their updates take, that nothing has changed: so that a reader tells a quiet market
    /// from a line that is cut, whichever node it leads to. An eighth of them a time.
    func beatBooks() {
        let parts = 8
        self.bookBeatDue = self.now + self.settings.heartbeatPeriod / Int64(parts)
        for place in stride(from: self.bookBeatNext, to: self.instruments.count, by: parts) {
            let it = self.instruments[place]
            guard it.isWanted, it.isWhole, !it.isInMessage, !it.isDue, self.now >= it.refusedUntil,
                self.now - it.publishedAt >= self.settings.heartbeatPeriod / 2,
                let node = self.lines.node(ofSlot: it.slot), self.lines.isReady(node),
                self.lines.unanswered(node) < self.settings.unansweredBytes
            else { continue }
            self.writer.begin(
                BusMessage(.heartbeat, epoch: self.epoch, sequence: it.sequence, time: self.now))
            self.writer.end()
            self.publish(place, node)
        }
        self.bookBeatNext = (self.bookBeatNext + 1) % parts
    }

    func beat(_ place: Int) {
        guard let node = self.lines.node(ofSlot: self.venues[place].feedSlot), self.lines.isReady(node) else { return }
        self.venues[place].beats += 1
        let venue = self.venues[place]
        self.venues[place].isHeard = false
        self.writer.begin(
            BusMessage(
                .heartbeat, flags: (venue.isUp ? BusMessage.isUp : 0) | (venue.isHeard ? BusMessage.isHeard : 0),
                epoch: self.epoch, sequence: venue.beats,
                time: self.now))
        self.writer.number(UInt64(self.settings.heartbeatPeriod / 1_000_000))
        self.writer.text(self.name)
        self.writer.end()
        self.publish(on: venue.feed, node)
        self.lines.command(node, .mark) { buffer in
            buffer.writeCommandHead(5)
            buffer.writeText("SET".utf8)
            buffer.writeText(venue.feed.utf8)
            buffer.writeText(self.writer.bytes)
            buffer.writeText("PX".utf8)
            buffer.writeText("\(self.settings.heartbeatLimit / 1_000_000)".utf8)
        }
    }
}
