internal import NIOCore

extension BusPublisher {
    func beatAll() {
        self.heartbeatDue = self.now + self.settings.heartbeatPeriod
        for place in self.venues.indices { self.beat(place) }
    }

    func beat(_ place: Int) {
        guard let node = self.lines.node(ofSlot: self.venues[place].feedSlot), self.lines.isReady(node) else { return }
        self.venues[place].beats += 1
        let venue = self.venues[place]
        self.writer.begin(
            BusMessage(
                .heartbeat, flags: venue.isUp ? BusMessage.isUp : 0, epoch: self.epoch, sequence: venue.beats,
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
