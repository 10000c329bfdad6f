import TerraceCore
import TerraceSimulation
import Testing

@Suite("A whole engine on simulated venues") struct WorldTests {
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    @Test(
        "agrees with the venues under lost, late and doubled messages, gaps and dropped connections", arguments: 0..<20)
    func campaign(batch: Int) throws {
        // A thousand seeds in twenty batches.
        let setup = MarketSetup(pairs: 2, venues: 3)
        for seed in UInt64(batch * 50 + 1)...UInt64(batch * 50 + 50) {
            var faults = Faults()
            faults.lostCommand = 0.02
            faults.lostReport = 0.02
            faults.doubledReport = 0.05
            faults.slowReport = 0.01
            faults.gap = 0.02
            faults.drop = 0.002
            var world = try VirtualWorld(
                setup, strategies: setup.strategies(), rate: 300, seed: seed, faults: faults)
            for _ in 0..<4 {
                world.run(until: world.now.advanced(by: 1_500_000_000))
                Self.checkLimits(world.engine, setup, seed)
            }
            let ended = world.stop()
            #expect(ended, "seed \(seed): orders are left")
            let mismatches = Reconciliation.mismatches(world.engine, world.market, setup)
            #expect(mismatches == [], "seed \(seed)")
        }
    }

    static func expect(_ holds: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(holds, sourceLocation: sourceLocation)
    }

    /// Position and open orders stay within target ± deviation, whichever fills first.
    static func checkLimits(_ engine: borrowing Engine, _ setup: MarketSetup, _ seed: UInt64) {
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(index))
            let inventory = engine.definition(strategy).inventory
            var open: [Side: Int64] = [.bid: 0, .ask: 0]
            for slot in engine.slots(strategy) { open[slot.side, default: 0] += slot.order.open.units }
            let position = engine.position(strategy).quantity.units
            guard position != 0 else { continue }  // Not seeded yet.
            #expect(
                position + (open[.bid] ?? 0) <= inventory.target.units + inventory.maximumDeviation.units,
                "seed \(seed)")
            #expect(
                position - (open[.ask] ?? 0) >= inventory.target.units - inventory.maximumDeviation.units,
                "seed \(seed)")
        }
    }

    @Test("gives the same state for the same seed, and another for another")
    func deterministic() throws {
        func hash(_ seed: UInt64) throws -> UInt64 {
            let setup = MarketSetup(pairs: 6, venues: 3)
            var world = try VirtualWorld(setup, strategies: setup.strategies(), rate: 2_000, seed: seed)
            world.run(until: world.now.advanced(by: 5_000_000_000))
            return world.engine.stateHash()
        }
        #expect(try hash(7) == hash(7))
        #expect(try hash(7) != hash(8))
    }

    @Test("quotes every slot in a calm market, and is filled")
    func quotes() throws {
        let setup = MarketSetup(pairs: 4, venues: 2)
        var world = try VirtualWorld(setup, strategies: setup.strategies(), rate: 4_000, seed: 3)
        world.run(until: world.now.advanced(by: 20_000_000_000))
        Self.expect(world.engine.openOrders > 4 * 12 * 8 / 10)
        Self.expect(world.engine.statistics.fills > 0)
        Self.expect(world.engine.statistics.anomalies == 0)
    }

    @Test("changes a strategy while it runs: slots of lines that stay keep their orders")
    func update() throws {
        let setup = MarketSetup(pairs: 1, venues: 2)
        var world = try VirtualWorld(setup, strategies: setup.strategies(), rate: 200, seed: 3)
        world.run(until: world.now.advanced(by: 3_000_000_000))
        let strategy = StrategyIndex(0)
        var definition = world.engine.definition(strategy)
        let far = world.engine.slots(strategy).filter { $0.line == 2 && $0.order.state == .working }.map { $0.order.id }
        #expect(!far.isEmpty)
        definition.passiveLines.remove(at: 0)
        try world.engine.update(strategy, to: definition)
        world.run(until: world.now.advanced(by: 1_000_000))
        let kept = Set(world.engine.slots(strategy).filter { $0.line == 1 }.map { $0.order.id })
        #expect(far.allSatisfy { kept.contains($0) })
        try world.engine.remove(strategy)
        world.run(until: world.now.advanced(by: 2_000_000_000))
        Self.expect(world.engine.openOrders == 0)
    }

    @Test("stops a strategy at its loss limit, and pulls its quotes")
    func lossLimit() throws {
        let setup = MarketSetup(pairs: 1, venues: 1)
        var strategies = setup.strategies()
        strategies[0].maximumLoss = Amount(units: 1)
        var world = try VirtualWorld(setup, strategies: strategies, rate: 2_000, seed: 5)
        world.run(until: world.now.advanced(by: 60_000_000_000))
        Self.expect(world.engine.isStopped(StrategyIndex(0)))
        Self.expect(world.engine.openOrders == 0)
        Self.expect(world.engine.statistics.gates[Int(Gate.strategyLoss.rawValue)] > 0)
    }
}
