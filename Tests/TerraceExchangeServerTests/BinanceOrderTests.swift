import TerraceCore
import TerraceVenues
import Testing

@testable import TerraceExchangeServer

@Suite("An order at Binance's protocol") struct BinanceOrderTests {
    @Test(
        "stands under whatever id its owner gave it, is found and cancelled by it",
        arguments: [
            "trc-00112233445566778899aabbccddeeff", "web_5f", "A.b:c/d-e_f", String(repeating: "x", count: 36),
        ])
    func life(client: String) throws {
        let bench = try Bench()
        let placed = bench.call(.post, "/api/v3/order", bench.quiet(client) + "&newOrderRespType=RESULT")
        #expect(placed.status == 200 && placed.string("clientOrderId") == client && placed.string("status") == "NEW")
        let query = "symbol=BTCUSDT&origClientOrderId=\(client)"
        let found = bench.call(.get, "/api/v3/order", query)
        #expect(found.string("status") == "NEW" && found.string("type") == "LIMIT_MAKER")
        #expect(bench.call(.get, "/api/v3/openOrders").list.count == 1)
        #expect(bench.call(.post, "/api/v3/order", bench.quiet(client)).string("msg") == "Duplicate order sent.")
        let cancelled = bench.call(.delete, "/api/v3/order", query)
        #expect(cancelled.string("origClientOrderId") == client && cancelled.string("status") == "CANCELED")
        #expect(bench.call(.delete, "/api/v3/order", query).code == -2011)
        #expect(bench.call(.get, "/api/v3/order", query).string("status") == "CANCELED")
        #expect(bench.call(.get, "/api/v3/openOrders").text == "[]")
        // Once it no longer stands its id is free.
        #expect(bench.call(.post, "/api/v3/order", bench.quiet(client)).status == 200)
        #expect(bench.call(.get, "/api/v3/allOrders", "symbol=BTCUSDT").list.count == 2)
    }

    @Test(
        "that a filter or a rule forbids is refused with its code",
        arguments: [
            ("price=0.001", -1013, "Filter failure: PRICE_FILTER"), ("price=0", -1013, "Filter failure: PRICE_FILTER"),
            ("price=99999999", -1013, "Filter failure: PRICE_FILTER"),
            ("quantity=0.00000001", -1013, "Filter failure: LOT_SIZE"),
            ("quantity=0", -1013, "Filter failure: LOT_SIZE"),
            ("quantity=99999", -1013, "Filter failure: LOT_SIZE"),
            ("quantity=0.00002", -1013, "Filter failure: NOTIONAL"),
            ("price=1.000000001", -1111, "Parameter 'price' has too much precision."),
            ("side=LONG", -1117, "Invalid side."),
            ("price=1e5", -1100, nil), ("price=-1", -1100, nil), ("price=", -1102, nil), ("quantity=abc", -1100, nil),
            ("type=STOP", -1116, "Invalid orderType."), ("symbol=NOPE", -1121, "Invalid symbol."),
            ("symbol=", -1102, nil),
            ("newClientOrderId=a%20b", -1100, nil),
            ("newClientOrderId=0123456789012345678901234567890123456", -1100, nil),
            ("timeInForce=GTC", -1106, nil), ("type=LIMIT", -1102, nil), ("type=LIMIT&timeInForce=GTX", -1115, nil),
        ] as [(String, Int, String?)])
    func filters(change: String, code: Int, text: String?) throws {
        let bench = try Bench()
        var parts = bench.quiet("a").split(separator: "&").map { String($0) }
        for item in change.split(separator: "&") {
            let name = item.prefix { $0 != "=" }
            parts.removeAll { $0.hasPrefix("\(name)=") }
            parts.append(String(item))
        }
        for path in ["/api/v3/order", "/api/v3/order/test"] {
            let answer = bench.call(.post, path, parts.joined(separator: "&"))
            #expect(answer.code == code && answer.status == 400, "\(answer.text)")
            if let text { #expect(answer.string("msg") == text) }
        }
        #expect(bench.call(.get, "/api/v3/openOrders").text == "[]")
    }

    @Test("that is post-only and would take is refused, whatever the side")
    func postOnly() throws {
        let bench = try Bench()
        for (side, word) in [(Side.bid, "BUY"), (.ask, "SELL")] {
            let price = bench.price("BTCUSDT", side.opposite, awayTicks: 0)
            let answer = bench.call(
                .post, "/api/v3/order",
                "symbol=BTCUSDT&side=\(word)&type=LIMIT_MAKER&price=\(price)&quantity=\(bench.quantity("BTCUSDT", dollars: 100))"
            )
            #expect(answer.code == -2010 && answer.string("msg") == "Order would immediately match and take.")
        }
    }

    @Test("that was refused leaves its id to the order that had it before")
    func refusedAgain() throws {
        let bench = try Bench()
        bench.call(.post, "/api/v3/order", bench.quiet("a"))
        bench.call(.delete, "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=a")
        let price = bench.price("BTCUSDT", .ask, awayTicks: 0)
        let refused = bench.call(
            .post, "/api/v3/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&price=\(price)&quantity=\(bench.quantity("BTCUSDT", dollars: 100))&newClientOrderId=a"
        )
        #expect(refused.code == -2010)
        let found = bench.call(.get, "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=a")
        #expect(found.string("status") == "CANCELED" && found.object["orderId"] as? Int == 1)
    }

    @Test("that the balance does not cover is refused, and what an order locks is told")
    func balance() throws {
        let bench = try Bench {
            $0.accounts = [
                AccountSettings(
                    key: Bench.key, secret: Bench.secret,
                    balances: [("USDT", Amount(units: 150 * DecimalText.powerOfTen(20)))])
            ]
        }
        #expect(bench.call(.post, "/api/v3/order", bench.quiet("a")).status == 200)
        let refused = bench.call(.post, "/api/v3/order", bench.quiet("b"))
        #expect(refused.string("msg") == "Account has insufficient balance for requested action.")
        let account = bench.call(.get, "/api/v3/account", "omitZeroBalances=true").object
        let balances = account["balances"] as? [[String: String]] ?? []
        #expect(balances.count == 1 && balances.first?["asset"] == "USDT")
        let free = try Amount(balances.first?["free"] ?? "")
        let locked = try Amount(balances.first?["locked"] ?? "")
        let all = try Amount("150")
        let most = try Amount("90")
        #expect(free + locked == all && locked > most)
    }

    @Test(
        "that takes is answered with its fills, and they are what the account's trades show",
        arguments: [
            "type=LIMIT&timeInForce=IOC", "type=LIMIT&timeInForce=FOK", "type=LIMIT&timeInForce=GTC", "type=MARKET",
            "type=MARKET money",
        ])
    func taker(kind: String) throws {
        let bench = try Bench()
        let price = bench.price("BTCUSDT", .ask, awayTicks: 30)
        var query = "symbol=BTCUSDT&side=BUY&\(kind.prefix { $0 != " " })"
        query += kind.contains("money") ? "&quoteOrderQty=200" : "&quantity=\(bench.quantity("BTCUSDT", dollars: 200))"
        if kind.contains("LIMIT") { query += "&price=\(price)" }
        let answer = bench.call(.post, "/api/v3/order", query)
        let fills = answer.object["fills"] as? [[String: Any]] ?? []
        #expect(answer.string("status") == "FILLED" && !fills.isEmpty, "\(answer.text)")
        let trades = bench.call(.get, "/api/v3/myTrades", "symbol=BTCUSDT").list
        #expect(trades.count == fills.count)
        for (fill, trade) in zip(fills, trades) {
            #expect(fill["tradeId"] as? Int == trade["id"] as? Int && fill["qty"] as? String == trade["qty"] as? String)
            #expect(fill["commission"] as? String == trade["commission"] as? String)
            #expect(trade["isMaker"] as? Bool == false && trade["isBuyer"] as? Bool == true)
        }
        let last = trades.last?["id"] as? Int ?? 0
        #expect(bench.call(.get, "/api/v3/myTrades", "symbol=BTCUSDT&fromId=\(last)").list.count == 1)
        #expect(bench.call(.get, "/api/v3/myTrades", "symbol=BTCUSDT&fromId=\(last + 1)").list.isEmpty)
        #expect(bench.call(.get, "/api/v3/myTrades", "symbol=ETHUSDT").list.isEmpty)
    }

    @Test("that is to be filled whole or not at all, and cannot be, takes nothing")
    func fillOrKill() throws {
        let bench = try Bench()
        let price = bench.price("BTCUSDT", .ask, awayTicks: 0)
        let answer = bench.call(
            .post, "/api/v3/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOK&price=\(price)&quantity=\(bench.quantity("BTCUSDT", dollars: 5_000_000))"
        )
        #expect(answer.string("status") == "EXPIRED" && answer.string("executedQty") == "0.00000000", "\(answer.text)")
        #expect(bench.call(.get, "/api/v3/myTrades", "symbol=BTCUSDT").list.isEmpty)
    }

    @Test("that would meet another of its account expires in the match")
    func selfTrade() throws {
        let bench = try Bench()
        let price = bench.price("BTCUSDT", .bid, awayTicks: -1)
        let quantity = bench.quantity("BTCUSDT", dollars: 100)
        let terms = "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&price=\(price)&quantity=\(quantity)"
        #expect(bench.call(.post, "/api/v3/order", "\(terms)&side=BUY").string("status") == "NEW")
        #expect(bench.call(.post, "/api/v3/order", "\(terms)&side=SELL").string("status") == "EXPIRED_IN_MATCH")
        #expect(bench.call(.get, "/api/v3/openOrders").list.count == 1)
    }

    @Test("replaces another, and the answer says which half was done")
    func replace() throws {
        let bench = try Bench()
        bench.call(.post, "/api/v3/order", bench.quiet("a"))
        let path = "/api/v3/order/cancelReplace"
        func mode(_ mode: String, _ old: String) -> String {
            "cancelReplaceMode=\(mode)&cancelOrigClientOrderId=\(old)&"
        }
        let both = bench.call(.post, path, mode("STOP_ON_FAILURE", "a") + bench.quiet("b"))
        #expect(both.status == 200 && both.string("cancelResult") == "SUCCESS")
        let none = bench.call(.post, path, mode("STOP_ON_FAILURE", "a") + bench.quiet("c"))
        #expect(none.status == 400 && none.code == -2022)
        let half = bench.call(.post, path, mode("ALLOW_FAILURE", "a") + bench.quiet("c"))
        #expect(half.status == 409 && half.code == -2021)
        let data = half.object["data"] as? [String: Any] ?? [:]
        #expect(data["cancelResult"] as? String == "FAILURE" && data["newOrderResult"] as? String == "SUCCESS")
        let open = bench.call(.get, "/api/v3/openOrders", "symbol=BTCUSDT").list
        #expect(open.map { $0["clientOrderId"] as? String } == ["b", "c"])
        #expect(bench.call(.delete, "/api/v3/openOrders", "symbol=BTCUSDT").list.count == 2)
        #expect(bench.call(.delete, "/api/v3/openOrders", "symbol=BTCUSDT").code == -2011)
    }

    @Test("goes by the list of rules that the venue gives, which our reader understands")
    func rules() throws {
        let bench = try Bench {
            $0.symbols = []; $0.pairs = 200
        }
        let body = Array(bench.get("/api/v3/exchangeInfo").text.utf8)
        let list = try BinanceInstrumentList(body.span, market: .spot)
        #expect(list.instruments.count == 200 && list.refused.isEmpty)
        for (listed, instrument) in zip(list.instruments, bench.server.core.instruments) {
            #expect(listed.symbol == instrument.symbol && listed.isTrading)
            func value(_ units: Int64, _ exponent: Int) -> String {
                DecimalText.text(of: Int128(units), exponent: exponent)
            }
            #expect(
                value(listed.rules.tick.step, listed.units.priceExponent)
                    == value(instrument.rules.tick.step, instrument.units.priceExponent))
            #expect(
                value(listed.rules.lot.step, listed.units.quantityExponent)
                    == value(instrument.rules.lot.step, instrument.units.quantityExponent))
        }
    }
}
