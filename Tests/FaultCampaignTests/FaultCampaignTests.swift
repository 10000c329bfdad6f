import Foundation
import TerraceCore
import Testing

@testable import TerraceExchangeServer
@testable import TerraceVenues

/// Engine, sessions and dialects against exchange servers that fail in every way they know, with a hard stop and a restart in
/// the middle: in the end both sides agree on every order, fill, position and balance.
@Suite("A fault campaign") struct FaultCampaignTests {
    /// The seeds: a few here, `make soak` runs hundreds. `TERRACE_SOAK_FIRST` begins at another, to look at one again.
    static let seeds: Range<UInt64> = {
        func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }
        let count = min(max(number("TERRACE_SOAK_SEEDS") ?? 6, 1), 100_000)
        let first = min(number("TERRACE_SOAK_FIRST") ?? 1, 1_000_000_000)
        return first..<(first + count)
    }()

    static func plan(_ seed: UInt64) throws -> FaultPlan {
        // Each seed leaves out some faults and has others more often.
        var text: [String] = []
        for (place, (name, chance)) in [
            ("drop", 0.02), ("gap", 0.002), ("duplicate", 0.005), ("reorder", 0.005), ("silence", 0.004),
            ("lost-private", 0.02), ("duplicate-private", 0.02), ("slow-ack", 0.03), ("lost-ack", 0.02),
            ("error-after-accept", 0.02), ("rate-limit", 0.003), ("ban", 0.0003), ("restart", 0.01),
        ].enumerated() where (seed >> UInt64(place % 7)) & 1 == 1 || seed % 5 == 0 {
            text.append("\(name)=\(chance)")
        }
        text.append("ban-time=4s")
        text.append("skew=\(seed % 3 == 0 ? -700 : seed % 3 == 1 ? 900 : 0)ms")
        return try FaultPlan(text.joined(separator: ","))
    }

    @Test("leaves no order unknown and no fill uncounted", arguments: Self.seeds)
    func agrees(seed: UInt64) throws {
        let world = try CampaignWorld(kinds: [.binance, .bybit], faults: try Self.plan(seed), seed: seed)
        world.run(for: 12_000_000_000)
        let before = world.fillCount
        try world.crashAndRestart(pause: Int64(seed % 4) * 400_000_000)
        world.run(for: 14_000_000_000)
        let working = world.orderCounts
        world.heal()
        // Each into a value of its own: an expectation that fails looks into all that it names.
        let isSettled = world.settle()
        world.compare()
        world.quieten()
        let standing = world.engine.isSettled ? world.orderDifferences() : []
        let isStopped = world.stop()
        world.compare()
        let account = world.account
        let (orders, fills, balances) = (
            world.orderDifferences(), world.fillDifferences(), world.balanceDifferences()
        )
        let fillCount = world.fillCount
        #expect(isSettled, "seed \(seed) does not settle: \(account)")
        #expect(isStopped, "seed \(seed) keeps orders: \(account)")
        #expect(standing == [], "seed \(seed), while quoting: \(account)")
        #expect(orders == [], "seed \(seed): \(account)")
        #expect(fills == [], "seed \(seed): \(account)")
        #expect(balances == [], "seed \(seed): \(account)")
        #expect(working.allSatisfy { $0 > 20 }, "seed \(seed) was idle at a venue: \(working) \(account)")
        #expect(fillCount > before, "seed \(seed) has no fills")
    }
}
