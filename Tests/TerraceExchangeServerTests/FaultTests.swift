import TerraceCore
import TerraceVenues
import Testing

@testable import TerraceExchangeServer

@Suite("A fault") struct FaultTests {
    private func ask(_ bench: Bench, _ fault: FaultKind, count: Int = 1) {
        let answer = Answer(bench.answers[bench.send(.post, "/admin/fault?next=\(fault.rawValue)&count=\(count)")])
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test("that loses the answer leaves the order, and whoever asks for it finds it", arguments: 1...4)
    func lostAck(seed: UInt64) throws {
        let bench = try Bench { $0.seed = seed }
        self.ask(bench, .lostAck)
        let token = bench.send(.post, "/api/v3/order?\(bench.signed(bench.quiet("lost")))", key: Bench.key)
        bench.pass(60_000)
        #expect(bench.answers[token] == nil && bench.abandoned[token] != nil)
        let found = bench.call(.get, "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=lost")
        #expect(found.string("status") == "NEW")
        #expect(bench.get("/admin/orders?key=\(Bench.key)&open=true").list.first?["client"] as? String == "lost")
    }

    @Test("that answers with an error leaves the order too")
    func errorAfterAccept() throws {
        let bench = try Bench()
        self.ask(bench, .errorAfterAccept)
        let answer = bench.call(.post, "/api/v3/order", bench.quiet("doubtful"))
        #expect(answer.status == 503 && answer.code == -1007)
        #expect(bench.call(.get, "/api/v3/openOrders").list.count == 1)
        #expect(bench.call(.post, "/api/v3/order", bench.quiet("sure")).status == 200)
    }

    @Test("that delays an answer delays that one, and it is good")
    func slowAck() throws {
        let bench = try Bench { $0.faults.set(.slow, nanoseconds: 700_000_000) }
        self.ask(bench, .slowAck)
        let token = bench.send(.post, "/api/v3/order?\(bench.signed(bench.quiet("slow")))", key: Bench.key)
        bench.pass(699)
        #expect(bench.answers[token] == nil)
        bench.pass(1)
        #expect(bench.answers[token]?.status == 200)
    }

    @Test("that says 429 or bans keeps the request from being carried out")
    func limited() throws {
        let bench = try Bench { $0.faults.set(.ban, nanoseconds: 3_000_000_000) }
        self.ask(bench, .rateLimit)
        let refused = bench.call(.post, "/api/v3/order", bench.quiet("a"))
        #expect(refused.status == 429 && refused.headers["retry-after"] == "1")
        self.ask(bench, .ban)
        let banned = bench.call(.post, "/api/v3/order", bench.quiet("b"))
        #expect(banned.status == 418 && banned.headers["retry-after"] == "3")
        #expect(bench.call(.get, "/api/v3/account").status == 418)
        bench.pass(3_000)
        #expect(bench.call(.get, "/api/v3/openOrders").text == "[]")
    }

    @Test("of the private stream loses or doubles a message there, and the truth has the order once")
    func privateStream() throws {
        let bench = try Bench()
        let connection = bench.userData()
        self.ask(bench, .lostPrivate)
        bench.call(.post, "/api/v3/order", bench.quiet("a"))
        #expect(bench.take(connection).count == 1)
        self.ask(bench, .duplicatePrivate)
        bench.call(.post, "/api/v3/order", bench.quiet("b"))
        let messages = bench.take(connection)
        #expect(messages.count == 3 && messages[0] == messages[1] && messages[1] != messages[2])
        #expect(bench.get("/admin/orders?key=\(Bench.key)&open=true").list.count == 2)
    }

    @Test("that drops or silences connections does so to those that stand")
    func connections() throws {
        let bench = try Bench { $0.rate = 3_000 }
        let first = bench.open("/ws/btcusdt@depth@100ms").connection
        bench.pass(1_000)
        #expect(!bench.take(first).isEmpty)
        self.ask(bench, .silence)
        bench.pass(9_000)
        #expect(bench.take(first).isEmpty && bench.closes.isEmpty)
        bench.pass(3_000)
        #expect(!bench.take(first).isEmpty)
        self.ask(bench, .drop)
        #expect(bench.closes[first] == true)
        bench.pass(1_000)
        #expect(bench.take(first).isEmpty)
        // The next connection is not concerned.
        let second = bench.open("/ws/btcusdt@depth@100ms").connection
        bench.pass(1_000)
        #expect(!bench.take(second).isEmpty)
    }

    @Test("that restarts the exchange drops everybody and keeps orders, fills and balances")
    func restart() throws {
        let bench = try Bench { $0.rate = 1_000 }
        let connection = bench.userData()
        bench.call(.post, "/api/v3/order", bench.quiet("a"))
        let fill = bench.call(
            .post, "/api/v3/order",
            "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=\(bench.quantity("ETHUSDT", dollars: 100))")
        #expect(fill.string("status") == "FILLED")
        let fills = bench.get("/admin/fills?key=\(Bench.key)").text
        let balances = bench.get("/admin/balances?key=\(Bench.key)").text
        self.ask(bench, .restart)
        #expect(bench.restarts == [2_000_000_000])
        let token = bench.send(.get, "/api/v3/ping")
        #expect(bench.abandoned[token] == true && bench.open("/ws").status == 503)
        bench.pass(2_000)
        #expect(bench.get("/api/v3/ping").status == 200)
        _ = bench.take(connection)
        #expect(bench.call(.get, "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=a").status == 200)
        #expect(bench.get("/admin/fills?key=\(Bench.key)").text.hasPrefix(String(fills.dropLast())))
        if bench.get("/admin/fills?key=\(Bench.key)").text == fills {
            #expect(bench.get("/admin/balances?key=\(Bench.key)").text == balances)
        }
        #expect(bench.take(connection).isEmpty)
        let book = try FollowedBook(bench, "BTCUSDT")
        for _ in 0..<20 {
            bench.pass(150)
            book.read()
        }
        #expect(book.summary.applied > 0 && book.summary.gaps == 0)
    }

    @Test("comes about as often as the plan says, and one seed gives one course", arguments: [1, 2] as [UInt64])
    func chances(seed: UInt64) throws {
        func run() throws -> (String, [UInt64]) {
            let bench = try Bench {
                $0.seed = seed
                $0.rate = 4_000
                $0.faults.set(.gap, millionths: 100_000)
                $0.faults.set(.duplicate, millionths: 50_000)
            }
            let connection = bench.open("/ws/btcusdt@depth@100ms/ethusdt@trade").connection
            bench.pass(60_000)
            return (bench.take(connection).joined(), FaultKind.allCases.map { bench.server.dice.count($0) })
        }
        let (texts, counts) = try run()
        let again = try run()
        #expect(texts == again.0 && counts == again.1)
        let gaps = Double(counts[FaultKind.gap.place])
        let doubles = Double(counts[FaultKind.duplicate.place])
        #expect(gaps / doubles > 1.5 && gaps / doubles < 3)
    }

    @Test("is asked for by nobody from elsewhere")
    func elsewhere() throws {
        let bench = try Bench()
        for target in ["/admin/state", "/admin/fault?next=ban"] {
            for method in [ServerRequest.Method.get, .post] {
                #expect(Answer(bench.answers[bench.send(method, target, address: "10.1.1.1")]).status == 404)
            }
        }
        #expect(Answer(bench.answers[bench.send(.post, "/admin/fault?next=nothing")]).status == 400)
        #expect(Answer(bench.answers[bench.send(.post, "/admin/fault?plan=gap%3D2")]).status == 400)
        #expect(Answer(bench.answers[bench.send(.post, "/admin/fault?plan=gap%3D0.5,skew%3D-1s")]).status == 200)
        #expect(bench.server.dice.plan.chance(.gap) == 0.5 && bench.server.core.skewNanoseconds == -1_000_000_000)
    }
}
