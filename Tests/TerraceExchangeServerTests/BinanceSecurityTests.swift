import TerraceCore
import Testing

@testable import TerraceExchangeServer

@Suite("Binance's protocol, asked by") struct BinanceSecurityTests {
    @Test("who signs as the documentation's example does, finds the signature good")
    func published() throws {
        let example =
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
        let signature = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
        let bench = try Bench {
            $0.start = Timestamp(nanoseconds: 1_499_827_319_559_000_000)
            $0.accounts = [
                AccountSettings(key: "k", secret: "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")
            ]
        }
        bench.now = Timestamp(nanoseconds: 1_499_827_319_559_000_000)
        // The pair is not listed: that is found out behind the signature. It may stand in the query, the body or both.
        let cut = example.firstIndex(of: "&") ?? example.endIndex
        for (query, body) in [
            ("\(example)&signature=\(signature)", ""), ("", "\(example)&signature=\(signature)"),
            ("\(example)", "signature=\(signature)"), ("signature=\(signature)", example),
        ] {
            let answer = Answer(bench.answers[bench.send(.post, "/api/v3/order?\(query)", body: body, key: "k")])
            #expect(answer.code == -1121, "\(query) and \(body): \(answer.text)")
        }
        // Between query and body stands no ampersand.
        let split = "\(example[..<cut])"
        let rest = String(example[example.index(after: cut)...])
        let wrong = Answer(
            bench.answers[bench.send(.post, "/api/v3/order?\(split)", body: "\(rest)&signature=\(signature)", key: "k")]
        )
        #expect(wrong.code == -1022)
    }

    @Test("who has no key, another's or a bad signature, is refused with the venue's code")
    func refused() throws {
        let bench = try Bench()
        let good = "/api/v3/account?\(bench.signed(""))"
        #expect(Answer(bench.answers[bench.send(.get, good, key: Bench.key)]).status == 200)
        for (target, key, code, status) in [
            (good, nil, -2014, 401), (good, "nobody", -2015, 401),
            ("/api/v3/account?timestamp=\(bench.milliseconds)", Bench.key, -1102, 400),
            ("/api/v3/account?signature=00", Bench.key, -1102, 400),
            ("/api/v3/account?\(bench.signed("", secret: "another"))", Bench.key, -1022, 400),
            ("\(good)&recvWindow=5000", Bench.key, -1022, 400),
            ("\(good)&timestamp=1", Bench.key, -1101, 400),
        ] {
            let answer = Answer(bench.answers[bench.send(.get, target, key: key)])
            #expect(answer.code == code && answer.status == status, "\(target): \(answer.text)")
        }
    }

    @Test(
        "whose clock is off, is refused: a second ahead, or behind by more than the window",
        arguments: [
            (999, "", 0), (1_000, "", -1021), (-5_000, "", 0), (-5_001, "", -1021), (-5_001, "recvWindow=60000", 0),
            (-101, "recvWindow=100", -1021), (0, "recvWindow=60001", -1131),
        ] as [(Int64, String, Int)])
    func clock(off: Int64, window: String, code: Int) throws {
        let bench = try Bench()
        let query = bench.signed(window, at: bench.milliseconds + off)
        #expect(Answer(bench.answers[bench.send(.get, "/api/v3/account?\(query)", key: Bench.key)]).code == code)
    }

    @Test("a venue whose clock is off says so by its time, and measures others by it")
    func skew() throws {
        let bench = try Bench { $0.faults.set(.skew, nanoseconds: -3_000_000_000) }
        #expect(bench.get("/api/v3/time").object["serverTime"] as? Int64 == bench.milliseconds - 3_000)
        #expect(bench.call(.get, "/api/v3/account").code == -1021)
        let query = bench.signed("", at: bench.milliseconds - 3_000)
        #expect(Answer(bench.answers[bench.send(.get, "/api/v3/account?\(query)", key: Bench.key)]).status == 200)
    }

    @Test("a key that may only look, looks and cannot trade; rights are told")
    func rights() throws {
        let bench = try Bench {
            $0.accounts = [
                AccountSettings(key: "reader", secret: Bench.secret, mayTrade: false),
                AccountSettings(key: "all", secret: Bench.secret, mayWithdraw: true),
            ]
        }
        #expect(bench.call(.get, "/api/v3/account", key: "reader").object["canTrade"] as? Bool == false)
        #expect(bench.call(.post, "/api/v3/order", bench.quiet("a"), key: "reader").code == -2015)
        let rights = bench.call(.get, "/sapi/v1/account/apiRestrictions", key: "all").object
        #expect(rights["enableWithdrawals"] as? Bool == true)
        #expect(rights["enableSpotAndMarginTrading"] as? Bool == true)
    }

    @Test("who asks too much, gets 429 until the minute is over, and a ban if it does not stop")
    func weight() throws {
        let bench = try Bench { $0.weightPerWindow = 100 }
        for count in 1...5 {
            let answer = bench.get("/api/v3/exchangeInfo")
            #expect(answer.status == 200 && answer.headers["x-mbx-used-weight-1m"] == "\(count * 20)")
        }
        let refused = bench.get("/api/v3/ping")
        #expect(refused.status == 429 && refused.code == -1003)
        let wait = Int64(refused.headers["retry-after"] ?? "") ?? 0
        #expect((1...60).contains(wait))
        // Another address has its own weight.
        #expect(Answer(bench.answers[bench.send(.get, "/api/v3/ping", address: "10.0.0.1")]).status == 200)
        bench.pass(wait * 1_000)
        #expect(bench.get("/api/v3/ping").status == 200)
        for _ in 0..<120 { bench.get("/api/v3/exchangeInfo") }
        let banned = bench.get("/api/v3/ping")
        #expect(banned.status == 418 && banned.headers["retry-after"] != nil)
        #expect(bench.open("/ws/btcusdt@trade").status == 418)
        bench.pass(121_000)
        #expect(bench.get("/api/v3/ping").status == 200)
    }

    @Test("who orders too much, is told how many orders are too many")
    func orders() throws {
        let bench = try Bench { $0.ordersPerWindow = 2 }
        #expect(bench.call(.post, "/api/v3/order", bench.quiet("a")).headers["x-mbx-order-count-10s"] == "1")
        #expect(bench.call(.post, "/api/v3/order", bench.quiet("b")).headers["x-mbx-order-count-1d"] == "2")
        let refused = bench.call(.post, "/api/v3/order", bench.quiet("c"))
        #expect(refused.code == -1015 && refused.status == 429)
        #expect(refused.string("msg") == "Too many new orders; current limit is 2 orders per 10 SECOND.")
        bench.pass(10_000)
        #expect(bench.call(.post, "/api/v3/order", bench.quiet("c")).status == 200)
    }

    @Test(
        "whatever is no request, is refused in good order",
        arguments: [
            ("/api/v3/nothing", 404), ("/", 404), ("", 404), ("/api/v3/depth", 400), ("/api/v3/depth?symbol=%", 400),
            ("/api/v3/depth?symbol=BTCUSDT&limit=-1", 400), ("/api/v3/depth?symbol=BTCUSDT&limit=0", 400),
            ("/api/v3/depth?symbol=BTCUSDT&symbol=BTCUSDT", 400), ("/api/v3/exchangeInfo?symbols=[", 400),
            ("/api/v3/exchangeInfo?symbols=[\"X\"]", 400), ("/api/v3/order", 401), ("/admin/orders", 400),
        ])
    func malformed(target: String, status: Int) throws {
        let bench = try Bench()
        #expect(bench.get(target).status == status)
    }

    @Test(
        "numbers at the ends of their range are read without a trap",
        arguments: ["0", "1", "9223372036854775807", "9223372036854775808", "-1", "-9223372036854775808", "1e3", ""])
    func extremes(number: String) throws {
        let bench = try Bench()
        bench.call(.post, "/api/v3/order", bench.quiet("a"))
        for name in ["startTime", "endTime", "fromId", "orderId", "limit", "recvWindow"] {
            for path in ["/api/v3/myTrades", "/api/v3/allOrders", "/api/v3/order"] {
                let answer = bench.call(.get, path, "symbol=BTCUSDT&\(name)=\(number)")
                #expect([200, 400].contains(answer.status), "\(path) \(name): \(answer.text)")
            }
        }
        let payload = "timestamp=\(number)"
        let query = "\(payload)&signature=\(Bench.signature(payload))"
        #expect(Answer(bench.answers[bench.send(.get, "/api/v3/account?\(query)", key: Bench.key)]).status == 400)
    }
}
