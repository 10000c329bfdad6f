import NIOCore
import TerraceBus
import TerraceCore
import TerraceRuntime

/// Takes in what the benchmark's feed publishes, the one way or the other, and notes when.
///
/// Used on its loop only, which is what makes this `@unchecked Sendable`.
final class BusBenchReader: @unchecked Sendable {
    let loop: any EventLoop
    private let clock: ShardClock
    private let subscriber: BusSubscriber?
    private let plain: PlainConnections?
    private let instruments: [BusInstrument]
    private let copies: Int
    private var isOver = false
    /// Changes that came.
    private(set) var decoded = 0
    private(set) var latency = BusBenchLatency()
    /// When the last of them did.
    private(set) var lastAt = Timestamp(nanoseconds: 0)

    /// A reader over the bus.
    init(
        bus address: RedisAddress, instruments: [BusInstrument], venue: BusVenue, settings: BusSettings,
        clock: ShardClock, on loop: any EventLoop
    ) throws {
        self.loop = loop
        self.clock = clock
        self.instruments = instruments
        self.copies = 1
        self.plain = nil
        self.subscriber = try BusSubscriber(
            instruments: instruments, venues: [venue], addresses: [address], settings: settings, on: loop,
            clock: { clock.now })
    }

    /// A reader with a connection for each of `strategies`.
    init(
        before address: RedisAddress, instruments: [BusInstrument], strategies: Int, clock: ShardClock,
        on loop: any EventLoop
    ) throws {
        self.loop = loop
        self.clock = clock
        self.instruments = instruments
        self.copies = strategies / instruments.count
        self.subscriber = nil
        self.plain = try PlainConnections(
            address, name: "terrace-strategy", settings: BusSettings(), on: loop, clock: { clock.now })
    }

    func start() {
        if let subscriber = self.subscriber {
            subscriber.open(waking: { self.read(subscriber) })
            for instrument in self.instruments { subscriber.subscribe(instrument.instrument) }
            self.turn(subscriber)
        }
        if let plain = self.plain {
            plain.whenRead = { self.take($0) }
            for _ in 0..<self.copies { for instrument in self.instruments { plain.subscribe(instrument) } }
        }
    }

    /// Everything is subscribed to, and every book has come.
    var isReady: Bool {
        self.subscriber.map { $0.statistics.live == self.instruments.count }
            ?? self.plain.map { $0.subscribed == self.copies * self.instruments.count } ?? false
    }

    /// Gaps, senseless messages, lost connections.
    var faults: Int {
        if let statistics = self.subscriber?.statistics {
            return Int(statistics.gaps + statistics.faults + statistics.lagged) + statistics.reconnects
        }
        return self.plain?.faults ?? 0
    }

    /// How often each change is decoded.
    var copiesOfEach: Int { self.copies }

    func beginAgain() {
        self.decoded = 0
        self.latency = BusBenchLatency()
    }

    func stop() -> EventLoopFuture<Void> {
        self.isOver = true
        return self.subscriber?.close() ?? self.plain?.close() ?? self.loop.makeSucceededVoidFuture()
    }

    private func turn(_ subscriber: BusSubscriber) {
        if self.isOver { return }
        self.read(subscriber)
        self.loop.scheduleTask(in: .milliseconds(20)) { self.turn(subscriber) }
    }

    private func read(_ subscriber: BusSubscriber) {
        var deliveries: [Delivery] = []
        subscriber.advance(to: self.clock.now, into: &deliveries)
        self.take(deliveries)
    }

    private func take(_ deliveries: [Delivery]) {
        let now = self.clock.now
        for delivery in deliveries {
            guard case .market(.messageEnded(_, let venueTime)) = delivery.event else { continue }
            self.decoded += 1
            self.lastAt = now
            self.latency.note(now.nanoseconds - venueTime.nanoseconds)
        }
    }
}
