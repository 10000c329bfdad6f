internal import Foundation
import NIOCore
import NIOPosix
import TerraceBus
import TerraceCore
public import TerraceRuntime
import TerraceStorage
import TerraceVenues

/// A feed: the market data of a desk's venues, published on the bus for any number of runs, and its public trades recorded.
public struct FeedRun: Sendable {
    /// What venues and pairs it serves.
    public var desk: DeskConfiguration
    /// How long, in seconds; nil until it is told to stop.
    public var seconds: Double?
    /// Which proxy leads out.
    public var proxy = ProxySettings()

    /// A feed for `desk` until it is told to stop.
    public init(_ desk: DeskConfiguration) { self.desk = desk }

    /// Asks the venues what they list. Needs no key.
    ///
    /// - Throws: `LiveRunError` with everything that is in the way.
    public func plan(_ network: VenueNetwork) async throws(LiveRunError) -> LivePlan {
        guard self.desk.services.bus.isShared else {
            throw .record(
                "\(self.desk.file) has no bus to publish on: give it \"bus\", the address of Redis, such as "
                    + "redis://127.0.0.1:6379")
        }
        return try await LiveRun(self.desk, mode: .dryRun).plan(keys: [], network, marketOnly: true)
    }

    /// Publishes as planned, until the seconds are over, a signal comes or `show` says that nobody looks any more.
    ///
    /// - Parameters:
    ///   - passwords: Of store and bus.
    ///   - say: Takes a line for people.
    ///   - show: Takes a line of progress, once a second.
    public func run(
        _ plan: LivePlan, passwords: ServicePasswords, say: @escaping @Sendable (String) -> Void,
        show: @escaping @Sendable (String) -> Bool
    ) async throws {
        let record = try LiveRecord.open(plan, folder: self.desk.services.feedJournalFolder, mode: "feed")
        for note in record.notes { say(note) }
        var store: LiveStore?
        do {
            store = try await LiveStore.open(plan, record.journal, role: "feed", password: passwords.store, say: say)
            let services = LiveServices(
                plan: plan, record: record, store: store, notices: ServiceNotices(), quotes: false)
            try await self.publish(plan, services, password: passwords.bus, say, show)
        } catch {
            try? record.journal.close()
            _ = await store?.stop()
            throw error
        }
        for line in await store?.stop() ?? [] { say(line) }
        try record.journal.close()
    }

    private func publish(
        _ plan: LivePlan, _ services: LiveServices, password: String?, _ say: @escaping @Sendable (String) -> Void,
        _ show: @escaping @Sendable (String) -> Bool
    ) async throws {
        let signals = StopSignals()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let clock = ShardClock(origin: Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)))
        let loop = group.next()
        var run = LiveRun(plan.desk.configuration, mode: plan.mode)
        run.proxy = self.proxy
        let connections = try run.connections(plan, nil, carryMarket: true, clock, loop)
        let log = SessionLog()
        log.connections = connections
        let publisher = try plan.publisher(
            name: "\(self.desk.services.bus.feed)-\(ProcessInfo.processInfo.processIdentifier)",
            addresses: try plan.busAddresses(password), on: loop, clock: { clock.now })
        let feed = MarketFeed(
            connections: connections, publisher: publisher, journal: services.record?.journal, clock: clock, on: loop)
        feed.start()
        let started = NIODeadline.now()
        let end = self.seconds.map { started + .nanoseconds(Int64($0 * 1e9)) } ?? .distantFuture
        var before = try await feed.counts().get()
        while NIODeadline.now() < end {
            if await signals.wait(nanoseconds: min(1_000_000_000, max(0, (end - .now()).nanoseconds))) { break }
            let notices = try await loop.submit { log.takeNotices() }.get() + feed.takeNotices().get()
            for notice in notices + services.takeNotices() { say(notice) }
            let now = try await feed.counts().get()
            if !show(Self.line(now, before, planned: plan) + services.shortfall) { break }
            before = now
        }
        try await feed.stop().get()
        try await loop.flatSubmit { connections.close(on: loop) }.get()
        try await group.shutdownGracefully()
    }

    private static func line(
        _ now: MarketFeed<NetworkConnections>.Counts, _ before: MarketFeed<NetworkConnections>.Counts,
        planned plan: LivePlan
    )
        -> String
    {
        let published = now.published
        let most = plan.busSettings(role: "feed").connections
        return "\(now.updates - before.updates) updates/s  \(now.trades - before.trades) trades/s  published "
            + "\(published.updates - before.published.updates)/s  wanted \(published.wanted) of "
            + "\(plan.instrumentsByName.count) books  Redis \(published.connections) of \(most) connections, held back "
            + "\(published.held)"
    }
}
