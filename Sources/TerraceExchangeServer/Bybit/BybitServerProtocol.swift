import TerraceCore
import TerraceSimulation
import TerraceVenues

/// The protocol of Bybit v5 for spot with a unified account: REST under `/v5`, public topics at `/v5/public/spot`, private ones
/// at `/v5/private`.
///
/// Facts are from the v5 documentation ("Integration Guidance", "Connect", "Orderbook", "Trade", "Ticker", "Rate Limit", "Error
/// Codes", and the page of each request) as of July 2026.
final class BybitServerProtocol: ServerProtocol {
    /// Kinds of timers.
    enum TimerKind: Int {
        /// What has changed of an instrument's book is told on a topic.
        case book
        /// The best levels are told again, though nothing has changed.
        case again
        /// An instrument's ticker is told.
        case ticker
        /// A connection may have been silent for too long.
        case idle
    }

    /// Requests of an address in five seconds, and how long it is shut out beyond that.
    static let requestsPerWindow = 600
    static let banNanoseconds: Int64 = 600_000_000_000
    /// Names of topics in one message, and characters of all names on a connection.
    static let topicsPerMessage = 10
    static let topicCharacters = 21_000
    /// How long a client may be silent.
    static let idleNanoseconds: Int64 = 600_000_000_000
    /// How often the best levels are told where nothing changes.
    static let againNanoseconds: Int64 = 3_000_000_000
    /// How many trades of an instrument are remembered.
    static let recentTrades = 1_000
    /// Orders that stand, of an account; orders in a batch; closed orders that are given at once.
    static let mostOpenOrders = 500
    static let mostInBatch = 10
    static let mostClosed = 500

    let core: ExchangeCore
    let settings: ExchangeSettings
    let requestLimit: Int
    var books: [BybitServerBook]
    var connections: [Int: BybitConnection] = [:]
    /// Connections of the private stream, in the order in which they were opened.
    var privateConnections: [Int] = []
    /// Orders that never stood, by account: the exchange forgets them, and the venue tells of the last.
    var rejected: [[OrderRecord]]
    var clientIDCount: UInt64 = 0
    var messageCount: UInt64 = 0

    init(core: ExchangeCore, settings: ExchangeSettings) {
        self.core = core
        self.settings = settings
        self.requestLimit = settings.weightPerWindow ?? Self.requestsPerWindow
        self.books = core.instruments.map { _ in BybitServerBook(updateID: 1_000) }
        self.rejected = Array(repeating: [], count: core.accounts.count)
        core.clientIDsStayTaken = true
        core.weightWindow = OrderWindow(nanoseconds: 5_000_000_000, limit: self.requestLimit)
        core.connectionWindow = OrderWindow(nanoseconds: 300_000_000_000, limit: 500)
        for account in core.accounts.indices {
            core.accounts[account].windows = BybitOperation.limits.map { limit, isCommand in
                OrderWindow(
                    nanoseconds: 1_000_000_000, limit: isCommand ? settings.ordersPerWindow ?? limit : limit)
            }
        }
    }

    // MARK: REST

    func received(_ request: ServerRequest, into output: inout ServerOutput) {
        guard self.spend(request.address) else {
            return output.respond(
                request.token, self.limited(retryAfterNanoseconds: Self.banNanoseconds, isBan: true))
        }
        guard let operation = BybitOperation(request.method, String(decoding: request.path, as: UTF8.self)) else {
            var response = self.response(BybitServerRefusal.noRoute)
            response.status = 404
            return output.respond(request.token, response)
        }
        var account: Int?
        do throws(BybitServerRefusal) {
            if !operation.isPublic { account = try self.authorize(operation, request) }
            guard
                let parameters = request.method == .get
                    ? ParameterList(form: request.query) : ParameterList(json: request.body)
            else { throw .parameter("Request parameter error.") }
            if let repeated = parameters.repeated { throw .parameter("\(repeated) is there twice.") }
            if let account, !operation.isBatch { try self.count(operation, account) }
            let (result, extra) = try self.perform(operation, parameters, account)
            var response = self.response(result, extra)
            self.addLimits(to: &response, operation, account)
            output.respond(request.token, response, as: operation.isCommand ? .acknowledgement : .reply)
        } catch {
            var response = self.response(error)
            self.addLimits(to: &response, operation, account)
            output.respond(request.token, response)
        }
    }

    /// Counts a request of an address: false where there are too many, which shuts it out.
    private func spend(_ address: String) -> Bool {
        let now = self.core.now
        let used = self.core.address(address) { state in
            state.weight.count(1, at: now)
            return state.weight.used(at: now)
        }
        if used > self.requestLimit { self.core.ban(address, nanoseconds: Self.banNanoseconds) }
        return used <= self.requestLimit
    }

    /// Counts a request of an account in its second.
    func count(_ operation: BybitOperation, _ account: Int) throws(BybitServerRefusal) {
        guard let bucket = operation.bucket else { return }
        let window = self.core.accounts[account].windows[bucket.place]
        guard window.used(at: self.core.now) < window.limit else { throw .tooManyVisits }
        self.core.accounts[account].windows[bucket.place].count(1, at: self.core.now)
    }

    /// "Rate Limit": how many a second, how many are left, and when the next second begins where none are.
    private func addLimits(to response: inout ServerResponse, _ operation: BybitOperation, _ account: Int?) {
        guard let account, let bucket = operation.bucket else { return }
        let window = self.core.accounts[account].windows[bucket.place]
        let left = max(0, window.limit - window.used(at: self.core.now))
        let wait = left == 0 ? (window.left(at: self.core.now) + 999_999) / 1_000_000 : 0
        response.headers.append(ServerHeader("X-Bapi-Limit", "\(window.limit)"))
        response.headers.append(ServerHeader("X-Bapi-Limit-Status", "\(left)"))
        response.headers.append(
            ServerHeader("X-Bapi-Limit-Reset-Timestamp", "\(self.core.venueMilliseconds + wait)"))
    }

    private func response(_ result: [UInt8], _ extra: [UInt8]) -> ServerResponse {
        var writer = WireWriter(capacity: result.count + extra.count + 96)
        writer.text("{\"retCode\":0,\"retMsg\":\"OK\",\"result\":")
        writer.bytes.append(contentsOf: result)
        writer.text(",\"retExtInfo\":")
        writer.bytes.append(contentsOf: extra)
        writer.text(",\"time\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text("}")
        return .json(writer.bytes)
    }

    private func response(_ refusal: BybitServerRefusal) -> ServerResponse {
        var writer = WireWriter()
        writer.text("{\"retCode\":")
        writer.integer(refusal.code)
        writer.text(",\"retMsg\":")
        writer.quoted(refusal.message)
        writer.text(",\"result\":{},\"retExtInfo\":{},\"time\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text("}")
        return .json(writer.bytes)
    }

    /// Carries out an operation: `result` and `retExtInfo`.
    private func perform(
        _ operation: BybitOperation, _ parameters: ParameterList, _ account: Int?
    ) throws(BybitServerRefusal) -> ([UInt8], [UInt8]) {
        let nothing = Array("{}".utf8)
        switch operation {
        case .time: return (self.time(), nothing)
        case .instruments: return (try self.instrumentsInformation(parameters), nothing)
        case .orderBook: return (try self.orderBook(parameters), nothing)
        case .tickers: return (try self.tickers(parameters), nothing)
        case .recentTrades: return (try self.recentTrades(parameters), nothing)
        case .create, .amend, .cancel, .cancelAll, .createBatch, .amendBatch, .cancelBatch, .realtime, .history,
            .executions, .wallet, .accountInformation, .feeRate, .key:
            break
        }
        guard let account else { throw .badKey }
        switch operation {
        case .create: return (try self.create(parameters, account), nothing)
        case .amend: return (try self.amend(parameters, account), nothing)
        case .cancel: return (try self.cancel(parameters, account), nothing)
        case .cancelAll: return (try self.cancelAll(parameters, account), nothing)
        case .createBatch, .amendBatch, .cancelBatch: return try self.batch(operation, parameters, account)
        case .realtime: return (try self.orders(parameters, account, isHistory: false), nothing)
        case .history: return (try self.orders(parameters, account, isHistory: true), nothing)
        case .executions: return (try self.executions(parameters, account), nothing)
        case .wallet: return (try self.wallet(parameters, account), nothing)
        case .accountInformation: return (self.accountInformation(), nothing)
        case .feeRate: return (try self.feeRates(parameters), nothing)
        case .key: return (self.keyInformation(account), nothing)
        case .time, .instruments, .orderBook, .tickers, .recentTrades: return (nothing, nothing)
        }
    }

    func isCommand(_ request: ServerRequest) -> Bool {
        BybitOperation(request.method, String(decoding: request.path, as: UTF8.self))?.isCommand ?? false
    }

    func unknownOutcome(_ request: ServerRequest) -> ServerResponse {
        self.response(BybitServerRefusal(10_016, "Internal System Error."))
    }

    /// Beyond an account's limit the answer is code 10006 with the moment to go on; an address that is shut out gets HTTP 403.
    func limited(retryAfterNanoseconds: Int64, isBan: Bool) -> ServerResponse {
        if isBan { return ServerResponse(status: 403, body: Array("403, access too frequent".utf8)) }
        var response = self.response(BybitServerRefusal.tooManyVisits)
        let reset = self.core.venueMilliseconds + (max(0, retryAfterNanoseconds) + 999_999) / 1_000_000
        response.headers.append(ServerHeader("X-Bapi-Limit", "20"))
        response.headers.append(ServerHeader("X-Bapi-Limit-Status", "0"))
        response.headers.append(ServerHeader("X-Bapi-Limit-Reset-Timestamp", "\(reset)"))
        return response
    }

    func restarted() {
        self.connections.removeAll()
        self.privateConnections.removeAll()
        for place in self.books.indices { self.books[place].restart() }
    }
}
