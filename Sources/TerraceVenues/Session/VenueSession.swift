public import TerraceCore

/// One venue's connections as a machine: what a dialect says in bytes and a transport carries becomes events for the engine, and
/// the engine's commands become requests.
///
/// It keeps what every venue needs, and knows no venue: connections with their limits, renewals and waits; subscriptions and
/// snapshots in the order of the instruments' priority; the login of the private stream; orders and their uncertain answers;
/// the comparison of orders, fills and balances at each connection and all the time. It has no socket, clock or thread: a shell
/// calls it on one thread, with the time, and carries out what it asks of its transport. Files `VenueSession+…` hold a part each.
public final class VenueSession {
    /// The venue's protocol.
    public let dialect: any VenueDialect
    /// What it was told.
    public let settings: SessionSettings
    /// What it has counted.
    public internal(set) var statistics = SessionStatistics()
    /// What happened for a person to read, oldest first; whoever shows it takes it. Bounded: the oldest go.
    public internal(set) var notices: [SessionNotice] = []

    let traits: VenueTraits
    let transport: any SessionTransport
    var now = Timestamp.distantPast
    var due = Timestamp.distantFuture
    var deliveries: [Delivery] = []
    var events: [Event] = []
    var accountEvents: [AccountEvent] = []
    var random: SessionRandom
    var clock = VenueClock()
    var weight: WeightWindow
    var connectionsWindow: WeightWindow
    var lastSocket = 0
    var lastRequest: UInt64 = 0
    var lastFrame: Int64 = 0
    var pending: [UInt64: PendingRequest] = [:]  // Looked up by number, never walked through.

    // Market data.
    var connections: [MarketConnection] = []
    var owners: [Int] = []  // The connection that speaks for each slot.
    var slotsByInstrument: [Int]  // By instrument index of the shard; -1 for instruments of other venues.
    var snapshotQueue: [(slot: Int, connection: Int)] = []  // By priority, then by slot.
    var followed: [UInt8]  // By slot: how urgently it is needed, 1 to 4; 0 where nobody needs it.
    var followedCount = 0
    var snapshotsInFlight = 0

    // The account.
    var accounts = [AccountConnection()]  // The stream in use, and while it is renewed the one that follows.
    var accountBackoff = Backoff(least: 250_000_000, most: 30_000_000_000)
    var isAnnouncedUp = false
    var isAccountHeard = false
    var keyIsRefused = false
    var keyRetryAt = Timestamp.distantPast
    var outgoing: [AccountCommand] = []
    var cancelBacklog: [AccountCommand] = []  // Cancels that wait for one before them: each is signed when it goes out.
    var cancelsInFlight = 0
    var register = OrderRegister()
    var seen = SeenTrades(capacity: 65_536)
    var queries: [OrderReference] = []
    var queried: Set<ClientOrderID> = []  // Under way; looked up, never walked through.
    var fillsKnown: UInt64 = 0
    var ordersShare = 0.0
    var ordersShareAt = Timestamp.distantPast
    var delayedQueries: [(due: Timestamp, order: OrderReference)] = []
    var comparison = Comparison()
    var comparisonRound = 0
    var isTradingOver = false
    /// What the venue said of the account at the first comparison, before anything was traded; nil until then.
    public internal(set) var firstListing: AccountListing?
    /// What it said at the last.
    public internal(set) var lastListing: AccountListing?
    var timeAskedAt = Timestamp.distantPast
    var timeIsAsked = false
    var activeSlots: [Bool]
    var deadManAt: [Timestamp]
    var deadManDue = Timestamp.distantPast
    var lastTrades: [UInt64?]  // Up to these, fills were found by asking, the last time but one,
    var newestTrades: [UInt64?]  // and the last time.
    var fillsSince: [Int64]
    /// Fills before this, in the venue's milliseconds, are in what an earlier run knew or in the first balances; 0 until known.
    var fillsFrom: [Int64]
    var numbers: [OrderNumber] = []  // Orders to be asked for by the venue's number,
    var numbersAsked: Set<OrderNumber> = []  // and those under way; looked up, never walked through.
    var numbersWaiting: [OrderNumber: Timestamp] = [:]  // Not asked for again before; looked up only.
    var strangersUntil: Int64 = 0  // Fills before this may be of orders of an earlier run.
    var strandedOrders: Set<ClientOrderID> = []  // Told of already; looked up, never walked through.
    var startedAt = Timestamp.distantPast
    var balancesUntold = 0  // How often the first balances could not be told.
    var isRecovered = false  // What happened since the last run's marks is told.

    /// A session that speaks `dialect` over `transport`; `start` begins.
    public init(_ dialect: any VenueDialect, settings: SessionSettings, transport: any SessionTransport) {
        self.dialect = dialect
        self.traits = dialect.traits
        self.settings = settings
        self.transport = transport
        self.random = SessionRandom(seed: settings.seed)
        self.weight = WeightWindow(
            limit: settings.weightPerWindow ?? self.traits.weightPerWindow, seconds: self.traits.weightWindowSeconds)
        self.connectionsWindow = WeightWindow(limit: self.traits.connectionsPerFiveMinutes, seconds: 300)
        let count = dialect.instruments.count
        self.followed = Array(repeating: 0, count: count)
        self.activeSlots = Array(repeating: false, count: count)
        self.deadManAt = Array(repeating: .distantPast, count: count)
        self.lastTrades = Array(repeating: nil, count: count)
        self.newestTrades = self.lastTrades
        self.fillsSince = Array(repeating: 0, count: count)
        self.fillsFrom = self.fillsSince
        for (slot, mark) in settings.fillMarks.prefix(count).enumerated() {
            guard let mark else { continue }
            self.lastTrades[slot] = mark.through
            self.newestTrades[slot] = mark.through
            self.fillsSince[slot] = max(1, mark.milliseconds)
            self.fillsFrom[slot] = max(1, mark.milliseconds)
            self.activeSlots[slot] = true
        }
        let most = dialect.instruments.map { $0.instrument.index }.max() ?? -1
        self.slotsByInstrument = Array(repeating: -1, count: most + 1)
        for (slot, instrument) in dialect.instruments.enumerated() {
            self.slotsByInstrument[instrument.instrument.index] = slot
        }
    }

    // MARK: The shell's side

    /// Begins to connect: to the account, and for the market data that somebody needs.
    public func start(at now: Timestamp) {
        self.now = now
        self.startedAt = now
        if self.settings.carriesMarket { self.planConnections() }
        self.askTime()
        self.tick()
    }

    /// When `advance` is due next.
    public var nextDue: Timestamp { self.deliveries.isEmpty ? self.due : self.now }

    /// Does what is due by `now`.
    public func advance(to now: Timestamp) {
        if now > self.now { self.now = now }
        if self.now >= self.due { self.tick() }
    }

    /// Whether nothing of the account is on its way: no command, question or comparison.
    public var isQuiet: Bool {
        self.outgoing.isEmpty && self.cancelBacklog.isEmpty && self.queries.isEmpty && self.queried.isEmpty
            && self.delayedQueries.isEmpty && self.numbers.isEmpty
            && self.pending.values.allSatisfy {
                switch $0.purpose {
                case .orders, .query, .queryFills, .orderOfNumber, .fills: false
                case .time, .snapshot, .openOrders, .balances, .createListenKey, .renewListenKey, .deadMan: true
                }
            }
    }

    /// Hands over what has come for the engine, in order.
    public func take(into deliveries: inout [Delivery]) {
        if self.deliveries.isEmpty { return }
        deliveries.append(contentsOf: self.deliveries)
        self.deliveries.removeAll(keepingCapacity: true)
    }

    /// Hands over what there is to read, and forgets it.
    public func takeNotices() -> [SessionNotice] {
        defer { self.notices.removeAll() }
        return self.notices
    }

    /// A WebSocket is open.
    public func opened(_ socket: Int, at now: Timestamp) {
        self.pass(to: now)
        if let which = self.account(of: socket) { self.accountOpened(which) } else { self.marketOpened(socket) }
        self.tick()
    }

    /// A WebSocket received a text message.
    public func received(_ socket: Int, _ bytes: Span<UInt8>, at now: Timestamp) {
        self.pass(to: now)
        if let which = self.account(of: socket) {
            self.accountReceived(which, bytes)
        } else {
            self.marketReceived(socket, bytes)
        }
    }

    /// A WebSocket could not be opened, or is gone.
    public func closed(_ socket: Int, reason: String, at now: Timestamp) {
        self.pass(to: now)
        if let which = self.account(of: socket) {
            self.accountLost(which, reason, close: false)
        } else {
            self.marketClosed(socket, reason)
        }
        self.tick()
    }

    /// A request was answered.
    public func answered(_ number: UInt64, _ answer: VenueAnswer, _ body: Span<UInt8>, at now: Timestamp) {
        self.pass(to: now)
        guard let request = self.pending.removeValue(forKey: number) else { return }
        let usage = self.dialect.usage(answer)
        if let share = usage.weight { self.weight.observe(share: share, at: self.now) }
        // Each kind of request may have a limit of its own: that of new orders is told by their answers.
        if let share = usage.orders, request.isPlacing {
            (self.ordersShare, self.ordersShareAt) = (share * self.settings.orderShareFactor, self.now)
        }
        switch request.purpose {
        case .time: self.timeAnswered(request, answer, body)
        case .snapshot(let slot, let connection): self.snapshotAnswered(number, slot, connection, answer, body)
        default: self.accountAnswered(request, answer, body)
        }
        self.tick()
    }

    /// A request has no answer.
    public func failed(_ number: UInt64, _ failure: RequestFailure, at now: Timestamp) {
        self.pass(to: now)
        guard let request = self.pending.removeValue(forKey: number) else { return }
        self.statistics.requestsFailed += 1
        switch request.purpose {
        case .time:
            self.timeIsAsked = false
        case .snapshot(let slot, let connection): self.snapshotFailed(number, slot, connection)
        default: self.accountFailed(request, failure)
        }
        self.tick()
    }

    // MARK: Time

    func pass(to now: Timestamp) {
        if now > self.now { self.now = now }
    }

    /// Asks to be called by `moment`.
    func wake(by moment: Timestamp) {
        if moment < self.due { self.due = moment }
    }

    /// Does all that is due, and finds out when something is due next.
    func tick() {
        self.due = .distantFuture
        if !self.timeIsAsked {
            let next = self.timeAskedAt.advanced(by: self.clock.isMeasured ? 60_000_000_000 : 1_000_000_000)
            if self.now >= next { self.askTime() } else { self.wake(by: next) }
        }
        self.tendMarket()
        if self.settings.trades { self.tendAccount() }
    }

    private func askTime() {
        guard self.weight.take(1, percent: 100, at: self.now) else {
            return self.wake(by: self.weight.retryAt(self.now))
        }
        self.timeIsAsked = true
        self.timeAskedAt = self.now
        self.request(self.dialect.timeRequest, .time, lane: .market)
    }

    private func timeAnswered(_ request: PendingRequest, _ answer: VenueAnswer, _ body: Span<UInt8>) {
        self.timeIsAsked = false
        guard answer.status == 200 else { return self.heedLimit(answer) }
        do throws(WireError) {
            let told = try self.dialect.time(body)
            self.clock.measure(told, sent: request.sentAt, received: self.now)
            self.statistics.skewMilliseconds = self.clock.skewMilliseconds
        } catch {
            self.statistics.malformed += 1
        }
    }

    /// An answer without a meaning of its own: whether the venue tells us to wait.
    func heedLimit(_ answer: VenueAnswer) {
        guard answer.status == 429 || answer.status == 418 || answer.status == 403 else { return }
        self.limited(
            nanoseconds: max(answer.retryAfterNanoseconds, answer.status == 403 ? 600_000_000_000 : 1_000_000_000),
            isBan: answer.status != 429)
    }

    /// The venue says that too much was sent: nothing goes out for as long as it says.
    func limited(nanoseconds: Int64, isBan: Bool) {
        self.statistics.limited += 1
        let wait = max(1_000_000_000, min(nanoseconds, 4 * 86_400_000_000_000))
        self.weight.block(until: self.now.advanced(by: wait))
        self.note(
            isBan ? .alarm : .warning,
            "\(isBan ? "the venue has banned this address" : "the venue says that too much was sent"): nothing is sent for "
                + "\((wait + 999_999_999) / 1_000_000_000) s")
    }

    // MARK: What goes out

    /// Sends a request, whose weight has been taken.
    func request(
        _ request: VenueRequest, _ purpose: PendingRequest.Purpose, lane: RequestLane, command: AccountCommand? = nil
    ) {
        self.lastRequest += 1
        self.statistics.requests += 1
        self.pending[self.lastRequest] = PendingRequest(purpose: purpose, sentAt: self.now, command: command)
        self.transport.request(
            self.lastRequest, request, lane: lane, base: self.settings.endpoints.rest,
            timeoutNanoseconds: self.settings.requestTimeoutNanoseconds)
    }

    func deliver(_ event: Event) { self.deliveries.append(Delivery(at: self.now, event: event)) }

    func note(_ severity: SessionNotice.Severity, _ text: String) {
        if self.notices.count >= 1_000 { self.notices.removeFirst(500) }
        // Some of it may be a venue's own words.
        let clean = String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(600).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
        self.notices.append(SessionNotice(severity: severity, text: "\(self.traits.name): \(clean)"))
    }

    func number() -> Int {
        self.lastSocket += 1
        return self.lastSocket
    }
}

/// Random bits for waits. SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
struct SessionRandom {
    private var state: UInt64
    init(seed: UInt64) { self.state = seed }
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
