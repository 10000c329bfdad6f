internal import NIOCore
public import TerraceCore

/// Market data from the bus, on the loop of the shard that uses it: one pool of connections for all its instruments, however
/// many strategies want them.
///
/// Of each instrument it follows one publisher, message by message. What is missing, late, damaged or unheard makes the book
/// lost at once, and a snapshot is asked for: a book is right, or it is said to be lost.
///
/// A machine: time comes from the transport, and bytes go through it. Used on one event loop only, which is what makes
/// `@unchecked Sendable` true.
public final class BusSubscriber: @unchecked Sendable {
    struct Venue {
        let venue: BusVenue
        let channel: Int
        var publishers: [HeardPublisher] = []
        /// Since when its feed would be heard; 0 where the channel is not.
        var listensSince: Int64 = 0
        /// A feed was heard, or that none is was said.
        var isSettled = false
        /// What the engine was told last; nil before it was.
        var isUp: Bool?
        /// Instruments that want to be asked for.
        var asks: [Int] = []
    }
    /// What a channel brings.
    enum Source {
        case instrument(Int)
        case feed(Int)
    }
    /// The most publishers of one venue that are told apart.
    static let mostPublishers = 8

    let settings: BusSettings
    let lines: RedisLines
    var instruments: [HeardInstrument] = []
    var venues: [Venue] = []
    var sources: [Source] = []  // By channel.
    private var placeOfInstrument: [Int]
    var counted = SubscriberStatistics()
    var deliveries: [Delivery] = []
    var now: Int64 { self.lines.now }
    var isLate: [Bool] = []  // By line: read too late, and passed over until it is read to its end.
    var writer = BusWriter()
    private(set) var wake: () -> Void = {}
    var checkDue: Int64 = .max
    private var lastAdvance: Int64 = 0
    private var isOpen = false
    var faultsNotedAt: Int64 = .min / 2
    var silenceNotedAt: Int64 = .min / 2

    /// A subscriber of these instruments; none is subscribed to before it is asked for.
    ///
    /// - Precondition: Instruments are of these venues; an index is there once.
    init(
        instruments: [BusInstrument], venues: [BusVenue], addresses: [RedisAddress], settings: BusSettings,
        transport: any RedisTransport, seed: UInt64
    ) {
        self.settings = settings
        self.lines = RedisLines(
            addresses, reach: .slot(HashSlot.of(BusNames.requests(""))), settings: settings, transport: transport,
            seed: seed)
        self.placeOfInstrument = Array(repeating: -1, count: (instruments.map { $0.instrument.index }.max() ?? -1) + 1)
        for venue in venues {
            self.venues.append(Venue(venue: venue, channel: self.lines.addChannel(BusNames.feed(venue.name))))
            self.sources.append(.feed(self.venues.count - 1))
        }
        for instrument in instruments {
            let venue = venues.firstIndex { $0.name == instrument.venue }
            precondition(venue != nil, "an instrument is of a venue that the subscriber was not given")
            guard let venue else { continue }
            self.placeOfInstrument[instrument.instrument.index] = self.instruments.count
            let channel = self.lines.addChannel(BusNames.market(instrument.venue, instrument.symbol))
            self.sources.append(.instrument(self.instruments.count))
            self.instruments.append(HeardInstrument(instrument, venue: venue, channel: channel))
        }
        self.lines.owner = self
    }

    // MARK: What the shard calls

    /// Begins to connect. `wake` is called, on the loop, when something has come that `nextDue` did not foresee.
    public func open(waking wake: @escaping () -> Void) {
        self.wake = wake
        self.lines.advance(to: self.lines.transport.now.nanoseconds)
        self.isOpen = true
        self.lastAdvance = self.now
        self.checkDue = self.now
        for venue in self.venues { self.lines.subscribe(venue.channel) }
        self.lines.start(at: self.now)
        self.lines.flush()
    }

    /// When `advance` is due, whatever comes.
    public var nextDue: Timestamp { Timestamp(nanoseconds: min(self.checkDue, self.lines.nextDue)) }

    /// Appends what came, in the order in which it came, and does what is due.
    public func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        self.lines.advance(to: now.nanoseconds)
        if self.isOpen {
            // The loop stood still: what waits in the sockets is old.
            let stood = self.now - self.lastAdvance
            if stood > max(self.settings.lagLimit, 300_000_000) { self.stoodStill(stood) }
            self.lastAdvance = self.now
            self.lines.tick(at: self.now)
            if self.now >= self.checkDue { self.check() }
            self.lines.flush()
        }
        deliveries.append(contentsOf: self.deliveries)
        self.deliveries.removeAll(keepingCapacity: true)
    }

    /// One more wants the market data of an instrument.
    public func subscribe(_ instrument: InstrumentIndex) {
        guard let place = self.place(instrument) else { return }
        self.instruments[place].wanters += 1
        if self.instruments[place].wanters > 1 { return }
        self.instruments[place].state = .joining
        self.lines.subscribe(self.instruments[place].channel)
        self.lines.flush()
    }

    /// One less does. With the last its channel is left, and the book is lost.
    public func unsubscribe(_ instrument: InstrumentIndex) {
        guard let place = self.place(instrument), self.instruments[place].wanters > 0 else { return }
        self.instruments[place].wanters -= 1
        if self.instruments[place].wanters > 0 { return }
        self.lose(place, .unsubscribed)
        self.lines.unsubscribe(self.instruments[place].channel)
        self.lines.flush()
    }

    /// The book is not what it should be, as the caller finds: it is lost, and a snapshot is asked for.
    public func resnapshot(_ instrument: InstrumentIndex) {
        guard let place = self.place(instrument), self.instruments[place].state == .live else { return }
        self.resynchronise(place)
        self.sendAsks()
        self.lines.flush()
    }

    /// Where an instrument stands, for people: `unsubscribed`, `joining`, `synchronising`, `live` or `lost`.
    public func state(of instrument: InstrumentIndex) -> String {
        self.place(instrument).map { "\(self.instruments[$0].state)" } ?? "unknown"
    }

    /// What was counted so far.
    public var statistics: SubscriberStatistics {
        var all = self.counted
        all.reconnects = self.lines.reconnects
        all.connections = self.lines.open
        all.faults += UInt64(self.lines.faults)
        all.subscribed = self.instruments.count { $0.wanters > 0 }
        all.live = self.instruments.count { $0.state == .live }
        return all
    }

    /// Hands over what there is to read, and forgets it.
    public func takeNotices() -> [BusNotice] { self.lines.notices.take() }

    /// Leaves: all books are lost, and what was sent still goes out.
    func end() {
        self.isOpen = false
        for place in self.instruments.indices { self.lose(place, .unsubscribed) }
        self.lines.close()
    }

    private func place(_ instrument: InstrumentIndex) -> Int? {
        guard instrument.index < self.placeOfInstrument.count else { return nil }
        let place = self.placeOfInstrument[instrument.index]
        return place >= 0 ? place : nil
    }

    // MARK: Losing and asking

    func deliver(_ event: Event) {
        self.deliveries.append(Delivery(at: Timestamp(nanoseconds: self.now), event: event))
    }

    /// The book is lost; says so once.
    func lose(_ place: Int, _ state: HeardInstrument.State) {
        self.instruments[place].state = state
        self.instruments[place].askDue = .max
        self.instruments[place].asks = 0
        self.instruments[place].forget()
        if self.instruments[place].isShown {
            self.instruments[place].isShown = false
            self.counted.lost += 1
            self.deliver(.market(.bookLost(self.instruments[place].instrument.instrument)))
        }
    }

    /// The book is lost, and a snapshot is asked for.
    func resynchronise(_ place: Int, after wait: Int64 = 0) {
        let asks = self.instruments[place].asks
        let wasWaiting = self.instruments[place].state == .synchronising
        let due = self.instruments[place].askDue
        if !wasWaiting { self.instruments[place].waitsSince = self.now }
        self.lose(place, .synchronising)
        // Whoever waits already goes on waiting: what comes amid it does not make us ask more often.
        self.instruments[place].asks = wasWaiting ? asks : 0
        self.instruments[place].askDue = wasWaiting ? due : self.now + wait
        self.checkDue = min(self.checkDue, self.instruments[place].askDue)
    }

    /// Asks for the snapshots that are due, a venue's in one message.
    func sendAsks() {
        for place in self.instruments.indices where self.instruments[place].askDue <= self.now {
            let venue = self.instruments[place].venue
            guard self.venues[venue].asks.count < 256 else { continue }
            self.venues[venue].asks.append(place)
            let wait: Int64 = min(2_000_000_000, 200_000_000 << Int64(min(self.instruments[place].asks, 4)))
            self.instruments[place].asks += 1
            self.instruments[place].askDue = self.now + self.lines.random.jitter(wait)
        }
        for venue in self.venues.indices where !self.venues[venue].asks.isEmpty {
            self.ask(venue)
            self.venues[venue].asks.removeAll(keepingCapacity: true)
        }
    }

    private func ask(_ venue: Int) {
        let channel = BusNames.requests(self.venues[venue].venue.name)
        guard let node = self.lines.node(ofSlot: HashSlot.of(channel)), self.lines.isReady(node),
            self.lines.unanswered(node) < self.settings.unansweredBytes
        else { return }
        self.writer.begin(BusMessage(.request, epoch: 0, sequence: 0, time: self.now))
        self.writer.number(UInt64(self.venues[venue].asks.count))
        for place in self.venues[venue].asks { self.writer.text(self.instruments[place].instrument.symbol) }
        self.writer.end()
        self.counted.asked += UInt64(self.venues[venue].asks.count)
        self.lines.command(node, .publish(-1)) { buffer in
            buffer.writeCommandHead(3)
            buffer.writeText((self.lines.isCluster ? "SPUBLISH" : "PUBLISH").utf8)
            buffer.writeText(channel.utf8)
            buffer.writeText(self.writer.bytes)
        }
    }

    // MARK: Time

    /// Feeds that are not heard any more, and snapshots that are asked for again.
    func check() {
        for venue in self.venues.indices {
            self.checkPublishers(venue)
            self.checkBooks(venue)
            self.checkWhetherServed(venue)
        }
        self.sendAsks()
        self.checkDue = self.now + 50_000_000
    }

    /// Nothing was read for a while. Books are lost until the connections have been read to their end.
    private func stoodStill(_ stood: Int64) {
        for venue in self.venues.indices {
            for place in self.venues[venue].publishers.indices {
                let heardAt = self.venues[venue].publishers[place].heardAt
                self.venues[venue].publishers[place].heardAt = min(self.now, heardAt + stood)
            }
        }
        for place in self.instruments.indices {
            self.instruments[place].heardAt = min(self.now, self.instruments[place].heardAt + stood)
        }
        for line in self.lines.lines.indices
        where self.lines.lines[line].role == .channels && self.lines.lines[line].isReady {
            self.late(line)
        }
    }

    /// A line is read too late: its books are lost, and what comes is passed over until it has been read to its end.
    func late(_ line: Int, _ why: String = "market data was read too late") {
        while self.isLate.count <= line { self.isLate.append(false) }
        if !self.isLate[line] {
            self.isLate[line] = true
            self.counted.lagged += 1
            self.lines.notices.add(.warning, "\(why); books are lost until the snapshots come")
        }
        for place in self.instruments.indices where self.lines.channels[self.instruments[place].channel].line == line {
            switch self.instruments[place].state {
            case .synchronising, .live: self.lose(place, .lost)
            case .unsubscribed, .joining, .lost: break
            }
        }
        self.lines.ping(line)
    }
}
