import Synchronization
import TerraceVenues

@testable import TerraceOperations

/// Venues that answer from a table, by method and path, with a clock that a test sets.
final class ScriptedNetwork: Sendable {
    struct State {
        var answers: [String: (status: Int, body: String)] = [:]
        var limits: [Int64] = []
        var milliseconds: Int64 = 1_700_000_000_000
        var asked: [VenueRequest] = []
        var bases: Set<String> = []
        var refusesStreams = false
    }
    let state: Mutex<State>

    init(_ answers: [String: (Int, String)]) {
        self.state = Mutex(State(answers: answers.mapValues { (status: $0.0, body: $0.1) }))
    }

    /// What Binance spot answers to a desk on BTC/USDT that has nothing to fear.
    static func binance(skew: Int64 = 0) -> ScriptedNetwork {
        ScriptedNetwork([
            "GET /api/v3/time": (200, #"{"serverTime":\#(1_700_000_000_010 + skew)}"#),
            "GET /api/v3/exchangeInfo": (200, Self.instruments(status: "TRADING")),
            "GET /sapi/v1/account/apiRestrictions": (200, Self.permissions(trade: true, withdraw: false)),
            "GET /api/v3/account": (
                200,
                #"{"uid":1,"updateTime":1,"balances":[{"asset":"BTC","free":"1.5","locked":"0.5"},"#
                    + #"{"asset":"USDT","free":"1000","locked":"0"}]}"#
            ),
            "GET /api/v3/openOrders": (200, "[]"),
        ])
    }

    static func instruments(status: String) -> String {
        """
        {"symbols":[{"symbol":"BTCUSDT","status":"\(status)","baseAsset":"BTC","quoteAsset":"USDT","filters":[\
        {"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01"},\
        {"filterType":"LOT_SIZE","minQty":"0.00001","maxQty":"9000","stepSize":"0.00001"},\
        {"filterType":"NOTIONAL","minNotional":"5"}]}]}
        """
    }

    static func permissions(trade: Bool, withdraw: Bool) -> String {
        #"{"ipRestrict":true,"enableReading":true,"enableWithdrawals":\#(withdraw),"#
            + #""enableSpotAndMarginTrading":\#(trade)}"#
    }

    func answer(_ request: String, status: Int = 200, _ body: String) {
        self.state.withLock { $0.answers[request] = (status, body) }
    }

    /// Each request takes 20 ms.
    var network: VenueNetwork {
        VenueNetwork(
            fetch: { endpoint, request in
                self.state.withLock { state in
                    state.milliseconds += 20
                    state.asked.append(request)
                    state.bases.insert(endpoint.base)
                    guard let (status, body) = state.answers[request.summary] else {
                        return .failed(.notSent("connection refused"))
                    }
                    return .answered(VenueAnswer(status: status, limits: state.limits), body: Array(body.utf8))
                }
            },
            connect: { _, _ in self.state.withLock { $0.refusesStreams ? "the certificate does not verify" : nil } },
            milliseconds: { self.state.withLock { $0.milliseconds } })
    }
}
