import Foundation
import NIOCore
import NIOPosix
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

    /// What one event loop runs, and what it was set up from.
    private struct Part {
        let shard: Shard<SimulatedMarket>
        let setup: MarketSetup
    }

    /// A demo at its defaults.
    public init() {}

    /// Runs in virtual time as fast as it goes: the same seed gives the same report but for memory and latency.
    ///
    /// - Parameter stopsOnSignal: Whether a signal ends it early.
    public func virtually(stopsOnSignal: Bool = false) throws -> RunReport {
        let signals = stopsOnSignal ? StopSignals() : nil
        let setup = MarketSetup(pairs: self.pairs, venues: self.venues)
        var world = try VirtualWorld(setup, strategies: setup.strategies(), rate: self.rate, seed: self.seed)
        let start = world.now
        let end = start.advanced(by: Int64((self.seconds ?? 60) * 1e9))
        while world.now < end, signals?.count ?? 0 == 0 {
            world.run(until: min(end, world.now.advanced(by: 20_000_000)))
        }
        let seconds = Double(world.now.nanoseconds(since: start)) / 1e9
        let quoting = ShardSummary(world.engine, setup, StageLatencies(), hash: false)
        // Before the stop, while orders stand, and after it.
        var mismatches: [String] = []
        if world.quieten(), world.engine.isSettled {
            mismatches += Reconciliation.mismatches(world.engine, world.market, setup).map { "before the stop: \($0)" }
        }
        if !world.stop() { mismatches.append("orders are left after two minutes of cancelling") }
        mismatches += Reconciliation.mismatches(world.engine, world.market, setup)
        let summary = ShardSummary(world.engine, setup, StageLatencies(), hash: true)
        return RunReport(
            [summary], whileQuoting: [quoting], pairs: self.pairs, venues: self.venues, seconds: seconds,
            mismatches: mismatches)
    }

    /// Runs in real time until the seconds are over or a signal comes; then cancels every order and waits until none is left.
    /// A second signal ends the wait, and the report names what is left.
    ///
    /// - Parameter show: called about once a second with what the shards have done; false where nobody sees it any more,
    ///   which ends the run as a signal does.
    public func inRealTime(show: @escaping @Sendable (RunProgress) -> Bool) async throws -> RunReport {
        let signals = StopSignals()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: self.shards)
        let parts = try self.parts(on: group)
        let started = NIODeadline.now()
        func elapsed() -> Double { Double((NIODeadline.now() - started).nanoseconds) / 1e9 }
        for part in parts { part.shard.start() }
        let end = self.seconds.map { started + .nanoseconds(Int64($0 * 1e9)) } ?? .distantFuture
        var progress = RunProgress()
        while NIODeadline.now() < end {
            let left = min(1_000_000_000, max(0, (end - .now()).nanoseconds))
            if await signals.wait(nanoseconds: left) { break }
            progress = progress.followed(by: try await Self.summaries(parts, hash: false), at: elapsed())
            if !show(progress) { break }
        }
        let seconds = elapsed()
        let quoting = try await Self.summaries(parts, hash: false)
        var mismatches = try await Self.stop(parts, signals)
        for part in parts {
            let setup = part.setup
            mismatches += try await part.shard.inspect { engine, market, _ in
                Reconciliation.mismatches(engine, market, setup)
            }.get()
        }
        let report = RunReport(
            try await Self.summaries(parts, hash: true), whileQuoting: quoting, pairs: self.pairs, venues: self.venues,
            seconds: seconds, mismatches: mismatches)
        try await group.shutdownGracefully()
        return report
    }

    private func parts(on group: MultiThreadedEventLoopGroup) throws -> [Part] {
        let whole = MarketSetup(pairs: self.pairs, venues: self.venues)
        let origin = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        var parts: [Part] = []
        for index in 0..<self.shards {
            let setup = whole.shard(index, of: self.shards)
            var configuration = EngineConfiguration(venues: setup.venues, assetCount: setup.assets.count)
            configuration.seed = self.seed
            configuration.instance = UInt32(index + 1)
            configuration.firstSequence = ClientOrderID.firstSequence(at: origin)
            var engine = Engine(configuration)
            for pair in setup.pairs { _ = engine.addPair(pair) }
            for strategy in setup.strategies() { _ = try engine.register(strategy) }
            let market = SimulatedMarket(
                setup, rate: self.rate / Double(self.shards), seed: self.seed &+ UInt64(index), start: origin)
            let shard = Shard(engine: engine, connections: market, clock: ShardClock(origin: origin), on: group.next())
            parts.append(Part(shard: shard, setup: setup))
        }
        return parts
    }

    /// Cancels everything, and says what kept it from being cancelled.
    private static func stop(_ parts: [Part], _ signals: StopSignals) async throws -> [String] {
        let second = signals.count + 1
        let stops = parts.map { $0.shard.stop(within: .seconds(60)) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                if await signals.wait(nanoseconds: 60_000_000_000, for: second), !Task.isCancelled {
                    for part in parts { part.shard.abandon() }
                }
            }
            var left: [String] = []
            for stop in stops where try await !stop.get() {
                left.append(
                    signals.count >= second
                        ? "told twice to stop: orders are left" : "orders are left after a minute of cancelling")
            }
            group.cancelAll()
            return left
        }
    }

    private static func summaries(_ parts: [Part], hash: Bool) async throws -> [ShardSummary] {
        var all: [ShardSummary] = []
        for part in parts {
            let setup = part.setup
            all.append(
                try await part.shard.inspect { engine, _, latencies in
                    ShardSummary(engine, setup, latencies, hash: hash)
                }.get())
        }
        return all
    }
}
