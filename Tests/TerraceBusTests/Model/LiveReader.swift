import NIOCore
import TerraceCore

@testable import TerraceBus

/// A shard that keeps its books the slow way, and holds each against what the publisher's book once was. What stands in it is
/// touched on its loop only.
final class LiveReader: @unchecked Sendable {
    let loop: any EventLoop
    let subscriber: BusSubscriber
    var books: [BookCopy]
    var isVenueUp: Bool?
    var isOver = false
    /// How often the venue was said to be heard.
    var heartbeats = 0
    var notices: [String] = []
    /// What no reader may ever see.
    var wrong: [String] = []
    private let log: StateLog?
    private var numbers: [Int]
    private var lastTrades: [UInt64]
    private var touched: Set<Int> = []

    init(
        _ loop: any EventLoop, _ addresses: [RedisAddress], instruments: Int, settings: BusSettings,
        units: Units = .standard, log: StateLog? = nil
    ) throws {
        self.loop = loop
        self.log = log
        self.books = Array(repeating: BookCopy(), count: instruments)
        self.numbers = Array(repeating: 0, count: instruments)
        self.lastTrades = Array(repeating: 0, count: instruments)
        self.subscriber = try BusSubscriber(
            instruments: LiveBus.instruments(instruments, units: units), venues: [LiveBus.venue],
            addresses: addresses, settings: settings, on: loop, clock: { LiveBus.now })
    }

    /// On the loop.
    func start() {
        self.subscriber.open(waking: { self.read() })
        for place in self.books.indices { self.subscriber.subscribe(InstrumentIndex(UInt32(place))) }
        self.turn()
    }

    private func turn() {
        if self.isOver { return }
        self.read()
        self.loop.scheduleTask(in: .milliseconds(5)) { self.turn() }
    }

    private func read() {
        var deliveries: [Delivery] = []
        self.subscriber.advance(to: LiveBus.now, into: &deliveries)
        for delivery in deliveries {
            switch delivery.event {
            case .market(let event): self.take(event)
            case .connection(_, .up): self.isVenueUp = true
            case .connection(_, .heartbeat): self.heartbeats += 1
            case .connection(_, .down): self.isVenueUp = false
            default: break
            }
        }
        for place in self.touched { self.check(place) }
        self.touched.removeAll(keepingCapacity: true)
        self.notices += self.subscriber.takeNotices().map { $0.text }
    }

    private func take(_ event: MarketEvent) {
        let place: Int
        switch event {
        case .snapshotBegan(let index), .level(let index, _, _, _), .messageEnded(let index, _), .bookLost(let index):
            place = index.index
        case .trade(let index, _, _, _, _, let id):
            place = index.index
            if id <= self.lastTrades[place] { self.wrong.append("trade \(id) of \(place) came twice or late") }
            self.lastTrades[place] = id
        }
        self.books[place].take(event)
        self.touched.insert(place)
    }

    /// A book that is called whole is one that the publisher had, and not one older than what was shown.
    private func check(_ place: Int) {
        guard let log = self.log, self.books[place].isWhole else { return }
        if let number = log.number(place, self.books[place].hash, from: self.numbers[place]) {
            self.numbers[place] = number
        } else if self.wrong.count < 20 {
            self.wrong.append("book \(place) is none that the publisher had after number \(self.numbers[place])")
        }
    }
}
