import CTerrace
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import TerraceCore
import TerraceRuntime
import TerraceVenues

/// Wire to wire: how long after a depth message has been written to a socket the order request that it leads to has been read
/// from one, with sender and engine on one processor. All between is what a live run uses.
public struct WireBenchmark {
    /// Why nothing was measured.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// What happened.
        public let description: String
    }

    private let messages: Int
    private let rate: Int
    private let usesTLS: Bool
    private let instrument = FeedInstrument(
        symbol: WireScript.symbol, instrument: InstrumentIndex(0), units: .standard)

    /// `messages` at `rate` a second, with or without TLS.
    public init(messages: Int, rate: Int, usesTLS: Bool) {
        self.messages = max(1, messages)
        self.rate = max(1, rate)
        self.usesTLS = usesTLS
    }

    /// Measures; takes as long as the messages do.
    public func run() throws -> WireReport {
        try FeederCertificate.withFile { try self.run(certificate: $0) }
    }

    private func run(certificate: String) throws -> WireReport {
        let warmUp = min(self.messages, 2_000)
        let script = WireScript(messages: self.messages, rate: self.rate, warmUp: warmUp)
        let feeder = try LoopbackFeeder(
            script, context: self.usesTLS ? try FeederCertificate.context() : nil, processor: 0)
        feeder.start()
        defer { feeder.stop() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let loop = group.next()
        try loop.submit { _ = cterrace_pin(0) }.wait()
        let clock = ShardClock(origin: Timestamp(nanoseconds: 1_790_000_000_000_000_000))
        let transport = try NetworkTransport(
            eventLoop: loop, settings: NetworkSettings(extraRoots: [certificate]))
        let session = VenueSession(
            BinanceDialect(
                market: .spot, instruments: [self.instrument],
                credentials: VenueCredentials(key: "benchmark", secret: "benchmark")),
            settings: self.settings(port: feeder.port), transport: transport)
        let connections = NetworkConnections(
            [NetworkConnections.Venue(session: session, transport: transport)], clock: clock)
        let shard = Shard(engine: try self.engine(), connections: connections, clock: clock, on: loop)
        shard.start()
        let allocations = try self.wait(for: script, loop)
        _ = try shard.stop(within: .seconds(2)).wait()
        let notices = try loop.submit { connections.venues.flatMap { $0.session.takeNotices().map(\.text) } }.wait()
        try loop.flatSubmit { connections.close(on: loop) }.wait()
        feeder.stop()
        guard !script.latencies.isEmpty else {
            throw Failure(description: (["the engine sent no order"] + notices).joined(separator: "\n"))
        }
        var report = WireReport()
        report.tls = self.usesTLS
        report.rate = self.rate
        report.take(script.latencies)
        report.unanswered = script.unanswered
        report.overlapped = script.overlapped
        report.orderRequests = script.requests
        report.sendLatenessMaxUs = Double(script.lateness) / 1_000
        report.allocationsPerMessage = Double(allocations) / Double(self.messages + warmUp)
        return report
    }

    /// Waits until all is sent; gives the allocations of the loop's thread meanwhile.
    private func wait(for script: WireScript, _ loop: any EventLoop) throws -> UInt64 {
        let before = try loop.submit { cterrace_allocations() }.wait()
        let limit = NIODeadline.now() + .seconds(Int64(10 + 2 * (self.messages + 2_000) / self.rate))
        while !script.isDone.load(ordering: .acquiring), NIODeadline.now() < limit { usleep(50_000) }
        return try loop.submit { cterrace_allocations() }.wait() - before
    }

    private func settings(port: Int) -> SessionSettings {
        let suffix = self.usesTLS ? "s" : ""
        var settings = SessionSettings(
            venue: VenueIndex(0), trades: true, instance: 1, coins: ["AVAX", "USDT"],
            endpoints: VenueEndpoints(
                rest: "http\(suffix)://127.0.0.1:\(port)", market: "ws\(suffix)://127.0.0.1:\(port)",
                account: "ws\(suffix)://127.0.0.1:\(port)"),
            seed: 1)
        settings.weightPerWindow = 1_000_000_000  // Two requests a message are far more than the real venue takes.
        return settings
    }

    /// One strategy with one bid that follows the mid by steps of a tick, without a limit of orders.
    private func engine() throws(RegistrationError) -> Engine {
        var engine = Engine(EngineConfiguration(venues: [VenueDefinition(name: "binance")], assetCount: 2))
        let grid = Grid(step: 1_000_000)
        let pair = engine.addPair(
            PairDefinition(
                base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
                instruments: [
                    InstrumentDefinition(
                        venue: VenueIndex(0), rules: TradingRules(tick: grid, lot: grid), showsOwnOrders: false)
                ]))
        var strategy = StrategyDefinition(
            id: "wire", pair: pair, venues: VenueSet(bits: 1),
            inventory: InventorySettings(target: .zero, maximumDeviation: Quantity(units: 1_000_000_000_000)))
        var line = PassiveLine(spread: Millibps(100_000), quantity: Quantity(units: 100_000_000))
        line.sides = .bid
        line.drift = Millibps(1_000)
        strategy.passiveLines = [line]
        strategy.requoteTolerance = .zero
        _ = try engine.register(strategy)
        return engine
    }
}
