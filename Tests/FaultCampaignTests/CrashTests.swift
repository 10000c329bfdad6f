import Foundation
import TerraceCore
import TerraceSimulation
import Testing

@testable import TerraceExchangeServer
@testable import TerraceVenues

/// Engines that are killed again and again while exchanges fail in every way they know: each goes on from what the journal of the
/// one before had brought to the disk, and from what the exchanges tell.
@Suite("A kill in the midst of trading") struct CrashTests {
    /// A dozen here, `make soak` runs more.
    static let seeds: Range<UInt64> = {
        let isSoak = ProcessInfo.processInfo.environment["TERRACE_SOAK_SEEDS"] != nil
        let seeds = FaultCampaignTests.seeds
        return isSoak ? seeds : seeds.lowerBound..<(seeds.lowerBound + 12)
    }()

    @Test("loses no fill, books none twice, and leaves no order behind", arguments: Self.seeds)
    func goesOn(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 77)
        // From a journal that is prompt to one that is slow.
        let pauses: [Int64] = [1_000_000, 20_000_000, 300_000_000, 2_000_000_000]
        let journal = try CampaignJournal(seed: seed, pause: pauses[Int(seed % 4)])
        let world = try CampaignWorld(
            kinds: [.binance, .bybit], faults: try FaultCampaignTests.plan(seed), seed: seed, journal: journal)
        let crashes = 1 + Int(seed % 4)
        for _ in 0..<crashes {
            // Now and then in the midst of the start.
            let isEarly = random.next() % 4 == 0
            world.run(for: Int64(random.next() % (isEarly ? 1_500_000_000 : 8_000_000_000)))
            let point = CampaignWorld.KillPoint.allCases[Int(random.next() % 4)]
            try world.kill(at: point, random: &random, pause: Int64(random.next() % 4) * 600_000_000)
        }
        world.run(for: 8_000_000_000)
        world.heal()
        // Each into a value of its own: an expectation that fails looks into all that it names.
        let isSettled = world.settle()
        world.compare()
        let isStopped = world.stop()
        world.compare()
        let account = world.account
        let (orders, positions) = (world.orderDifferences(), world.positionDifferences())
        let (balances, moves) = (world.balanceDifferences(), world.reconciliation())
        let (fillCount, lost) = (world.fillCount, journal.lost)
        #expect(isSettled, "seed \(seed) does not settle: \(account)")
        #expect(isStopped, "seed \(seed) keeps orders: \(account)")
        #expect(orders == [], "seed \(seed): \(account)")
        #expect(positions == [], "seed \(seed), \(lost) records lost: \(account)")
        #expect(balances == [], "seed \(seed): \(account)")
        #expect(moves == [], "seed \(seed): \(account)")
        #expect(fillCount > 0, "seed \(seed) has no fills")
        #expect(lost > 0 || seed % 4 < 2, "seed \(seed) lost no record")
        print(
            "SEED \(seed): crashes \(crashes) fills \(fillCount) lost \(lost) taken up \(world.ordersTakenUp) orphans \(world.engine.statistics.orphans) doubled \(world.engine.statistics.doubledFills) "
                + world.sessions.map { "found \($0.statistics.ordersFound) fillsFound \($0.statistics.fillsFound)" }
                .joined(separator: ", "))
    }
}
