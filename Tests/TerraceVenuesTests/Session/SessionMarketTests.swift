import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Market data of a session") struct SessionMarketTests {
    @Test("starts within the limits of messages, instruments a connection, weight and snapshots at once, by priority")
    func start() {
        let bench = SessionBench(25, trades: false) {
            $0.script.snapshotWeight = 100
            $0.holdsRequest = { if case .snapshot = $0 { true } else { false } }
        }
        bench.start()
        bench.runHearing(seconds: 3)
        #expect(bench.sockets("market").count == 3)
        for socket in bench.sockets("market") {
            let times = bench.sent.filter { $0.socket == socket }.map(\.at.nanoseconds)
            for (first, sixth) in zip(times, times.dropFirst(5)) { #expect(sixth - first >= 1_000_000_000) }
        }
        let subscribed = bench.sent.filter { $0.text.hasPrefix("sub") }
        #expect(subscribed.count == 5)
        // No more than four are under way, and the first instruments come first.
        let first = bench.asked.filter { if case .snapshot = $0.what { true } else { false } }
        #expect(first.map(\.what) == [.snapshot(0), .snapshot(1), .snapshot(2), .snapshot(3)])
        for asked in first { bench.answer(asked, .done) }
        let all = bench.asked.filter { if case .snapshot = $0.what { true } else { false } }
        // 70 % of 1,000 leave room for seven of 100, less what the question for the time took.
        #expect(all.map(\.what) == (0..<6).map { .snapshot($0) })
        bench.holdsRequest = { _ in false }
        for asked in all.dropFirst(4) { bench.answer(asked, .done) }
        bench.runHearing(seconds: 50)
        #expect(bench.asked.count { if case .snapshot = $0.what { true } else { false } } <= 7)
        bench.runHearing(seconds: 300)
        for slot in 0..<25 { #expect(bench.books(slot) == ["snapshot"]) }
    }

    @Test("asks for one book after a gap, and the others stay")
    func gap() {
        let bench = SessionBench(2, trades: false)
        bench.start()
        bench.runHearing(seconds: 3)
        bench.forget()
        bench.hear(bench.sockets("market")[0], "lost 1")
        bench.runHearing(seconds: 3)
        #expect(bench.books(1) == ["lost", "snapshot"])
        #expect(bench.books(0) == [])
    }

    @Test("asks a silent connection for a sign of life, gives it up without one, and comes back after growing waits")
    func silence() {
        let bench = SessionBench(2, trades: false)
        bench.start()
        bench.runHearing(seconds: 5)
        bench.run(seconds: 60)
        #expect(bench.sent.contains { $0.text == "ping" })
        #expect(bench.sockets("market").count == 1)
        #expect(bench.closed == [])
        bench.holdsText = { _, text in text == "ping" }
        bench.forget()
        bench.run(seconds: 11)
        #expect(bench.closed.count == 1)
        #expect(bench.books(0).first == "lost")
        // From now on nobody answers.
        bench.holdsOpen = { _ in true }
        bench.run(seconds: 30)
        var waits: [Int64] = []
        for _ in 0..<9 {
            let (socket, _, _) = bench.opened[bench.opened.count - 1]
            let before = bench.opened.count
            let from = bench.now
            bench.lose(socket)
            while bench.opened.count == before { bench.run(milliseconds: 10) }
            waits.append(bench.now.nanoseconds(since: from))
        }
        #expect(waits.max() ?? 0 > 8_000_000_000)
        #expect(waits.max() ?? 0 <= 31_000_000_000)
        #expect(waits[0] < 2_000_000_000)
    }

    private static func renewed(_ count: Int) -> SessionBench {
        let bench = SessionBench(count, trades: false) { $0.script.traits.connectionSeconds = 400 }
        bench.start()
        bench.runHearing(seconds: 5)
        bench.forget()
        return bench
    }

    /// Runs until there are two sockets of a kind, one of which follows the other.
    private func runToSuccessor(_ bench: SessionBench) throws -> (old: Int, new: Int) {
        for _ in 0..<400 {
            let sockets = bench.sockets("market")
            if sockets.count == 2 { return (sockets[0], sockets[1]) }
            bench.runHearing(seconds: 1)
        }
        throw WireError(.value, at: 0)
    }

    @Test("renews a connection before the venue ends it, and no book is lost in between")
    func renewal() throws {
        let bench = Self.renewed(2)
        let first = bench.sockets("market")[0]
        bench.runHearing(seconds: 1_000)
        #expect(bench.closed.contains(first))
        #expect(bench.session.statistics.connectionsRenewed >= 2)
        #expect(bench.sockets("market").count == 1)
        for slot in 0..<2 { #expect(!bench.books(slot).contains("lost")) }
        #expect(bench.session.connections.count <= 2)
    }

    @Test("gives books back to the old connection where the new one breaks in the midst of the renewal")
    func successorBreaks() throws {
        let bench = Self.renewed(2)
        // The new connection gets the first book only.
        var isHeld = true
        bench.holdsRequest = { isHeld && $0 == .snapshot(1) }
        let (old, new) = try self.runToSuccessor(bench)
        bench.runHearing(seconds: 2)
        #expect(bench.books(0) == ["snapshot"])
        bench.lose(new)
        isHeld = false
        bench.runHearing(seconds: 5)
        #expect(bench.sockets("market").contains(old))
        #expect(bench.books(0).last == "snapshot")
        bench.forget()
        bench.hear(old, "lost 0")
        #expect(bench.books(0).first == "lost")
    }

    @Test("fetches the same book for both connections of a renewal where both need it")
    func bothNeedOne() throws {
        let bench = Self.renewed(2)
        var isHeld = true
        bench.holdsRequest = { if case .snapshot = $0 { isHeld } else { false } }
        let (old, _) = try self.runToSuccessor(bench)
        bench.runHearing(seconds: 2)
        bench.hear(old, "lost 0")
        isHeld = false
        for asked in bench.asked.suffix(12) { if case .snapshot = asked.what { bench.answer(asked, .done) } }
        bench.runHearing(seconds: 20)
        #expect(bench.closed.contains(old))
        #expect(bench.books(0).last == "snapshot")
    }

    @Test("ends a renewal although a book never comes on the new connection")
    func delisted() throws {
        let bench = Self.renewed(2)
        bench.holdsRequest = { $0 == .snapshot(1) }
        let (old, new) = try self.runToSuccessor(bench)
        bench.runHearing(seconds: 310)
        #expect(bench.closed.contains(old))
        #expect(!bench.closed.contains(new))
        #expect(bench.books(1) == ["lost"])
        #expect(bench.books(0).contains("snapshot"))
    }

    @Test("connects anew where a subscription is never acknowledged")
    func unacknowledged() {
        let bench = SessionBench(2, trades: false) { $0.holdsText = { _, text in text.hasPrefix("sub") } }
        bench.start()
        bench.runHearing(seconds: 20)
        #expect(bench.closed == [])
        bench.runHearing(seconds: 15)
        #expect(bench.closed.count == 1)
    }

    @Test("that ends again and again although its subscriptions stand is opened less and less often")
    func flapping() {
        let bench = SessionBench(2, trades: false)
        bench.start()
        var times: [Timestamp] = []
        for _ in 0..<10 {
            bench.run(milliseconds: 50)
            bench.lose(bench.opened.last?.socket ?? -1)
            let before = bench.opened.count
            for _ in 0..<4_000 where bench.opened.count == before { bench.run(milliseconds: 10) }
            times.append(bench.now)
        }
        #expect(times[9].nanoseconds(since: times[8]) > 5_000_000_000)
        #expect(times[1].nanoseconds(since: times[0]) < 2_000_000_000)
    }

    @Test("takes the answer to its question for a sign of life on Binance for that, and nothing else")
    func binanceSignOfLife() throws {
        let feed = try BinanceAccount.dialect(.spot).feed(0..<1)
        let reply =
            "{\"result\":[" + (0..<1_024).map { "\"s\($0)@depth@100ms\"" }.joined(separator: ",") + "],\"id\":0}"
        var events: [Event] = []
        #expect(
            feed.received(Array(reply.utf8).span, at: SessionBench.start, into: &events) == .acknowledged(request: 0))
        #expect(events.isEmpty)
        var told: [AccountEvent] = []
        let pong = "{\"id\":2,\"status\":200,\"result\":{},\"rateLimits\":[]}"
        try BinanceAccount.dialect(.spot).readStream(Array(pong.utf8).span, into: &told)
        try BinanceAccount.dialect(.perpetual).readStream(Array("{\"result\":[],\"id\":0}".utf8).span, into: &told)
        #expect(told.isEmpty)
    }

    @Test("subscribes each by itself where the venue refuses some of several, and says which it is")
    func refusedSubscription() throws {
        let bench = SessionBench(3, trades: false) { $0.holdsText = { _, text in text.hasPrefix("sub 1 ") } }
        bench.start()
        bench.run(milliseconds: 100)
        bench.hear(bench.sockets("market")[0], "refuse 1")
        bench.runHearing(seconds: 3)
        for slot in 0..<3 { #expect(bench.books(slot) == ["snapshot"]) }
    }

    @Test("sends nothing while the venue bans the address, and does not use up its connections by waiting")
    func ban() throws {
        let bench = SessionBench(2, trades: false) {
            $0.script.traits.connectionsPerFiveMinutes = 10
            $0.holdsRequest = { if case .snapshot = $0 { true } else { false } }
        }
        bench.start()
        let asked = try #require(bench.asked.first { $0.what == .snapshot(0) })
        bench.answer(asked, .done, status: 403)
        let count = bench.asked.count
        bench.lose(bench.sockets("market")[0])
        bench.run(seconds: 590)
        #expect(bench.asked.count == count)
        #expect(bench.opened.count == 1)
        bench.run(seconds: 20)
        #expect(bench.opened.count == 2)
    }
}
