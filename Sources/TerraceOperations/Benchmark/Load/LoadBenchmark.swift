import CTerrace
import Foundation
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import TerraceCore
import TerraceRuntime
import TerraceVenues

/// Two venues that send changes of all books at a high rate, taken in by one shard over the network.
public struct LoadBenchmark {
    /// Why nothing was measured.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// What happened.
        public let description: String
    }

    private let pairs: Int
    private let rate: Int
    private let seconds: Int

    /// `rate` messages a second, half from each venue, over `pairs` on both.
    public init(pairs: Int, rate: Int, seconds: Int) {
        self.pairs = max(1, pairs)
        self.rate = max(2, rate)
        self.seconds = max(3, seconds)
    }

    /// Measures; takes as long as it says, and some seconds to subscribe.
    public func run() throws -> LoadReport {
        let symbols = (0..<self.pairs).map { "P\(String(10_000 + $0).dropFirst())USDT" }
        let count = self.rate / 2 * self.seconds
        let scripts = [LoadScript.Venue.binance, .bybit].map {
            LoadScript($0, symbols: symbols, rate: self.rate / 2, count: count)
        }
        let feeders = try scripts.map { try LoopbackFeeder($0, context: nil, processor: 1) }
        for feeder in feeders { feeder.start() }
        defer { for feeder in feeders { feeder.stop() } }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let loop = group.next()
        try loop.submit { _ = cterrace_pin(0) }.wait()
        let clock = ShardClock(origin: Timestamp(nanoseconds: 1_790_000_000_000_000_000))
        let network = try self.network(symbols, feeders.map(\.port), clock, loop)
        let shard = Shard(
            engine: try self.engine(), connections: LoadConnections(network, scripts, count: count), clock: clock,
            on: loop)
        shard.start()
        try self.waitForBooks(network, scripts, loop)
        var report = LoadReport()
        report.pairs = self.pairs
        report.sent = 2 * count
        let before = try loop.submit { Self.processorSeconds }.wait()
        let start = NIODeadline.now() + .milliseconds(500)
        for script in scripts { script.first.store(start.uptimeNanoseconds, ordering: .releasing) }
        for third in 1...3 {
            let until = start + .milliseconds(Int64(self.seconds * 1_000 * third / 3))
            while NIODeadline.now() < until { usleep(20_000) }
            report.thirds.append(LoadReport.Third())
            report.thirds[third - 1].residentBytes = Self.residentBytes
        }
        report.processorShare = (try loop.submit { Self.processorSeconds }.wait() - before) / Double(self.seconds)
        usleep(500_000)
        let taken = try shard.inspect { _, connections, _ in (connections.thirds, connections.commands) }.wait()
        report.commands = taken.1
        for (place, third) in taken.0.enumerated() { report.take(third, place) }
        report.messagesPerSecond = Double(report.received) / Double(self.seconds)
        let pairs = UInt64(self.pairs)
        (report.malformed, report.snapshotsAgain) = try loop.submit {
            var malformed: UInt64 = 0
            var again: UInt64 = 0
            for venue in network.venues {
                malformed += venue.session.statistics.malformed
                let snapshots = venue.session.statistics.snapshots
                again += venue.session.dialect.traits.fetchesSnapshots ? snapshots - min(snapshots, pairs) : snapshots
            }
            return (malformed, again)
        }.wait()
        _ = try shard.stop(within: .seconds(2)).wait()
        try loop.flatSubmit { network.close(on: loop) }.wait()
        return report
    }

    private func network(
        _ symbols: [String], _ ports: [Int], _ clock: ShardClock, _ loop: any EventLoop
    ) throws -> NetworkConnections {
        var venues: [NetworkConnections.Venue] = []
        for venue in 0..<2 {
            let instruments = symbols.enumerated().map {
                FeedInstrument(
                    symbol: $0.element, instrument: InstrumentIndex(UInt32(2 * $0.offset + venue)), units: .standard)
            }
            let transport = try NetworkTransport(eventLoop: loop, settings: NetworkSettings())
            let address = "127.0.0.1:\(ports[venue])"
            var settings = SessionSettings(
                venue: VenueIndex(UInt8(venue)), trades: false, instance: 1, coins: ["P", "USDT"],
                endpoints: VenueEndpoints(
                    rest: "http://\(address)", market: "ws://\(address)", account: "ws://\(address)"),
                seed: 1)
            settings.weightPerWindow = 1_000_000_000
            settings.silenceNanoseconds = 60_000_000_000  // Until all have subscribed there is nothing to hear.
            let dialect: any VenueDialect =
                venue == 0
                ? BinanceDialect(market: .spot, instruments: instruments, credentials: nil)
                : BybitDialect(instruments: instruments, credentials: nil)
            venues.append(
                NetworkConnections.Venue(
                    session: VenueSession(dialect, settings: settings, transport: transport), transport: transport))
        }
        return NetworkConnections(venues, clock: clock)
    }

    /// One strategy a pair with a passive line on both venues.
    private func engine() throws(RegistrationError) -> Engine {
        var configuration = EngineConfiguration(
            venues: [VenueDefinition(name: "binance"), VenueDefinition(name: "bybit")], assetCount: 2)
        configuration.bookAgeLimitNanoseconds = .max
        configuration.feedSilenceNanoseconds = .max
        var engine = Engine(configuration)
        let grid = Grid(step: 1_000_000)
        let rules = TradingRules(tick: grid, lot: grid)
        for index in 0..<self.pairs {
            let pair = engine.addPair(
                PairDefinition(
                    base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
                    instruments: (0..<2).map {
                        InstrumentDefinition(venue: VenueIndex(UInt8($0)), rules: rules, showsOwnOrders: false)
                    }))
            var strategy = StrategyDefinition(
                id: "load\(index)", pair: pair, venues: VenueSet(bits: 3),
                inventory: InventorySettings(target: .zero, maximumDeviation: Quantity(units: 1_000_000_000_000)))
            var line = PassiveLine(spread: Millibps(100_000), quantity: Quantity(units: 100_000_000))
            line.drift = Millibps(1_000)
            strategy.passiveLines = [line]
            strategy.requoteTolerance = .zero
            _ = try engine.register(strategy)
        }
        return engine
    }

    private func waitForBooks(
        _ network: NetworkConnections, _ scripts: [LoadScript], _ loop: any EventLoop
    ) throws {
        let pairs = self.pairs
        let limit = NIODeadline.now() + .seconds(60)
        while true {
            let isReady = try loop.submit {
                network.venues.allSatisfy { venue in
                    venue.session.dialect.traits.fetchesSnapshots
                        ? venue.session.statistics.snapshots >= UInt64(pairs) : true
                }
            }.wait()
            if isReady, scripts[1].subscriptions.load(ordering: .relaxed) * 5 >= pairs { break }
            guard NIODeadline.now() < limit else {
                let notices = try loop.submit {
                    network.venues.flatMap { $0.session.takeNotices().map(\.text) }
                }.wait()
                throw Failure(description: (["the books did not come"] + notices).joined(separator: "\n"))
            }
            usleep(50_000)
        }
        usleep(1_000_000)  // The last answers.
    }

    static var processorSeconds: Double {
        var time = timespec()
        // SAFETY: the structure lives through the call.
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Zero where the system does not tell.
    private static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4_096 : 0
    }
}

extension LoadReport {
    /// Takes what was noted in a third.
    fileprivate mutating func take(_ noted: LoadConnections.Third, _ place: Int) {
        let sorted = noted.lateness.sorted()
        self.received += noted.messages
        self.thirds[place].messages = noted.messages
        guard !sorted.isEmpty else { return }
        self.thirds[place].latenessP50Us = sorted[sorted.count / 2]
        self.thirds[place].latenessP99Us = sorted[sorted.count * 99 / 100]
        self.thirds[place].latenessMaxUs = sorted[sorted.count - 1]
    }
}
