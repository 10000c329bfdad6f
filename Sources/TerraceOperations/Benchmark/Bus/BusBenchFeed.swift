import NIOCore
import TerraceBus
import TerraceCore
import TerraceRuntime

/// Publishes changes of books: at an even pace, or in batches as fast as Redis answers.
///
/// Used on its loop only, which is what makes this `@unchecked Sendable`.
final class BusBenchFeed: @unchecked Sendable {
    /// The most changes of one turn; each is of another instrument.
    static let batch = 64

    let publisher: BusPublisher
    private let loop: any EventLoop
    private let clock: ShardClock
    private let instruments: Int
    private var next = 0
    private var turn: UInt64 = 0
    private var goal = 0
    private var rate = 0
    private var begun = Timestamp(nanoseconds: 0)
    private var done = 0
    private var isOver = false
    private var finished: EventLoopPromise<Void>?
    /// How late changes were, at the even pace, when the publisher was given them.
    private(set) var lateness = BusBenchLatency()

    init(
        _ address: RedisAddress, instruments: [BusInstrument], venue: BusVenue, settings: BusSettings,
        clock: ShardClock, on loop: any EventLoop
    ) throws {
        self.loop = loop
        self.clock = clock
        self.instruments = instruments.count
        self.publisher = try BusPublisher(
            name: "bench", instruments: instruments, venues: [venue], addresses: [address], settings: settings,
            on: loop,
            clock: { clock.now })
    }

    /// Begins, with a book of twenty levels a side of each instrument.
    func start() {
        self.publisher.open()
        var deliveries = [Delivery(at: self.clock.now, event: .connection(VenueIndex(0), .up))]
        for place in 0..<self.instruments {
            let instrument = InstrumentIndex(UInt32(place))
            deliveries.append(self.delivery(.snapshotBegan(instrument)))
            for away in 1...20 as ClosedRange<Int64> {
                deliveries.append(self.delivery(Self.level(instrument, .bid, away, 1)))
                deliveries.append(self.delivery(Self.level(instrument, .ask, away, 1)))
            }
            deliveries.append(self.delivery(.messageEnded(instrument, venueTime: self.clock.now)))
        }
        self.publisher.take(deliveries, at: self.clock.now)
        self.run()
    }

    /// Publishes `count` changes, at `rate` a second or, where that is zero, as fast as may be.
    func publish(_ count: Int, rate: Int) -> EventLoopFuture<Void> {
        self.done = 0
        self.goal = count
        self.rate = rate
        self.begun = self.clock.now
        self.lateness = BusBenchLatency()
        let promise = self.loop.makePromise(of: Void.self)
        self.finished = promise
        return promise.futureResult
    }

    func stop() -> EventLoopFuture<Void> {
        self.isOver = true
        return self.publisher.close() ?? self.loop.makeSucceededVoidFuture()
    }

    private func run() {
        if self.isOver { return }
        if self.done < self.goal { self.publishDue() }
        self.publisher.tick(at: self.clock.now)
        if self.done >= self.goal, let finished = self.finished {
            self.finished = nil
            finished.succeed()
        }
        // Always later, so that the loop reads what Redis answers in between.
        let pause: Int64 = self.done >= self.goal ? 1_000 : self.rate > 0 ? 50 : 5
        self.loop.scheduleTask(in: .microseconds(pause)) { self.run() }
    }

    private func publishDue() {
        let now = self.clock.now
        var due = min(Self.batch, self.goal - self.done)
        if self.rate > 0 {
            let passed = Double(now.nanoseconds - self.begun.nanoseconds) * 1e-9 * Double(self.rate)
            due = max(0, min(due, Int(passed) - self.done))
        } else if self.publisher.statistics.unanswered > 256 << 10 {
            due = 0
        }
        if due == 0 { return }
        self.turn += 1
        var deliveries: [Delivery] = []
        deliveries.reserveCapacity(due * 5)
        for _ in 0..<due {
            let instrument = InstrumentIndex(UInt32(self.next))
            self.next = (self.next + 1) % self.instruments
            for level in 0..<2 as Range<Int64> {
                let quantity = 1 + Int64(truncatingIfNeeded: (self.turn &* 0x9E37_79B9_7F4A_7C15) >> 44) + level
                deliveries.append(self.delivery(Self.level(instrument, .bid, 1 + level, quantity)))
                deliveries.append(self.delivery(Self.level(instrument, .ask, 1 + level, quantity)))
            }
            if self.rate > 0 {
                let dueAt = self.begun.nanoseconds + Int64(Double(self.done) / Double(self.rate) * 1e9)
                self.lateness.note(now.nanoseconds - dueAt)
            }
            // What is measured from stands where a venue's own time does.
            deliveries.append(self.delivery(.messageEnded(instrument, venueTime: now)))
            self.done += 1
        }
        self.publisher.take(deliveries, at: now)
    }

    private func delivery(_ event: MarketEvent) -> Delivery { Delivery(at: self.clock.now, event: .market(event)) }

    private static func level(_ instrument: InstrumentIndex, _ side: Side, _ away: Int64, _ quantity: Int64)
        -> MarketEvent
    {
        let ticks = 100_000 + (side == .bid ? -away : away)
        return .level(
            instrument, side, Price(units: ticks * 1_000_000), Quantity(units: quantity * 10_000))
    }
}
