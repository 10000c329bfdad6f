internal import Foundation
import NIOCore
import NIOPosix
import TerraceCore
public import TerraceRuntime
import TerraceSimulation
import TerraceStorage
public import TerraceVenues

/// A run with real venues: on one event loop, in one of three modes.
public struct LiveRun: Sendable {
    /// What is quoted.
    public var desk: DeskConfiguration
    /// What is done with orders.
    public var mode: RunMode
    /// How long, in seconds; nil until it is told to stop.
    public var seconds: Double?
    /// The venues that there are.
    public var catalogue = LiveVenueCatalogue.all
    /// Which proxy leads out.
    public var proxy = ProxySettings()
    /// How long commands and reports take on paper, each way.
    public var paperLatencyNanoseconds: Int64 = 5_000_000

    /// A run of `desk` until it is told to stop.
    public init(_ desk: DeskConfiguration, mode: RunMode) {
        self.desk = desk
        self.mode = mode
    }

    // MARK: Before

    /// Asks the venues what a run needs, and binds the desk to what they list. Sends no order.
    ///
    /// - Parameter marketOnly: Whether nothing but market data is wanted, for which no account is needed.
    /// - Throws: `LiveRunError` with everything that is in the way.
    public func plan(
        keys: [(venue: String, key: Result<VenueCredentials, KeyError>)], _ network: VenueNetwork,
        marketOnly: Bool = false
    ) async throws(LiveRunError) -> LivePlan {
        let faults = self.desk.faults(of: marketOnly ? nil : self.mode, self.catalogue)
        if !faults.isEmpty { throw .configuration(ConfigurationError(faults)) }
        let desk = self.desk.withoutIdleVenues
        let accesses = try self.accesses(desk, keys, network)
        let surveys = try await self.surveys(accesses, desk)
        let listings = Dictionary(surveys.map { ($0.access.venue.name, $0.listing) }) { first, _ in first }
        let amends = Dictionary(accesses.map { ($0.venue.name, $0.traits.canAmend) }) { first, _ in first }
        let live: LiveDesk
        do throws(ConfigurationError) {
            live = try LiveDesk(
                desk, listings: listings, amends: { amends[$0] ?? false }, showsOwnOrders: self.mode == .live)
        } catch {
            throw .configuration(error)
        }
        var notes = live.bound.warnings.map { $0.description } + surveys.flatMap { $0.notes }
        let used = Set(desk.venues.map { $0.name })
        notes += self.desk.venues.filter { !used.contains($0.name) }.map {
            "\($0.name) is used by no strategy, and is not connected"
        }
        if self.mode == .live {
            notes += surveys.filter { !$0.access.traits.hasDeadManSwitch }.map {
                "\($0.access.venue.name) has no dead-man switch: should this process or its network die, orders there stand until it is back"
            }
        }
        // A paper account holds coins.
        let margined = surveys.map { $0.access.traits.isMargined && self.mode != .paper }
        return LivePlan(
            mode: self.mode, desk: live.holding(surveys.map { $0.balances }).margined(margined),
            accesses: surveys.map { $0.access },
            notes: notes)
    }

    private func accesses(
        _ desk: DeskConfiguration, _ keys: [(venue: String, key: Result<VenueCredentials, KeyError>)],
        _ network: VenueNetwork
    ) throws(LiveRunError) -> [VenueAccess] {
        var lines: [String] = []
        var accesses: [VenueAccess] = []
        for configured in desk.venues {
            guard let venue = self.catalogue.venue(named: configured.name) else { continue }
            var credentials: VenueCredentials?
            switch keys.first(where: { $0.venue == configured.name })?.key {
            case .success(let key): credentials = key
            // Without a key there is no account to look at; `faults` has seen to it that none is needed.
            case .failure(.notNamed), nil: break
            case .failure(let error): lines.append("\(configured.name): \(error.description)")
            }
            accesses.append(VenueAccess(venue, configured, credentials: credentials, network))
        }
        if !lines.isEmpty { throw .venues(lines) }
        return accesses
    }

    private func surveys(
        _ accesses: [VenueAccess], _ desk: DeskConfiguration
    ) async throws(LiveRunError) -> [VenueSurvey] {
        // One after the other, a few requests each: nothing is saved by a group of tasks, which the compiler (6.3.1) gets wrong
        // in release builds where its children throw a type of their own.
        var surveys: [VenueSurvey] = []
        var lines: [String] = []
        for (access, configured) in zip(accesses, desk.venues) {
            do throws(VenueAccessError) {
                surveys.append(
                    try await VenueSurvey.of(
                        access, configured, mode: self.mode,
                        asksBalances: self.mode != .live && configured.balances.isEmpty))
            } catch {
                lines.append("\(access.venue.name): \(error.description)")
            }
        }
        if !lines.isEmpty { throw .venues(lines) }
        return surveys
    }

    // MARK: The run

    /// Trades as planned, until the seconds are over, a signal comes or `show` says that nobody looks any more; then cancels
    /// every order and waits, 150 seconds at most, until none is left. A second signal ends the wait.
    ///
    /// The caller makes the connections, on the event loop that it is given. In dry-run and paper they are told of no order.
    ///
    /// - Parameters:
    ///   - record: What is written down, and what it goes on from; nil where nothing outlives the run.
    ///   - warm: The volumes that were traded before, by instrument.
    ///   - connect: Makes the connections to the plan's venues, without an account where nothing is sent.
    ///   - mismatches: Of a live run, after its stop: each difference between the engine and what the venues told, named.
    ///   - notices: What connections have to tell people, asked about once a second.
    ///   - close: Closes the connections.
    ///   - say: Takes a line for people: a notice, or a command of a dry run. Called on the loop, too.
    ///   - show: As in `DemoRun.inRealTime`.
    func run<Connections: VenueConnections & Sendable>(
        _ plan: LivePlan, record: LiveRecord? = nil, warm: [[VolumeBucket]] = [],
        connect: (ShardClock, any EventLoop) throws -> Connections,
        mismatches: @escaping @Sendable (borrowing Engine, borrowing Connections) -> [String],
        notices: @escaping @Sendable (any EventLoop) async throws -> [String],
        close: (any EventLoop) async throws -> Void,
        say: @escaping @Sendable (String) -> Void, show: @escaping @Sendable (RunProgress) -> Bool
    ) async throws -> RunReport {
        let signals = StopSignals()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let clock = ShardClock(origin: Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)))
        let loop = group.next()
        var engine = try plan.makeEngine(startingAt: clock.origin, after: record?.ledger.highestSequence ?? 0)
        engine.warm(warm, at: clock.origin)
        if let record { for note in plan.restore(record.ledger, into: &engine) { say(note) } }
        let setup = plan.desk.bound.setup
        let base = try connect(clock, loop)
        let look: @Sendable (RunProgress) async throws -> Bool = { progress in
            for notice in try await notices(loop) { say(notice) }
            return show(progress)
        }
        let report: RunReport
        switch plan.mode {
        case .live:
            let shard = Shard(
                engine: engine, connections: base, clock: clock, recorder: record?.recorder(plan), on: loop)
            report = try await self.drive(shard, setup, signals, mismatches, look)
        case .dryRun:
            var printer = CommandPrinter(setup)
            let dry = DryConnections(base, balances: setup.balances) { command, now in
                for line in printer.lines(command, at: now) { say(line) }
            }
            let shard = Shard(engine: engine, connections: dry, clock: clock, on: loop)
            report = try await self.drive(shard, setup, signals, { _, _ in [] }, look)
        case .paper:
            let paper = PaperConnections(
                base, setup, chargesReceivedCoin: plan.accesses.map { $0.venue.chargesReceivedCoin },
                latencyNanoseconds: self.paperLatencyNanoseconds)
            let shard = Shard(engine: engine, connections: paper, clock: clock, on: loop)
            report = try await self.drive(
                shard, setup, signals, { Reconciliation.mismatches($0, $1, setup) }, look)
        }
        for notice in try await notices(loop) { say(notice) }
        try await close(loop)
        try await group.shutdownGracefully()
        return report
    }

    private func drive<Connections: VenueConnections & ~Copyable>(
        _ shard: Shard<Connections>, _ setup: MarketSetup, _ signals: StopSignals,
        _ mismatches: @escaping @Sendable (borrowing Engine, borrowing Connections) -> [String],
        _ look: @escaping @Sendable (RunProgress) async throws -> Bool
    ) async throws -> RunReport {
        @Sendable func summary(hash: Bool) async throws -> ShardSummary {
            try await shard.inspect { engine, _, latencies in ShardSummary(engine, setup, latencies, hash: hash) }.get()
        }
        let started = NIODeadline.now()
        func elapsed() -> Double { Double((NIODeadline.now() - started).nanoseconds) / 1e9 }
        shard.start()
        let end = self.seconds.map { started + .nanoseconds(Int64($0 * 1e9)) } ?? .distantFuture
        var progress = RunProgress()
        while NIODeadline.now() < end {
            let left = min(1_000_000_000, max(0, (end - .now()).nanoseconds))
            if await signals.wait(nanoseconds: left) { break }
            progress = progress.followed(by: [try await summary(hash: false)], at: elapsed())
            if try await !look(progress) { break }
        }
        let seconds = elapsed()
        let quoting = try await summary(hash: false)
        var left = try await Self.stop(shard, signals)
        left += try await shard.inspect { engine, connections, _ in mismatches(engine, connections) }.get()
        return RunReport(
            [try await summary(hash: true)], whileQuoting: [quoting], pairs: setup.pairs.count,
            venues: setup.venues.count, seconds: seconds, mismatches: left)
    }

    /// Orders are gone within seconds. That the venue lists none may wait for its limit of requests, whose window is a minute and
    /// may be spent, by runs before this one too.
    private static let stopSeconds: Int64 = 150

    /// Cancels everything, and says what kept it from being cancelled.
    private static func stop<Connections: VenueConnections & ~Copyable>(
        _ shard: Shard<Connections>, _ signals: StopSignals
    ) async throws -> [String] {
        let second = signals.count + 1
        let stopped = shard.stop(within: .seconds(Self.stopSeconds))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                if await signals.wait(nanoseconds: Self.stopSeconds * 1_000_000_000, for: second), !Task.isCancelled {
                    shard.abandon()
                }
            }
            let isDone = try await stopped.get()
            group.cancelAll()
            if isDone { return [] }
            let open = try await shard.inspect { engine, _, _ in engine.openOrders }.get()
            let left = open > 0 ? "\(open) orders may be left" : "the venues have not confirmed that nothing is left"
            return [
                signals.count >= second
                    ? "told twice to stop: \(left)" : "after \(Self.stopSeconds) seconds of cancelling \(left)"
            ]
        }
    }
}

extension LivePlan {
    /// The engine of the plan, its pairs and strategies registered. Its orders are numbered from `start` on, and behind
    /// `lastSequence`, should the clock have gone back.
    func makeEngine(startingAt start: Timestamp, after lastSequence: UInt64 = 0) throws(LiveRunError) -> Engine {
        var configuration = self.engine(startingAt: start)
        configuration.firstSequence = max(configuration.firstSequence, lastSequence + 1) & 0xFFFF_FFFF_FFFF
        var engine = Engine(configuration)
        for pair in self.desk.bound.setup.pairs { _ = engine.addPair(pair) }
        for strategy in self.desk.bound.strategies {
            do throws(RegistrationError) {
                _ = try engine.register(strategy)
            } catch {
                throw .strategy(strategy.id, reason: error.description)
            }
        }
        return engine
    }
}

extension Engine {
    /// Goes on with the volumes that were traded before, by instrument, oldest bucket first.
    mutating func warm(_ volumes: [[VolumeBucket]], at now: Timestamp) {
        if volumes.isEmpty { return }
        for (index, buckets) in volumes.enumerated() where !buckets.isEmpty {
            self.warmVolume(of: InstrumentIndex(UInt32(truncatingIfNeeded: index)), buckets.span, at: now)
        }
        self.concludeWarming()
    }
}
