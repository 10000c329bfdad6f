public import NIOCore
public import TerraceCore
public import TerraceVenues

/// Real venues as a shard sees them: a session and a transport each, all on the shard's event loop.
///
/// Everything but `init` is called on the loop, which is what makes `@unchecked Sendable` true.
public final class NetworkConnections: VenueConnections, @unchecked Sendable {
    /// A venue's session and what carries it.
    public struct Venue {
        /// The machine.
        public let session: VenueSession
        /// The sockets.
        public let transport: NetworkTransport

        /// `session`, which was made with `transport`.
        public init(session: VenueSession, transport: NetworkTransport) {
            self.session = session
            self.transport = transport
        }
    }

    /// The venues, in the order in which they were given.
    public let venues: [Venue]
    private let links: [SessionLink]
    private let clock: ShardClock
    private var asked: [SessionStatistics?]  // By venue: as they stood when the last comparison was asked for.
    private var places: [Int]  // The place in `venues`, by instrument of the shard; -1 for none.

    /// The venues' connections; none is opened before the shard starts.
    public init(_ venues: [Venue], clock: ShardClock) {
        self.venues = venues
        self.clock = clock
        self.links = venues.map { SessionLink($0.session, clock) }
        self.asked = Array(repeating: nil, count: venues.count)
        let instruments = venues.map { $0.session.dialect.instruments.map { $0.instrument.index } }
        self.places = Array(repeating: -1, count: (instruments.joined().max() ?? -1) + 1)
        for (place, known) in instruments.enumerated() {
            for index in known { self.places[index] = place }
        }
        for (venue, link) in zip(venues, self.links) { venue.transport.receiver = link }
    }

    /// Begins to connect.
    public func open(waking wake: @escaping () -> Void) {
        for (venue, link) in zip(self.venues, self.links) {
            link.wake = wake
            if venue.session.settings.trades { venue.transport.warm(base: venue.session.settings.endpoints.rest) }
            venue.session.start(at: self.clock.now)
        }
    }

    /// When a session wants to be called.
    public var nextDue: Timestamp {
        var due = Timestamp.distantFuture
        for venue in self.venues { due = min(due, venue.session.nextDue) }
        return due
    }

    /// Hands over what the sessions have made of what came.
    public func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        for venue in self.venues {
            venue.session.advance(to: now)
            venue.session.take(into: &deliveries)
        }
    }

    /// Gives a command to the session of its venue; it goes out at the next `flush`.
    public func send(_ command: Command, at now: Timestamp) {
        let instrument = command.instrument.index
        guard instrument < self.places.count, self.places[instrument] >= 0 else { return }
        self.venues[self.places[instrument]].session.send(command, at: now)
    }

    /// Sends what the sessions were given.
    public func flush(at now: Timestamp) {
        for venue in self.venues { venue.session.flush(at: now) }
    }

    /// Whether no command and no question is on its way.
    public var isQuiet: Bool { self.venues.allSatisfy { $0.session.isQuiet } }

    /// Has every session that trades compare all orders, fills and balances, until a comparison corrects nothing.
    public func conclude(at now: Timestamp) -> Bool {
        var isDone = true
        for place in self.venues.indices where !self.conclude(place) { isDone = false }
        return isDone
    }

    private func conclude(_ place: Int) -> Bool {
        let session = self.venues[place].session
        if self.hasConcluded(place) { return true }
        if session.isComparing { return false }
        // A comparison that could not be carried out is tried again by the session, a second later.
        if let asked = self.asked[place], session.statistics.comparisons == asked.comparisons { return false }
        self.asked[place] = session.statistics
        session.compareLast()
        return false
    }

    /// Whether the venue at this place was compared since `conclude` first asked for it, and the comparison had nothing to
    /// correct.
    public func hasConcluded(_ place: Int) -> Bool {
        let session = self.venues[place].session
        if !session.settings.trades { return true }
        guard let asked = self.asked[place], !session.isComparing else { return false }
        return session.statistics.comparisons > asked.comparisons
            && session.statistics.corrections == asked.corrections
    }

    /// Closes all connections.
    ///
    /// - Returns: Succeeds when the last is closed.
    public func close(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        EventLoopFuture.andAllComplete(self.venues.map { $0.transport.shutdown() }, on: eventLoop)
    }
}

/// What a transport receives goes to its session, with the time, and the shard is woken.
private final class SessionLink: TransportReceiver {
    var wake: () -> Void = {}
    private let session: VenueSession
    private let clock: ShardClock

    init(_ session: VenueSession, _ clock: ShardClock) {
        self.session = session
        self.clock = clock
    }

    func opened(_ socket: Int) {
        self.session.opened(socket, at: self.clock.now)
        self.wake()
    }

    func received(_ socket: Int, _ bytes: Span<UInt8>) {
        self.session.received(socket, bytes, at: self.clock.now)
    }

    func receivedAll() { self.wake() }

    func closed(_ socket: Int, reason: String) {
        self.session.closed(socket, reason: reason, at: self.clock.now)
        self.wake()
    }

    func answered(_ number: UInt64, _ answer: VenueAnswer, _ body: Span<UInt8>) {
        self.session.answered(number, answer, body, at: self.clock.now)
        self.wake()
    }

    func failed(_ number: UInt64, _ failure: RequestFailure) {
        self.session.failed(number, failure, at: self.clock.now)
        self.wake()
    }
}
