import NIOCore
import TerraceBus
import TerraceCore
import TerraceRuntime
import TerraceStorage

/// The loop of a feed: what the venues' connections deliver goes out on the bus, and what nobody listens to is not asked for.
///
/// Everything but `init` is called on the loop, or brings itself there, which is what makes this `@unchecked Sendable`.
final class MarketFeed<Connections: VenueConnections & ~Copyable>: @unchecked Sendable {
    private let eventLoop: any EventLoop
    private var connections: Connections
    private let publisher: BusPublisher
    private let journal: Journal?
    private let clock: ShardClock
    private var deliveries: [Delivery] = []
    private var isRunning = false
    private var isTurnDue = false
    private var isStopped = false
    private var alarm = NIODeadline.distantFuture
    private var alarmNumber: UInt64 = 0
    private var updates: UInt64 = 0
    private var trades: UInt64 = 0

    /// What a feed has done.
    struct Counts: Sendable {
        /// Level records that the venues sent.
        let updates: UInt64
        /// Public trades.
        let trades: UInt64
        /// What the publisher has counted.
        let published: PublisherStatistics
    }

    /// - Parameter journal: Where public trades are recorded; nil where they are not.
    init(
        connections: consuming Connections, publisher: BusPublisher, journal: Journal?, clock: ShardClock,
        on eventLoop: any EventLoop
    ) {
        self.connections = connections
        self.publisher = publisher
        self.journal = journal
        self.clock = clock
        self.eventLoop = eventLoop
    }

    /// Begins to publish.
    func start() {
        self.eventLoop.execute {
            self.isRunning = true
            self.publisher.whenWanted = { [weak self] instrument, isWanted in
                guard let self else { return }
                self.connections.send(
                    isWanted ? .follow(instrument, .normal) : .unfollow(instrument), at: self.clock.now)
                self.wake()
            }
            self.connections.open(waking: { [weak self] in self?.wake() })
            self.publisher.open()
            self.isRunning = false
            self.run()
        }
    }

    /// Says on the bus that the feed ends, and closes its connections there. Those to the venues are the caller's to close.
    func stop() -> EventLoopFuture<Void> {
        self.eventLoop.flatSubmit {
            self.isStopped = true
            return self.publisher.close() ?? self.eventLoop.makeSucceededVoidFuture()
        }
    }

    /// What it has done so far.
    func counts() -> EventLoopFuture<Counts> {
        self.eventLoop.submit {
            Counts(updates: self.updates, trades: self.trades, published: self.publisher.statistics)
        }
    }

    /// What the bus has to tell people.
    func takeNotices() -> EventLoopFuture<[String]> {
        self.eventLoop.submit { self.publisher.takeNotices().map { $0.line } }
    }

    private func wake() {
        if self.isRunning { self.runSoon() } else { self.run() }
    }

    private func runSoon() {
        if self.isTurnDue { return }
        self.isTurnDue = true
        self.eventLoop.execute {
            self.isTurnDue = false
            self.run()
        }
    }

    private func run() {
        if self.isStopped { return }
        self.isRunning = true
        self.turn()
        self.isRunning = false
        let wait = max(0, min(self.connections.nextDue, self.publisher.nextDue).nanoseconds(since: self.clock.now))
        if wait < 20_000 { return self.runSoon() }
        let due = NIODeadline.now() + .nanoseconds(min(wait, 50_000_000))
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

    private func turn() {
        let now = self.clock.now
        self.deliveries.removeAll(keepingCapacity: true)
        self.connections.advance(to: now, into: &self.deliveries)
        for delivery in self.deliveries {
            switch delivery.event {
            case .market(.level): self.updates += 1
            case .market(.trade):
                self.trades += 1
                self.journal?.append(JournalEntry(time: now, content: .event(delivery.event)))
            default: break
            }
        }
        self.publisher.take(self.deliveries, at: now)
        if self.publisher.nextDue <= now { self.publisher.tick(at: now) }
        self.connections.flush(at: now)
    }
}

extension BusNotice {
    /// The notice as a line for people.
    var line: String {
        switch self.severity {
        case .information: self.text
        case .warning: "warning: \(self.text)"
        case .alarm: "ALARM: \(self.text)"
        }
    }
}
