internal import Dispatch
internal import Foundation
internal import Synchronization
internal import TerraceCore

/// The threads of a pool around its `PoolMachine`: they read the clock, tell what happened, and do what it says.
final class PoolCore<Connection: PooledConnection>: Sendable {
    /// What a slot's thread has to do next.
    private enum Order {
        case connect
        case check
        case serve(UInt64, PoolJob<Connection>, checkFirst: Bool)
        case recover
        case close
        case end
    }

    private struct State {
        var machine: PoolMachine
        var nextRequest: UInt64 = 0
        /// Those that wait. Looked up, never walked through.
        var jobs: [UInt64: PoolJob<Connection>] = [:]
        var orders: [Order?]
        var leases: [PoolLease?]
        var lastFailure: DatabaseError?
        var watchWakes = Int64.max
        /// By when to have closed all.
        var stopDeadline: Deadline?
        /// When to say how many are left.
        var reportsAt = Int64.max
        var stopped: [@Sendable (Int) -> Void] = []
    }

    private let place: String
    private let settings: PoolSettings
    private let make: @Sendable () -> Connection
    private let state: Mutex<State>
    private let bells: [DispatchSemaphore]
    private let watchBell = DispatchSemaphore(value: 0)

    init(place: String, settings: PoolSettings, make: @escaping @Sendable () -> Connection) {
        self.place = place
        self.settings = settings
        self.make = make
        self.state = Mutex(
            State(
                machine: PoolMachine(settings: settings), orders: Array(repeating: nil, count: settings.size),
                leases: Array(repeating: nil, count: settings.size)))
        self.bells = (0..<settings.size).map { _ in DispatchSemaphore(value: 0) }
    }

    func start() {
        for slot in 0..<self.settings.size {
            self.thread("db-\(slot)") { self.serve(slot) }
        }
        self.thread("db-watch") { self.watch() }
        self.tell { machine, now, actions in machine.start(at: now, into: &actions) }
    }

    var statistics: PoolStatistics {
        self.state.withLock { state in PoolStatistics(state.machine, lastFailure: state.lastFailure) }
    }

    // MARK: Requests

    func run<T: Sendable>(
        _ priority: Priority, _ lease: PoolLease?, _ deadline: Deadline,
        _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> T
    ) async throws(DatabaseError) -> T {
        let ticket = PoolTicket()
        let result: Result<T, DatabaseError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = PoolJob<Connection>(lease: lease, deadline: deadline, body: body) {
                    continuation.resume(returning: $0)
                }
                self.submit(job, priority, deadline, ticket)
            }
        } onCancel: {
            self.cancel(ticket)
        }
        return try result.get()
    }

    func runBlocking<T: Sendable>(
        _ priority: Priority, _ lease: PoolLease?, _ deadline: Deadline,
        _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T {
        let answer = PoolAnswer<Result<T, DatabaseError>>()
        let job = PoolJob<Connection>(lease: lease, deadline: deadline, body: body) { answer.put($0) }
        self.submit(job, priority, deadline, PoolTicket())
        guard let result = answer.take() else { throw DatabaseError(.other, at: self.place, "no answer") }
        return try result.get()
    }

    private func submit(_ job: PoolJob<Connection>, _ priority: Priority, _ deadline: Deadline, _ ticket: PoolTicket) {
        self.change { state, now, actions in
            let request = state.nextRequest
            state.nextRequest += 1
            state.jobs[request] = job
            // Either this sees that it was cancelled, or the one who cancels sees the number.
            ticket.number(request)
            state.machine.request(
                request, priority, isLease: job.lease != nil, deadline: deadline.nanoseconds, at: now, into: &actions)
            if ticket.isCancelled { state.machine.cancel(request, at: now, into: &actions) }
        }
    }

    private func cancel(_ ticket: PoolTicket) {
        guard let request = ticket.cancel() else { return }
        self.tell { machine, now, actions in machine.cancel(request, at: now, into: &actions) }
    }

    // MARK: Stop

    func stop(by deadline: Deadline, _ done: @escaping @Sendable (Int) -> Void) {
        self.change { state, now, actions in
            state.stopped.append(done)
            state.stopDeadline = min(deadline, state.stopDeadline ?? .never)
            state.reportsAt = min(deadline.nanoseconds, state.reportsAt)
            for lease in state.leases { lease?.stop() }
            state.machine.stop(at: now, into: &actions)
        }
        // The watch is no more where all had ended before.
        self.report()
        self.watchBell.signal()
    }

    func stopBlocking(by deadline: Deadline) -> Int {
        let answer = PoolAnswer<Int>()
        self.stop(by: deadline) { answer.put($0) }
        return answer.take() ?? 0
    }

    /// Tells who stops the pool when all has ended, or the time for it. Whether all has ended.
    @discardableResult
    private func report() -> Bool {
        let (stopped, left) = self.state.withLock { state -> ([@Sendable (Int) -> Void], Int) in
            let left = state.machine.states.count { $0 != .ended }
            guard left == 0 || Deadline.now.nanoseconds >= state.reportsAt else { return ([], left) }
            state.reportsAt = .max
            defer { state.stopped = [] }
            return (state.stopped, left)
        }
        for done in stopped { done(left) }
        return left == 0
    }

    // MARK: The machine

    private func tell(_ event: (inout PoolMachine, Int64, inout [PoolMachine.Action]) -> Void) {
        self.change { state, now, actions in event(&state.machine, now, &actions) }
    }

    /// Changes the state under the lock, then does what the machine says.
    private func change(_ body: (inout State, Int64, inout [PoolMachine.Action]) -> Void) {
        var failed: [(PoolJob<Connection>, DatabaseError)] = []
        var woken: [Int] = []
        let isEarlier = self.state.withLock { state in
            var actions: [PoolMachine.Action] = []
            body(&state, Deadline.now.nanoseconds, &actions)
            for action in actions { self.arrange(action, &state, &failed, &woken) }
            guard state.machine.nextWake < state.watchWakes else { return false }
            state.watchWakes = state.machine.nextWake
            return true
        }
        for slot in woken { self.bells[slot].signal() }
        if isEarlier { self.watchBell.signal() }
        for (job, error) in failed { job.fail(error) }
    }

    private func arrange(
        _ action: PoolMachine.Action, _ state: inout State, _ failed: inout [(PoolJob<Connection>, DatabaseError)],
        _ woken: inout [Int]
    ) {
        let slot: Int
        let order: Order
        switch action {
        case .connect(let index): (slot, order) = (index, .connect)
        case .check(let index): (slot, order) = (index, .check)
        case .recover(let index): (slot, order) = (index, .recover)
        case .close(let index): (slot, order) = (index, .close)
        case .end(let index): (slot, order) = (index, .end)
        case .serve(let request, let index, let checkFirst):
            guard let job = state.jobs[request] else { return }
            state.leases[index] = job.lease
            (slot, order) = (index, .serve(request, job, checkFirst: checkFirst))
        case .fail(let request, let why):
            guard let job = state.jobs.removeValue(forKey: request) else { return }
            failed.append((job, self.error(why, state)))
            return
        }
        state.orders[slot] = order
        woken.append(slot)
    }

    private func error(_ why: PoolMachine.Refusal, _ state: State) -> DatabaseError {
        let size = self.settings.size
        switch why {
        case .queueFull:
            let limit = self.settings.queueLimit
            return DatabaseError(.queueFull, at: self.place, "\(limit) requests wait for \(size) connections already")
        case .tooManyLeases:
            return DatabaseError(.queueFull, at: self.place, "all \(self.settings.leases) lasting connections are lent")
        case .cancelled: return DatabaseError(.cancelled, at: self.place, "the request was withdrawn while it waited")
        case .stopped: return DatabaseError(.stopped, at: self.place, "the pool is stopping")
        case .down:
            return state.lastFailure ?? DatabaseError(.unreachable, at: self.place, "there is no connection")
        case .deadline:
            if !state.machine.isUp, let failure = state.lastFailure {
                var failure = failure
                failure.detail = "no connection within the deadline; at the last attempt: \(failure.detail)"
                return failure
            }
            return DatabaseError(
                .timedOut, at: self.place,
                "none of \(size) connections became free within the deadline, \(state.machine.waiting) more wait")
        }
    }

    // MARK: Threads

    private func thread(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// The thread of a slot: its connection never leaves it.
    private func serve(_ slot: Int) {
        var connection: Connection?
        while true {
            self.bells[slot].wait()
            let order = self.state.withLock { $0.orders[slot].take() }
            switch order {
            case nil: continue
            case .connect: connection = self.open(slot)
            case .check:
                let isThere = self.isThere(connection)
                self.tell { machine, now, actions in
                    machine.checked(slot, isThere: isThere, at: now, into: &actions)
                }
            case .serve(let request, let job, let checkFirst):
                if let connection { self.run(request, job, checkFirst, connection, slot) }
            case .recover:
                let isClean = self.isRecovered(connection)
                self.tell { machine, now, actions in
                    machine.recovered(slot, isClean: isClean, at: now, into: &actions)
                }
            case .close:
                let limit = self.state.withLock { $0.stopDeadline } ?? .never
                connection?.close(by: min(limit, .after(self.settings.closeTimeout)))
                connection = nil
                self.tell { machine, now, actions in machine.closed(slot, at: now, into: &actions) }
            case .end:
                self.watchBell.signal()
                return
            }
        }
    }

    private func open(_ slot: Int) -> Connection {
        let connection = self.make()
        do throws(DatabaseError) {
            try connection.open(by: .after(self.settings.connectTimeout))
            let random = UInt64.random(in: .min ... .max)
            self.tell { machine, now, actions in machine.opened(slot, random: random, at: now, into: &actions) }
        } catch {
            let random = UInt64.random(in: .min ... .max)
            self.change { state, now, actions in
                state.lastFailure = error
                state.machine.openFailed(slot, error.kind, random: random, at: now, into: &actions)
            }
        }
        return connection
    }

    private func run(
        _ request: UInt64, _ job: PoolJob<Connection>, _ checkFirst: Bool, _ connection: Connection, _ slot: Int
    ) {
        if checkFirst, !self.isThere(connection) {
            return self.change { state, now, actions in
                state.leases[slot] = nil
                state.machine.checkFailed(slot, at: now, into: &actions)
            }
        }
        connection.begin(deadline: job.deadline)
        let end = job.perform(connection)
        connection.begin(deadline: .never)
        let isClean = connection.isClean
        self.change { state, now, actions in
            state.jobs[request] = nil
            state.leases[slot] = nil
            state.machine.finished(slot, isClean: isClean, failure: end.failure, at: now, into: &actions)
        }
        end.deliver()
    }

    private func isThere(_ connection: Connection?) -> Bool {
        guard let connection else { return false }
        do throws(DatabaseError) {
            try connection.check(by: .after(self.settings.checkTimeout))
            return true
        } catch {
            return false
        }
    }

    private func isRecovered(_ connection: Connection?) -> Bool {
        guard let connection else { return false }
        do throws(DatabaseError) {
            try connection.recover(by: .after(self.settings.recoverTimeout))
            return connection.isClean
        } catch {
            return false
        }
    }

    /// The thread that sees to deadlines, checks, and the next attempt to connect.
    private func watch() {
        while !self.report() {
            let wake = self.state.withLock { state in
                state.watchWakes = min(state.machine.nextWake, state.reportsAt)
                return state.watchWakes
            }
            let left = wake.subtractingReportingOverflow(Deadline.now.nanoseconds).partialValue
            if left > 0 {
                // A little later rather than earlier: a tick before the time does nothing.
                let limit = DispatchTime.now() + .nanoseconds(Int(min(left, 60_000_000_000)) + 50_000)
                _ = self.watchBell.wait(timeout: limit)
            }
            self.tell { machine, now, actions in machine.tick(at: now, into: &actions) }
        }
    }
}
