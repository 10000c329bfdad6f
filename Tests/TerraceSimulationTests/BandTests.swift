import TerraceSimulation
import Testing

@testable import TerraceCore

@Suite("Quote bands") struct BandTests {
    /// Every pricing source, inventory price and line limit, so that each branch of the pricing has a band of its own.
    static func strategies(_ setup: MarketSetup) -> [StrategyDefinition] {
        setup.strategies().enumerated().map { index, strategy in
            var strategy = strategy
            let price = setup.prices[index]
            switch index % 8 {
            case 0: strategy.pricing = .aggregated
            case 1: strategy.pricing = .microprice
            case 2: strategy.pricing = .liquidityWeighted
            case 3: strategy.pricing = .singleVenue(VenueIndex(0))
            case 4: strategy.pricing = .component(VenueSet(bits: 3))
            default: strategy.pricing = .wapq(strategy.inventory.maximumDeviation)
            }
            switch index % 3 {
            case 0: strategy.inventory.price = .accounting
            case 1: strategy.inventory.price = .markToMarket
            default: strategy.inventory.price = .manual(price)
            }
            if index % 4 == 1 {
                strategy.topOfBookLines[0].maximumPrice = price
                strategy.passiveLines[0].minimumPrice = Price(units: price.units / 1_000 * 999)
                strategy.passiveLines[1].sides = .ask
            }
            if index % 4 == 2 {
                strategy.topOfBookLines[0].spread = Millibps(0)
                strategy.passiveLines[0].spread = Millibps(500)
                strategy.passiveLines[0].minimumSpread = Millibps(0)
                strategy.requoteTolerance = Millibps(0)
                strategy.priceCollar = Millibps(30_000)
            }
            if index % 4 == 3 {
                strategy.inventory.maximumDeviation = Quantity(units: strategy.inventory.maximumDeviation.units / 8)
                strategy.maximumLoss = Amount(units: 1_000_000_000_000_000_000_000)
            }
            return strategy
        }
    }

    @Test("change nothing: with and without them the same orders are sent in the same market", arguments: 1...12)
    func sameRun(seed: Int) throws {
        let setup = MarketSetup(pairs: 8, venues: 3)
        var faults = Faults()
        if seed % 2 == 0 {
            faults.lostCommand = 0.02
            faults.lostReport = 0.02
            faults.doubledReport = 0.05
            faults.gap = 0.01
            faults.drop = 0.001
        }
        var quick = try VirtualWorld(
            setup, strategies: Self.strategies(setup), rate: 1_500, seed: UInt64(seed), faults: faults)
        var slow = try VirtualWorld(
            setup, strategies: Self.strategies(setup), rate: 1_500, seed: UInt64(seed), faults: faults)
        slow.engine.desk.looksAlways = true
        for step in 1...40 {
            quick.run(until: quick.now.advanced(by: 500_000_000))
            slow.run(until: slow.now.advanced(by: 500_000_000))
            let hashes = (quick.engine.stateHash(), slow.engine.stateHash())
            #expect(hashes.0 == hashes.1, "seed \(seed), half second \(step)")
            if hashes.0 != hashes.1 { return }
        }
        let looks = (quick.engine.statistics.looks, slow.engine.statistics.looks)
        #expect(looks.0 < looks.1, "the bands save looks")
        #expect(quick.engine.statistics.placed > 100, "there was something to compare")
    }
}
