internal import Foundation
import NIOCore
import NIOPosix
import TerraceBus
import TerraceCore
import TerraceRuntime

/// Measures the bus over a real Redis, from the publisher to what strategies get, and beside it the way before: a connection, a
/// subscription and a decoding for each strategy.
public struct BusBenchmark: Sendable {
    /// What went wrong before anything was measured.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// What happened, and what to do.
        public let description: String
    }

    private let address: RedisAddress
    private let strategies: Int
    private let instruments: Int
    private let rate: Int
    private let seconds: Int

    /// - Parameters:
    ///   - redis: The address of a Redis that nothing else uses, `redis://HOST:PORT`.
    ///   - strategies: A multiple of `instruments`.
    ///   - rate: Messages a second, at the even pace.
    ///   - seconds: How long each is measured.
    /// - Throws: `Failure` where the address is none.
    public init(redis: String, strategies: Int, instruments: Int, rate: Int, seconds: Int) throws(Failure) {
        do throws(RedisAddressError) {
            self.address = try RedisAddress(redis)
        } catch {
            throw Failure(description: "--redis: \(error)")
        }
        self.strategies = strategies
        self.instruments = instruments
        self.rate = rate
        self.seconds = seconds
    }

    /// Measures the one, then the other.
    public func run() async throws -> BusBenchmarkReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let clock = ShardClock(origin: Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)))
        let venue = BusVenue(name: "bench-\(ProcessInfo.processInfo.processIdentifier)", index: VenueIndex(0))
        let instruments = (0..<self.instruments).map {
            BusInstrument(
                venue: venue.name, symbol: "PAIR\($0)", instrument: InstrumentIndex(UInt32($0)), units: .standard)
        }
        var report = BusBenchmarkReport()
        report.instruments = self.instruments
        report.strategies = self.strategies
        report.rate = self.rate
        report.seconds = self.seconds
        report.allowedConnections = ResourcePlan(pairs: self.instruments).redisConnections
        report.readerNsPerMessage = ReaderPace.measure(payload: 80, count: 1_000_000) { clock.now }
        var settings = BusSettings()
        settings.connections = report.allowedConnections
        // A machine that is busy with other work may read late; that is measured, and not a reason to skip what came.
        settings.lagLimit = 60_000_000_000
        settings.heartbeatLimit = 60_000_000_000
        var feedSettings = settings
        feedSettings.role = "feed"
        let feedLoop = group.next()
        let readerLoop = group.next()
        let feed = try BusBenchFeed(
            self.address, instruments: instruments, venue: venue, settings: feedSettings, clock: clock, on: feedLoop)
        feedLoop.execute { feed.start() }
        let bus = try BusBenchReader(
            bus: self.address, instruments: instruments, venue: venue, settings: settings, clock: clock, on: readerLoop)
        report.bus = try await self.measure(feed, bus, feedLoop, "terrace-run", clock)
        let published = try await feedLoop.submit { feed.publisher.statistics }.get()
        report.messageBytes = Double(published.bytes) / Double(published.updates + published.snapshots)
        let before = try BusBenchReader(
            before: self.address, instruments: instruments, strategies: self.strategies, clock: clock, on: readerLoop)
        report.before = try await self.measure(feed, before, feedLoop, "terrace-strategy", clock)
        try await feedLoop.flatSubmit { feed.stop() }.get()
        try await group.shutdownGracefully()
        return report
    }

    private func measure(
        _ feed: BusBenchFeed, _ reader: BusBenchReader, _ feedLoop: any EventLoop, _ name: String, _ clock: ShardClock
    ) async throws -> BusBenchmarkReport.Way {
        let loop = reader.loop
        var way = BusBenchmarkReport.Way()
        loop.execute { reader.start() }
        try await self.wait("what was published does not arrive: is \(self.address) a Redis that can be used?") {
            try await loop.submit { reader.isReady }.get()
        }
        // What came to those who joined is over.
        try await Task.sleep(for: .milliseconds(500))
        way.connections = try await self.connections(named: name, clock, loop)

        way.published = self.rate * self.seconds
        try await loop.submit { reader.beginAgain() }.get()
        try await feedLoop.flatSubmit { feed.publish(self.rate * self.seconds, rate: self.rate) }.get()
        way.decoded = try await self.await(way.published * reader.copiesOfEach, reader)
        way.latencyNs = try await loop.submit { reader.latency.percentiles }.get()
        way.senderLateNs = try await feedLoop.submit { feed.lateness.percentiles }.get()

        let batch = (reader.copiesOfEach == 1 ? Self.batchPace : Self.batchPaceBefore) * self.seconds
        try await loop.submit { reader.beginAgain() }.get()
        let processor = try await loop.submit { LoadBenchmark.processorSeconds }.get()
        let begun = clock.now
        try await feedLoop.flatSubmit { feed.publish(batch, rate: 0) }.get()
        let came = try await self.await(batch * reader.copiesOfEach, reader)
        let last = try await loop.submit { reader.lastAt }.get()
        let elapsed = max(1e-9, Double(last.nanoseconds - begun.nanoseconds) * 1e-9)
        way.batchMessagesPerSecond = Double(batch) / elapsed
        way.batchProcessorShare = (try await loop.submit { LoadBenchmark.processorSeconds }.get() - processor) / elapsed
        way.faults = try await loop.submit { reader.faults }.get() + (came == batch * reader.copiesOfEach ? 0 : 1)
        try await loop.flatSubmit { reader.stop() }.get()
        return way
    }

    /// Messages that are published in batches for each second: over the bus, and in the way before, which takes much longer.
    private static let batchPace = 100_000
    private static let batchPaceBefore = 10_000

    /// Waits until so many changes have been decoded, as long as any come.
    private func await(_ count: Int, _ reader: BusBenchReader) async throws -> Int {
        var before = -1
        var quiet = 0
        while true {
            let decoded = try await reader.loop.submit { reader.decoded }.get()
            quiet = decoded == before ? quiet + 1 : 0
            // Five seconds without any: what is missing does not come any more.
            if decoded >= count || quiet >= 500 { return decoded }
            before = decoded
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func wait(_ complaint: String, _ holds: () async throws -> Bool) async throws {
        for _ in 0..<3_000 {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure(description: complaint)
    }

    /// The connections of a name, as Redis counts them.
    private func connections(named name: String, _ clock: ShardClock, _ loop: any EventLoop) async throws -> Int {
        let answer = loop.makePromise(of: Int.self)
        let plain = try PlainConnections(
            self.address, name: "terrace-count", settings: BusSettings(), on: loop, clock: { clock.now })
        loop.execute {
            plain.whenAnswered = { bytes in
                let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                answer.succeed(lines.count { $0.contains(" name=\(name) ") })
            }
            plain.ask("CLIENT", "LIST")
        }
        let count = try await answer.futureResult.get()
        try await loop.flatSubmit { plain.close() }.get()
        return count
    }
}
