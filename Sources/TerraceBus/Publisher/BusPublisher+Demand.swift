extension BusPublisher {
    /// Asks for the subscribers of the next 64 instruments; once around in a period.
    func askDemand() {
        let batch = 64
        let batches = (self.instruments.count + batch - 1) / batch
        self.demandDue = self.now + max(5_000_000, self.settings.demandPeriod / Int64(max(1, batches)))
        guard self.lines.map != nil else { return }
        let first = self.demandNext
        let count = min(batch, self.instruments.count - first)
        self.demandNext = first + batch >= self.instruments.count ? 0 : first + batch
        for node in self.lines.placed where self.lines.isReady(node) {
            let names = (first..<first + count).filter { self.lines.node(ofSlot: self.instruments[$0].slot) == node }
                .map { BusNames.market(self.instruments[$0].instrument.venue, self.instruments[$0].instrument.symbol) }
            if names.isEmpty { continue }
            self.lines.command(node, .demand(first: first, count: count)) {
                $0.writeCommand(["PUBSUB", self.lines.isCluster ? "SHARDNUMSUB" : "NUMSUB"] + names)
            }
        }
    }

    func answeredDemand(first: Int, count: Int, _ reply: RedisReply, node: Int) {
        guard case .array(let parts) = reply else { return }
        let places = (first..<first + count).filter { self.lines.node(ofSlot: self.instruments[$0].slot) == node }
        // Another count is that of a map that has changed since.
        guard parts.count == places.count * 2 else { return }
        for (number, place) in places.enumerated() {
            if (parts[number * 2 + 1].number ?? 0) > 0 {
                self.want(place)
            } else if self.instruments[place].isWanted,
                self.now - self.instruments[place].wantedAt >= self.settings.demandLinger
            {
                self.instruments[place].isWanted = false
                self.instruments[place].storedAt = 0
                self.list(place)
                self.whenWanted?(self.instruments[place].instrument.instrument, false)
            }
        }
    }

    /// Somebody is there.
    func want(_ place: Int) {
        self.instruments[place].wantedAt = self.now
        if self.instruments[place].isWanted { return }
        self.instruments[place].isWanted = true
        self.instruments[place].replaces = true
        if !self.instruments[place].isWhole { self.instruments[place].tellsLoss = true }
        self.list(place)
        self.whenWanted?(self.instruments[place].instrument.instrument, true)
    }
}
