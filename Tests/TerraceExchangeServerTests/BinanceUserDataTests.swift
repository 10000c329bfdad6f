import TerraceCore
import TerraceSimulation
import TerraceVenues
import Testing

@testable import TerraceExchangeServer

@Suite("Binance's user data") struct BinanceUserDataTests {
    @Test("tell of an order's life with every field of the documentation")
    func life() throws {
        let bench = try Bench()
        let connection = bench.userData()
        bench.call(.post, "/api/v3/order", bench.quiet("mine"))
        bench.call(.delete, "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=mine&newClientOrderId=stop")
        let events = bench.takeObjects(connection).compactMap { $0["event"] as? [String: Any] }
        #expect(
            events.map { $0["e"] as? String } == [
                "executionReport", "outboundAccountPosition", "executionReport", "outboundAccountPosition",
            ])
        let fields = "e E s c S o f q p P F g C x X r i l z L n N T t v I w m M O Z Y Q W V".split(separator: " ")
        for event in [events[0], events[2]] {
            #expect(fields.allSatisfy { event[String($0)] != nil }, "\(event)")
        }
        #expect(events[0]["x"] as? String == "NEW" && events[0]["c"] as? String == "mine")
        #expect(events[2]["x"] as? String == "CANCELED" && events[2]["X"] as? String == "CANCELED")
        #expect(events[2]["c"] as? String == "stop" && events[2]["C"] as? String == "mine")
    }

    @Test("come by listen key too, raw and combined, until it runs out")
    func listenKey() throws {
        let bench = try Bench()
        let created = Answer(bench.answers[bench.send(.post, "/api/v3/userDataStream", key: Bench.key)])
        let key = created.string("listenKey")
        #expect(key.count == 60)
        let raw = bench.open("/ws/\(key)").connection
        let combined = bench.open("/stream?streams=\(key)").connection
        bench.call(.post, "/api/v3/order", bench.quiet("mine"))
        #expect(bench.takeObjects(raw).first?["e"] as? String == "executionReport")
        #expect(bench.takeObjects(combined).first?["stream"] as? String == key)
        bench.pass(50 * 60_000)
        let renewed = Answer(bench.answers[bench.send(.put, "/api/v3/userDataStream?listenKey=\(key)", key: Bench.key)])
        #expect(renewed.status == 200)
        bench.pass(20 * 60_000)
        #expect(bench.take(raw).isEmpty)
        bench.pass(50 * 60_000)
        #expect(bench.takeObjects(raw).first?["e"] as? String == "listenKeyExpired")
        let late = Answer(bench.answers[bench.send(.put, "/api/v3/userDataStream?listenKey=\(key)", key: Bench.key)])
        #expect(late.code == -1125)
    }

    @Test("and orders go by one WebSocket, signed over sorted parameters")
    func socket() throws {
        let bench = try Bench()
        let connection = bench.open("/ws-api/v3").connection
        func ask(_ method: String, _ parameters: [(String, String)], isSigned: Bool = true) -> [String: Any] {
            var all = parameters
            if isSigned {
                all += [("apiKey", Bench.key), ("timestamp", "\(bench.milliseconds)")]
                let payload = all.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
                all.append(("signature", Bench.signature(payload)))
            }
            // Numbers may be sent as numbers.
            let text = all.map { Int64($0.1) != nil ? "\"\($0.0)\":\($0.1)" : "\"\($0.0)\":\"\($0.1)\"" }
            bench.say(
                "{\"id\":\"a-1\",\"method\":\"\(method)\",\"params\":{\(text.joined(separator: ","))}}", to: connection)
            return bench.takeObjects(connection).first { $0["id"] as? String == "a-1" } ?? [:]
        }
        #expect(ask("ping", [], isSigned: false)["status"] as? Int == 200)
        #expect(
            (ask("time", [], isSigned: false)["result"] as? [String: Any])?["serverTime"] as? Int64
                == bench.milliseconds)
        #expect(
            (ask("userDataStream.subscribe.signature", [])["result"] as? [String: Any])?["subscriptionId"] as? Int == 0)
        #expect((ask("session.logon", [])["error"] as? [String: Any])?["code"] as? Int == -4056)
        #expect(
            (ask("userDataStream.subscribe", [], isSigned: false)["error"] as? [String: Any])?["code"] as? Int == -2015)
        let order = bench.quiet("mine").split(separator: "&").map { item in
            let name = item.prefix { $0 != "=" }
            return (String(name), String(item.dropFirst(name.count + 1)))
        }
        let placed = ask("order.place", order)
        #expect(placed["status"] as? Int == 200, "\(placed)")
        #expect((placed["rateLimits"] as? [Any])?.isEmpty == false)
        let reference = [("symbol", "BTCUSDT"), ("origClientOrderId", "mine")]
        #expect((ask("order.status", reference)["result"] as? [String: Any])?["status"] as? String == "NEW")
        #expect((ask("openOrders.status", [])["result"] as? [Any])?.count == 1)
        #expect(ask("account.status", [])["status"] as? Int == 200)
        #expect(ask("order.cancel", reference)["status"] as? Int == 200)
        let again = ask("order.cancel", reference)
        #expect(again["status"] as? Int == 400 && (again["error"] as? [String: Any])?["code"] as? Int == -2011)
        bench.say("{\"id\":1,\"method\":\"order.place\"}", to: connection)
        bench.say("nonsense", to: connection)
        #expect(bench.takeObjects(connection).allSatisfy { $0["error"] != nil })
    }

    @Test("add up to the exchange's own truth: fills and balances", arguments: 1...3)
    func truth(seed: UInt64) throws {
        let bench = try Bench {
            $0.rate = 3_000
            $0.seed = seed
            $0.ordersPerWindow = 10_000
        }
        let connection = bench.userData()
        var random = SeededGenerator(seed: seed)
        var told: [String: [Int: [String: Any]]] = [:]
        var balances: [String: String] = [:]
        for round in 0..<300 {
            let symbol = random.chance(0.5) ? "BTCUSDT" : "ETHUSDT"
            let side: Side = random.chance(0.5) ? .bid : .ask
            let price = bench.price(symbol, side, awayTicks: Int64(random.below(4)) - 1)
            let dollars = Int64(50 + random.below(500))
            let type = random.chance(0.7) ? "LIMIT_MAKER" : "LIMIT&timeInForce=GTC"
            bench.call(
                .post, "/api/v3/order",
                "symbol=\(symbol)&side=\(side == .bid ? "BUY" : "SELL")&type=\(type)&price=\(price)&quantity=\(bench.quantity(symbol, dollars: dollars))&newClientOrderId=o\(round)"
            )
            bench.pass(Int64(random.below(200)))
            if random.chance(0.5) {
                bench.call(.delete, "/api/v3/order", "symbol=\(symbol)&origClientOrderId=o\(random.below(round + 1))")
            }
        }
        for symbol in ["BTCUSDT", "ETHUSDT"] { bench.call(.delete, "/api/v3/openOrders", "symbol=\(symbol)") }
        for event in bench.takeObjects(connection).compactMap({ $0["event"] as? [String: Any] }) {
            if event["x"] as? String == "TRADE" {
                let symbol = event["s"] as? String ?? ""
                let trade = event["t"] as? Int ?? -1
                #expect(told[symbol]?[trade] == nil)
                told[symbol, default: [:]][trade] = event
            }
            for balance in event["B"] as? [[String: String]] ?? [] {
                let free = try Amount(balance["f"] ?? "")
                let locked = try Amount(balance["l"] ?? "")
                balances[balance["a"] ?? ""] = (free + locked).text
            }
        }
        let fills = bench.get("/admin/fills?key=\(Bench.key)").list
        #expect(fills.count > 30 && fills.count == told.values.reduce(0) { $0 + $1.count })
        for fill in fills {
            let event = told[fill["symbol"] as? String ?? ""]?[fill["trade"] as? Int ?? -1] ?? [:]
            #expect(event["c"] as? String == fill["client"] as? String)
            #expect(try Amount(event["l"] as? String ?? "") == Amount(fill["quantity"] as? String ?? ""))
            #expect(try Amount(event["L"] as? String ?? "") == Amount(fill["price"] as? String ?? ""))
            #expect(try Amount(event["n"] as? String ?? "") == Amount(fill["fee"] as? String ?? ""))
            #expect(event["m"] as? Bool == fill["maker"] as? Bool)
        }
        let truth = bench.get("/admin/balances?key=\(Bench.key)").list
        for coin in ["BTC", "ETH", "USDT"] {
            let own = truth.first { $0["coin"] as? String == coin }
            #expect(own?["total"] as? String == balances[coin])
            #expect(own?["total"] as? String == own?["free"] as? String)
        }
        #expect(bench.get("/admin/orders?key=\(Bench.key)&open=true").text == "[]")
    }
}
