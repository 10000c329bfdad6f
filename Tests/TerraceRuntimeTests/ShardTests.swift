import NIOCore
import NIOPosix
import TerraceCore
import TerraceRuntime
import TerraceSimulation
import Testing

@Suite("A shard") struct ShardTests {
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    static func engine(_ setup: MarketSetup) throws -> Engine {
        var configuration = EngineConfiguration(venues: setup.venues, assetCount: setup.assets.count)
        // A scripted venue says nothing more, and a busy machine may take its time.
        configuration.feedSilenceNanoseconds = .max
        configuration.bookAgeLimitNanoseconds = .max
        configuration.responseTimeoutNanoseconds = 60_000_000_000
        var engine = Engine(configuration)
        for pair in setup.pairs { _ = engine.addPair(pair) }
        for strategy in setup.strategies() { _ = try engine.register(strategy) }
        return engine
    }

    /// An engine to which nothing happens by the passing of time: the test that drives it may be held up for long.
    static func patientEngine(_ setup: MarketSetup) throws -> Engine {
        let hour: Int64 = 3_600_000_000_000
        var configuration = EngineConfiguration(venues: setup.venues, assetCount: setup.assets.count)
        configuration.bookAgeLimitNanoseconds = hour
        configuration.feedSilenceNanoseconds = hour
        configuration.responseTimeoutNanoseconds = hour
        var engine = Engine(configuration)
        for pair in setup.pairs { _ = engine.addPair(pair) }
        for desk in setup.strategies() {
            var strategy = desk
            for line in strategy.topOfBookLines.indices {
                // What the line grants over its time-out stays the same.
                let shorter = strategy.topOfBookLines[line].timeoutNanoseconds
                strategy.topOfBookLines[line].timeoutNanoseconds = hour
                strategy.topOfBookLines[line].hourlyQuantity.units /= hour / shorter
            }
            for line in strategy.passiveLines.indices { strategy.passiveLines[line].timeoutNanoseconds = hour }
            _ = try engine.register(strategy)
        }
        return engine
    }

    /// The shard of one pair on one scripted venue, after its book has arrived and its quotes were sent.
    static func quoting(on loop: any EventLoop) async throws -> (Shard<ScriptedVenue>, ScriptedWire) {
        let setup = MarketSetup(pairs: 1, venues: 1)
        let wire = ScriptedWire(loop: loop)
        let shard = Shard(
            engine: try Self.patientEngine(setup), connections: ScriptedVenue(wire: wire),
            clock: ShardClock(origin: Self.start),
            on: loop)
        shard.start()
        try await wire.arrive(Self.opening(setup)).get()
        while try await wire.commands().get().count < 6 {
            try await Task.sleep(for: .milliseconds(10))
        }
        return (shard, wire)
    }

    /// Balances and a book of one level a side, 20 ticks around the opening price.
    static func opening(_ setup: MarketSetup) -> [Event] {
        let instrument = InstrumentIndex(0)
        let tick = setup.pairs[0].instruments[0].rules.tick.step
        let middle = setup.prices[0].units
        var events: [Event] = [.connection(VenueIndex(0), .up)]
        for (asset, amount) in setup.balances[0] {
            events.append(.balance(VenueIndex(0), asset, total: amount))
        }
        let size = Quantity(units: setup.pairs[0].instruments[0].rules.lot.step * 1_000_000)
        events.append(.market(.snapshotBegan(instrument)))
        events.append(.market(.level(instrument, .bid, Price(units: middle - 20 * tick), size)))
        events.append(.market(.level(instrument, .ask, Price(units: middle + 20 * tick), size)))
        events.append(.market(.messageEnded(instrument, venueTime: Self.start)))
        return events
    }

    @Test("quotes what comes unforeseen, on connections it knows only by their protocol", .timeLimit(.minutes(5)))
    func wakes() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (shard, wire) = try await Self.quoting(on: group.next())
        let commands = try await wire.commands().get()
        #expect(commands.count == 6)
        #expect(commands.allSatisfy { if case .place = $0 { true } else { false } })
        let isEmpty = try await shard.stop(within: .hours(1)).get()
        #expect(isEmpty)
        let cancels = try await wire.commands().get().dropFirst(6)
        #expect(cancels.count == 6)
        try await group.shutdownGracefully()
    }

    @Test("gives up a stop when told twice, and says that orders are left", .timeLimit(.minutes(5)))
    func abandons() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (shard, wire) = try await Self.quoting(on: group.next())
        try await wire.loop.submit { wire.answers = false }.get()
        let stop = shard.stop(within: .hours(1))
        shard.abandon()
        let isEmpty = try await stop.get()
        #expect(!isEmpty)
        let open = try await shard.inspect { engine, _, _ in engine.openOrders }.get()
        #expect(open == 6)
        try await group.shutdownGracefully()
    }

    @Test("trades with simulated venues in real time, and agrees with them when it has stopped in the middle")
    func reconciles() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let setup = MarketSetup(pairs: 4, venues: 3)
        let market = SimulatedMarket(setup, rate: 5_000, seed: 3, start: Self.start)
        let shard = Shard(
            engine: try Self.engine(setup), connections: market, clock: ShardClock(origin: Self.start), on: group.next()
        )
        shard.start()
        try await Task.sleep(for: .seconds(2))
        let isEmpty = try await shard.stop(within: .minutes(2)).get()
        #expect(isEmpty)
        let (placed, mismatches) = try await shard.inspect { engine, market, _ in
            (engine.statistics.placed, Reconciliation.mismatches(engine, market, setup))
        }.get()
        #expect(placed > 0)
        #expect(mismatches == [])
        try await group.shutdownGracefully()
    }
}
