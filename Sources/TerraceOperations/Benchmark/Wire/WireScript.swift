import Synchronization

/// Binance spot with one symbol and one account, as far as the engine asks: it sends a change of the book at even intervals, and
/// notes how long after it the first order request comes.
///
/// Messages begin half a second after the first order stands.
final class WireScript: FeederScript {
    static let symbol = "AVAXUSDT"

    /// Nanoseconds from writing a message to having read the order request that follows, without those of the warm-up.
    private(set) var latencies: [UInt64] = []
    /// Messages that no order request followed before the next.
    private(set) var unanswered = 0
    /// Messages that were sent while commands of the one before were on their way, so that what follows can't be told apart.
    private(set) var overlapped = 0
    /// Order requests, all told.
    private(set) var requests = 0
    /// How late messages were sent at most, in nanoseconds.
    private(set) var lateness: UInt64 = 0
    /// Whether all messages are sent.
    let isDone = Atomic<Bool>(false)

    private(set) var due = UInt64.max
    private let interval: UInt64
    private let warmUp: Int
    private let frames: [[UInt8]]
    private var market: FeederConnection?
    private var sent = 0
    private var sentAt: UInt64?  // Of a message that no request has followed yet.
    private var standing: String?  // What was answered to the order that stands.
    private var orders = 0

    /// `messages` at `rate` a second, of which the first `warmUp` do not count.
    init(messages: Int, rate: Int, warmUp: Int) {
        self.interval = 1_000_000_000 / UInt64(rate)
        self.warmUp = warmUp
        self.frames = (1...messages + warmUp).map {
            FeederConnection.frame(DepthText.binance($0, symbol: Self.symbol))
        }
        self.latencies.reserveCapacity(messages)
    }

    func opened(_ connection: FeederConnection, path: String) {
        if path == "/stream" { self.market = connection }
    }

    func reply(to message: String, on connection: FeederConnection) -> [[UInt8]] {
        if message.contains("SUBSCRIBE") {
            let number = message.split(separator: "\"id\":").last?.prefix { $0.isNumber } ?? ""
            return [FeederConnection.frame("{\"result\":null,\"id\":\(number)}")]
        }
        if message.contains("userDataStream") {
            return [FeederConnection.frame("{\"id\":1,\"status\":200,\"result\":{\"subscriptionId\":0}}")]
        }
        return []
    }

    func send(at now: UInt64) throws {
        guard let market = self.market else { return self.end() }
        let sealed = try market.sealed(self.frames[self.sent])
        let isClear = self.standing != nil
        let counts = self.sent >= self.warmUp
        if counts {
            if self.sentAt != nil { self.unanswered += 1 }
            if !isClear { self.overlapped += 1 }
        }
        self.lateness = max(self.lateness, now - self.due)
        let time = market.write(sealed)
        self.sentAt = isClear ? time : nil
        self.sent += 1
        self.due += self.interval
        if self.sent == self.frames.count { self.end() }
    }

    private func end() {
        self.due = .max
        self.isDone.store(true, ordering: .releasing)
    }

    func answer(_ request: FeederRequest, readAt time: UInt64) -> [UInt8] {
        switch (request.method, request.path) {
        case ("POST", "/api/v3/order"), ("DELETE", "/api/v3/order"):
            self.requests += 1
            if let sentAt = self.sentAt {
                if self.sent > self.warmUp { self.latencies.append(time - sentAt) }
                self.sentAt = nil
            }
            return FeederRequest.answer(self.order(request))
        case (_, "/api/v3/time"): return FeederRequest.answer("{\"serverTime\":1790000000000}")
        case (_, "/api/v3/depth"): return FeederRequest.answer(DepthText.binanceSnapshot())
        case (_, "/api/v3/account"):
            return FeederRequest.answer(
                """
                {"canTrade":true,"balances":[{"asset":"AVAX","free":"1000000.0","locked":"0.0"},\
                {"asset":"USDT","free":"1000000.0","locked":"0.0"}]}
                """)
        default: return FeederRequest.answer("[]")
        }
    }

    private func order(_ request: FeederRequest) -> String {
        if request.method == "DELETE" {
            let terms = self.standing ?? ""
            self.standing = nil
            let id = request.value("origClientOrderId")
            return
                "{\"origClientOrderId\":\"\(id)\",\"clientOrderId\":\"c\(self.orders)\",\"status\":\"CANCELED\",\(terms)}"
        }
        self.orders += 1
        let terms =
            "\"symbol\":\"\(Self.symbol)\",\"orderId\":\(self.orders),\"side\":\"\(request.value("side"))\","
            + "\"price\":\"\(request.value("price"))\",\"origQty\":\"\(request.value("quantity"))\","
            + "\"executedQty\":\"0.0\",\"transactTime\":1790000000000,\"timeInForce\":\"GTC\",\"type\":\"LIMIT_MAKER\""
        if self.standing == nil, self.orders == 1 { self.due = FeederConnection.now + 500_000_000 }
        self.standing = terms
        return "{\"clientOrderId\":\"\(request.value("newClientOrderId"))\",\"status\":\"NEW\",\(terms)}"
    }
}
