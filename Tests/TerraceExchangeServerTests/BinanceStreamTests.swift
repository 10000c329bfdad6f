import TerraceCore
import TerraceSimulation
import TerraceVenues
import Testing

@testable import TerraceExchangeServer

@Suite("Binance's streams") struct BinanceStreamTests {
    @Test(
        "let a client that follows the venue's rules keep the exchange's very book",
        arguments: [("@depth@100ms", 100), ("@depth", 1_000), ("@depth@100ms", 0)] as [(String, Int64)])
    func follow(speed: String, interval: Int64) throws {
        let bench = try Bench {
            $0.rate = 4_000
            if interval == 0 { $0.depthNanoseconds = 0 }
        }
        let book = try FollowedBook(bench, "BTCUSDT", speed: speed)
        for _ in 0..<300 {
            bench.pass(37)
            book.read()
        }
        bench.server.core.crowd = VenueCrowd([], prices: [], rate: 0, seed: 1, start: bench.now)
        bench.pass(2_000)
        book.read()
        #expect(book.summary.gaps == 0 && book.malformed == 0 && book.snapshots == 1)
        #expect(book.summary.applied >= (interval == 1_000 ? 10 : 90))
        #expect(book.isTrue)
    }

    @Test("with gaps, doubled and late messages still lead to the exchange's book, by new snapshots", arguments: 1...5)
    func faults(seed: UInt64) throws {
        let bench = try Bench {
            $0.rate = 4_000
            $0.seed = seed
            $0.faults.set(.gap, millionths: 30_000)
            $0.faults.set(.duplicate, millionths: 30_000)
            $0.faults.set(.reorder, millionths: 30_000)
        }
        let book = try FollowedBook(bench, "BTCUSDT")
        for _ in 0..<300 {
            bench.pass(50)
            book.read()
        }
        #expect(book.summary.gaps > 0 && book.snapshots > 1)
        for fault in [FaultKind.gap, .duplicate, .reorder] { #expect(bench.server.dice.count(fault) > 0) }
        bench.server.dice.plan = FaultPlan()
        bench.pass(1_000)
        book.read()
        bench.server.core.crowd = VenueCrowd([], prices: [], rate: 0, seed: 1, start: bench.now)
        bench.pass(2_000)
        book.read()
        #expect(book.isTrue && book.malformed == 0)
    }

    @Test("are wrapped on combined connections, and tell each what it asked for")
    func combined() throws {
        let bench = try Bench { $0.rate = 2_000 }
        let all = ["depth@100ms", "depth", "depth5@100ms", "depth20", "trade", "aggTrade", "bookTicker"]
        let names = all.map { "ethusdt@\($0)" }
        let wrapped = bench.open("/stream?streams=\(names.joined(separator: "/"))").connection
        let raw = bench.open("/ws").connection
        bench.say(
            "{\"method\":\"SUBSCRIBE\",\"params\":[\(names.map { "\"\($0)\"" }.joined(separator: ","))],\"id\":7}",
            to: raw)
        #expect(bench.take(raw) == ["{\"result\":null,\"id\":7}"])
        bench.pass(5_000)
        let messages = bench.takeObjects(wrapped)
        var seen: Set<String> = []
        for message in messages {
            let name = message["stream"] as? String ?? ""
            seen.insert(name)
            let data = message["data"] as? [String: Any] ?? [:]
            switch name {
            case "ethusdt@depth@100ms", "ethusdt@depth": #expect(data["e"] as? String == "depthUpdate")
            case "ethusdt@depth5@100ms": #expect((data["bids"] as? [Any])?.count == 5)
            case "ethusdt@depth20": #expect((data["asks"] as? [Any])?.count == 20)
            case "ethusdt@trade": #expect(data["t"] is Int && data["s"] as? String == "ETHUSDT")
            case "ethusdt@aggTrade": #expect(data["a"] is Int)
            case "ethusdt@bookTicker": #expect(data["B"] is String && data["u"] is Int)
            default: Issue.record("\(name)")
            }
        }
        #expect(seen == Set(names))
        #expect(bench.take(raw).count == messages.count)
        bench.say("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"ethusdt@trade\"],\"id\":\"x\"}", to: raw)
        bench.say("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":null}", to: raw)
        let answers = bench.takeObjects(raw)
        #expect((answers.last?["result"] as? [String])?.count == all.count - 1)
    }

    @Test(
        "refuse what is no request, and go on",
        arguments: [
            "", "{", "[]", "{}", "{\"method\":\"NOPE\",\"id\":1}", "{\"method\":\"SUBSCRIBE\",\"params\":7,\"id\":1}",
            "{\"method\":\"SUBSCRIBE\",\"params\":[1],\"id\":1}", "{\"method\":\"SUBSCRIBE\",\"id\":{\"a\":[]}}",
        ])
    func malformed(text: String) throws {
        let bench = try Bench()
        let connection = bench.open("/ws/btcusdt@trade").connection
        bench.say(text, to: connection)
        let answers = bench.takeObjects(connection)
        #expect(answers.count == 1 && answers.first?["error"] != nil, "\(answers)")
        #expect(bench.closes.isEmpty)
    }

    @Test(
        "end for a client that sends more than five messages a second, carries too many streams, or has lived its day")
    func limits() throws {
        let bench = try Bench()
        let connection = bench.open("/ws").connection
        for _ in 0..<5 { bench.say("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", to: connection) }
        #expect(bench.take(connection).count == 5 && bench.closes.isEmpty)
        bench.say("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", to: connection)
        #expect(bench.closes[connection] == false)
        let many = (0...1_024).map { "btcusdt@x\($0)" }.joined(separator: "/")
        #expect(bench.open("/stream?streams=\(many)").status == 400)
        #expect(bench.open("/nowhere").status == 404)
        let long = bench.open("/ws/btcusdt@trade").connection
        bench.pass(60_000)
        #expect(bench.pings[long] == 3)
        bench.pass(86_400_000)
        #expect(bench.closes[long] == false)
        for _ in 0..<300 { _ = bench.open("/ws") }
        #expect(bench.open("/ws").status == 429)
    }
}
