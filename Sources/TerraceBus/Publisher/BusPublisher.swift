internal import NIOCore
public import TerraceCore

/// Publishes what a feed's connections deliver: of each instrument that somebody listens to one message a turn, with what
/// changed. It never waits for Redis, and what it holds is bounded: where Redis does not keep up, changes merge.
///
/// A machine: time comes with each call, and bytes go through a transport. Used on one event loop only, which is what makes
/// `@unchecked Sendable` true.
public final class BusPublisher: @unchecked Sendable {
    /// Told, on the loop, when the first subscriber of an instrument comes (true), and when nobody has been there for as long
    /// as the settings say (false): what a feed needs not ask the venue for.
    public var whenWanted: ((InstrumentIndex, Bool) -> Void)?
    /// What it has counted.
    public var statistics: PublisherStatistics {
        var all = self.counted
        all.reconnects = self.lines.reconnects
        all.connections = self.lines.open
        all.wanted = self.instruments.count { $0.isWanted }
        all.unanswered = self.lines.lines.reduce(0) { $0 + $1.unanswered }
        all.faults += UInt64(self.lines.faults)
        return all
    }

    struct Venue {
        let venue: BusVenue
        let feed: String
        let feedSlot: Int
        let requests: Int  // The channel.
        var isUp = false
        var beats: UInt64 = 0
    }

    let name: String
    let settings: BusSettings
    let lines: RedisLines
    /// Of this publisher, from its start on.
    private(set) var epoch: UInt64 = 0
    var counted = PublisherStatistics()
    var instruments: [PublishedInstrument]
    var venues: [Venue] = []
    private var placeOfInstrument: [Int]
    private var placeOfVenue: [Int] = Array(repeating: -1, count: 64)
    var placeOfName: [String: Int] = [:]
    /// What has something to send.
    private var listed: [Int] = []
    private var writer = BusWriter()
    private var notices: [BusNotice] = []
    var now: Int64 = 0
    private var heartbeatDue: Int64 = .max
    private var demandDue: Int64 = .max
    private var demandNext = 0
    private var storeDue: Int64 = .max
    private var storeNext = 0
    private var storesFrom: Int64 = 0  // Not before then: Redis had no room.
    private var lacksRoom = false
    var isClosed = false

    /// A publisher of these instruments, named `name` in its heartbeats.
    ///
    /// - Precondition: Instruments are of these venues; an index is there once.
    init(
        name: String, instruments: [BusInstrument], venues: [BusVenue], addresses: [RedisAddress],
        settings: BusSettings, transport: any RedisTransport, seed: UInt64
    ) {
        self.name = name
        self.settings = settings
        self.lines = RedisLines(addresses, settings: settings, transport: transport, seed: seed)
        self.placeOfInstrument = Array(repeating: -1, count: (instruments.map { $0.instrument.index }.max() ?? -1) + 1)
        self.instruments = []
        for venue in venues {
            let feed = BusNames.feed(venue.name)
            self.placeOfVenue[venue.index.index] = self.venues.count
            self.venues.append(
                Venue(
                    venue: venue, feed: feed, feedSlot: HashSlot.of(feed),
                    requests: self.lines.addChannel(BusNames.requests(venue.name))))
        }
        for instrument in instruments {
            let venue = venues.firstIndex { $0.name == instrument.venue }
            precondition(venue != nil, "an instrument is of a venue that the publisher was not given")
            guard let venue else { continue }
            self.placeOfInstrument[instrument.instrument.index] = self.instruments.count
            self.placeOfName["\(instrument.venue):\(instrument.symbol)"] = self.instruments.count
            self.instruments.append(PublishedInstrument(instrument, venue: venue, depth: settings.depth))
        }
        self.lines.owner = self
        transport.receiver = self
    }

    // MARK: What the feed calls

    /// Begins to connect. `epoch` is the wall clock in nanoseconds: of two publishers of one instrument the later wins.
    func start(epoch: UInt64, at now: Timestamp) {
        self.epoch = epoch
        self.now = now.nanoseconds
        self.heartbeatDue = self.now
        self.demandDue = self.now
        self.storeDue = self.now + 100_000_000
        for venue in self.venues { self.lines.subscribe(venue.requests) }
        self.lines.start(at: self.now)
    }

    /// Takes in what a turn of the feed brought, and sends what follows.
    ///
    /// - Complexity: O(deliveries + what is sent).
    public func take(_ deliveries: [Delivery], at now: Timestamp) {
        self.now = now.nanoseconds
        self.lines.now = self.now
        for delivery in deliveries {
            switch delivery.event {
            case .market(let event): self.take(event)
            case .connection(let venue, let event): self.take(event, of: venue)
            case .order, .balance, .fillsKnown, .turn, .control: break
            }
        }
        self.publishListed()
        self.lines.flush()
    }

    /// When `tick` is due.
    public var nextDue: Timestamp {
        let due = min(self.heartbeatDue, self.demandDue, self.storeDue, self.lines.nextDue)
        return Timestamp(nanoseconds: self.listed.isEmpty ? due : min(due, self.now + 5_000_000))
    }

    /// Does what is due: heartbeats, stored books, what waited for room, connections.
    public func tick(at now: Timestamp) {
        if self.isClosed { return }
        self.now = now.nanoseconds
        self.lines.tick(at: self.now)
        if self.now >= self.heartbeatDue { self.beatAll() }
        if self.now >= self.demandDue { self.askDemand() }
        if self.now >= self.storeDue { self.storeSome() }
        self.publishListed()
        self.lines.flush()
    }

    /// Hands over what there is to read, and forgets it.
    public func takeNotices() -> [BusNotice] {
        defer { self.notices.removeAll() }
        return self.notices
    }

    /// Says to subscribers that it ends, and sends what is left.
    func end() {
        for place in self.venues.indices {
            guard let node = self.lines.node(ofSlot: self.venues[place].feedSlot), self.lines.isReady(node) else {
                continue
            }
            self.venues[place].beats += 1
            self.writer.begin(
                BusMessage(.end, epoch: self.epoch, sequence: self.venues[place].beats, time: self.now))
            self.writer.end()
            self.publish(on: self.venues[place].feed, node)
            self.lines.command(node, .mark) { $0.writeCommand("DEL", self.venues[place].feed) }
        }
        self.isClosed = true
        self.lines.close()
    }

    // MARK: Market data

    private func take(_ event: MarketEvent) {
        let instrument =
            switch event {
            case .snapshotBegan(let index), .level(let index, _, _, _), .messageEnded(let index, _),
                .trade(let index, _, _, _, _, _), .bookLost(let index):
                index.index
            }
        guard instrument < self.placeOfInstrument.count, self.placeOfInstrument[instrument] >= 0 else { return }
        let place = self.placeOfInstrument[instrument]
        switch self.instruments[place].take(event) {
        case .taken: break
        case .droppedTrade: self.counted.droppedTrades += 1
        case .shedLevel: self.counted.shed += 1
        }
        self.list(place)
    }

    private func take(_ event: ConnectionEvent, of venue: VenueIndex) {
        let place = self.placeOfVenue[venue.index]
        guard place >= 0 else { return }
        switch event {
        case .up, .down:
            self.venues[place].isUp = if case .up = event { true } else { false }
            self.beat(place)
        case .heartbeat, .accountLost, .accountBack, .accountDoubted: break
        }
    }

    func list(_ place: Int) {
        if self.instruments[place].isListed { return }
        self.instruments[place].isListed = true
        self.listed.append(place)
    }

    /// Sends what is listed, as far as there is room; what is not sent stays.
    private func publishListed() {
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
    private func publish(_ place: Int) -> Bool {
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

    private func publishSnapshot(_ place: Int, _ node: Int, isRepeat: Bool) {
        self.instruments[place].sequence += 1
        self.instruments[place].replaces = false
        self.instruments[place].repeats = false
        self.instruments[place].snapshotAt = self.now
        self.instruments[place].writeSnapshot(&self.writer, isRepeat: isRepeat, epoch: self.epoch, at: self.now)
        self.counted.snapshots += 1
        self.publish(place, node)
    }

    /// Publishes what was written on an instrument's channel.
    private func publish(_ place: Int, _ node: Int) {
        self.counted.bytes += UInt64(self.writer.bytes.count)
        let isCluster = self.lines.isCluster
        self.lines.command(node, .publish(place)) { buffer in
            buffer.writeBytes(
                isCluster ? self.instruments[place].shardedPublish : self.instruments[place].publish)
            buffer.writeText(self.writer.bytes)
        }
    }

    private func publish(on channel: String, _ node: Int) {
        self.counted.bytes += UInt64(self.writer.bytes.count)
        let verb = self.lines.isCluster ? "SPUBLISH" : "PUBLISH"
        self.lines.command(node, .publish(-1)) { buffer in
            buffer.writeCommandHead(3)
            buffer.writeText(verb.utf8)
            buffer.writeText(channel.utf8)
            buffer.writeText(self.writer.bytes)
        }
    }

    // MARK: Stored books

    /// Stores what was written last, which is the book as it is now.
    private func store(_ place: Int, _ node: Int) {
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
    private func storeSome() {
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

    private func answeredStore(_ place: Int, _ reply: RedisReply) {
        guard case .error(let text) = reply else {
            if self.lacksRoom {
                self.lacksRoom = false
                self.note(.information, "Redis stores books again")
            }
            return
        }
        self.counted.refused += 1
        self.instruments[place].storedAt = 0
        self.storesFrom = self.now + 2_000_000_000
        if text.hasPrefix("OOM"), !self.lacksRoom {
            self.lacksRoom = true
            self.note(
                .alarm,
                "Redis is out of memory (maxmemory): books are not stored, and late joiners wait for the next snapshot; "
                    + "publishing goes on. Raise maxmemory, or let it evict keys with a time to live (volatile-ttl)")
        }
    }

    // MARK: Heartbeats

    private func beatAll() {
        self.heartbeatDue = self.now + self.settings.heartbeatPeriod
        for place in self.venues.indices { self.beat(place) }
    }

    private func beat(_ place: Int) {
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

    // MARK: Demand

    /// Asks for the subscribers of the next 64 instruments; once around in a period.
    private func askDemand() {
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

    private func answeredDemand(first: Int, count: Int, _ reply: RedisReply, node: Int) {
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
    }

    func commandsLost(_ node: Int) {}

    func heard(_ channel: Int) {}

    func unheard(_ channel: Int) {}

    func drained(_ line: Int, roundTrip: Int64) {}

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
            guard case .error = reply else { return }
            self.counted.refused += 1
            // It reached nobody: the next that does must be the whole book.
            if place >= 0 {
                self.instruments[place].replaces = true
                if !self.instruments[place].isWhole { self.instruments[place].tellsLoss = true }
                self.list(place)
            }
        case .store(let place): self.answeredStore(place, reply)
        case .mark: if case .error = reply { self.counted.refused += 1 }
        case .demand(let first, let count): self.answeredDemand(first: first, count: count, reply, node: node)
        case .greeting, .kind, .slots, .ping, .book: break
        }
    }

    func note(_ severity: BusNotice.Severity, _ text: String) {
        if self.notices.count >= 1_000 { self.notices.removeFirst(500) }
        self.notices.append(BusNotice(severity: severity, text: "bus: \(text)"))
    }
}

extension BusPublisher: RedisReceiver {
    func opened(_ number: Int) {
        self.pass()
        self.lines.opened(number)
        self.lines.flush()
    }

    func received(_ number: Int, _ bytes: Span<UInt8>) -> Int {
        self.pass()
        return self.lines.received(number, bytes)
    }

    func receivedAll() {
        self.publishListed()
        self.lines.flush()
    }

    func closed(_ number: Int, reason: String) {
        self.pass()
        self.lines.closed(number, reason: reason)
    }

    private func pass() {
        self.now = self.lines.transport.now.nanoseconds
        self.lines.now = self.now
    }
}
