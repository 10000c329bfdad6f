import Foundation
import TerraceCore
import TerraceVenues

@testable import TerraceExchangeServer

/// An exchange in virtual time with a client of it: requests go in, answers and messages are sorted by whom they are for.
final class Bench {
    static let start: Int64 = 1_800_000_000_000_000_000
    static let key = AccountSettings.test.key
    static let secret = AccountSettings.test.secret

    let server: ExchangeServer
    var now = Timestamp(nanoseconds: Bench.start)
    var answers: [UInt64: ServerResponse] = [:]
    var abandoned: [UInt64: Bool] = [:]
    var inbox: [Int: [String]] = [:]
    var pings: [Int: Int] = [:]
    var closes: [Int: Bool] = [:]
    var restarts: [Int64] = []
    private var actions: [ServerAction] = []
    private var lastToken: UInt64 = 0
    private var lastConnection = 0

    init(_ kind: ExchangeKind = .binance, _ change: (inout ExchangeSettings) -> Void = { _ in }) throws {
        var settings = ExchangeSettings(kind: kind, start: Timestamp(nanoseconds: Self.start))
        settings.symbols = ["BTCUSDT", "ETHUSDT"]
        settings.rate = 0
        change(&settings)
        self.server = try ExchangeServer(settings)
    }

    var milliseconds: Int64 { self.now.nanoseconds / 1_000_000 }

    private func sort() {
        for action in self.actions {
            switch action {
            case .respond(let token, let response): self.answers[token] = response
            case .abandon(let token, let isClosing): self.abandoned[token] = isClosing
            case .send(let connection, let text):
                self.inbox[connection, default: []].append(String(decoding: text, as: UTF8.self))
            case .ping(let connection): self.pings[connection, default: 0] += 1
            case .close(let connection, let isAbrupt): self.closes[connection] = isAbrupt
            case .restart(let nanoseconds): self.restarts.append(nanoseconds)
            }
        }
        self.actions.removeAll()
    }

    /// Lets so many milliseconds pass.
    func pass(_ milliseconds: Int64) {
        self.now = self.now.advanced(by: milliseconds * 1_000_000)
        self.server.advance(to: self.now, into: &self.actions)
        self.sort()
    }

    /// Sends a request; its answer is in `answers` once it has come.
    @discardableResult
    func send(
        _ method: ServerRequest.Method, _ target: String, body: String = "", key: String? = nil,
        address: String = "127.0.0.1"
    ) -> UInt64 {
        self.lastToken += 1
        let request = ServerRequest(
            token: self.lastToken, method: method, target: Array(target.utf8),
            headers: key.map { [ServerHeader("X-MBX-APIKEY", $0)] } ?? [], body: Array(body.utf8), address: address)
        self.server.received(request, at: self.now, into: &self.actions)
        self.sort()
        return self.lastToken
    }

    /// A query with time stamp and signature.
    func signed(_ query: String, secret: String = Bench.secret, at milliseconds: Int64? = nil) -> String {
        let time = "timestamp=\(milliseconds ?? self.milliseconds)"
        let payload = query.isEmpty ? time : "\(query)&\(time)"
        return "\(payload)&signature=\(Self.signature(payload, secret))"
    }

    static func signature(_ payload: String, _ secret: String = Bench.secret) -> String {
        var writer = WireWriter()
        writer.hexadecimal(HMACSigner(secret: Array(secret.utf8)).sign(Array(payload.utf8)))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// A signed request and its answer.
    @discardableResult
    func call(_ method: ServerRequest.Method, _ path: String, _ query: String = "", key: String = Bench.key) -> Answer {
        Answer(self.answers[self.send(method, "\(path)?\(self.signed(query))", key: key)])
    }

    /// A request without a key and its answer.
    @discardableResult
    func get(_ target: String) -> Answer { Answer(self.answers[self.send(.get, target)]) }

    /// Opens a WebSocket, or says with which status that was refused.
    func open(_ target: String) -> (connection: Int, status: Int) {
        self.lastConnection += 1
        let request = ServerRequest(token: 0, method: .get, target: Array(target.utf8))
        let refusal = self.server.opened(self.lastConnection, request, at: self.now, into: &self.actions)
        self.sort()
        return (self.lastConnection, refusal?.status ?? 101)
    }

    func say(_ text: String, to connection: Int) {
        self.server.received(Array(text.utf8), from: connection, at: self.now, into: &self.actions)
        self.sort()
    }

    /// What has come on a connection since this was last asked.
    func take(_ connection: Int) -> [String] { self.inbox.removeValue(forKey: connection) ?? [] }

    /// The same, as JSON objects.
    func takeObjects(_ connection: Int) -> [[String: Any]] { self.take(connection).map { Answer.object($0) } }

    /// Opens the WebSocket API and subscribes to the account's events.
    func userData() -> Int {
        let (connection, _) = self.open("/ws-api/v3")
        let payload = "apiKey=\(Self.key)&timestamp=\(self.milliseconds)"
        self.say(
            """
            {"id":1,"method":"userDataStream.subscribe.signature","params":{"apiKey":"\(Self.key)",\
            "timestamp":\(self.milliseconds),"signature":"\(Self.signature(payload))"}}
            """, to: connection)
        _ = self.take(connection)
        return connection
    }

    // MARK: The market

    /// The best price of a side, so many ticks away from the market.
    func price(_ symbol: String, _ side: Side, awayTicks: Int64) -> String {
        let place = self.server.core.instrument(symbol) ?? 0
        let instrument = self.server.core.instruments[place]
        let best = self.server.core.best(place, side)?.price.units ?? 0
        let units = best - side.sign * awayTicks * instrument.rules.tick.step
        return DecimalText.text(of: Int128(units), exponent: instrument.units.priceExponent)
    }

    /// A quantity worth so many dollars, in whole lots.
    func quantity(_ symbol: String, dollars: Int64) -> String {
        let instrument = self.server.core.instruments[self.server.core.instrument(symbol) ?? 0]
        let one = DecimalText.powerOfTen(-instrument.notionalExponent)
        let units = Int64(Int128(dollars) * one / Int128(instrument.openingPrice.units))
        return DecimalText.text(
            of: Int128(instrument.rules.lot.roundedDown(units)), exponent: instrument.units.quantityExponent)
    }

    /// The query of a post-only bid that stands, ten ticks behind the best.
    func quiet(_ client: String, symbol: String = "BTCUSDT") -> String {
        """
        symbol=\(symbol)&side=BUY&type=LIMIT_MAKER&price=\(self.price(symbol, .bid, awayTicks: 10))\
        &quantity=\(self.quantity(symbol, dollars: 100))&newClientOrderId=\(client)
        """
    }
}

/// An answer, with its body read.
struct Answer {
    let status: Int
    let text: String
    let headers: [String: String]

    init(_ response: ServerResponse?) {
        self.status = response?.status ?? 0
        self.text = String(decoding: response?.body ?? [], as: UTF8.self)
        self.headers = Dictionary(
            (response?.headers ?? []).map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    }

    static func object(_ text: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
    var object: [String: Any] { Self.object(self.text) }
    var list: [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(self.text.utf8))) as? [[String: Any]] ?? []
    }
    /// The venue's code of a refusal; 0 for none.
    var code: Int { self.object["code"] as? Int ?? 0 }
    func string(_ name: String) -> String { self.object[name] as? String ?? "" }
}
