internal import NIOCore

extension BusPublisher {
    /// Stores what was written last, which is the book as it is now.
    func store(_ place: Int, _ node: Int) {
        guard self.now >= self.storesFrom else { return }
        self.instruments[place].storedSequence = self.instruments[place].sequence
        self.instruments[place].storedAt = self.now
        self.counted.stored += 1
        self.lines.command(node, .store(place)) { buffer in
            buffer.writeBytes(self.instruments[place].store)
            buffer.writeText(self.writer.bytes)
            buffer.writeText("PX".utf8)
            buffer.writeText("\(self.settings.storeLife / 1_000_000)".utf8)
        }
    }

    /// Goes on through the instruments, at most one in sixteen a time, so that the work is spread.
    func storeSome() {
        self.storeDue = self.now + self.settings.storePeriod / 16
        guard self.now >= self.storesFrom, !self.instruments.isEmpty else { return }
        for _ in 0..<(self.instruments.count + 15) / 16 {
            let place = self.storeNext
            self.storeNext = (self.storeNext + 1) % self.instruments.count
            let it = self.instruments[place]
            guard it.isWanted, it.isWhole, !it.isInMessage, !it.isDue,
                it.storedAt == 0 || it.storedSequence != it.sequence
                    || self.now - it.storedAt >= self.settings.storeLife / 3,
                let node = self.lines.node(ofSlot: it.slot), self.lines.isReady(node),
                self.lines.unanswered(node) < self.settings.unansweredBytes / 2
            else { continue }
            self.instruments[place].writeSnapshot(&self.writer, isRepeat: true, epoch: self.epoch, at: self.now)
            self.store(place, node)
        }
    }

    func answeredStore(_ place: Int, _ reply: RedisReply) {
        guard case .error(let text) = reply else {
            if self.lacksRoom {
                self.lacksRoom = false
                self.lines.notices.add(.information, "Redis stores books again")
            }
            return
        }
        self.refused(text)
        self.instruments[place].storedAt = 0
        self.storesFrom = self.now + 2_000_000_000
        if text.hasPrefix("OOM"), !self.lacksRoom {
            self.lacksRoom = true
            self.lines.notices.add(
                .alarm,
                "Redis is out of memory (maxmemory): books are not stored, and late joiners wait for the next snapshot; "
                    + "publishing goes on. Raise maxmemory, or let it evict keys with a time to live (volatile-ttl)")
        }
    }
}
