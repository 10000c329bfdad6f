import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Binance's requests") struct BinanceRequestTests {
    static let id = BinanceAccount.orderText
    static let other = BinanceAccount.otherText

    /// The request line, where the signature must be that of the query before it.
    private func line(_ market: BinanceMarket, _ command: AccountCommand, at moment: Int64 = 1_700_000_000_000) throws
        -> String
    {
        let request = BinanceAccount.dialect(market).request(command, at: moment)
        let target = String(decoding: request.target, as: UTF8.self)
        #expect(request.headers == [VenueRequest.Header("X-MBX-APIKEY", "public")] && request.body.isEmpty)
        let end = try #require(
            target.firstRange(of: "&recvWindow=1500&timestamp=1700000000000&signature=")
                ?? target.firstRange(of: "recvWindow=1500&timestamp=1700000000000&signature="))
        let query = try #require(target.firstIndex(of: "?"))
        let signed = target[
            target.index(after: query)..<(try #require(target.firstRange(of: "&signature="))).lowerBound]
        var writer = WireWriter()
        writer.hexadecimal(HMACSigner(secret: Array(BinanceAccount.secret.utf8)).sign(Array(signed.utf8)))
        #expect(target[end.upperBound...] == String(decoding: writer.bytes, as: UTF8.self))
        return "\(request.method.name) \(target[..<end.lowerBound])"
    }

    @Test("are signed like the documentation's example")
    func vector() {
        let query =
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
        let signature = BinanceAccount.dialect(.spot).signer.signature(of: Array(query.utf8))
        #expect(
            String(decoding: signature, as: UTF8.self)
                == "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71")
    }

    @Test("are signed by an Ed25519 key where the secret is one, as RFC 8032 has it")
    func ed25519() throws {
        // RFC 8032, section 7.1, test 1: the key in PEM, and the signature of nothing.
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----

            """
        let signer = try #require(Ed25519Signer(pem: Array(pem.utf8)))
        var writer = WireWriter()
        writer.hexadecimal(signer.sign([]))
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
        let request = BinanceAccount.dialect(.spot, secret: pem).request(.openOrders(cursor: nil), at: 1)
        let target = String(decoding: request.target, as: UTF8.self)
        #expect(target.hasPrefix("/api/v3/openOrders?recvWindow=1500&timestamp=1&signature="))
        #expect(target.hasSuffix("%3D%3D") && !target.contains("+"))
        #expect(Ed25519Signer(pem: Array("-----BEGIN PRIVATE KEY-----\nnothing\n".utf8)) == nil)
        #expect(Ed25519Signer(pem: Array(BinanceAccount.secret.utf8)) == nil)
    }

    @Test("on spot say what is wanted, and nothing else")
    func spot() throws {
        let cases: [(AccountCommand, String)] = [
            (
                .place(try BinanceAccount.terms()),
                "POST /api/v3/order?symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=0.0012&price=61800.5&newClientOrderId=\(Self.id)&newOrderRespType=RESULT"
            ),
            (
                .place(try BinanceAccount.terms("0.00000001", "1200", side: .ask, slot: 1)),
                "POST /api/v3/order?symbol=LTCBTC&side=SELL&type=LIMIT_MAKER&quantity=1200&price=0.00000001&newClientOrderId=\(Self.id)&newOrderRespType=RESULT"
            ),
            (
                .cancel(slot: 0, BinanceAccount.order),
                "DELETE /api/v3/order?symbol=BTCUSDT&origClientOrderId=\(Self.id)"
            ),
            (.cancelEverything(slot: 3), "DELETE /api/v3/openOrders?symbol=BNBBTC"),
            (.order(slot: 0, BinanceAccount.order), "GET /api/v3/order?symbol=BTCUSDT&origClientOrderId=\(Self.id)"),
            (
                .fillsOfOrder(slot: 0, BinanceAccount.order, venueOrder: 77),
                "GET /api/v3/myTrades?symbol=BTCUSDT&orderId=77&limit=1000"
            ),
            (
                .fills(slot: 0, fromTrade: 28_457, since: 5, until: nil, cursor: nil),
                "GET /api/v3/myTrades?symbol=BTCUSDT&fromId=28457&limit=1000"
            ),
            (
                .fills(slot: 0, fromTrade: nil, since: 1_699_999_990_000, until: nil, cursor: nil),
                "GET /api/v3/myTrades?symbol=BTCUSDT&startTime=1699999990000&limit=1000"
            ),
            // Longer ago than the venue takes: the newest.
            (
                .fills(slot: 0, fromTrade: nil, since: 1_699_000_000_000, until: nil, cursor: nil),
                "GET /api/v3/myTrades?symbol=BTCUSDT&limit=1000"
            ),
            (
                .fills(slot: 0, fromTrade: 5, since: 0, until: nil, cursor: "99"),
                "GET /api/v3/myTrades?symbol=BTCUSDT&fromId=99&limit=1000"
            ),
            (.openOrders(cursor: nil), "GET /api/v3/openOrders?"),
            (.balances, "GET /api/v3/account?omitZeroBalances=true"),
            (.permissions, "GET /sapi/v1/account/apiRestrictions?"),
        ]
        for (command, wanted) in cases { #expect(try self.line(.spot, command) == wanted) }
    }

    @Test("on perpetuals say what is wanted, and nothing else")
    func perpetual() throws {
        let place =
            "{\"symbol\":\"BTCUSDT\",\"side\":\"SELL\",\"type\":\"LIMIT\",\"timeInForce\":\"GTX\",\"quantity\":\"1\",\"price\":\"7\",\"newClientOrderId\":\"\(Self.id)\",\"newOrderRespType\":\"RESULT\"}"
        let cases: [(AccountCommand, String)] = [
            (
                .place(try BinanceAccount.terms()),
                "POST /fapi/v1/order?symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.0012&price=61800.5&newClientOrderId=\(Self.id)&newOrderRespType=RESULT"
            ),
            (
                .amend(try BinanceAccount.terms("2", "3", side: .ask)),
                "PUT /fapi/v1/order?symbol=BTCUSDT&side=SELL&origClientOrderId=\(Self.id)&quantity=3&price=2"
            ),
            (
                .cancel(slot: 0, BinanceAccount.order),
                "DELETE /fapi/v1/order?symbol=BTCUSDT&origClientOrderId=\(Self.id)"
            ),
            (
                .placeAll([try BinanceAccount.terms("7", "1", side: .ask)]),
                "POST /fapi/v1/batchOrders?batchOrders=\(Self.percent("[\(place)]"))"
            ),
            (
                .cancelAll([
                    OrderReference(slot: 0, order: BinanceAccount.order),
                    OrderReference(slot: 0, order: BinanceAccount.other),
                ]),
                "DELETE /fapi/v1/batchOrders?symbol=BTCUSDT&origClientOrderIdList=%5B%22\(Self.id)%22%2C%22\(Self.other)%22%5D"
            ),
            (.cancelEverything(slot: 0), "DELETE /fapi/v1/allOpenOrders?symbol=BTCUSDT"),
            (.order(slot: 0, BinanceAccount.order), "GET /fapi/v1/order?symbol=BTCUSDT&origClientOrderId=\(Self.id)"),
            (
                .fillsOfOrder(slot: 0, BinanceAccount.order, venueOrder: 77),
                "GET /fapi/v1/userTrades?symbol=BTCUSDT&orderId=77&limit=1000"
            ),
            // Perpetuals take a week.
            (
                .fills(slot: 0, fromTrade: nil, since: 1_699_500_000_000, until: nil, cursor: nil),
                "GET /fapi/v1/userTrades?symbol=BTCUSDT&startTime=1699500000000&limit=1000"
            ),
            (.openOrders(cursor: nil), "GET /fapi/v1/openOrders?"), (.balances, "GET /fapi/v2/balance?"),
            (.permissions, "GET /fapi/v1/accountConfig?"),
            (
                .deadMan(slot: 0, milliseconds: 120_000),
                "POST /fapi/v1/countdownCancelAll?symbol=BTCUSDT&countdownTime=120000"
            ),
        ]
        for (command, wanted) in cases { #expect(try self.line(.perpetual, command) == wanted) }
    }

    private static func percent(_ text: String) -> String {
        var writer = WireWriter()
        writer.percentEncoded(text.utf8)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("for a listen key name the key, and are not signed")
    func listenKey() {
        let dialect = BinanceAccount.dialect(.perpetual)
        let create = dialect.request(.createListenKey, at: 1)
        #expect(create.method == .post && create.target == Array("/fapi/v1/listenKey".utf8))
        #expect(create.headers == [VenueRequest.Header("X-MBX-APIKEY", "public")])
        #expect(dialect.request(.renewListenKey, at: 1).method == .put)
        #expect(dialect.accountTarget(listenKey: "ab/c?") == "/private/ws/ab%2Fc%3F")
        #expect(dialect.login(step: 0, at: 1) == nil)
    }

    @Test("that a market does not have are never sent, and count as refused")
    func missing() throws {
        let commands: [AccountCommand] = [
            .amend(try BinanceAccount.terms()), .placeAll([]), .cancelAll([]), .deadMan(slot: 0, milliseconds: 1),
            .createListenKey, .renewListenKey,
        ]
        let dialect = BinanceAccount.dialect(.spot)
        for command in commands {
            #expect(dialect.request(command, at: 1) == dialect.timeRequest)
            #expect(BinanceAccount.read(.spot, command, "{\"serverTime\":1}").outcome == .refused(.other, code: 0))
        }
    }

    @Test("of public data need no key")
    func open() throws {
        func line(_ request: VenueRequest) -> String {
            #expect(request.headers.isEmpty)
            return "\(request.method.name) \(String(decoding: request.target, as: UTF8.self)) \(request.weight)"
        }
        let spot = BinanceDialect(market: .spot, instruments: [], credentials: nil)
        #expect(
            line(spot.instrumentsRequest(page: nil))
                == "GET /api/v3/exchangeInfo?showPermissionSets=false&symbolStatus=TRADING 20")
        #expect(line(spot.timeRequest) == "GET /api/v3/time 1")
        let perpetual = BinanceDialect(market: .perpetual, instruments: [], credentials: nil)
        #expect(line(perpetual.instrumentsRequest(page: nil)) == "GET /fapi/v1/exchangeInfo 1")
        #expect(line(perpetual.timeRequest) == "GET /fapi/v1/time 1")
        #expect(
            line(BinanceAccount.dialect(.spot).snapshotRequest(1)) == "GET /api/v3/depth?symbol=LTCBTC&limit=100 5")
        #expect(
            line(BinanceAccount.dialect(.perpetual).snapshotRequest(0))
                == "GET /fapi/v1/depth?symbol=BTCUSDT&limit=50 2")
        let time = try Fixture.bytes("payloads/um_get_server_time.json")
        #expect(try perpetual.time(time.span) > 1_400_000_000_000)
    }

    @Test("subscribe to changes and trades by one path, in lower case")
    func subscriptions() {
        let spot = BinanceAccount.dialect(.spot)
        #expect(spot.marketTarget == "/stream")
        #expect(BinanceAccount.dialect(.perpetual).marketTarget == "/public/stream")
        #expect(
            String(decoding: spot.subscription([0, 2], isOn: true, request: 7), as: UTF8.self)
                == "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@100ms\",\"btcusdt@trade\",\"ethbtc@depth@100ms\",\"ethbtc@trade\"],\"id\":7}"
        )
        #expect(
            String(decoding: spot.subscription([1], isOn: false, request: 8), as: UTF8.self)
                == "{\"method\":\"UNSUBSCRIBE\",\"params\":[\"ltcbtc@depth@100ms\",\"ltcbtc@trade\"],\"id\":8}")
    }

    @Test("of spot's private stream are signed over their parameters in the order of their names")
    func login() throws {
        let dialect = BinanceAccount.dialect(.spot)
        var writer = WireWriter()
        writer.hexadecimal(
            HMACSigner(secret: Array(BinanceAccount.secret.utf8)).sign(Array("apiKey=public&timestamp=42".utf8)))
        let signature = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            String(decoding: try #require(dialect.login(step: 0, at: 42)), as: UTF8.self)
                == "{\"id\":1,\"method\":\"userDataStream.subscribe.signature\",\"params\":{\"apiKey\":\"public\",\"timestamp\":42,\"signature\":\"\(signature)\"}}"
        )
        #expect(dialect.login(step: 1, at: 42) == nil)
        #expect(dialect.accountTarget(listenKey: "") == "/ws-api/v3")
    }

    @Test("tell how much of the limits is used by the headers of answers")
    func usage() {
        let dialect = BinanceAccount.dialect(.spot)
        let used = dialect.usage(VenueAnswer(status: 200, limits: [3_000, 10, 40_000]))
        #expect(used.weight == 0.5 && used.orders == 0.2)
        let unknown = dialect.usage(VenueAnswer(status: 200, limits: [-1, -1, -1]))
        #expect(unknown.weight == nil && unknown.orders == nil)
        let perpetual = BinanceAccount.dialect(.perpetual).usage(VenueAnswer(status: 200, limits: [2_400, 30]))
        #expect(perpetual.weight == 1 && perpetual.orders == 0.1)
    }

    @Test("show no secret, whoever prints the dialect")
    func secrets() {
        let dialect = BinanceAccount.dialect(.spot)
        #expect(
            !"\(dialect)".contains(BinanceAccount.secret)
                && !String(reflecting: dialect).contains(BinanceAccount.secret))
    }
}
