import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("Whatever happens, a pool") struct PoolMachinePropertyTests {
    /// A database that fails at random, and those who ask for connections to it: an obvious account of what is owed to whom.
    struct World {
        enum Work: Equatable { case connect, check, serve(UInt64, checkFirst: Bool), recover, close }
        enum Request: Equatable { case waits(deadline: Int64), served, answered }

        var machine: PoolMachine
        var random: PoolRandom
        var now: Int64 = 1_000_000_000
        var isHealthy = false
        /// What each slot has been told to do and has not done.
        var work: [Work?]
        var isOpen: [Bool]
        var requests: [Request] = []
        var faults: [String] = []
        var served = 0

        init(seed: Int, size: Int) {
            var settings = PoolSettings(size: size)
            settings.queueLimit = 12
            settings.leases = min(2, size - 1)
            settings.checkInterval = .milliseconds(200)
            settings.lifetime = .seconds(1)
            settings.uses = 20
            settings.leastBackoff = .milliseconds(10)
            settings.mostBackoff = .milliseconds(100)
            self.machine = PoolMachine(settings: settings)
            self.random = PoolRandom(state: UInt64(seed))
            self.work = Array(repeating: nil, count: size)
            self.isOpen = Array(repeating: false, count: size)
            self.change { machine, now, actions in machine.start(at: now, into: &actions) }
        }

        mutating func change(_ event: (inout PoolMachine, Int64, inout [PoolMachine.Action]) -> Void) {
            var actions: [PoolMachine.Action] = []
            event(&self.machine, self.now, &actions)
            for action in actions { self.arrange(action) }
            self.look()
        }

        private mutating func arrange(_ action: PoolMachine.Action) {
            switch action {
            case .connect(let slot):
                if self.isOpen[slot] { self.faults.append("two connections in slot \(slot)") }
                self.isOpen[slot] = true
                self.give(slot, .connect)
            case .check(let slot): self.give(slot, .check)
            case .recover(let slot): self.give(slot, .recover)
            case .close(let slot): self.give(slot, .close)
            case .serve(let request, let slot, let checkFirst):
                if case .waits(let deadline) = self.requests[Int(request)], deadline > self.now {
                    self.requests[Int(request)] = .served
                } else {
                    self.faults.append("request \(request) served that does not wait")
                }
                self.give(slot, .serve(request, checkFirst: checkFirst))
            case .fail(let request, let why):
                if self.requests[Int(request)] == .answered { self.faults.append("request \(request) answered twice") }
                if why == .deadline, case .waits(let deadline) = self.requests[Int(request)], deadline > self.now {
                    self.faults.append("request \(request) given up before its deadline")
                }
                self.requests[Int(request)] = .answered
            case .end(let slot):
                if self.isOpen[slot] || self.work[slot] != nil { self.faults.append("slot \(slot) ended while in use") }
            }
        }

        private mutating func give(_ slot: Int, _ work: Work) {
            if let given = self.work[slot] { self.faults.append("slot \(slot) given \(work) besides \(given)") }
            if !self.isOpen[slot] { self.faults.append("slot \(slot) given \(work) without a connection") }
            self.work[slot] = work
        }

        private mutating func look() {
            let waiting = self.requests.count { if case .waits = $0 { true } else { false } }
            let states = self.machine.states
            let inUse = states.count { if case .serving = $0 { true } else { false } }
            if waiting != self.machine.waiting {
                self.faults.append("\(waiting) wait, and the pool knows \(self.machine.waiting)")
            }
            if waiting > 12 + states.count { self.faults.append("\(waiting) wait") }
            if waiting > 0, states.contains(.idle) { self.faults.append("somebody waits while a connection is idle") }
            if self.machine.leases > self.machine.settings.leases { self.faults.append("too many leases") }
            let served = self.work.count { if case .serve = $0 { true } else { false } }
            if inUse != served { self.faults.append("\(inUse) in use, and \(served) serve") }
            if self.isOpen.count(where: { $0 }) > self.machine.settings.size {
                self.faults.append("too many connections")
            }
        }

        mutating func ask() {
            let request = UInt64(self.requests.count)
            let deadline = self.now + Int64(self.random.below(300)) * 1_000_000
            let priority = Priority.allCases[self.random.below(4)]
            let isLease = self.random.isOne(in: 10)
            self.requests.append(.waits(deadline: deadline))
            self.change { machine, now, actions in
                machine.request(request, priority, isLease: isLease, deadline: deadline, at: now, into: &actions)
            }
        }

        mutating func cancel() {
            guard !self.requests.isEmpty else { return }
            let request = UInt64(self.requests.count - 1 - self.random.below(min(20, self.requests.count)))
            self.change { machine, now, actions in machine.cancel(request, at: now, into: &actions) }
        }

        mutating func pass(_ milliseconds: Int) {
            self.now += Int64(milliseconds) * 1_000_000
            self.change { machine, now, actions in machine.tick(at: now, into: &actions) }
            let now = self.now
            for (number, request) in self.requests.enumerated() {
                if case .waits(let deadline) = request, deadline <= now {
                    self.faults.append("request \(number) forgotten")
                }
            }
            if self.machine.nextWake <= now { self.faults.append("the watch would spin") }
        }

        /// One slot does what it was told.
        mutating func work(_ slot: Int) {
            guard let work = self.work[slot] else { return }
            self.work[slot] = nil
            let isWell = self.isHealthy || !self.random.isOne(in: 3)
            let bits = self.random.next()
            switch work {
            case .connect:
                let kinds: [DatabaseError.Kind] = [.unreachable, .authentication, .tooManyConnections, .timedOut]
                let kind = kinds[self.random.below(kinds.count)]
                self.change { machine, now, actions in
                    if isWell {
                        machine.opened(slot, random: bits, at: now, into: &actions)
                    } else {
                        machine.openFailed(slot, kind, random: bits, at: now, into: &actions)
                    }
                }
            case .check:
                self.change { machine, now, actions in machine.checked(slot, isThere: isWell, at: now, into: &actions) }
            case .recover:
                self.change { machine, now, actions in machine.recovered(slot, isClean: isWell, at: now, into: &actions)
                }
            case .close:
                self.isOpen[slot] = false
                self.change { machine, now, actions in machine.closed(slot, at: now, into: &actions) }
            case .serve(let request, let checkFirst):
                if checkFirst, !isWell {
                    // It waits again, its deadline unchanged; whether it was withdrawn meanwhile, the machine knows.
                    guard case .serving(let waiter) = self.machine.states[slot] else { return }
                    self.requests[Int(request)] = .waits(deadline: waiter.deadline)
                    return self.change { machine, now, actions in
                        machine.checkFailed(slot, at: now, into: &actions)
                        machine.tick(at: now, into: &actions)
                    }
                }
                self.requests[Int(request)] = .answered
                self.served += 1
                let failure: DatabaseError.Kind? =
                    isWell ? nil : [.timedOut, .unreachable, .constraint][self.random.below(3)]
                self.change { machine, now, actions in
                    machine.finished(
                        slot, isClean: failure == nil || failure == .constraint, failure: failure, at: now,
                        into: &actions)
                }
            }
        }

        mutating func workAll() { for slot in self.work.indices { self.work(slot) } }
    }

    @Test(
        "never has too many connections, never forgets or answers twice who asks, and serves again when the server is well",
        arguments: 1...60)
    func holds(seed: Int) {
        var world = World(seed: seed, size: 1 + seed % 6)
        for step in 0..<3_000 {
            if step % 500 == 0 { world.isHealthy = world.random.isOne(in: 2) }
            switch world.random.below(10) {
            case 0...3: world.ask()
            case 4: world.cancel()
            case 5: world.pass(world.random.below(60))
            default: world.work(world.random.below(world.work.count))
            }
            if !world.faults.isEmpty { break }
        }
        #expect(world.faults == [], "seed \(seed)")
        #expect(world.served > 100, "seed \(seed)")

        world.isHealthy = true
        for _ in 0..<50 {
            world.workAll()
            world.pass(20)
        }
        #expect(world.requests.allSatisfy { $0 == .answered }, "seed \(seed)")
        #expect(world.machine.isUp && world.machine.leases == 0)
        world.ask()
        world.change { machine, now, actions in machine.stop(at: now, into: &actions) }
        for _ in 0..<5 { world.workAll() }
        #expect(world.machine.hasEnded && world.requests.allSatisfy { $0 == .answered }, "seed \(seed)")
        #expect(world.faults == [], "seed \(seed)")
    }
}
