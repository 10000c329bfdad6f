import CTerrace
import Histogram
public import NIOCore
public import TerraceCore

/// One engine and its venue connections on one event loop, in real time.
///
/// The shell around the pure machines: it reads the clock, hands events in, carries commands out, and sleeps until something
/// is due. Everything but `init` is called on the loop, which is what makes the class `@unchecked Sendable` true.
public final class Shard<Connections: VenueConnections & ~Copyable>: @unchecked Sendable {
    private static var evaluationsPerTurn: Int { 256 }
    private static var evaluationsPerSend: Int { 4 }
    /// A digest of 2,000 books and their volumes takes milliseconds: once a minute.
    private static var hashNanoseconds: Int64 { 60_000_000_000 }

    /// The loop that owns this shard.
    public let eventLoop: any EventLoop
    var engine: Engine
    private var connections: Connections
    private var latencies = StageLatencies()
    private var deliveries: [Delivery] = []
    private var commands = CommandBuffer(capacity: 8_192)
    private let clock: ShardClock
    private var stopping: EventLoopPromise<Bool>?
    private var stopBy = NIODeadline.distantFuture
    private var isFinished = false
    let recorder: (any ShardRecorder)?
    private var isRecordingStopped = false  // The recorder has failed, and the engine knows.
    private var hashAt = Timestamp.distantPast
    // Latencies are counted from a second after the first quotes were sent: the opening's snapshots come all at once, and
    // would weigh in every percentile of a short run.
    private var countsFrom = Timestamp.distantFuture
    private var isRunning = false  // A turn is under way.
    private var isTurnDue = false  // A turn is queued on the loop.
    private var alarm = NIODeadline.distantFuture  // When the loop's timer goes off for us.
    private var alarmNumber: UInt64 = 0  // Of the timer that counts; others are stale.

    /// A shard on `eventLoop`, by `clock`, which writes down what happens by `recorder`; `start()` begins to quote.
    public init(
        engine: consuming Engine, connections: consuming Connections, clock: ShardClock,
        recorder: (any ShardRecorder)? = nil, on eventLoop: any EventLoop
    ) {
        self.recorder = recorder
        self.eventLoop = eventLoop
        self.engine = engine
        self.connections = connections
        self.clock = clock
    }

    /// Begins to run.
    public func start() {
        self.eventLoop.execute {
            _ = cterrace_use_large_pages()
            // Sockets may still have something to say while they are closed, after the shard is gone.
            self.isRunning = true
            self.connections.open(waking: { [weak self] in self?.wake() })
            self.isRunning = false
            self.run()
        }
    }

    /// Cancels every order, and succeeds with true once neither the engine nor a venue has one left, nothing is on the way, and
    /// the connections have compared what the venues hold; with false where that took longer than `limit`, or `abandon` came first.
    public func stop(within limit: TimeAmount) -> EventLoopFuture<Bool> {
        let promise = self.eventLoop.makePromise(of: Bool.self)
        self.eventLoop.execute {
            self.stopBy = .now() + limit
            self.stopping = promise
            // It ends this run, and is nothing that the next one should go on with: so it is not recorded.
            self.engine.handle(.control(.kill), at: self.now, into: &self.commands)
            self.runSoon()
        }
        return promise.futureResult
    }

    /// Waits no longer for the end of a `stop`: what is not cancelled by now is left standing, and is reported.
    public func abandon() {
        self.eventLoop.execute {
            self.stopBy = .now()
            self.runSoon()
        }
    }

    /// Has the engine do what a person or the desk's automation wants; it is recorded.
    public func take(_ control: Control) {
        self.eventLoop.execute {
            self.take(.control(control), at: self.now)
            self.runSoon()
        }
    }

    /// What `look` sees of the engine and the connections, on the loop.
    public func inspect<Result: Sendable>(
        _ look: @escaping @Sendable (borrowing Engine, borrowing Connections, StageLatencies) -> Result
    ) -> EventLoopFuture<Result> {
        self.eventLoop.submit { look(self.engine, self.connections, self.latencies) }
    }

    var now: Timestamp { self.clock.now }

    // MARK: The loop

    /// Something has come: it is served at once, without a way through the loop's queue, unless a turn is under way.
    private func wake() {
        if self.isRunning { self.runSoon() } else { self.run() }
    }

    func runSoon() {
        if self.isTurnDue { return }
        self.isTurnDue = true
        self.eventLoop.execute {
            self.isTurnDue = false
            self.run()
        }
    }

    /// A timer can't be moved, so one that is earlier than wanted stays, and one that is later is replaced and goes off stale.
    private func runLater(by due: NIODeadline) {
        if self.alarm <= due { return }
        self.alarm = due
        self.alarmNumber += 1
        let number = self.alarmNumber
        self.eventLoop.scheduleTask(deadline: due) {
            if number != self.alarmNumber { return }
            self.alarm = .distantFuture
            self.run()
        }
    }

    private func run() {
        if self.isFinished { return }
        self.isRunning = true
        defer { self.isRunning = false }
        self.turn()
        if let stopping = self.stopping {
            let isDone =
                self.engine.openOrders == 0 && self.connections.isQuiet && self.engine.waiting == 0
                && self.connections.conclude(at: self.now)
            if isDone || NIODeadline.now() >= self.stopBy {
                self.isFinished = true
                stopping.succeed(isDone)
                return
            }
        }
        let due = min(self.connections.nextDue, self.engine.nextTimer)
        let wait = self.engine.waiting > 0 ? 0 : max(0, due.nanoseconds(since: self.now))
        if wait < 20_000 {
            self.runSoon()
        } else {
            self.runLater(by: .now() + .nanoseconds(min(wait, 50_000_000)))
        }
    }

    /// Takes in all that has arrived, evaluates what it made ready, and sends what follows.
    private func turn() {
        self.deliveries.removeAll(keepingCapacity: true)
        let arrived = self.now
        self.connections.advance(to: arrived, into: &self.deliveries)
        let taken = self.now
        self.heedRecorder(at: taken)
        for delivery in self.deliveries {
            self.take(delivery.event, at: taken)
            if taken >= self.countsFrom, case .market(.messageEnded) = delivery.event {
                Self.record(arrived.nanoseconds(since: delivery.at), &self.latencies.arrival)
            }
        }
        let applied = self.now
        if self.countsFrom == .distantFuture, self.engine.statistics.placed > 0 {
            self.countsFrom = applied.advanced(by: 1_000_000_000)
        }
        let counts = taken >= self.countsFrom && self.stopping == nil
        // A few strategies at a time, so that the commands of the first do not wait for the evaluation of the last.
        var left = Self.evaluationsPerTurn
        repeat {
            left -= Self.evaluationsPerSend
            let evaluating = self.now
            self.engine.handle(.turn(limit: Self.evaluationsPerSend), at: evaluating, into: &self.commands)
            self.recordFacts(at: evaluating)
            // From when the oldest update was taken in that the commands serve, be it several turns ago.
            self.send(countedFrom: counts ? self.engine.servedSince : nil)
        } while self.engine.waiting > 0 && left > 0
        if counts, !self.deliveries.isEmpty {
            Self.record(applied.nanoseconds(since: taken), &self.latencies.apply)
            Self.record(self.now.nanoseconds(since: applied), &self.latencies.evaluate)
        }
    }

    private func send(countedFrom since: Timestamp?) {
        let count = self.commands.count
        if count == 0 { return }
        let evaluated = self.now
        for index in 0..<count {
            let command = self.commands[index]
            if let recorder = self.recorder, !self.mayGo(command, recorder, at: evaluated) { continue }
            self.connections.send(command, at: evaluated)
            if let since, since < evaluated {
                Self.record(self.now.nanoseconds(since: since), &self.latencies.updateToCommand)
            }
        }
        self.commands.removeAll()
        self.connections.flush(at: evaluated)
    }

    // MARK: Recording

    /// An event is written down before the engine knows of it, so that nothing follows from what is not recorded.
    private func take(_ event: Event, at now: Timestamp) {
        if let recorder = self.recorder, event.isRecorded { recorder.record(event, at: now) }
        self.engine.handle(event, at: now, into: &self.commands)
    }

    /// Tells the engine where recording fails, or goes on.
    private func heedRecorder(at now: Timestamp) {
        guard let recorder = self.recorder else { return }
        if recorder.isFailing != self.isRecordingStopped {
            self.isRecordingStopped.toggle()
            self.take(.control(self.isRecordingStopped ? .stopRecording : .recordAgain), at: now)
        }
        if now >= self.hashAt {
            if self.hashAt != .distantPast { recorder.record(stateHash: self.engine.stateHash(), at: now) }
            self.hashAt = now.advanced(by: Self.hashNanoseconds)
        }
    }

    private func recordFacts(at now: Timestamp) {
        let count = self.engine.factCount
        if count == 0 { return }
        if let recorder = self.recorder {
            for index in 0..<count { recorder.record(self.engine.fact(index), at: now) }
        }
        self.engine.forgetFacts()
    }

    /// A command is written down before it is sent. Where that fails, nothing is sent that could make an order: the engine hears
    /// that it was refused, and pulls its quotes at the next turn.
    private func mayGo(_ command: Command, _ recorder: any ShardRecorder, at now: Timestamp) -> Bool {
        if command.isRecorded { recorder.record(command, at: now) }
        guard recorder.isFailing, let refusal = command.refusal else { return true }
        self.take(.order(refusal), at: now)
        return false
    }

    private static func record(_ nanoseconds: Int64, _ histogram: inout Histogram<UInt32>) {
        histogram.record(UInt64(max(1, min(nanoseconds, 9_999_999_999))))
    }
}
