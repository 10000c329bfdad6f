import Dispatch
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TerraceCore
import TerraceRuntime
import TerraceSimulation

/// The demo: one process that makes markets on many pairs at simulated venues.
public struct DemoRun: Sendable {
    /// How many pairs, 1 to 5,000.
    public var pairs = 100
    /// How many venues, 1 to 16.
    public var venues = 4
    /// How long, in seconds; nil until it is told to stop.
    public var seconds: Double?
    /// Level updates a second over all instruments.
    public var rate = 10_000.0
    /// From this the whole market comes.
    public var seed: UInt64 = 1
    /// How many event loops share the pairs.
    public var shards = 1

    /// A demo at its defaults.
    public init() {}

    /// Runs in virtual time as fast as it goes: the same seed gives the same report but for memory and latency.
    public func virtually() throws -> RunReport {
        let setup = MarketSetup(pairs: self.pairs, venues: self.venues)
        var world = try VirtualWorld(setup, strategies: setup.strategies(), rate: self.rate, seed: self.seed)
        let seconds = self.seconds ?? 60
        world.run(until: world.now.advanced(by: Int64(seconds * 1e9)))
        var mismatches = world.stop() ? [] : ["orders are left after two minutes of cancelling"]
        mismatches += Reconciliation.mismatches(world.engine, world.market, setup)
        let summary = ShardSummary(world.engine, setup, StageLatencies(), hash: true)
        return RunReport([summary], pairs: self.pairs, venues: self.venues, seconds: seconds, mismatches: mismatches)
    }

    /// Runs in real time until the seconds are over or a signal comes; then cancels every order and waits until none is left.
    ///
    /// - Parameter show: called about once a second with what the shards have done.
    public func inRealTime(show: @escaping @Sendable ([ShardSummary], Double) -> Void) async throws -> RunReport {
        let whole = MarketSetup(pairs: self.pairs, venues: self.venues)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: self.shards)
        var shards: [Shard] = []
        let origin = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        for index in 0..<self.shards {
            let setup = whole.shard(index, of: self.shards)
            var configuration = EngineConfiguration(venues: setup.venues, assetCount: setup.assets.count)
            configuration.seed = self.seed
            configuration.instance = UInt32(index + 1)
            var engine = Engine(configuration)
            for pair in setup.pairs { _ = engine.addPair(pair) }
            for strategy in setup.strategies() { _ = try engine.register(strategy) }
            let market = SimulatedMarket(
                setup, rate: self.rate / Double(self.shards), seed: self.seed &+ UInt64(index), start: origin)
            shards.append(Shard(setup, engine: engine, market: market, start: origin, on: group.next()))
        }
        let started = NIODeadline.now()
        for shard in shards { shard.start() }
        let signals = StopSignals()
        let end = self.seconds.map { started + .nanoseconds(Int64($0 * 1e9)) } ?? .distantFuture
        while NIODeadline.now() < end {
            let left = min(1_000_000_000, max(0, (end - .now()).nanoseconds))
            if await signals.wait(nanoseconds: left) { break }
            show(try await Self.summaries(shards, hash: false), Double((.now() - started).nanoseconds) / 1e9)
        }
        let seconds = Double((NIODeadline.now() - started).nanoseconds) / 1e9
        var mismatches: [String] = []
        for shard in shards {
            if try await !shard.stop(within: .seconds(60)).get() {
                mismatches.append("orders are left after a minute of cancelling")
            }
            let setup = shard.setup
            mismatches += try await shard.inspect { engine, market, _ in
                Reconciliation.mismatches(engine, market, setup)
            }.get()
        }
        let report = RunReport(
            try await Self.summaries(shards, hash: true), pairs: self.pairs, venues: self.venues, seconds: seconds,
            mismatches: mismatches)
        try await group.shutdownGracefully()
        return report
    }

    private static func summaries(_ shards: [Shard], hash: Bool) async throws -> [ShardSummary] {
        var all: [ShardSummary] = []
        for shard in shards {
            let setup = shard.setup
            all.append(
                try await shard.inspect { engine, _, latencies in
                    ShardSummary(engine, setup, latencies, hash: hash)
                }.get())
        }
        return all
    }
}

/// Interrupt and terminate, as something to wait for.
final class StopSignals: Sendable {
    private let came = CameFlag()
    // Written once, in `init`; kept so that the sources live as long as this does.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    init() {
        unsafe self.sources = [SIGINT, SIGTERM].map { [came] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { came.set() }
            source.resume()
            return source
        }
    }

    /// Waits this long at most, to a twentieth of a second; whether a signal came.
    func wait(nanoseconds: Int64) async -> Bool {
        let end = NIODeadline.now() + .nanoseconds(nanoseconds)
        while !self.came.isSet {
            let left = (end - .now()).nanoseconds
            if left <= 0 { return false }
            try? await Task.sleep(nanoseconds: UInt64(min(left, 50_000_000)))
        }
        return true
    }

    private final class CameFlag: Sendable {
        private let flag = Atomic(false)
        var isSet: Bool { self.flag.load(ordering: .relaxed) }
        func set() { self.flag.store(true, ordering: .relaxed) }
    }
}
