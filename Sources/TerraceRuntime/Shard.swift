import Histogram
public import NIOCore
public import TerraceCore
public import TerraceSimulation

/// One engine and its venue connections on one event loop, in real time.
///
/// The shell around the pure machines: it reads the clock, hands events in, carries commands out, and sleeps until something
/// is due. Everything but `init` is called on the loop, which is what makes the class `@unchecked Sendable` true.
public final class Shard: @unchecked Sendable {
    /// The loop that owns this shard.
    public let eventLoop: any EventLoop
    /// What the shard quotes.
    public let setup: MarketSetup
    private var engine: Engine
    private var market: SimulatedMarket
    private var latencies = StageLatencies()
    private var deliveries: [Delivery] = []
    private var commands = CommandBuffer(capacity: 8_192)
    private let origin: Timestamp
    private let startedAt: NIODeadline
    private var stopping: EventLoopPromise<Bool>?
    private var stopBy = NIODeadline.distantFuture
    private var isFinished = false
    private var isOpened = false  // The first quotes stand: from here on latencies are counted.

    /// A shard of `setup` on `eventLoop`; `start` begins to quote.
    public init(
        _ setup: MarketSetup, engine: consuming Engine, market: consuming SimulatedMarket, start: Timestamp,
        on eventLoop: any EventLoop
    ) {
        self.setup = setup
        self.eventLoop = eventLoop
        self.engine = engine
        self.market = market
        self.origin = start
        self.startedAt = .now()
    }

    /// Begins to run.
    public func start() {
        self.eventLoop.execute { self.run() }
    }

    /// Cancels every order, and succeeds with true once neither the engine nor a venue has one left and nothing is on the way;
    /// with false where that took longer than `limit`.
    public func stop(within limit: TimeAmount) -> EventLoopFuture<Bool> {
        let promise = self.eventLoop.makePromise(of: Bool.self)
        self.eventLoop.execute {
            self.stopBy = .now() + limit
            self.stopping = promise
            self.engine.handle(.control(.kill), at: self.now, into: &self.commands)
        }
        return promise.futureResult
    }

    /// What `look` sees of the engine and the market, on the loop.
    public func inspect<Result: Sendable>(
        _ look: @escaping @Sendable (borrowing Engine, borrowing SimulatedMarket, StageLatencies) -> Result
    ) -> EventLoopFuture<Result> {
        self.eventLoop.submit { look(self.engine, self.market, self.latencies) }
    }

    private var now: Timestamp {
        self.origin.advanced(by: (NIODeadline.now() - self.startedAt).nanoseconds)
    }

    private func run() {
        if self.isFinished { return }
        self.turn()
        if let stopping = self.stopping {
            let isDone = self.engine.openOrders == 0 && self.market.isQuiet && self.engine.waiting == 0
            if isDone || NIODeadline.now() > self.stopBy {
                self.isFinished = true
                stopping.succeed(isDone)
                return
            }
        }
        let due = min(self.market.nextDue, self.engine.nextTimer)
        let wait = self.engine.waiting > 0 ? 0 : max(0, due.nanoseconds(since: self.now))
        if wait < 20_000 {
            self.eventLoop.execute { self.run() }
        } else {
            self.eventLoop.scheduleTask(in: .nanoseconds(min(wait, 50_000_000))) { self.run() }
        }
    }

    /// Takes in what has arrived, evaluates what it made ready, and sends what follows.
    private func turn() {
        self.deliveries.removeAll(keepingCapacity: true)
        let arrived = self.now
        self.market.advance(to: arrived, into: &self.deliveries)
        let taken = self.now
        for delivery in self.deliveries {
            self.engine.handle(delivery.event, at: taken, into: &self.commands)
            if self.isOpened, case .market(.messageEnded) = delivery.event {
                Self.record(arrived.nanoseconds(since: delivery.at), &self.latencies.arrival)
            }
        }
        let applied = self.now
        self.engine.handle(.turn(limit: 256), at: applied, into: &self.commands)
        let evaluated = self.now
        if !self.isOpened, self.commands.isEmpty, self.engine.statistics.placed > 0 { self.isOpened = true }
        let counts = self.isOpened && self.stopping == nil && !self.deliveries.isEmpty
        if counts {
            Self.record(applied.nanoseconds(since: taken), &self.latencies.apply)
            Self.record(evaluated.nanoseconds(since: applied), &self.latencies.evaluate)
        }
        let count = self.commands.count
        for index in 0..<count {
            self.market.send(self.commands[index], at: evaluated)
            if counts {
                Self.record(self.now.nanoseconds(since: taken), &self.latencies.updateToCommand)
            }
        }
        self.commands.removeAll()
    }

    private static func record(_ nanoseconds: Int64, _ histogram: inout Histogram<UInt32>) {
        histogram.record(UInt64(max(1, min(nanoseconds, 9_999_999_999))))
    }
}
