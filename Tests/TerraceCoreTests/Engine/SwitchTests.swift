@testable import TerraceCore
import Testing

@Suite("A loss limit") struct LossLimitTests {
    /// Bought 10 at a price 10 % above the market.
    private static func losing(_ define: (inout StrategyDefinition) -> Void) throws -> Rig {
        let rig = try Rig(
            configure: { _ in },
            define: {
                $0.passiveLines = [.plain(10)]
                define(&$0)
            })
        rig.snapshot()
        rig.settle()
        rig.fill(rig.ids(.bid)[0], 10, at: 1_100_000)
        return rig
    }

    @Test("stops its strategy and pulls its quotes; lifted, it counts from there")
    func stopsAndLifts() throws {
        let rig = try Self.losing { $0.maximumLoss = Amount(units: 1_000_000_000) }
        rig.settle()
        #expect(rig.isStopped)
        #expect(rig.openOrders == 0)
        #expect(rig.gates() == [.strategyLoss, .strategyLoss])
        rig.control(.pause(rig.strategy))
        rig.control(.resume(rig.strategy))
        #expect(rig.settle().places.isEmpty)
        #expect(rig.isStopped)
        rig.control(.liftLossStop(rig.strategy))
        #expect(rig.settle().places.count == 2)
        rig.levels(bids: [(1_000_100, 5)])  // Another look at the loss that there was.
        rig.pass(seconds: 60, answering: true)
        #expect(!rig.isStopped)
        // 10 x 20,000 x 10^4 more is more than the limit once again.
        rig.snapshot(bids: [(980_000, 5)], asks: [(980_200, 5)])
        rig.settle()
        #expect(rig.isStopped)
        #expect(rig.openOrders == 0)
    }

    @Test("that is not reached stops nothing")
    func notReached() throws {
        let rig = try Self.losing { $0.maximumLoss = Amount(units: 100_000_000_000) }
        #expect(rig.settle().places.count == 1)
        #expect(!rig.isStopped)
    }

    @Test("of the desk stops every strategy of the quote coin and pulls its quotes, until it is lifted")
    func desk() throws {
        let rig = try Rig(configure: { $0.maximumLoss = [(AssetIndex(1), Amount(units: 1_000_000_000))] }) {
            $0.passiveLines = [.plain(10)]
        }
        let other = try rig.engine.register(Rig.definition("b") { $0.passiveLines = [.plain(5, spread: 200_000)] })
        rig.snapshot()
        rig.settle()
        #expect(rig.standing.count == 4)
        rig.fill(rig.ids(.bid).filter { rig.standing[$0]?.quantity == 10 }[0], 10, at: 1_100_000)
        rig.settle()
        #expect(rig.openOrders == 0)
        #expect(rig.gates() == [.deskLoss, .deskLoss])
        #expect(rig.gates(other) == [.deskLoss, .deskLoss])
        rig.control(.pause(other))
        rig.control(.resume(other))
        #expect(rig.pass(seconds: 60, answering: true).places.isEmpty)
        rig.control(.liftKillSwitch)
        rig.settle()
        rig.pass(seconds: 10, answering: true)
        #expect(rig.standing.count == 4)
    }
}

@Suite("The kill switch") struct KillSwitchTests {
    @Test("cancels everything, also what is confirmed late, and refuses new orders until it is lifted")
    func kills() throws {
        let rig = try Rig(venues: 2) { $0.passiveLines = [.plain(10)] }
        rig.snapshot(0)
        rig.settle()
        rig.snapshot(1)
        let pending = rig.turn()
        #expect(pending.places.count == 2)
        rig.control(.kill)
        let cancels = rig.turn()
        #expect(Set(cancels.cancels) == Set(rig.ids()))
        rig.answer(pending)
        rig.answer(cancels)
        rig.settle()
        #expect(rig.openOrders == 0)
        #expect(rig.standing.isEmpty)
        rig.snapshot(0, bids: [(990_000, 1)], asks: [(990_300, 1)])
        #expect(rig.pass(seconds: 60, answering: true).isEmpty)
        #expect(rig.gates().allSatisfy { $0 == .killSwitch })
        rig.control(.liftKillSwitch)
        rig.settle()
        #expect(rig.standing.count == 4)
    }

    @Test("and every quote get through where three commands fit a turn")
    func smallBuffer() throws {
        let rig = try Rig(venues: 3, capacity: 3) {
            $0.passiveLines = (1...4).map { .plain(10, spread: 50_000 * $0) }
        }
        for venue in 0..<3 { rig.snapshot(venue) }
        // One turn's commands go into the venues that are to be followed.
        for _ in 0..<9 { rig.answer(rig.turn()) }
        #expect(rig.standing.count == 24)
        for venue in 0..<3 { rig.snapshot(venue, bids: [(950_000, 5)], asks: [(950_200, 5)]) }
        rig.settle()
        #expect(rig.standing.count == 24)
        #expect(rig.standing.values.allSatisfy { $0.price < 1_000_000 })
        for sequence in 1...10 as ClosedRange<UInt64> {
            rig.report(OrphanTests.unknown(sequence), OrphanTests.found)
        }
        rig.control(.kill)
        var cancels = Set<ClientOrderID>()
        for _ in 0..<14 {
            let commands = rig.turn()
            #expect(commands.count <= 3)
            cancels.formUnion(commands.cancels)
            rig.answer(commands)
        }
        #expect(rig.standing.isEmpty)
        #expect(cancels.count == 34)
        rig.control(.liftKillSwitch)
        rig.settle()
        #expect(rig.standing.count == 24)
        #expect(rig.engine.waiting == 0)
    }
}
