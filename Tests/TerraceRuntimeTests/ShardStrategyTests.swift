import NIOCore
import NIOPosix
import TerraceCore
import TerraceRuntime
import TerraceSimulation
import Testing

@Suite("A running shard") struct ShardStrategyTests {
    private let setup = MarketSetup(pairs: 1, venues: 1)

    private func second(_ setup: MarketSetup) -> StrategyDefinition {
        var definition = setup.strategies()[0]
        definition.id = "second"
        definition.topOfBookLines = []
        definition.passiveLines = [definition.passiveLines[1]]
        definition.passiveLines[0].timeoutNanoseconds = 3_600_000_000_000
        return definition
    }

    private func commands(_ wire: ScriptedWire, _ count: Int) async throws -> [Command] {
        while try await wire.commands().get().count < count { try await Task.sleep(for: .milliseconds(10)) }
        return try await wire.commands().get()
    }

    private func demands(_ wire: ScriptedWire, _ count: Int) async throws -> [Command] {
        while try await wire.loop.submit({ wire.demands.count }).get() < count {
            try await Task.sleep(for: .milliseconds(10))
        }
        return try await wire.loop.submit { wire.demands }.get()
    }

    @Test("takes strategies on and off, and follows market data as they need it", .timeLimit(.minutes(5)))
    func strategies() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (shard, wire) = try await ShardTests.quoting(on: group.next())
        let followed = InstrumentIndex(0)
        let priority = self.setup.strategies()[0].priority
        #expect(try await self.demands(wire, 1) == [.follow(followed, priority)])

        var definition = self.second(self.setup)
        definition.priority = .critical
        let second = try await shard.register(definition).get().get()
        #expect(try await self.commands(wire, 8).dropFirst(6).count == 2)
        let again = try await shard.register(definition).get()
        #expect(throws: RegistrationError.duplicateIdentifier("second")) { try again.get() }

        // The other leaves: what both need stays.
        let first = StrategyIndex(0)
        try await shard.remove(first).get().get()
        _ = try await self.commands(wire, 14)
        let demand = try await shard.inspect { engine, _, _ in engine.demand(for: followed) }.get()
        #expect(demand == .critical)
        let twice = try await shard.remove(first).get()
        #expect(throws: RegistrationError.unknownStrategy) { try twice.get() }

        definition.passiveLines[0].sides = .bid
        try await shard.update(second, to: definition).get().get()
        // Both orders of the line go, and one of the new one comes.
        #expect(try await self.commands(wire, 17).dropFirst(14).count == 3)

        try await shard.remove(second).get().get()
        _ = try await self.commands(wire, 18)
        let last = try await self.demands(wire, 2).last
        #expect(last == .unfollow(followed))
        let isLive = try await shard.inspect { engine, _, _ in engine.books.isLive(followed) }.get()
        #expect(!isLive)
        let isEmpty = try await shard.stop(within: .hours(1)).get()
        #expect(isEmpty)
        try await group.shutdownGracefully()
    }

    @Test("subscribes for a strategy beside what it needs, and says why not", .timeLimit(.minutes(5)))
    func subscriptions() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let setup = MarketSetup(pairs: 2, venues: 1)
        var engine = Engine(EngineConfiguration(venues: setup.venues, assetCount: setup.assets.count))
        for pair in setup.pairs { _ = engine.addPair(pair) }
        let strategy = try engine.register(setup.strategies()[0])
        let wire = ScriptedWire(loop: group.next())
        let shard = Shard(
            engine: engine, connections: ScriptedVenue(wire: wire), clock: ShardClock(origin: ShardTests.start),
            on: group.next())
        shard.start()
        let (other, venues) = (PairIndex(1), VenueSet(VenueIndex(0)))
        try await shard.subscribe(strategy, to: [other], on: venues, priority: .low).get().get()
        let refused = try await shard.subscribe(strategy, to: [PairIndex(9)], on: venues, priority: .low).get()
        #expect(throws: SubscriptionError.unknownPair(PairIndex(9))) { try refused.get() }
        try await shard.unsubscribe(strategy, from: [other], on: venues).get().get()
        let demands = try await self.demands(wire, 3)
        #expect(demands.dropFirst() == [.follow(InstrumentIndex(1), .low), .unfollow(InstrumentIndex(1))])
        _ = try await shard.stop(within: .hours(1)).get()
        try await group.shutdownGracefully()
    }
}
