import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A pool decides that") struct PoolMachineTests {
    typealias Action = PoolMachine.Action
    static let second: Int64 = 1_000_000_000

    /// A machine with a clock of its own that runs by hand.
    struct Bench {
        var machine: PoolMachine
        var now: Int64 = 1_000 * second
        var actions: [Action] = []

        init(size: Int, _ change: (inout PoolSettings) -> Void = { _ in }) {
            var settings = PoolSettings(size: size)
            change(&settings)
            self.machine = PoolMachine(settings: settings)
        }

        mutating func take() -> [Action] {
            defer { self.actions = [] }
            return self.actions
        }
        mutating func start() -> [Action] {
            self.machine.start(at: self.now, into: &self.actions)
            return self.take()
        }
        mutating func ask(
            _ request: UInt64, _ priority: Priority = .normal, lease: Bool = false, within seconds: Int64 = 5
        ) -> [Action] {
            self.machine.request(
                request, priority, isLease: lease, deadline: self.now + seconds * second, at: self.now,
                into: &self.actions)
            return self.take()
        }
        mutating func opened(_ slot: Int) -> [Action] {
            self.machine.opened(slot, random: 0, at: self.now, into: &self.actions)
            return self.take()
        }
        mutating func openFailed(_ slot: Int, _ kind: DatabaseError.Kind = .unreachable) -> [Action] {
            self.machine.openFailed(slot, kind, random: .max, at: self.now, into: &self.actions)
            return self.take()
        }
        mutating func finished(_ slot: Int, clean: Bool = true, _ failure: DatabaseError.Kind? = nil) -> [Action] {
            self.now += 1_000
            self.machine.finished(slot, isClean: clean, failure: failure, at: self.now, into: &self.actions)
            return self.take()
        }
        mutating func closed(_ slot: Int) -> [Action] {
            self.machine.closed(slot, at: self.now, into: &self.actions)
            return self.take()
        }
        mutating func pass(_ seconds: Int64) -> [Action] {
            self.now += seconds * second
            self.machine.tick(at: self.now, into: &self.actions)
            return self.take()
        }
    }

    @Test("one connection is opened at the start, and more only for those who wait")
    func growth() {
        var bench = Bench(size: 3)
        #expect(bench.start() == [.connect(0)])
        #expect(bench.ask(1) == [])
        #expect(bench.ask(2) == [.connect(1)])
        #expect(bench.opened(0) == [.serve(1, slot: 0, checkFirst: false)])
        #expect(bench.ask(3) == [.connect(2)])
        #expect(bench.ask(4) == [])
        #expect(bench.finished(0) == [.serve(2, slot: 0, checkFirst: false)])
        #expect(bench.opened(1) == [.serve(3, slot: 1, checkFirst: false)])
        #expect(bench.opened(2) == [.serve(4, slot: 2, checkFirst: false)])
        #expect(bench.finished(2) == [])
        #expect(bench.ask(5) == [.serve(5, slot: 2, checkFirst: false)])
        #expect(bench.machine.waiting == 0)
    }

    @Test("a connection that takes no writes is let go of, whoever waits gets the next")
    func readOnly() {
        var bench = Bench(size: 1)
        _ = bench.start()
        _ = bench.opened(0)
        #expect(bench.ask(1) == [.serve(1, slot: 0, checkFirst: false)])
        #expect(bench.ask(2) == [])
        #expect(bench.finished(0, .readOnly) == [.close(0)])
        #expect(bench.closed(0) == [.connect(0)])
        #expect(bench.opened(0) == [.serve(2, slot: 0, checkFirst: false)])
        // Other failures are no fault of the connection.
        #expect(bench.finished(0, .constraint) == [])
        #expect(bench.machine.states == [.idle])
    }

    @Test("who finds the queue full is refused, and who has waited until the deadline is told so")
    func bounds() {
        var bench = Bench(size: 1) { $0.queueLimit = 2 }
        _ = bench.start()
        _ = bench.opened(0)
        #expect(bench.ask(1) == [.serve(1, slot: 0, checkFirst: false)])
        #expect(bench.ask(2, within: 1) == [] && bench.ask(3, within: 2) == [])
        #expect(bench.ask(4) == [.fail(4, .queueFull)])
        #expect(bench.machine.nextWake == bench.now + Self.second)
        #expect(bench.pass(1) == [.fail(2, .deadline)])
        #expect(bench.finished(0) == [.serve(3, slot: 0, checkFirst: false)])
        #expect(bench.ask(5, within: 0) == [.fail(5, .deadline)])
        #expect(bench.machine.tally.refusedQueueFull == 1 && bench.machine.tally.waitTimeouts == 2)
    }

    @Test("a request is withdrawn while it waits, and goes on once it is served")
    func cancel() {
        var bench = Bench(size: 1)
        _ = bench.start()
        _ = bench.opened(0)
        _ = bench.ask(1)
        _ = bench.ask(2)
        bench.machine.cancel(2, at: bench.now, into: &bench.actions)
        bench.machine.cancel(1, at: bench.now, into: &bench.actions)
        bench.machine.cancel(77, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.fail(2, .cancelled)])
        #expect(bench.finished(0) == [])
    }

    @Test("while the server is gone one connection tries, ever more seldom, and who waits goes on waiting")
    func backoff() {
        var bench = Bench(size: 4) {
            $0.leastBackoff = .seconds(1)
            $0.mostBackoff = .seconds(4)
        }
        _ = bench.start()
        for request in 1...8 { _ = bench.ask(UInt64(request), within: 1_000) }
        #expect(bench.machine.states == [.connecting, .connecting, .connecting, .connecting])
        for slot in 0..<4 { #expect(bench.openFailed(slot) == [.close(slot)]) }
        for slot in 0..<4 { #expect(bench.closed(slot) == []) }
        #expect(!bench.machine.isUp && bench.machine.waiting == 8)
        // Four failures came at one time: the wait is the longest at once, half of it by chance.
        #expect(bench.pass(1) == [])
        let wait = bench.machine.nextWake - bench.now
        #expect(wait > Self.second && wait <= 3 * Self.second)
        #expect(bench.pass(3) == [.connect(0)])
        #expect(bench.pass(60) == [], "one attempt at a time")
        #expect(bench.openFailed(0) == [.close(0)])
        #expect(bench.pass(1) == [], "not before its time, though other slots are free")
        #expect(bench.pass(4) == [.connect(1)])
        #expect(bench.opened(1) == [.serve(1, slot: 1, checkFirst: false), .connect(2), .connect(3)])
        #expect(bench.closed(0) == [.connect(0)])
        #expect(bench.machine.isUp)
    }

    @Test("a wrong password is told to all who wait and to all who ask, until it is right")
    func password() {
        var bench = Bench(size: 2)
        _ = bench.start()
        _ = bench.ask(1)
        #expect(bench.openFailed(0, .authentication) == [.close(0), .fail(1, .down)])
        #expect(bench.ask(2) == [.fail(2, .down)])
        #expect(bench.closed(0) == [])
        #expect(bench.pass(1) == [.connect(0)], "it is tried again, though nobody asks")
        _ = bench.opened(0)
        #expect(bench.ask(3) == [.serve(3, slot: 0, checkFirst: false)])
    }

    @Test("a server that lets only a few in is used with those few")
    func tooMany() {
        var bench = Bench(size: 3)
        _ = bench.start()
        _ = bench.opened(0)
        #expect(bench.ask(1) == [.serve(1, slot: 0, checkFirst: false)])
        #expect(bench.ask(2) == [.connect(1)])
        #expect(bench.openFailed(1, .tooManyConnections) == [.close(1)])
        #expect(bench.ask(3) == [], "no further attempt before its time")
        #expect(bench.machine.isUp)
        #expect(bench.finished(0) == [.serve(2, slot: 0, checkFirst: false)])
        #expect(bench.finished(0) == [.serve(3, slot: 0, checkFirst: false)])
    }

    @Test("a connection left in doubt is cleaned before anybody else has it, and one that can't be is closed")
    func recovery() {
        var bench = Bench(size: 1)
        _ = bench.start()
        _ = bench.opened(0)
        _ = bench.ask(1)
        _ = bench.ask(2)
        #expect(bench.finished(0, clean: false, .timedOut) == [.recover(0)])
        bench.machine.recovered(0, isClean: true, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.serve(2, slot: 0, checkFirst: false)])
        _ = bench.ask(3)
        #expect(bench.finished(0, clean: false, .unreachable) == [.recover(0)])
        bench.machine.recovered(0, isClean: false, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.close(0)], "and no successor before it is closed on both sides")
        #expect(bench.closed(0) == [.connect(0)])
        #expect(bench.opened(0) == [.serve(3, slot: 0, checkFirst: false)])
        #expect(bench.machine.tally.lost == 1 && bench.machine.tally.reconnects == 1)
    }

    @Test("where one connection was found dead the others are asked before use, and no request is lost by it")
    func suspects() {
        var bench = Bench(size: 2)
        _ = bench.start()
        _ = bench.ask(1)
        _ = bench.ask(2)
        _ = bench.opened(0)
        _ = bench.opened(1)
        _ = bench.finished(1)
        #expect(bench.finished(0, clean: false, .unreachable) == [.recover(0)])
        bench.machine.recovered(0, isClean: false, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.close(0)])
        #expect(bench.ask(3) == [.serve(3, slot: 1, checkFirst: true)])
        bench.machine.checkFailed(1, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.close(1)])
        #expect(bench.machine.waiting == 1)
        #expect(bench.closed(1) == [.connect(1)])
        #expect(bench.opened(1) == [.serve(3, slot: 1, checkFirst: false)])
    }

    @Test("idle connections are asked every 30 seconds, and are replaced by age and by use")
    func upkeep() {
        var bench = Bench(size: 1) { $0.uses = 3 }
        _ = bench.start()
        _ = bench.opened(0)
        #expect(bench.machine.nextWake == bench.now + 30 * Self.second)
        #expect(bench.pass(30) == [.check(0)])
        #expect(bench.ask(1) == [])
        bench.machine.checked(0, isThere: true, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.serve(1, slot: 0, checkFirst: false)])
        _ = bench.finished(0)
        _ = bench.ask(2)
        _ = bench.finished(0)
        _ = bench.ask(3)
        #expect(bench.finished(0) == [.close(0)], "three uses are the most")
        #expect(bench.closed(0) == [.connect(0)])
        _ = bench.opened(0)
        _ = bench.pass(30)
        bench.machine.checked(0, isThere: false, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.close(0)])
        _ = bench.closed(0)
        _ = bench.opened(0)
        #expect(bench.pass(1_800) == [.close(0)], "30 minutes are the most")
        #expect(bench.machine.tally.recycled == 2 && bench.machine.tally.lost == 1)
    }

    @Test("a lease counts as a connection, and there are never so many that nobody else is served")
    func leases() {
        var bench = Bench(size: 2)
        _ = bench.start()
        _ = bench.opened(0)
        #expect(bench.ask(1, lease: true) == [.serve(1, slot: 0, checkFirst: false)])
        #expect(bench.ask(2, lease: true) == [.fail(2, .tooManyLeases)])
        #expect(bench.ask(3) == [.connect(1)])
        #expect(bench.opened(1) == [.serve(3, slot: 1, checkFirst: false)])
        #expect(bench.finished(0, clean: false, .unreachable) == [.recover(0)])
        #expect(bench.ask(4, lease: true) == [])
        #expect(bench.finished(1) == [.serve(4, slot: 1, checkFirst: false)])
        #expect(PoolSettings(size: 1).leases == 0)
    }

    @Test("at the stop who waits is told, who is served finishes, and all that is open is closed")
    func stop() {
        var bench = Bench(size: 4)
        _ = bench.start()
        for request in 1...4 { _ = bench.ask(UInt64(request)) }
        _ = bench.opened(0)
        _ = bench.opened(1)
        _ = bench.finished(0)
        _ = bench.finished(0)
        #expect(
            bench.machine.states[0]
                == .serving(
                    .init(
                        request: 4, priority: .normal, since: 1_000 * Self.second, deadline: 1_005 * Self.second,
                        isLease: false)))
        _ = bench.ask(5)
        bench.machine.stop(at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.fail(5, .stopped)])
        #expect(bench.ask(6) == [.fail(6, .stopped)])
        #expect(bench.opened(2) == [.close(2)], "what was being opened is closed at once")
        #expect(bench.openFailed(3) == [.close(3)])
        #expect(bench.finished(0) == [.close(0)])
        #expect(bench.finished(1, clean: false) == [.recover(1)])
        bench.machine.recovered(1, isClean: true, at: bench.now, into: &bench.actions)
        #expect(bench.take() == [.close(1)])
        for slot in 0..<4 { #expect(bench.closed(slot) == [.end(slot)]) }
        #expect(bench.machine.hasEnded && bench.machine.nextWake == .max)
    }
}
