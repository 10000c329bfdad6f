import TerraceCore
import TerraceVenues

@testable import TerraceExchangeServer

/// A Bybit server in memory, and clients of two accounts that speak to it by the dialect.
final class BybitWorld {
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    static let keys = ["maker", "taker"]

    let server: ExchangeServer
    var now = BybitWorld.start
    /// Messages that have come by connection.
    var received: [Int: [[UInt8]]] = [:]
    private var answers: [UInt64: ServerResponse] = [:]
    private var token: UInt64 = 0

    init(pairs: Int = 3, rate: Double = 0, faults: FaultPlan = FaultPlan()) throws {
        var settings = ExchangeSettings(kind: .bybit, start: Self.start)
        settings.pairs = pairs
        settings.rate = rate
        settings.faults = faults
        settings.accounts = Self.keys.map { AccountSettings(key: $0, secret: "secret of \($0)") }
        self.server = try ExchangeServer(settings)
    }

    var milliseconds: Int64 { self.now.nanoseconds / 1_000_000 }

    /// A dialect of all instruments that the server lists.
    func dialect(_ key: String? = nil) throws -> BybitDialect {
        let none = BybitDialect(instruments: [], credentials: nil)
        let body = self.ask(none.instrumentsRequest(page: nil)).body
        let listing = try none.listing(body.span)
        let instruments = listing.instruments.enumerated().map { place, listed in
            FeedInstrument(
                symbol: listed.symbol, instrument: InstrumentIndex(UInt32(place)), units: listed.units)
        }
        return BybitDialect(
            instruments: instruments, credentials: key.map { VenueCredentials(key: $0, secret: "secret of \($0)") })
    }

    func ask(_ request: VenueRequest) -> ServerResponse {
        self.token += 1
        let method: ServerRequest.Method =
            switch request.method {
            case .get: .get
            case .post: .post
            case .put: .put
            case .delete: .delete
            }
        var actions: [ServerAction] = []
        self.server.received(
            ServerRequest(
                token: self.token, method: method, target: request.target,
                headers: request.headers.map { ServerHeader($0.name, $0.value) }, body: request.body),
            at: self.now, into: &actions)
        self.take(actions)
        return self.answers.removeValue(forKey: self.token) ?? ServerResponse(status: 0)
    }

    /// Sends a command and reads its answer.
    func ask(_ command: AccountCommand, _ dialect: BybitDialect) -> (outcome: AnswerOutcome, events: [AccountEvent]) {
        let response = self.ask(dialect.request(command, at: self.milliseconds))
        let limits = dialect.traits.limitHeaders.map { name in
            response.headers.first { $0.name.lowercased() == name.lowercased() }.flatMap { Int64($0.value) } ?? -1
        }
        var events: [AccountEvent] = []
        let outcome = dialect.read(
            VenueAnswer(status: response.status, limits: limits), response.body.span, to: command, into: &events)
        return (outcome, events)
    }

    func open(_ connection: Int, _ target: String) -> ServerResponse? {
        self.received[connection] = []
        var actions: [ServerAction] = []
        let refusal = self.server.opened(
            connection, ServerRequest(token: 0, method: .get, target: Array(target.utf8)), at: self.now, into: &actions)
        self.take(actions)
        return refusal
    }

    func send(_ connection: Int, _ text: [UInt8]) {
        var actions: [ServerAction] = []
        self.server.received(text, from: connection, at: self.now, into: &actions)
        self.take(actions)
    }

    func advance(milliseconds: Int64) {
        self.now = self.now.advanced(by: milliseconds * 1_000_000)
        var actions: [ServerAction] = []
        self.server.advance(to: self.now, into: &actions)
        self.take(actions)
    }

    private func take(_ actions: [ServerAction]) {
        for action in actions {
            switch action {
            case .respond(let token, let response): self.answers[token] = response
            case .send(let connection, let text): self.received[connection, default: []].append(text)
            case .close(let connection, _): self.received[connection] = nil
            case .abandon, .ping, .restart: break
            }
        }
    }

    /// What has come on a connection since it was last asked for.
    func take(_ connection: Int) -> [[UInt8]] {
        defer { self.received[connection] = [] }
        return self.received[connection] ?? []
    }

    /// What has come on a private connection, as the dialect reads it.
    func events(_ connection: Int, _ dialect: BybitDialect) throws -> [AccountEvent] {
        var events: [AccountEvent] = []
        for text in self.take(connection) { try dialect.readStream(text.span, into: &events) }
        return events
    }

    /// Logs a dialect on to the private stream.
    func logOn(_ connection: Int, _ dialect: BybitDialect) throws -> [AccountEvent] {
        _ = self.open(connection, dialect.accountTarget(listenKey: ""))
        var step = 0
        while let text = dialect.login(step: step, at: self.milliseconds) {
            self.send(connection, text)
            step += 1
        }
        return try self.events(connection, dialect)
    }

    /// A request with a body that the dialect does not make, signed.
    func post(_ path: String, _ body: String, _ key: String, secret: String? = nil, time: Int64? = nil) -> String {
        let time = "\(time ?? self.milliseconds)"
        let signer = HMACSigner(secret: Array((secret ?? "secret of \(key)").utf8))
        var signature = WireWriter()
        signature.hexadecimal(signer.sign(Array("\(time)\(key)5000\(body)".utf8)))
        let response = self.ask(
            VenueRequest(
                .post, Array(path.utf8),
                headers: [
                    .init("X-BAPI-API-KEY", key), .init("X-BAPI-TIMESTAMP", time),
                    .init("X-BAPI-SIGN", String(decoding: signature.bytes, as: UTF8.self)),
                ], body: Array(body.utf8)))
        return String(decoding: response.body, as: UTF8.self)
    }
}
