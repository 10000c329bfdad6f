import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("The private stream of a session") struct SessionAccountTests {
    private static func started(_ change: (SessionBench) -> Void = { _ in }) -> SessionBench {
        let bench = SessionBench(2, change)
        bench.start()
        bench.runHearing(seconds: 5)
        return bench
    }

    @Test("lets the engine trade once orders and balances are compared")
    func up() {
        let bench = SessionBench(2) { $0.holdsRequest = { $0 == .account(.balances) } }
        bench.start()
        bench.run(seconds: 1)
        #expect(bench.connections == [.accountDoubted])
        bench.answer(
            bench.asked { $0 == .balances }[0], .done, [.balance(coin: "USDT", total: bench.total, free: .zero)])
        #expect(bench.connections == [.accountDoubted, .up])
        // Behind the balances and before the first order, from where a restart would ask for fills.
        let last = bench.told.suffix(4)
        guard case .balance(_, _, let total)? = last.first else { return #expect(Bool(false), "\(last)") }
        #expect(total == bench.total)
        let asked = SessionBench.start.nanoseconds / 1_000_000
        #expect(last.dropFirst().dropLast().map { $0.mark } == ["0 - \(asked)", "1 - \(asked)"])
    }

    @Test("signs with the venue's time, which it measures")
    func skew() throws {
        let bench = Self.started { $0.skewMilliseconds = -4_321 }
        #expect(bench.session.statistics.skewMilliseconds == -4_321)
        bench.command(SessionSamples.place(1))
        let stamp = try #require(bench.script.stamps.last)
        #expect(stamp == bench.now.nanoseconds / 1_000_000 - 4_321)
        // The venue's clock jumps: a refusal has it measured anew, though the last measurement was as good.
        bench.skewMilliseconds = 9_000
        bench.holdsRequest = { if case .account(.place) = $0 { true } else { false } }
        bench.command(SessionSamples.place(2))
        bench.answer(try #require(bench.asked.last), .clockOff(code: -1021))
        bench.run(seconds: 1)
        #expect(bench.session.statistics.skewMilliseconds == 9_000)
        #expect(bench.outcomes(SessionSamples.id(2)) == ["rejected other"])
    }

    @Test("that is lost pulls quotes; when it is back orders are doubted, then found, then it is told")
    func lost() {
        let bench = Self.started()
        bench.command(SessionSamples.place(1))
        bench.openOrders = [SessionSamples.order(1, filled: 2)]
        bench.forget()
        bench.lose(bench.stream)
        #expect(bench.connections == [.accountLost])
        bench.runHearing(seconds: 5)
        #expect(bench.connections == [.accountLost, .accountDoubted, .accountBack])
        let words = bench.told.compactMap { event -> String? in
            switch event {
            case .connection(_, .heartbeat): nil
            case .connection(_, let change): "\(change)"
            case .order(let report): report.outcome.word
            default: nil
            }
        }
        #expect(words == ["accountLost", "accountDoubted", "found 2", "accountBack"])
    }

    @Test("is renewed without a gap: the old one is closed when the new one is ready, and all is compared")
    func renewal() throws {
        let bench = Self.started { $0.script.traits.connectionSeconds = 400 }
        let old = bench.stream
        bench.forget()
        var isHeld = true
        bench.holdsText = { socket, text in isHeld && socket != old && text.hasPrefix("login") }
        bench.runHearing(seconds: 298)
        let new = try #require(bench.sockets("account").last)
        #expect(new != old && !bench.closed.contains(old))
        isHeld = false
        let before = bench.session.statistics.comparisons
        bench.tell(new, [.stepDone])
        bench.settle()
        #expect(bench.closed.contains(old))
        bench.runHearing(seconds: 9)
        #expect(bench.connections == [])
        #expect(bench.session.statistics.comparisons > before)
    }

    @Test("whose login is never answered is given up and tried again, its successor too")
    func muteLogin() throws {
        let bench = SessionBench(2) {
            $0.script.traits.connectionSeconds = 400
            $0.holdsText = { _, text in text.hasPrefix("login") }
        }
        bench.start()
        bench.runHearing(seconds: 15)
        #expect(bench.connections == [])
        bench.holdsText = { _, _ in false }
        bench.runHearing(seconds: 15)
        #expect(bench.connections.last == .up)
        // The one that shall follow it answers nothing at all, again and again.
        let old = bench.stream
        bench.holdsText = { socket, _ in bench.opened.first { $0.socket == socket }?.target != "market" && socket != old
        }
        bench.runHearing(seconds: 380)
        #expect(bench.sockets("account").count <= 2)
        #expect(bench.connections.last == .up)
        #expect(!bench.closed.contains(old))
    }

    @Test("that is lost in the midst of its renewal is followed by the new one, and none is left open")
    func lostInRenewal() throws {
        let bench = Self.started { $0.script.traits.connectionSeconds = 400 }
        let old = bench.stream
        bench.holdsText = { socket, text in socket != old && text.hasPrefix("login") }
        bench.runHearing(seconds: 298)
        let new = try #require(bench.sockets("account").last)
        try #require(new != old)
        bench.forget()
        bench.lose(old)
        #expect(bench.connections == [.accountLost])
        bench.tell(new, [.stepDone])
        bench.settle()
        bench.runHearing(seconds: 2)
        #expect(bench.connections == [.accountLost, .accountDoubted, .accountBack])
        #expect(bench.sockets("account").filter { $0 != old } == [new])
    }

    @Test("that ends again and again as soon as it is ready is opened less and less often")
    func flapping() {
        let bench = Self.started()
        var times: [Timestamp] = []
        for _ in 0..<10 {
            bench.lose(bench.opened.last { $0.target.hasPrefix("account") }?.socket ?? -1)
            let before = bench.opened.count
            for _ in 0..<4_000 where bench.opened.count == before { bench.run(milliseconds: 10) }
            times.append(bench.now)
        }
        #expect(times[9].nanoseconds(since: times[8]) > 5_000_000_000)
        #expect(times[1].nanoseconds(since: times[0]) < 2_000_000_000)
    }

    @Test("gets a new key where the venue no longer knows the old one", arguments: [true, false])
    func keyLost(isRefused: Bool) throws {
        let bench = Self.started {
            $0.script.traits.listenKeySeconds = 60
            $0.holdsRequest = { $0 == .account(.renewListenKey) }
        }
        bench.runHearing(seconds: 60)
        let asked = try #require(bench.asked { $0 == .renewListenKey }.last)
        bench.forget()
        bench.answer(asked, isRefused ? .refused(.other, code: -1125) : .unknown(code: 404))
        bench.runHearing(seconds: 3)
        #expect(bench.asked { $0 == .createListenKey }.count == 2)
        #expect(Set(bench.opened.filter { $0.target.hasPrefix("account k") }.map(\.target)).count == 2)
        #expect(bench.connections == [.accountLost, .accountDoubted, .accountBack])
    }

    @Test("keeps its key alive, and tries again soon where that had no answer")
    func keyRenewed() throws {
        let bench = Self.started {
            $0.script.traits.listenKeySeconds = 1_800
            $0.holdsRequest = { $0 == .account(.renewListenKey) }
        }
        bench.runHearing(seconds: 1_801)
        let first = try #require(bench.asked { $0 == .renewListenKey }.last)
        bench.fail(first)
        bench.runHearing(seconds: 70)
        #expect(bench.asked { $0 == .renewListenKey }.count == 2)
        #expect(!bench.connections.contains(.accountLost))
    }

    @Test("stops but for cancels with an alarm where the key is refused, and begins anew after a minute")
    func keyRefused() throws {
        let bench = Self.started { $0.holdsRequest = { if case .account(.place) = $0 { true } else { false } } }
        bench.command(SessionSamples.place(1))
        bench.answer(try #require(bench.asked.last), .keyRefused(code: -2015))
        #expect(bench.connections.last == .accountLost)
        #expect(bench.session.takeNotices().contains { $0.severity == .alarm })
        bench.command(SessionSamples.place(2), SessionSamples.cancel(1))
        bench.runHearing(seconds: 10)
        #expect(bench.outcomes(SessionSamples.id(2)) == ["rejected other"])
        #expect(bench.asked { if case .cancel = $0 { true } else { false } }.count == 1)
        #expect(bench.asked { if case .place = $0 { true } else { false } }.count == 1)
        #expect(bench.connections.last == .accountLost)
        bench.runHearing(seconds: 100)
        #expect(bench.connections.last == .accountBack)
    }

    @Test("arms the dead-man switch of instruments with orders, and keeps it armed")
    func deadMan() {
        let bench = Self.started { $0.script.traits.hasDeadManSwitch = true }
        func armed(_ slot: Int) -> [Timestamp] {
            bench.asked { $0 == .deadMan(slot: slot, milliseconds: 120_000) }.map(\.at)
        }
        bench.runHearing(seconds: 60)
        #expect(armed(0).isEmpty)
        bench.command(SessionSamples.place(1))
        bench.openOrders = [SessionSamples.order(1)]
        bench.run(milliseconds: 10)
        #expect(armed(0).count == 1)
        bench.runHearing(seconds: 300)
        for (earlier, later) in zip(armed(0), armed(0).dropFirst()) {
            #expect(later.nanoseconds(since: earlier) <= 40_000_000_000)
        }
        #expect(armed(0).count >= 8)
        #expect(armed(1).isEmpty)
    }
}
