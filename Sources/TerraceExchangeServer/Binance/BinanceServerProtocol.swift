import TerraceCore
import TerraceSimulation
import TerraceVenues

/// The protocol of Binance spot: REST under `/api/v3`, market streams under `/ws` and `/stream`, the WebSocket API under
/// `/ws-api/v3` with user data, and the older user streams by listen key.
///
/// Facts are from the spot API documentation ("General REST API Information", "Web Socket Streams", "General WebSocket API
/// Information", "User Data Streams", "Error codes", "Limits") as of July 2026.
final class BinanceServerProtocol: ServerProtocol {
    /// Kinds of timers.
    enum TimerKind: Int {
        /// Changes of an instrument's book are told on streams of a speed.
        case depth
        /// Partial books of an instrument are told on streams of a speed.
        case partial
        /// A connection is pinged.
        case ping
        /// A connection has lived its day.
        case end
        /// A listen key runs out, unless it was renewed.
        case listenKey
    }

    /// REQUEST_WEIGHT for an address in a minute.
    static let weightLimit = 6_000
    /// ORDERS of an account in ten seconds, and in a day.
    static let ordersPerTenSeconds = 100
    static let ordersPerDay = 200_000
    /// Messages a second that a market stream's client may send.
    static let messagesPerSecond = 5
    /// Streams on one connection.
    static let streamsPerConnection = 1_024
    /// How often the server pings, and how long a connection lives.
    static let pingNanoseconds: Int64 = 20_000_000_000
    static let dayNanoseconds: Int64 = 86_400_000_000_000
    /// How long a listen key lives.
    static let listenKeyNanoseconds: Int64 = 3_600_000_000_000
    /// How many trades of an instrument are remembered for `trades`.
    static let recentTrades = 1_000

    let core: ExchangeCore
    let settings: ExchangeSettings
    let weightLimit: Int
    let orderLimit: Int
    var books: [BinanceBook]
    var connections: [Int: BinanceConnection] = [:]
    /// Subscriptions to user data, in the order in which they were made.
    var userStreams: [BinanceUserStream] = []
    var listenKeys: [BinanceListenKey] = []
    var listenKeyCount: UInt64 = 0
    var clientIDCount: UInt64 = 0
    var executionCount: Int64 = 0
    /// Whether a cancel-replace is going on whose new order may be refused: the stream tells of that refusal alone.
    var isReplacing = false

    init(core: ExchangeCore, settings: ExchangeSettings) {
        self.core = core
        self.settings = settings
        self.weightLimit = settings.weightPerWindow ?? Self.weightLimit
        self.orderLimit = settings.ordersPerWindow ?? Self.ordersPerTenSeconds
        self.books = core.instruments.map { BinanceBook($0) }
        core.weightWindow = OrderWindow(nanoseconds: 60_000_000_000, limit: self.weightLimit)
        core.connectionWindow = OrderWindow(nanoseconds: 300_000_000_000, limit: 300)
        let perDay = max(Self.ordersPerDay, self.orderLimit * 8_640)
        for account in core.accounts.indices {
            core.accounts[account].windows = [
                OrderWindow(nanoseconds: 10_000_000_000, limit: self.orderLimit),
                OrderWindow(nanoseconds: Self.dayNanoseconds, limit: perDay),
            ]
        }
    }

    // MARK: REST

    func received(_ request: ServerRequest, into output: inout ServerOutput) {
        let path = String(decoding: request.path, as: UTF8.self)
        guard let operation = BinanceOperation.rest(request.method, path) else {
            return output.respond(request.token, .json(Self.notFound, status: 404))
        }
        var account: Int?
        do throws(BinanceRefusal) {
            guard var parameters = ParameterList(form: request.query), parameters.append(form: request.body) else {
                throw BinanceRefusal(-1101, "Too many parameters; expected '\(ParameterList.most)'.")
            }
            if let repeated = parameters.repeated {
                throw BinanceRefusal(-1101, "Duplicate values for parameter '\(repeated)'.")
            }
            try self.spend(operation.weight(parameters), request.address)
            account = try self.authorize(operation, request, parameters)
            let body = try self.perform(operation, parameters, account)
            // What a command cost is given back when it succeeds.
            if operation.isCommand { self.giveBack(operation.weight(parameters), request.address) }
            let response = self.response(body, 200, operation, account, request.address)
            output.respond(request.token, response, as: operation.isCommand ? .acknowledgement : .reply)
        } catch {
            var response = self.response(error.body, error.status, operation, account, request.address)
            if error.status == 429 || error.status == 418 {
                let seconds = error.code == -1015 ? 10 : self.retrySeconds(request.address)
                response.headers.append(ServerHeader("Retry-After", "\(seconds)"))
            }
            // A half-done replacement has changed something: it is an acknowledgement too.
            output.respond(request.token, response, as: error.data == nil ? .reply : .acknowledgement)
        }
    }

    static let notFound = Array("{\"code\":-1,\"msg\":\"Not found.\"}".utf8)

    /// Counts the weight of a request; refuses it beyond the limit, and bans who goes on regardless.
    func spend(_ weight: Int, _ address: String) throws(BinanceRefusal) {
        let now = self.core.now
        let (used, excess) = self.core.address(address) { state in
            state.weight.count(weight, at: now)
            let used = state.weight.used(at: now)
            state.excess = used > state.weight.limit ? state.excess + 1 : 0
            return (used, state.excess)
        }
        guard used > self.weightLimit else { return }
        if excess > 100 {
            self.core.ban(address, nanoseconds: 120_000_000_000)
            throw BinanceRefusal(
                -1003,
                "Way too much request weight used; IP banned until \(self.core.venueMilliseconds + 120_000). Please use WebSocket Streams for live updates to avoid bans.",
                status: 418)
        }
        throw BinanceRefusal(
            -1003,
            "Too much request weight used; current limit is \(self.weightLimit) request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
            status: 429)
    }

    func giveBack(_ weight: Int, _ address: String) {
        let now = self.core.now
        self.core.address(address) { $0.weight.count(-weight, at: now) }
    }

    func usedWeight(_ address: String) -> Int {
        let now = self.core.now
        return max(0, self.core.address(address) { $0.weight.used(at: now) })
    }

    private func retrySeconds(_ address: String) -> Int64 {
        let banLeft = self.core.banLeft(address)
        let left = banLeft > 0 ? banLeft : self.core.weightWindow.left(at: self.core.now)
        return (left + 999_999_999) / 1_000_000_000
    }

    private func response(
        _ body: [UInt8], _ status: Int, _ operation: BinanceOperation, _ account: Int?, _ address: String
    ) -> ServerResponse {
        var response = ServerResponse.json(body, status: status)
        let used = self.usedWeight(address)
        response.headers.append(ServerHeader("x-mbx-used-weight", "\(used)"))
        response.headers.append(ServerHeader("x-mbx-used-weight-1m", "\(used)"))
        if let account, operation == .placeOrder || operation == .cancelReplace {
            let windows = self.core.accounts[account].windows
            for (window, name) in zip(windows, ["x-mbx-order-count-10s", "x-mbx-order-count-1d"]) {
                response.headers.append(ServerHeader(name, "\(window.used(at: self.core.now))"))
            }
        }
        return response
    }

    func isCommand(_ request: ServerRequest) -> Bool {
        BinanceOperation.rest(request.method, String(decoding: request.path, as: UTF8.self))?.isCommand ?? false
    }

    func unknownOutcome(_ request: ServerRequest) -> ServerResponse {
        let refusal = BinanceRefusal(
            -1007,
            "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
            status: 503)
        return .json(refusal.body, status: 503)
    }

    func limited(retryAfterNanoseconds: Int64, isBan: Bool) -> ServerResponse {
        let until = self.core.venueMilliseconds + retryAfterNanoseconds / 1_000_000
        let refusal = BinanceRefusal(
            -1003,
            isBan
                ? "Way too much request weight used; IP banned until \(until). Please use WebSocket Streams for live updates to avoid bans."
                : "Too much request weight used; current limit is \(self.weightLimit) request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
            status: isBan ? 418 : 429)
        var response = ServerResponse.json(refusal.body, status: refusal.status)
        let seconds = (retryAfterNanoseconds + 999_999_999) / 1_000_000_000
        response.headers.append(ServerHeader("Retry-After", "\(max(1, seconds))"))
        return response
    }

    // MARK: What is asked for

    /// Carries out an operation: the result as JSON.
    func perform(
        _ operation: BinanceOperation, _ parameters: ParameterList, _ account: Int?
    ) throws(BinanceRefusal) -> [UInt8] {
        switch operation {
        case .ping: return Array("{}".utf8)
        case .time: return Array("{\"serverTime\":\(self.core.venueMilliseconds)}".utf8)
        case .exchangeInfo: return try self.exchangeInfo(parameters)
        case .depth: return try self.depth(parameters)
        case .trades: return try self.recentTrades(parameters)
        case .aggregateTrades: return try self.aggregateTrades(parameters)
        case .bookTicker: return try self.bookTickers(parameters)
        case .price: return try self.prices(parameters)
        case .averagePrice: return try self.averagePrice(parameters)
        case .createListenKey, .renewListenKey, .closeListenKey, .placeOrder, .testOrder, .cancelOrder, .queryOrder,
            .cancelReplace, .openOrders, .cancelOpenOrders, .allOrders, .myTrades, .account, .restrictions, .commission,
            .orderLimits, .coins:
            guard let account else { throw .badKey }
            return try self.perform(operation, parameters, of: account)
        }
    }

    private func perform(
        _ operation: BinanceOperation, _ parameters: ParameterList, of account: Int
    ) throws(BinanceRefusal) -> [UInt8] {
        switch operation {
        case .placeOrder: return try self.placeOrder(parameters, account)
        case .testOrder:
            _ = try self.order(parameters, account)
            return Array("{}".utf8)
        case .cancelOrder: return try self.cancelOrder(parameters, account)
        case .queryOrder: return try self.queryOrder(parameters, account)
        case .cancelReplace: return try self.cancelReplace(parameters, account)
        case .openOrders: return try self.openOrders(parameters, account)
        case .cancelOpenOrders: return try self.cancelOpenOrders(parameters, account)
        case .allOrders: return try self.allOrders(parameters, account)
        case .myTrades: return try self.myTrades(parameters, account)
        case .account: return self.account(parameters, account)
        case .restrictions: return self.restrictions(account)
        case .commission: return try self.commission(parameters)
        case .orderLimits: return self.orderLimits(account)
        case .coins: return Array("[]".utf8)
        case .createListenKey: return self.createListenKey(account)
        case .renewListenKey: return try self.renewListenKey(parameters, account)
        case .closeListenKey: return try self.closeListenKey(parameters, account)
        case .ping, .time, .exchangeInfo, .depth, .trades, .aggregateTrades, .bookTicker, .price, .averagePrice:
            return Array("{}".utf8)
        }
    }

    func restarted() {
        self.connections.removeAll()
        self.userStreams.removeAll()
        for index in self.books.indices { self.books[index].forgetStreams() }
        // Listen keys survive; their timers did not.
        for key in self.listenKeys {
            self.core.timers.insert(ServerTimer(kind: TimerKind.listenKey.rawValue), at: key.expires)
        }
    }
}
