internal import TerraceCore

/// Decides for a pool who gets which connection when: events with their time go in, actions come out.
///
/// A slot is a place for one connection, served by one thread. It is never given more than one thing to do at a time, and it is
/// empty again only when its connection is closed on both sides: so there are never more connections than slots. Times are
/// nanoseconds of the monotonic clock.
struct PoolMachine {
    /// What the shell is to do.
    enum Action: Equatable {
        /// Open a connection; `opened` or `openFailed` follows.
        case connect(Int)
        /// Ask whether the connection is there; `checked` follows.
        case check(Int)
        /// Run a request; `finished` follows, or `checkFailed` where it had to be checked first.
        case serve(UInt64, slot: Int, checkFirst: Bool)
        /// Make the connection clean; `recovered` follows.
        case recover(Int)
        /// Close it; `closed` follows.
        case close(Int)
        /// Tell a request that it is not served.
        case fail(UInt64, Refusal)
        /// End the thread of a slot.
        case end(Int)
    }

    /// Why a request is not served.
    enum Refusal: Equatable {
        case queueFull
        /// As many leases as there may be are out.
        case tooManyLeases
        case deadline
        case cancelled
        case stopped
        /// There is no connection, and no sense in waiting for one.
        case down
    }

    /// What a slot is about.
    enum SlotState: Equatable {
        case empty
        case connecting
        case idle
        case checking
        case serving(PoolQueue.Waiter)
        case recovering
        case closing
        case ended
    }

    private struct Slot {
        var state = SlotState.empty
        var since: Int64 = 0
        /// When the connection was last heard of.
        var provenAt: Int64 = 0
        var recycleAt: Int64 = 0
        var uses = 0
    }

    let settings: PoolSettings
    private var slots: [Slot]
    private var queue = PoolQueue()
    private var leasesOut = 0
    private var isStopping = false
    /// Attempts to connect that have failed in a row.
    private var failures = 0
    private var nextAttempt: Int64 = 0
    /// Connections that were not heard of since then may be dead, because another one was.
    private var suspectSince: Int64 = .min
    private(set) var tally = PoolTally()

    /// A pool of which nothing is open.
    init(settings: PoolSettings) {
        self.settings = settings
        self.slots = Array(repeating: Slot(), count: settings.size)
    }

    // MARK: Requests

    /// Opens a first connection, so that what is wrong shows early.
    mutating func start(at now: Int64, into actions: inout [Action]) { self.turn(now, &actions) }

    /// Somebody wants a connection.
    mutating func request(
        _ request: UInt64, _ priority: Priority, isLease: Bool, deadline: Int64, at now: Int64,
        into actions: inout [Action]
    ) {
        let waiter = PoolQueue.Waiter(
            request: request, priority: priority, since: now, deadline: deadline, isLease: isLease)
        if self.isStopping { return self.refuse(waiter, .stopped, &actions) }
        if deadline <= now { return self.refuse(waiter, .deadline, &actions) }
        if isLease, self.leasesOut >= self.settings.leases { return self.refuse(waiter, .tooManyLeases, &actions) }
        if self.isHopeless { return self.refuse(waiter, .down, &actions) }
        if self.queue.count >= self.settings.queueLimit, self.freshest() == nil {
            return self.refuse(waiter, .queueFull, &actions)
        }
        if isLease { self.leasesOut += 1 }
        self.queue.append(waiter)
        self.turn(now, &actions)
        self.tally.mostWaiting = max(self.tally.mostWaiting, self.queue.count)
    }

    /// Somebody does not want one any more. One that is served already is served to its end.
    mutating func cancel(_ request: UInt64, at now: Int64, into actions: inout [Action]) {
        if let waiter = self.queue.remove(request) { return self.drop(waiter, .cancelled, &actions) }
        for index in self.slots.indices {
            guard case .serving(var waiter) = self.slots[index].state, waiter.request == request else { continue }
            waiter.isCancelled = true
            self.slots[index].state = .serving(waiter)
        }
    }

    /// Time has passed: not later than `nextWake`.
    mutating func tick(at now: Int64, into actions: inout [Action]) {
        for waiter in self.queue.removeExpired(at: now) { self.drop(waiter, .deadline, &actions) }
        for index in self.slots.indices where self.slots[index].state == .idle {
            if now >= self.slots[index].recycleAt {
                self.tally.recycled += 1
                self.enter(.closing, index, now, .close(index), &actions)
            } else if now >= self.slots[index].provenAt.held(plus: self.settings.checkInterval) {
                self.enter(.checking, index, now, .check(index), &actions)
            }
        }
        self.turn(now, &actions)
    }

    /// When to tick at the latest.
    var nextWake: Int64 {
        var wake = self.queue.soonestDeadline
        for slot in self.slots where slot.state == .idle {
            wake = min(wake, slot.recycleAt, slot.provenAt.held(plus: self.settings.checkInterval))
        }
        let hasRoom = self.slots.contains { $0.state == .empty }
        if self.failures > 0, !self.isStopping, hasRoom, self.wanted > 0 { wake = min(wake, self.nextAttempt) }
        return wake
    }

    /// No one new is let in; who waits is told; connections close as they become free.
    mutating func stop(at now: Int64, into actions: inout [Action]) {
        if self.isStopping { return }
        self.isStopping = true
        for waiter in self.queue.removeAll() { self.drop(waiter, .stopped, &actions) }
        for index in self.slots.indices {
            switch self.slots[index].state {
            case .idle: self.enter(.closing, index, now, .close(index), &actions)
            case .empty: self.enter(.ended, index, now, .end(index), &actions)
            case .connecting, .checking, .serving, .recovering, .closing, .ended: break
            }
        }
    }

    // MARK: What slots report

    /// A connection is open. `random` is any 64 bits.
    mutating func opened(_ index: Int, random: UInt64, at now: Int64, into actions: inout [Action]) {
        guard self.slots[index].state == .connecting else { return }
        self.failures = 0
        let others = self.slots.count { slot in
            switch slot.state {
            case .idle, .checking, .serving, .recovering, .closing: true
            case .empty, .connecting, .ended: false
            }
        }
        self.tally.countOpened(open: others + 1)
        let lifetime = max(1, self.settings.lifetime.nanosecondsHeld)
        let early = Int64(truncatingIfNeeded: random % UInt64(lifetime / 10 + 1))
        self.slots[index].recycleAt = now.held(plus: lifetime - early)
        self.slots[index].uses = 0
        self.becomeIdle(index, now, &actions)
    }

    /// No connection came of it. `random` is any 64 bits.
    mutating func openFailed(
        _ index: Int, _ kind: DatabaseError.Kind, random: UInt64, at now: Int64, into actions: inout [Action]
    ) {
        guard self.slots[index].state == .connecting else { return }
        self.tally.openFailures += 1
        self.tally.failures[kind.index] += 1
        self.nextAttempt = now.held(plus: self.backoff(random))
        self.failures += 1
        if kind == .unreachable { self.suspectSince = now }
        self.isForPeople = kind.isForPeople
        self.enter(.closing, index, now, .close(index), &actions)
        if self.isHopeless {
            for waiter in self.queue.removeAll() { self.drop(waiter, .down, &actions) }
        }
        self.turn(now, &actions)
    }

    /// The answer to `check`.
    mutating func checked(_ index: Int, isThere: Bool, at now: Int64, into actions: inout [Action]) {
        guard self.slots[index].state == .checking else { return }
        isThere ? self.becomeIdle(index, now, &actions) : self.lose(index, now, &actions)
    }

    /// The connection that was to serve a request is not there: the request waits on, before all others of its class.
    mutating func checkFailed(_ index: Int, at now: Int64, into actions: inout [Action]) {
        guard case .serving(let waiter) = self.slots[index].state else { return }
        if self.isStopping {
            self.drop(waiter, .stopped, &actions)
        } else if waiter.isCancelled {
            self.drop(waiter, .cancelled, &actions)
        } else {
            self.queue.putBack(waiter)
        }
        self.lose(index, now, &actions)
    }

    /// A request has been served, or has failed with `failure`.
    mutating func finished(
        _ index: Int, isClean: Bool, failure: DatabaseError.Kind?, at now: Int64, into actions: inout [Action]
    ) {
        guard case .serving(let waiter) = self.slots[index].state else { return }
        if waiter.isLease { self.leasesOut -= 1 }
        self.tally.served += 1
        if let failure { self.tally.failures[failure.index] += 1 }
        if !waiter.isLease { self.tally.record(service: now - self.slots[index].since) }
        self.slots[index].uses += 1
        if !isClean || failure == .unreachable {
            self.enter(.recovering, index, now, .recover(index), &actions)
        } else if failure == .readOnly, !self.isStopping {
            // Whether it takes writes was settled when it was opened: the next one may reach another server, or the same with
            // other settings.
            self.tally.recycled += 1
            self.enter(.closing, index, now, .close(index), &actions)
            self.turn(now, &actions)
        } else {
            self.becomeIdle(index, now, &actions)
        }
    }

    /// The answer to `recover`.
    mutating func recovered(_ index: Int, isClean: Bool, at now: Int64, into actions: inout [Action]) {
        guard self.slots[index].state == .recovering else { return }
        isClean ? self.becomeIdle(index, now, &actions) : self.lose(index, now, &actions)
    }

    /// The connection is closed on both sides.
    mutating func closed(_ index: Int, at now: Int64, into actions: inout [Action]) {
        guard self.slots[index].state == .closing else { return }
        if self.isStopping {
            self.enter(.ended, index, now, .end(index), &actions)
        } else {
            self.slots[index].state = .empty
            self.turn(now, &actions)
        }
    }

    // MARK: Parts

    /// Whether the last attempt to connect failed for a reason that only people remove.
    private var isForPeople = false

    private mutating func becomeIdle(_ index: Int, _ now: Int64, _ actions: inout [Action]) {
        self.slots[index].provenAt = now
        let isWorn = now >= self.slots[index].recycleAt || self.slots[index].uses >= self.settings.uses
        if self.isStopping || isWorn {
            if !self.isStopping { self.tally.recycled += 1 }
            self.enter(.closing, index, now, .close(index), &actions)
        } else {
            self.slots[index].state = .idle
            self.slots[index].since = now
        }
        self.turn(now, &actions)
    }

    private mutating func lose(_ index: Int, _ now: Int64, _ actions: inout [Action]) {
        self.tally.countLost()
        self.suspectSince = now
        self.enter(.closing, index, now, .close(index), &actions)
        self.turn(now, &actions)
    }

    /// Serves who waits with what is idle, and opens what is missing.
    private mutating func turn(_ now: Int64, _ actions: inout [Action]) {
        if self.isStopping { return }
        while let index = self.freshest(), let waiter = self.queue.pop() {
            guard waiter.deadline > now else {
                self.drop(waiter, .deadline, &actions)
                continue
            }
            let slot = self.slots[index]
            let isStale = now >= slot.provenAt.held(plus: self.settings.checkInterval)
            let action = Action.serve(
                waiter.request, slot: index, checkFirst: isStale || slot.provenAt < self.suspectSince)
            self.tally.record(wait: now - waiter.since)
            self.enter(.serving(waiter), index, now, action, &actions)
        }
        while self.wanted > 0, self.failures == 0 || now >= self.nextAttempt,
            let index = self.slots.firstIndex(where: { $0.state == .empty })
        {
            self.enter(.connecting, index, now, .connect(index), &actions)
        }
    }

    /// How many more connections to open: one for each who waits, at least one in all; after a failure one at a time.
    private var wanted: Int {
        var connecting = 0
        var isNothingThere = true
        for slot in self.slots {
            if slot.state == .connecting { connecting += 1 }
            if slot.state != .empty && slot.state != .closing { isNothingThere = false }
        }
        let wanted = max(self.queue.count, isNothingThere ? 1 : 0)
        return self.failures > 0 ? min(wanted, 1) - connecting : wanted - connecting
    }

    /// The idle connection that was heard of last.
    private func freshest() -> Int? {
        var best: Int?
        for index in self.slots.indices where self.slots[index].state == .idle {
            if let known = best, self.slots[known].provenAt >= self.slots[index].provenAt { continue }
            best = index
        }
        return best
    }

    private var isConnected: Bool {
        self.slots.contains { slot in
            switch slot.state {
            case .idle, .checking, .serving, .recovering: true
            case .empty, .connecting, .closing, .ended: false
            }
        }
    }

    /// Nothing is connected, and only people change that.
    private var isHopeless: Bool { self.failures > 0 && self.isForPeople && !self.isConnected }

    private func backoff(_ random: UInt64) -> Int64 {
        let most = max(1, self.settings.mostBackoff.nanosecondsHeld)
        var wait = max(1, self.settings.leastBackoff.nanosecondsHeld)
        for _ in 0..<min(self.failures, 40) where wait < most { wait = wait.held(plus: wait) }
        wait = min(wait, most)
        return wait / 2 + Int64(truncatingIfNeeded: random % UInt64(wait / 2 + 1))
    }

    private mutating func enter(
        _ state: SlotState, _ index: Int, _ now: Int64, _ action: Action, _ actions: inout [Action]
    ) {
        self.slots[index].state = state
        self.slots[index].since = now
        actions.append(action)
    }

    /// One that was not let in.
    private mutating func refuse(_ waiter: PoolQueue.Waiter, _ why: Refusal, _ actions: inout [Action]) {
        self.tally.count(why)
        actions.append(.fail(waiter.request, why))
    }

    /// One that had been let in.
    private mutating func drop(_ waiter: PoolQueue.Waiter, _ why: Refusal, _ actions: inout [Action]) {
        if waiter.isLease { self.leasesOut -= 1 }
        self.refuse(waiter, why, &actions)
    }

    // MARK: To look at

    /// What each slot is about.
    var states: [SlotState] { self.slots.map { $0.state } }
    /// How many wait.
    var waiting: Int { self.queue.count }
    /// Leases that are out or wait.
    var leases: Int { self.leasesOut }
    /// Whether all threads have been told to end.
    var hasEnded: Bool { self.slots.allSatisfy { $0.state == .ended } }
    /// Whether requests are served: something is connected, or nothing has failed yet.
    var isUp: Bool { self.isConnected || self.failures == 0 }
}

extension Int64 {
    /// The sum, or the most there is.
    func held(plus other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? .max : sum
    }
    /// The sum, or the most there is.
    func held(plus duration: Duration) -> Int64 { self.held(plus: duration.nanosecondsHeld) }
}
