import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TerraceCore

@testable import TerraceBus

/// A publisher and a subscriber over real sockets, each on a loop of its own, driven as a feed and a shard drive them.
///
/// What stands in it is touched on its loop only.
final class LiveBus: @unchecked Sendable {
    static let venue = BusVenue(name: "venue", index: VenueIndex(0))

    static func instruments(_ count: Int, units: Units = .standard) -> [BusInstrument] {
        (0..<count).map {
            BusInstrument(venue: "venue", symbol: "PAIR\($0)", instrument: InstrumentIndex(UInt32($0)), units: units)
        }
    }

    static var now: Timestamp {
        Timestamp(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds) + Self.offset)
    }
    private static let offset =
        Int64(Date().timeIntervalSince1970 * 1e9) - Int64(NIODeadline.now().uptimeNanoseconds)

    /// A feed that makes up its market.
    final class Feed: @unchecked Sendable {
        let loop: any EventLoop
        let publisher: BusPublisher
        var flow: MarketFlow
        var isFlowing = true
        var isOver = false
        var wanted: [Int: Bool] = [:]
        var slowest: Int64 = 0  // The longest turn.
        private let perTurn: Int

        init(
            _ loop: any EventLoop, _ addresses: [RedisAddress], instruments: Int, settings: BusSettings, seed: UInt64,
            perTurn: Int = 4
        ) throws {
            self.loop = loop
            self.perTurn = perTurn
            self.flow = MarketFlow(instruments: instruments, seed: seed)
            self.publisher = try BusPublisher(
                name: "feed", instruments: LiveBus.instruments(instruments), venues: [LiveBus.venue],
                addresses: addresses, settings: settings, on: loop, clock: { LiveBus.now })
        }

        func start() {
            self.loop.execute {
                self.publisher.whenWanted = { self.wanted[$0.index] = $1 }
                self.publisher.open()
                self.publisher.take(
                    [Delivery(at: LiveBus.now, event: .connection(LiveBus.venue.index, .up))], at: LiveBus.now)
                self.turn()
            }
        }

        private func turn() {
            if self.isOver { return }
            let began = NIODeadline.now()
            if self.isFlowing {
                var deliveries: [Delivery] = []
                for _ in 0..<self.perTurn {
                    deliveries += self.flow.message(self.flow.next(self.flow.books.count), at: LiveBus.now)
                }
                self.publisher.take(deliveries, at: LiveBus.now)
            }
            self.publisher.tick(at: LiveBus.now)
            self.slowest = max(self.slowest, (NIODeadline.now() - began).nanoseconds)
            self.loop.scheduleTask(in: .milliseconds(1)) { self.turn() }
        }
    }

    /// A shard that keeps its books the slow way.
    final class Reader: @unchecked Sendable {
        let loop: any EventLoop
        let subscriber: BusSubscriber
        var books: [BookCopy]
        var isVenueUp: Bool?
        var isOver = false
        private let count: Int

        init(
            _ loop: any EventLoop, _ addresses: [RedisAddress], instruments: Int, settings: BusSettings,
            units: Units = .standard
        ) throws {
            self.loop = loop
            self.count = instruments
            self.books = Array(repeating: BookCopy(), count: instruments)
            self.subscriber = try BusSubscriber(
                instruments: LiveBus.instruments(instruments, units: units), venues: [LiveBus.venue],
                addresses: addresses, settings: settings, on: loop, clock: { LiveBus.now })
        }

        func start() {
            self.loop.execute {
                self.subscriber.open(waking: { self.read() })
                for place in 0..<self.count { self.subscriber.subscribe(InstrumentIndex(UInt32(place))) }
                self.turn()
            }
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
                case .market(let event):
                    switch event {
                    case .snapshotBegan(let index), .level(let index, _, _, _), .messageEnded(let index, _),
                        .trade(let index, _, _, _, _, _), .bookLost(let index):
                        self.books[index.index].take(event)
                    }
                case .connection(_, .up): self.isVenueUp = true
                case .connection(_, .down): self.isVenueUp = false
                default: break
                }
            }
        }
    }

    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let addresses: [RedisAddress]
    let settings: BusSettings
    let count: Int
    var feed: Feed
    var reader: Reader

    init(
        _ addresses: String, instruments: Int = 20, seed: UInt64 = 1, settings: BusSettings = LiveBus.quick
    ) throws {
        self.addresses = try RedisAddress.list(addresses)
        self.settings = settings
        self.count = instruments
        var feedSettings = settings
        feedSettings.role = "feed"
        self.feed = try Feed(
            self.group.next(), self.addresses, instruments: instruments, settings: feedSettings, seed: seed)
        self.reader = try Reader(self.group.next(), self.addresses, instruments: instruments, settings: settings)
        self.feed.start()
        self.reader.start()
    }

    /// Shorter times than in production, so that tests are short.
    static var quick: BusSettings {
        var settings = BusSettings()
        settings.connectLimit = 1_000_000_000
        settings.answerLimit = 1_000_000_000
        settings.heartbeatPeriod = 200_000_000
        settings.heartbeatLimit = 1_000_000_000
        settings.demandPeriod = 200_000_000
        settings.demandLinger = 1_000_000_000
        return settings
    }

    func onFeed<Result: Sendable>(_ look: @escaping @Sendable (Feed) -> Result) async throws -> Result {
        let feed = self.feed
        return try await feed.loop.submit { look(feed) }.get()
    }

    func onReader<Result: Sendable>(_ look: @escaping @Sendable (Reader) -> Result) async throws -> Result {
        let reader = self.reader
        return try await reader.loop.submit { look(reader) }.get()
    }

    /// Waits until something holds; false where it does not within `seconds`, which is far more than it takes.
    func eventually(within seconds: Double = 20, _ holds: () async throws -> Bool) async throws -> Bool {
        let end = NIODeadline.now() + .milliseconds(Int64(seconds * 1_000))
        while NIODeadline.now() < end {
            if try await holds() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Whether all books of the reader are live.
    func isLive() async throws -> Bool {
        try await self.onReader { $0.subscriber.statistics.live == $0.books.count && $0.isVenueUp == true }
    }

    /// Lets the market rest, and waits until the reader has the feed's books: all of them, the same.
    func agrees() async throws -> Bool {
        try await self.onFeed { $0.isFlowing = false }
        let agreed = try await self.eventually {
            let published = try await self.onFeed { $0.flow.books }
            return try await self.onReader { $0.books == published }
        }
        try await self.onFeed { $0.isFlowing = true }
        return agreed
    }

    func end() async throws {
        let feed = self.feed
        let reader = self.reader
        try await feed.loop.flatSubmit {
            feed.isOver = true
            return feed.publisher.close() ?? feed.loop.makeSucceededVoidFuture()
        }.get()
        try await reader.loop.flatSubmit {
            reader.isOver = true
            return reader.subscriber.close() ?? reader.loop.makeSucceededVoidFuture()
        }.get()
        try await self.group.shutdownGracefully()
    }
}
