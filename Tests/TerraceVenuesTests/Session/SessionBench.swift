import TerraceCore
import Testing

@testable import TerraceVenues

/// A session under virtual time, whose transport does what a friendly venue would, unless the test takes a matter into its own
/// hands. All is carried out at the moment at which it was asked for.
final class SessionBench: SessionTransport {
    enum What: Equatable {
        case time
        case snapshot(Int)
        case account(AccountCommand)
    }
    struct Asked {
        let number: UInt64
        let what: What
        let at: Timestamp
        let weight: Int
    }
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    let script = DialectScript()
    let count: Int
    private(set) var now = SessionBench.start
    private(set) var opened: [(socket: Int, target: String, at: Timestamp)] = []
    private(set) var sent: [(socket: Int, text: String, at: Timestamp)] = []
    private(set) var closed: [Int] = []
    private(set) var asked: [Asked] = []
    private(set) var told: [Event] = []
    private var unseenOpens: [Int] = []
    private var unseenTexts: [(Int, String)] = []
    private var unseenRequests: [Asked] = []
    /// What is taken into the test's own hands: true means that the venue says nothing.
    var holdsRequest: (What) -> Bool = { _ in false }
    var holdsOpen: (Int) -> Bool = { _ in false }
    var holdsText: (Int, String) -> Bool = { _, _ in false }
    /// What the venue tells of orders, fills and balances when it is asked.
    var openOrders: [AccountOrder] = []
    var fills: [AccountFill] = []
    var total = Amount(units: 100)
    var skewMilliseconds: Int64 = 0
    var settings: SessionSettings
    lazy var session = VenueSession(
        ScriptedDialect(self.script, count: self.count), settings: self.settings, transport: self)

    init(_ count: Int = 2, trades: Bool = true, _ change: (SessionBench) -> Void = { _ in }) {
        self.count = count
        self.settings = SessionSettings(
            venue: VenueIndex(0), trades: trades, instance: 7, coins: ["USDT"],
            endpoints: VenueEndpoints(rest: "r", market: "m", account: "a"), seed: 3)
        change(self)
    }

    // MARK: The transport

    func open(_ socket: Int, base: String, target: String) {
        self.opened.append((socket, target, self.now))
        self.unseenOpens.append(socket)
    }
    func send(_ socket: Int, _ text: [UInt8]) {
        self.sent.append((socket, String(decoding: text, as: UTF8.self), self.now))
        self.unseenTexts.append((socket, String(decoding: text, as: UTF8.self)))
    }
    func close(_ socket: Int) { self.closed.append(socket) }
    func request(
        _ number: UInt64, _ request: VenueRequest, lane: RequestLane, base: String, timeoutNanoseconds: Int64
    ) {
        let words = String(decoding: request.target, as: UTF8.self).split(separator: " ")
        var what = What.time
        if words.count == 2, let slot = Int(words[1]) { what = .snapshot(slot) }
        if let place = Int(words[0]) { what = .account(self.script.commands[place]) }
        let asked = Asked(number: number, what: what, at: self.now, weight: request.weight)
        self.asked.append(asked)
        self.unseenRequests.append(asked)
    }

    // MARK: The venue

    /// The venue does what it was asked for and the test did not keep.
    func settle() {
        for _ in 0..<10_000 {
            self.session.take(into: &self.deliveries)
            self.told += self.deliveries.map(\.event)
            self.deliveries.removeAll()
            if let socket = self.unseenOpens.first {
                self.unseenOpens.removeFirst()
                if !self.holdsOpen(socket) { self.session.opened(socket, at: self.now) }
            } else if let (socket, text) = self.unseenTexts.first {
                self.unseenTexts.removeFirst()
                if !self.holdsText(socket, text), !self.closed.contains(socket) { self.reply(to: text, on: socket) }
            } else if let asked = self.unseenRequests.first {
                self.unseenRequests.removeFirst()
                if !self.holdsRequest(asked.what) { self.answer(asked) }
            } else {
                return
            }
        }
        Issue.record("the session does not come to rest")
    }
    private var deliveries: [Delivery] = []

    private func reply(to text: String, on socket: Int) {
        let words = text.split(separator: " ")
        switch words[0] {
        case "sub", "unsub": self.session.received(socket, Array("ack \(words[1])".utf8).span, at: self.now)
        case "login": self.tell(socket, [.stepDone])
        default: self.tell(socket, [])
        }
    }

    private func answer(_ asked: Asked) {
        switch asked.what {
        case .account(.openOrders): self.answer(asked, .done, self.openOrders.map { .order($0) })
        case .account(.fills), .account(.fillsOfOrder): self.answer(asked, .done, self.fills.map { .fill($0) })
        case .account(.balances):
            self.answer(asked, .done, [.balance(coin: "USDT", total: self.total, free: self.total)])
        case .account(.createListenKey): self.answer(asked, .done, [.listenKey("k\(asked.number)")])
        case .time, .snapshot, .account: self.answer(asked, .done)
        }
    }

    // MARK: What a test does

    func answer(_ asked: Asked, _ outcome: AnswerOutcome, _ events: [AccountEvent] = [], status: Int = 200) {
        self.script.outcome = outcome
        self.script.events = events
        self.script.time = self.now.nanoseconds / 1_000_000 + self.skewMilliseconds
        let body: [UInt8] = []
        self.session.answered(asked.number, VenueAnswer(status: status), body.span, at: self.now)
        self.settle()
    }

    func fail(_ asked: Asked, _ failure: RequestFailure = .noAnswer("")) {
        self.session.failed(asked.number, failure, at: self.now)
        self.settle()
    }

    func tell(_ socket: Int, _ events: [AccountEvent]) {
        self.script.told = events
        self.session.received(socket, Array("told".utf8).span, at: self.now)
    }

    func hear(_ socket: Int, _ text: String) {
        self.session.received(socket, Array(text.utf8).span, at: self.now)
        self.settle()
    }

    func lose(_ socket: Int) {
        self.session.closed(socket, reason: "gone", at: self.now)
        self.settle()
    }

    func command(_ commands: Command...) {
        for command in commands { self.session.send(command, at: self.now) }
        self.session.flush(at: self.now)
        self.settle()
    }

    /// Begins, with every instrument followed.
    func start() {
        for slot in 0..<self.count { self.follow(slot) }
        self.begin()
    }

    func follow(_ slot: Int, _ priority: Priority = .normal) {
        self.session.send(.follow(InstrumentIndex(UInt32(slot)), priority), at: self.now)
    }
    func unfollow(_ slot: Int) { self.session.send(.unfollow(InstrumentIndex(UInt32(slot))), at: self.now) }

    func begin() {
        self.session.start(at: self.now)
        self.settle()
    }

    func run(milliseconds: Int64) {
        let end = self.now.advanced(by: milliseconds * 1_000_000)
        var turns = 0
        while self.session.nextDue <= end {
            if self.session.nextDue <= self.now { turns += 1 } else { turns = 0 }
            if turns > 200 {
                Issue.record("the session is due again and again at one moment")
                return
            }
            self.now = max(self.now, self.session.nextDue)
            self.session.advance(to: self.now)
            self.settle()
        }
        self.now = end
    }

    func run(seconds: Int64) { self.run(milliseconds: seconds * 1_000) }

    /// Runs while each open market connection hears something every second.
    func runHearing(seconds: Int64) {
        for _ in 0..<seconds {
            self.run(seconds: 1)
            for socket in self.sockets("market") { self.hear(socket, "alive") }
        }
    }

    // MARK: What a test sees

    /// The sockets of a kind that are not closed.
    func sockets(_ kind: String) -> [Int] {
        self.opened.filter { $0.target.hasPrefix(kind) && !self.closed.contains($0.socket) }.map(\.socket)
    }
    var stream: Int { self.sockets("account").first ?? -1 }
    var connections: [ConnectionEvent] {
        self.told.compactMap {
            if case .connection(_, let event) = $0, event != .heartbeat { event } else { nil }
        }
    }
    /// What was told of an order, in words.
    func outcomes(_ order: ClientOrderID) -> [String] {
        self.told.compactMap {
            if case .order(let report) = $0, report.order == order { report.outcome.word } else { nil }
        }
    }
    /// What was told of a book, in words.
    func books(_ slot: Int) -> [String] {
        self.told.compactMap {
            switch $0 {
            case .market(.snapshotBegan(let instrument)) where instrument.index == slot: "snapshot"
            case .market(.bookLost(let instrument)) where instrument.index == slot: "lost"
            default: nil
            }
        }
    }
    func asked(_ matches: (AccountCommand) -> Bool) -> [Asked] {
        self.asked.filter { if case .account(let command) = $0.what { matches(command) } else { false } }
    }
    func forget() { self.told.removeAll() }
}

extension Event {
    /// What it tells of fills: instrument, number and moment.
    var mark: String? {
        guard case .fillsKnown(let instrument, let through, let milliseconds) = self else { return nil }
        return "\(instrument.index) \(through.map { "\($0)" } ?? "-") \(milliseconds)"
    }
}

extension OrderOutcome {
    /// Its case and what is in it, for comparison.
    var word: String {
        switch self {
        case .accepted: "accepted"
        case .rejected(let reason): "rejected \(reason)"
        case .filled(let fill): "filled \(fill.trade)"
        case .cancelled(let cumulative): "cancelled \(cumulative.units)"
        case .cancelRejected(let reason): "cancelRejected \(reason)"
        case .amended(let price, let quantity): "amended \(price.units) \(quantity.units)"
        case .amendRejected(let reason): "amendRejected \(reason)"
        case .found(_, _, let cumulative): "found \(cumulative.units)"
        case .notFound(let cumulative): "notFound \(cumulative.units)"
        case .unknown: "unknown"
        }
    }
}

/// Orders and fills of a scripted venue.
enum SessionSamples {
    static func id(_ number: UInt64, instance: UInt32 = 7) -> ClientOrderID {
        ClientOrderID(instance: instance, strategy: 1, slot: 0, sequence: number)
    }
    static func place(_ number: UInt64, on slot: UInt32 = 0) -> Command {
        .place(InstrumentIndex(slot), self.id(number), .bid, Price(units: 1_000), Quantity(units: 10))
    }
    static func cancel(_ number: UInt64, on slot: UInt32 = 0) -> Command {
        .cancel(InstrumentIndex(slot), self.id(number))
    }
    static func query(_ number: UInt64, on slot: UInt32 = 0) -> Command {
        .query(InstrumentIndex(slot), self.id(number))
    }
    static func order(
        _ number: UInt64, _ state: AccountOrder.State = .standing, slot: Int? = 0, filled: Int64 = 0,
        venueOrder: UInt64 = 0, instance: UInt32 = 7
    ) -> AccountOrder {
        AccountOrder(
            slot: slot, order: self.id(number, instance: instance), venueOrder: venueOrder, side: .bid, state: state,
            price: Price(units: 1_000), quantity: Quantity(units: 10), cumulative: Quantity(units: filled))
    }
    static func fill(
        _ trade: UInt64, of number: UInt64?, _ quantity: Int64 = 2, slot: Int = 0, venueOrder: UInt64 = 0,
        milliseconds: Int64 = 1_700_000_100_000
    ) -> AccountFill {
        AccountFill(
            slot: slot, order: number.map { self.id($0) } ?? .none, venueOrder: venueOrder, trade: trade,
            isNumbered: true, side: .bid, price: Price(units: 1_000), quantity: Quantity(units: quantity), fee: .zero,
            feeCoin: "USDT", isMaker: true, cumulative: .zero, milliseconds: milliseconds)
    }
}
