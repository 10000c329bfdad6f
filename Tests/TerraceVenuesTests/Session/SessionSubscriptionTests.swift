import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Subscriptions of a session") struct SessionSubscriptionTests {
    private static func bench(_ count: Int, fetches: Bool = true) -> SessionBench {
        SessionBench(count, trades: false) { $0.script.traits.fetchesSnapshots = fetches }
    }

    private func subscribed(_ bench: SessionBench) -> [String] {
        bench.sent.map(\.text).filter { $0.hasPrefix("sub") || $0.hasPrefix("unsub") }
    }

    @Test("open no market connection while nobody needs anything, and one when somebody does")
    func nobody() {
        let bench = Self.bench(25)
        bench.begin()
        bench.run(seconds: 100)
        #expect(bench.opened.isEmpty)
        #expect(bench.connections == [])
        bench.follow(12)
        bench.runHearing(seconds: 3)
        #expect(bench.sockets("market").count == 1)
        #expect(self.subscribed(bench) == ["sub 1 12"])
        #expect(bench.books(12) == ["snapshot"])
        #expect(bench.connections == [.up])
    }

    @Test("end with the need, which loses the book once, and come back with it")
    func ends() {
        let bench = Self.bench(3)
        bench.start()
        bench.runHearing(seconds: 3)
        bench.forget()
        bench.unfollow(1)
        bench.runHearing(seconds: 2)
        #expect(self.subscribed(bench).suffix(1) == ["unsub 2 1"])
        bench.hear(bench.sockets("market")[0], "book 1")
        bench.hear(bench.sockets("market")[0], "lost 1")
        #expect(bench.books(1) == ["lost"])
        bench.follow(1)
        bench.runHearing(seconds: 2)
        #expect(self.subscribed(bench).suffix(1) == ["sub 3 1"])
        #expect(bench.books(1) == ["lost", "snapshot"])
        for slot in [0, 2] { #expect(bench.books(slot) == []) }
    }

    @Test("go out with the most urgent instruments first, as many to a message as the venue takes")
    func priority() {
        let bench = Self.bench(10)
        for slot in 0..<10 { bench.follow(slot, slot == 9 ? .critical : slot == 4 ? .important : .low) }
        bench.begin()
        bench.runHearing(seconds: 3)
        #expect(self.subscribed(bench) == ["sub 1 9,4,0,1,2", "sub 2 3,5,6,7,8"])
    }

    @Test("have snapshots fetched by a priority that may change while they wait")
    func snapshots() {
        let bench = Self.bench(6)
        var isHeld = true
        bench.holdsRequest = { if case .snapshot = $0 { isHeld } else { false } }
        for slot in 0..<6 { bench.follow(slot, .low) }
        bench.begin()
        bench.runHearing(seconds: 2)
        func asked() -> [SessionBench.What] {
            bench.asked.map(\.what).filter { if case .snapshot = $0 { true } else { false } }
        }
        #expect(asked() == (0..<4).map { .snapshot($0) })
        bench.follow(5, .critical)
        for one in bench.asked.suffix(4) { if case .snapshot(0) = one.what { bench.answer(one, .done) } }
        bench.run(milliseconds: 10)
        #expect(asked().last == .snapshot(5))
        // Nobody needs it any more: its answer comes too late, and another takes its place.
        bench.unfollow(4)
        isHeld = false
        for one in bench.asked.suffix(4) { bench.answer(one, .done) }
        bench.runHearing(seconds: 3)
        #expect(bench.books(4) == [])
        for slot in [0, 1, 2, 3, 5] { #expect(bench.books(slot) == ["snapshot"]) }
    }

    @Test("that are needed again at once are not ended, but their book is fetched anew", arguments: [true, false])
    func atOnce(fetches: Bool) {
        let bench = Self.bench(2, fetches: fetches)
        bench.start()
        bench.runHearing(seconds: 3)
        if !fetches { for slot in 0..<2 { bench.hear(bench.sockets("market")[0], "book \(slot)") } }
        bench.forget()
        let before = self.subscribed(bench).count
        bench.unfollow(1)
        bench.follow(1)
        bench.runHearing(seconds: 3)
        let sent = Array(self.subscribed(bench).dropFirst(before))
        if fetches {
            #expect(sent == [])
            #expect(bench.books(1) == ["lost", "snapshot"])
        } else {
            // Where a snapshot comes by subscribing, it is subscribed to anew, after the end was acknowledged.
            #expect(sent == ["unsub 2 1", "sub 3 1"])
            #expect(bench.books(1) == ["lost"])
            bench.hear(bench.sockets("market")[0], "book 1")
            #expect(bench.books(1) == ["lost", "snapshot"])
        }
    }

    @Test("that are needed again before the end was acknowledged wait for that")
    func inBetween() {
        let bench = Self.bench(2)
        bench.start()
        bench.runHearing(seconds: 3)
        bench.holdsText = { _, text in text.hasPrefix("unsub") }
        bench.unfollow(1)
        bench.runHearing(seconds: 2)
        bench.follow(1)
        bench.forget()
        let socket = bench.sockets("market")[0]
        bench.hear(socket, "lost 1")
        bench.runHearing(seconds: 2)
        #expect(self.subscribed(bench).last == "unsub 2 1")
        #expect(bench.books(1) == [])
        bench.hear(socket, "ack 2")
        bench.runHearing(seconds: 2)
        #expect(self.subscribed(bench).last == "sub 3 1")
        #expect(bench.books(1) == ["snapshot"])
    }

    @Test("that change faster than messages may go out send only what is left in the end")
    func churn() {
        let bench = Self.bench(10)
        bench.start()
        bench.runHearing(seconds: 5)
        let before = bench.sent.count
        for round in 0..<1_000 {
            for slot in 0..<10 { if (round + slot) % 3 == 0 { bench.unfollow(slot) } else { bench.follow(slot) } }
            bench.run(milliseconds: 1)
        }
        for slot in 0..<10 { bench.follow(slot) }
        bench.runHearing(seconds: 10)
        let messages = bench.sent.dropFirst(before).filter { $0.text != "ping" }.count
        #expect(messages < 20)
        let times = bench.sent.map(\.at.nanoseconds)
        for (first, sixth) in zip(times, times.dropFirst(5)) { #expect(sixth - first >= 1_000_000_000) }
        for slot in 0..<10 { #expect(bench.books(slot).last == "snapshot") }
    }

    @Test("of a connection that carries nothing are over when it is closed, after a while")
    func idle() {
        let bench = Self.bench(25)
        bench.start()
        bench.runHearing(seconds: 5)
        #expect(bench.sockets("market").count == 3)
        for slot in 10..<20 { bench.unfollow(slot) }
        bench.runHearing(seconds: 20)
        #expect(bench.sockets("market").count == 3)
        bench.follow(15)
        bench.runHearing(seconds: 20)
        bench.unfollow(15)
        bench.runHearing(seconds: 25)
        #expect(bench.sockets("market").count == 3)
        bench.runHearing(seconds: 10)
        #expect(bench.sockets("market").count == 2)
        #expect(bench.session.statistics.connectionsLost == 0)
        for slot in 0..<10 { bench.unfollow(slot) }
        for slot in 20..<25 { bench.unfollow(slot) }
        bench.runHearing(seconds: 35)
        #expect(bench.sockets("market").isEmpty)
        #expect(bench.connections == [.up, .down])
        let opened = bench.opened.count
        bench.run(seconds: 1_000)
        #expect(bench.opened.count == opened)
        bench.forget()
        bench.follow(24, .critical)
        bench.runHearing(seconds: 2)
        #expect(bench.sockets("market").count == 1)
        #expect(bench.books(24) == ["snapshot"])
        #expect(bench.connections == [.up])
    }

    @Test("of a lost connection are made anew for what is needed by then")
    func lost() {
        let bench = Self.bench(3)
        bench.start()
        bench.runHearing(seconds: 3)
        bench.holdsOpen = { _ in true }
        bench.lose(bench.sockets("market")[0])
        bench.unfollow(0)
        bench.run(seconds: 1)
        bench.holdsOpen = { _ in false }
        bench.lose(bench.opened.last?.socket ?? -1)
        bench.unfollow(1)
        bench.follow(0)
        bench.forget()
        bench.runHearing(seconds: 5)
        #expect(self.subscribed(bench).last?.hasSuffix(" 0,2") == true)
        #expect(bench.books(0) == ["snapshot"] && bench.books(1) == [] && bench.books(2) == ["snapshot"])
    }

    @Test("that a renewal waits for may be given up in its midst, and new ones come")
    func renewal() throws {
        let bench = Self.bench(4)
        bench.script.traits.connectionSeconds = 400
        for slot in 0..<3 { bench.follow(slot) }
        bench.begin()
        bench.runHearing(seconds: 5)
        // The successor never gets the book of one, which then nobody needs.
        bench.holdsRequest = { $0 == .snapshot(2) }
        for _ in 0..<400 where bench.sockets("market").count < 2 { bench.runHearing(seconds: 1) }
        let sockets = bench.sockets("market")
        try #require(sockets.count == 2)
        bench.forget()
        bench.follow(3)
        bench.runHearing(seconds: 2)
        #expect(bench.books(3).first == "snapshot")
        #expect(bench.sockets("market") == sockets)
        bench.unfollow(2)
        bench.runHearing(seconds: 2)
        #expect(bench.sockets("market") == [sockets[1]])
        bench.holdsRequest = { _ in false }
        bench.forget()
        bench.follow(2)
        bench.runHearing(seconds: 2)
        #expect(bench.books(2) == ["snapshot"])
        for slot in [0, 1, 3] { #expect(bench.books(slot) == []) }
    }

    @Test("whose end the venue refuses are over")
    func refusedEnd() {
        let bench = Self.bench(3)
        bench.start()
        bench.runHearing(seconds: 3)
        bench.holdsText = { _, text in text.hasPrefix("unsub") }
        for slot in 0..<2 { bench.unfollow(slot) }
        bench.runHearing(seconds: 1)
        let socket = bench.sockets("market")[0]
        bench.hear(socket, "refuse 2")
        bench.runHearing(seconds: 2)
        #expect(self.subscribed(bench).suffix(2) == ["unsub 3 0", "unsub 4 1"])
        for number in 3...4 { bench.hear(socket, "refuse \(number)") }
        bench.follow(0)
        bench.runHearing(seconds: 40)
        #expect(self.subscribed(bench).last == "sub 5 0")
        #expect(bench.sockets("market") == [socket])
        #expect(bench.books(0).last == "snapshot")
    }

    // MARK: At random

    /// What the venue's end knows of subscriptions, and what was told to the engine.
    private final class Model {
        var subscribed: [Int: Set<Int>] = [:]  // By socket.
        var held: [(socket: Int, text: String)] = []
        var followed: [Int: Priority] = [:]
        var live: Set<Int> = []
        var faults: [String] = []

        func heard(_ socket: Int, _ text: String, most: Int) {
            let words = text.split(separator: " ")
            let slots = Set(words[2].split(separator: ",").compactMap { Int($0) })
            if slots.count > most { self.faults.append("\(slots.count) instruments in a message") }
            var known = self.subscribed[socket] ?? []
            if words[0] == "sub" {
                if !known.isDisjoint(with: slots) { self.faults.append("subscribed twice: \(text)") }
                known.formUnion(slots)
            } else {
                if !known.isSuperset(of: slots) { self.faults.append("ended what was none: \(text)") }
                known.subtract(slots)
            }
            self.subscribed[socket] = known
        }

        func told(_ events: [Event]) {
            for event in events {
                switch event {
                case .market(.snapshotBegan(let instrument)):
                    if self.followed[instrument.index] == nil { self.faults.append("a book of \(instrument.index)") }
                    self.live.insert(instrument.index)
                case .market(.bookLost(let instrument)): self.live.remove(instrument.index)
                default: break
                }
            }
        }

        /// Nobody needs an instrument any more: what was told of it at once.
        func dropped(_ slot: Int, _ words: [String]) {
            let isRight = self.live.contains(slot) ? words == ["lost"] : words == [] || words == ["lost"]
            if !isRight { self.faults.append("the end of \(slot) told \(words)") }
        }
    }

    @Test("come to what is needed, whatever happens in between", arguments: 1...60)
    func random(seed: UInt64) {
        let fetches = seed % 2 == 0
        let bench = Self.bench(23, fetches: fetches)
        bench.script.traits.connectionSeconds = 400
        let model = Model()
        var random = SessionRandom(seed: seed)
        func below(_ limit: UInt64) -> UInt64 { random.next() % limit }
        var gone: Set<Int> = []
        func open() -> [Int] { bench.sockets("market").filter { !gone.contains($0) } }
        var isWell = false
        // Acknowledges, and where that brings a snapshot, sends it.
        func acknowledge(_ socket: Int, _ text: String) {
            let words = text.split(separator: " ")
            guard open().contains(socket) else { return }
            bench.hear(socket, "ack \(words[1])")
            if words[0] == "sub", !fetches {
                for slot in words[2].split(separator: ",") { bench.hear(socket, "book \(slot)") }
            }
        }
        bench.holdsText = { socket, text in
            guard text.hasPrefix("sub") || text.hasPrefix("unsub") else { return false }
            model.heard(socket, text, most: 5)
            model.held.append((socket, text))
            return true
        }
        bench.holdsRequest = { if case .snapshot = $0 { !isWell && below(4) == 0 } else { false } }
        func look() {
            model.told(bench.told)
            bench.forget()
        }
        func unfollow(_ slot: Int) {
            bench.unfollow(slot)
            bench.settle()
            model.dropped(slot, bench.books(slot))
            look()
            model.followed[slot] = nil
        }
        func run(milliseconds: Int64) {
            bench.run(milliseconds: milliseconds)
            look()
            // Those of one connection in order; some wait for long.
            while let first = model.held.first, isWell || below(3) > 0 {
                model.held.removeFirst()
                acknowledge(first.socket, first.text)
                look()
            }
        }
        bench.begin()
        for _ in 0..<700 {
            for _ in 0..<below(4) {
                let slot = Int(below(23))
                if below(2) == 0 {
                    let priority = Priority.allCases[Int(below(4))]
                    bench.follow(slot, priority)
                    model.followed[slot] = priority
                } else {
                    unfollow(slot)
                }
                look()
            }
            let sockets = open()
            if !sockets.isEmpty {
                let socket = sockets[Int(below(UInt64(sockets.count)))]
                switch below(40) {
                case 0:
                    gone.insert(socket)
                    bench.lose(socket)
                case 1, 2: bench.hear(socket, "lost \(below(23))")
                default: bench.hear(socket, "alive")
                }
                look()
            }
            if below(30) == 0 {
                for slot in 0..<23 where below(3) > 0 {
                    unfollow(slot)
                }
            }
            // Snapshots that were not answered at once come late, or not at all.
            for asked in bench.asked.suffix(12) where below(3) == 0 {
                if case .snapshot = asked.what { below(2) == 0 ? bench.answer(asked, .done) : bench.fail(asked) }
                look()
            }
            run(milliseconds: Int64(below(10) == 0 ? below(20_000) : below(1_500)))
            for socket in open() { bench.hear(socket, "alive") }
            look()
        }
        isWell = true
        // What was never answered has failed by now.
        for asked in bench.asked { if case .snapshot = asked.what { bench.fail(asked) } }
        func needed() -> Int { Set(model.followed.keys.map { $0 / 10 }).count }
        for second in 0..<400 where second < 60 || open().count != needed() {
            run(milliseconds: 1_000)
            for socket in open() { bench.hear(socket, "alive") }
            look()
        }
        #expect(model.faults == [], "seed \(seed)")
        #expect(model.live == Set(model.followed.keys), "seed \(seed)")
        let sockets = open()
        #expect(sockets.count == needed(), "seed \(seed)")
        let all = sockets.flatMap { model.subscribed[$0] ?? [] }
        #expect(all.sorted() == model.followed.keys.sorted(), "seed \(seed)")
        for socket in Set(bench.sent.map(\.socket)) {
            let times = bench.sent.filter { $0.socket == socket }.map(\.at.nanoseconds)
            for (first, sixth) in zip(times, times.dropFirst(5)) where sixth - first < 1_000_000_000 {
                Issue.record("seed \(seed): more than five messages in a second")
            }
        }
    }
}
