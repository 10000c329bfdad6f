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
        /// The venue gave a sign of life since the last heartbeat.
        var isHeard = false
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
    var placeOfInstrument: [Int]
    var placeOfVenue: [Int] = Array(repeating: -1, count: 64)
    var placeOfName: [String: Int] = [:]
    /// What has something to send.
    var listed: [Int] = []
    var writer = BusWriter()
    var now: Int64 { self.lines.now }
    var heartbeatDue: Int64 = .max
    var bookBeatDue: Int64 = .max
    var bookBeatNext = 0
    var demandDue: Int64 = .max
    var demandNext = 0
    var storeDue: Int64 = .max
    var storeNext = 0
    var storesFrom: Int64 = 0  // Not before then: Redis had no room.
    var lacksRoom = false
    var saidRefusals: Set<String> = []  // What kind of refusals were told since the last connection.
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
        self.lines = RedisLines(
            addresses, reach: .everyNode, settings: settings, transport: transport, seed: seed)
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
    }

    // MARK: What the feed calls

    /// Begins to connect. `epoch` is the wall clock in nanoseconds: of two publishers of one instrument the later wins.
    func start(epoch: UInt64, at now: Timestamp) {
        self.epoch = epoch
        self.lines.advance(to: now.nanoseconds)
        self.heartbeatDue = self.now
        self.bookBeatDue = self.now
        self.demandDue = self.now
        self.storeDue = self.now + 100_000_000
        for venue in self.venues { self.lines.subscribe(venue.requests) }
        self.lines.start(at: self.now)
    }

    /// Takes in what a turn of the feed brought, and sends what follows.
    ///
    /// - Complexity: O(deliveries + what is sent).
    public func take(_ deliveries: [Delivery], at now: Timestamp) {
        self.lines.advance(to: now.nanoseconds)
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
        let due = min(self.heartbeatDue, self.bookBeatDue, self.demandDue, self.storeDue, self.lines.nextDue)
        return Timestamp(nanoseconds: self.listed.isEmpty ? due : min(due, self.now + 5_000_000))
    }

    /// Does what is due: heartbeats, stored books, what waited for room, connections.
    public func tick(at now: Timestamp) {
        if self.isClosed { return }
        self.lines.tick(at: now.nanoseconds)
        if self.now >= self.heartbeatDue { self.beatAll() }
        if self.now >= self.bookBeatDue { self.beatBooks() }
        if self.now >= self.demandDue { self.askDemand() }
        if self.now >= self.storeDue { self.storeSome() }
        self.publishListed()
        self.lines.flush()
    }

    /// Hands over what there is to read, and forgets it.
    public func takeNotices() -> [BusNotice] { self.lines.notices.take() }

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
}
