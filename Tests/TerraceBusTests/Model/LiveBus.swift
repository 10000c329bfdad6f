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

    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let addresses: [RedisAddress]
    let settings: BusSettings
    let feedSettings: BusSettings
    let count: Int
    var feed: LiveFeed
    var reader: LiveReader

    init(
        _ addresses: String, password: String? = nil, ofReader: String? = nil, _ passwordOfReader: String? = nil,
        instruments: Int = 20, seed: UInt64 = 1,
        settings: BusSettings = LiveBus.quick
    ) throws {
        self.addresses = try Self.list(addresses, password)
        self.settings = settings
        self.feedSettings = Self.ofFeed(settings)
        self.count = instruments
        let flow = MarketFlow(instruments: instruments, seed: seed)
        let feed = try LiveFeed(self.group.next(), self.addresses, flow, settings: self.feedSettings)
        let reader = try LiveReader(
            self.group.next(), try Self.list(ofReader ?? addresses, passwordOfReader ?? password),
            instruments: instruments,
            settings: settings,
            log: flow.log)
        self.feed = feed
        self.reader = reader
        feed.loop.execute { feed.start() }
        reader.loop.execute { reader.start() }
    }

    private static func list(_ text: String, _ password: String?) throws -> [RedisAddress] {
        try RedisAddress.list(text).map { $0.with(password: password.map { RedisPassword($0) }) }
    }

    private static func ofFeed(_ settings: BusSettings) -> BusSettings {
        var settings = settings
        settings.role = "feed"
        return settings
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

    func onFeed<Result: Sendable>(_ look: @escaping @Sendable (LiveFeed) -> Result) async throws -> Result {
        let feed = self.feed
        return try await feed.loop.submit { look(feed) }.get()
    }

    func onReader<Result: Sendable>(_ look: @escaping @Sendable (LiveReader) -> Result) async throws -> Result {
        let reader = self.reader
        return try await reader.loop.submit { look(reader) }.get()
    }

    /// Waits until something holds; false where it does not.
    ///
    /// It takes at least so many looks before it gives up, however long they take: where a few processors run hundreds of tests at
    /// once, a test that sleeps for 10 ms may be woken after half a minute, and a limit in seconds alone would be over before
    /// anything was looked at.
    func eventually(within seconds: Double = 20, looks: Int = 500, _ holds: () async throws -> Bool) async throws
        -> Bool
    {
        let end = NIODeadline.now() + .milliseconds(Int64(seconds * 1_000))
        var looked = 0
        while looked < looks || NIODeadline.now() < end {
            if try await holds() { return true }
            looked += 1
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Whether all books of the reader are live.
    func isLive() async throws -> Bool {
        try await self.onReader { $0.subscriber.statistics.live == $0.books.count && $0.isVenueUp == true }
    }

    /// Waits until all are; says why where they are not.
    func becomesLive() async throws -> Bool {
        if try await self.eventually({ try await self.isLive() }) { return true }
        let reader = try await self.onReader {
            "\($0.subscriber.statistics), venue up \(String(describing: $0.isVenueUp)), "
                + "\(Set($0.subscriber.instruments.map { "\($0.state)" })), \($0.notices.suffix(10))"
        }
        let feed = try await self.onFeed { "\($0.publisher.statistics), \($0.notices.suffix(10))" }
        print("not live: \(reader); the feed: \(feed)")
        return false
    }

    /// Lets the market rest, and waits until the reader has the feed's books: all of them, the same.
    func agrees() async throws -> Bool {
        try await self.onFeed { $0.isFlowing = false }
        let published = try await self.onFeed { $0.flow.books }
        let agreed = try await self.eventually { try await self.onReader { $0.books == published } }
        try await self.onFeed { $0.isFlowing = true }
        return agreed
    }

    /// Nothing was seen that never was, and nothing twice.
    func isRight() async throws -> [String] { try await self.onReader { $0.wrong } }

    /// Another feed takes the place of this one, which ends in order or as if killed. The market goes on.
    func replaceFeed(inOrder: Bool) async throws {
        let old = self.feed
        try await old.loop.flatSubmit { old.end(inOrder: inOrder) }.get()
        var flow = try await self.onFeed { $0.flow }
        flow.beginAgain()
        let feed = try LiveFeed(old.loop, self.addresses, flow, settings: self.feedSettings)
        self.feed = feed
        try await feed.loop.submit { feed.start() }.get()
    }

    func end() async throws {
        let feed = self.feed
        let reader = self.reader
        try await feed.loop.flatSubmit { feed.end(inOrder: true) }.get()
        try await reader.loop.flatSubmit {
            reader.isOver = true
            return reader.subscriber.close() ?? reader.loop.makeSucceededVoidFuture()
        }.get()
        try await self.group.shutdownGracefully()
    }
}
