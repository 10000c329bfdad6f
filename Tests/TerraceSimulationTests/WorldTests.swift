import TerraceCore
import TerraceSimulation
import Testing

@Suite("A whole engine on simulated venues") struct WorldTests {
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    @Test(
        "agrees with the venues under lost, unknown, late, doubled and reordered messages, gaps and dropped connections",
        arguments: 0..<20)
    func campaign(batch: Int) throws {
        // A thousand seeds in twenty batches.
        let setup = MarketSetup(pairs: 2, venues: 3)
        var fills: UInt64 = 0
        var queried: UInt64 = 0
        var gaps: UInt64 = 0
        var doubled: UInt64 = 0
        for seed in UInt64(batch * 50 + 1)...UInt64(batch * 50 + 50) {
            var faults = Faults()
            faults.lostCommand = 0.02
            faults.unknownAnswer = 0.03
            faults.lostReport = 0.02
            faults.doubledReport = 0.05
            faults.slowReport = 0.01
            faults.reorderedReport = 0.05
            faults.gap = 0.02
            faults.drop = 0.002
            // In every other run fills are lost as well, also while a connection is down: until one is missed at its order's
            // end, or at the next fill, the engine takes the order for working with more open than there is.
            let losesFills = seed % 2 == 0
            faults.lostFill = losesFills ? 0.02 : 0
            if !losesFills { faults.drop = 0 }
            var world = try VirtualWorld(
                setup, strategies: Self.eager(setup), rate: 300, seed: seed, faults: faults)
            for _ in 0..<120 {
                world.run(until: world.now.advanced(by: 50_000_000))
                Self.checkLimits(world.engine, setup, seed)
                Self.checkTruth(world.engine, world.market, setup, seed)
                if !losesFills, world.market.isQuiet { Self.checkWorking(world.engine, world.market, setup, seed) }
            }
            // While orders stand; where a fill may be lost that nobody has missed yet, only after the stop.
            let isQuiet = world.quieten()
            if isQuiet, !losesFills, world.engine.isSettled {
                let standing = Reconciliation.mismatches(world.engine, world.market, setup)
                #expect(standing == [], "seed \(seed), while orders stand")
            }
            let ended = world.stop()
            #expect(ended, "seed \(seed): orders are left")
            let mismatches = Reconciliation.mismatches(world.engine, world.market, setup)
            #expect(mismatches == [], "seed \(seed)")
            fills += world.engine.statistics.fills
            queried += world.engine.statistics.queried
            doubled += world.engine.statistics.doubledFills
            gaps += world.market.gapsFound
        }
        #expect(fills > 500, "only \(fills) fills")
        #expect(queried > 100 && doubled > 10 && gaps > 100, "\(queried) queries, \(doubled) doubles, \(gaps) gaps")
    }

    @Test("is told of what its strategies need, while they come and go")
    func subscriptions() throws {
        let setup = MarketSetup(pairs: 2, venues: 2)
        var world = try VirtualWorld(setup, strategies: [setup.strategies()[0]], rate: 500, seed: 5)
        func live(_ world: borrowing VirtualWorld) -> [Bool] {
            (0..<4 as Range<UInt32>).map { world.engine.books.isLive(InstrumentIndex($0)) }
        }
        let second: Int64 = 1_000_000_000
        world.run(until: world.now.advanced(by: second))
        #expect(live(world) == [true, true, false, false])
        // What nobody needs is told from the start, and not taken in: it is asked for when somebody does.
        let other = try world.engine.register(setup.strategies()[1])
        world.run(until: world.now.advanced(by: second))
        #expect(live(world) == [true, true, true, true])
        try world.engine.remove(StrategyIndex(0))
        world.run(until: world.now.advanced(by: second))
        #expect(live(world) == [false, false, true, true])
        let before = world.engine.statistics.trades
        try world.engine.remove(other)
        world.run(until: world.now.advanced(by: second))
        let after = world.engine.statistics.trades
        world.run(until: world.now.advanced(by: 10 * second))
        let last = world.engine.statistics.trades
        #expect(live(world) == [false, false, false, false])
        #expect(before > 0 && last == after)
        _ = try world.engine.register(setup.strategies()[0])
        world.run(until: world.now.advanced(by: second))
        #expect(live(world) == [true, true, false, false])
        let gaps = world.market.gapsFound
        let ended = world.stop()
        let mismatches = Reconciliation.mismatches(world.engine, world.market, setup)
        #expect(ended && mismatches == [] && gaps <= 2)
    }

    /// Quotes so near the touch that they are filled all the time, with limits so narrow that they are reached.
    static func eager(_ setup: MarketSetup) -> [StrategyDefinition] {
        setup.strategies().map { desk in
            var strategy = desk
            strategy.topOfBookLines[0].spread = .zero
            strategy.topOfBookLines[0].hourlyQuantity.units *= 500
            strategy.topOfBookLines[0].timeoutNanoseconds = 2_000_000_000
            strategy.passiveLines[0].spread = Millibps(5_000)
            strategy.passiveLines[0].timeoutNanoseconds = 1_000_000_000
            strategy.passiveLines[1].spread = Millibps(15_000)
            strategy.passiveLines[1].timeoutNanoseconds = 3_000_000_000
            strategy.inventory.maximumDeviation.units /= 2
            return strategy
        }
    }

    static func expect(_ holds: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(holds, sourceLocation: sourceLocation)
    }

    /// The same of what the venues themselves hold, over all strategies of a coin: no order that the engine has lost sight of
    /// takes it past its limits.
    static func checkTruth(
        _ engine: borrowing Engine, _ market: borrowing SimulatedMarket, _ setup: MarketSetup, _ seed: UInt64
    ) {
        var least: [AssetIndex: Amount] = [:]
        var most: [AssetIndex: Amount] = [:]
        for index in 0..<engine.strategyCount {
            let definition = engine.definition(StrategyIndex(UInt32(index)))
            if engine.position(StrategyIndex(UInt32(index))).quantity == .zero { return }  // Not seeded yet.
            let pair = setup.pairs[definition.pair.index]
            // The opening inventory is the target: the balances may move by the deviation, and the venues' fees on top.
            let deviation = pair.units.amount(of: definition.inventory.maximumDeviation)
            least[pair.base, default: .zero] -= deviation
            most[pair.base, default: .zero] += deviation
        }
        for (base, limit) in most {
            var held = Amount.zero
            var bids = Amount.zero
            var asks = Amount.zero
            for venue in setup.venues.indices {
                let start = setup.balances[venue].first { $0.0 == base }?.1 ?? .zero
                held += market.balance(venue, base).total - start
                for (instrument, order) in market.openOrders(venue) {
                    let pair = setup.pairs[engine.books.pair(of: instrument).index]
                    guard pair.base == base else { continue }
                    let open = pair.units.amount(of: order.quantity - order.filled)
                    if order.side == .bid { bids += open } else { asks += open }
                }
            }
            #expect(held + bids <= limit, "seed \(seed): the venues' bids pass the limit")
            #expect(held - asks >= least[base] ?? .zero, "seed \(seed): the venues' asks pass the limit")
        }
    }

    /// While nothing is on the way, what the engine takes for working stands at the venue, at the same terms.
    static func checkWorking(
        _ engine: borrowing Engine, _ market: borrowing SimulatedMarket, _ setup: MarketSetup, _ seed: UInt64
    ) {
        var standing: [ClientOrderID: OpenOrder] = [:]
        for venue in setup.venues.indices {
            for (_, order) in market.openOrders(venue) { standing[order.client] = order }
        }
        for index in 0..<engine.strategyCount {
            for slot in engine.slots(StrategyIndex(UInt32(index))) where slot.order.state == .working {
                let order = standing[slot.order.id]
                #expect(
                    order?.price == slot.order.price && order?.quantity == slot.order.quantity
                        && order?.filled == slot.order.filled,
                    "seed \(seed): order \(slot.order.id.sequence) is not as the engine has it")
            }
        }
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
        let isQuiet = world.quieten()
        #expect(isQuiet)
        Self.expect(world.engine.isSettled && world.engine.openOrders > 0)
        #expect(Reconciliation.mismatches(world.engine, world.market, setup) == [])
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
