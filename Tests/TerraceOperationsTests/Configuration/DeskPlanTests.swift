import TerraceCore
import Testing

@testable import TerraceOperations

@Suite("The plan of a configuration") struct DeskPlanTests {
    private static func plan(_ text: String) throws -> DeskPlan {
        let desk = try DeskConfiguration.parse(text, file: "desk.yml")
        return DeskPlan(desk, try desk.bind())
    }

    private static func desk(deviation: String, sides: String = "both") -> String {
        """
        venues: { binance: { max_open_orders: 3 }, bybit: }
        pairs: { BERA/USDT: { price: 5, tick_size: "0.001", lot_size: "0.01", min_quantity: 1 } }
        strategies:
          - id: one
            symbol: BERA/USDT
            exchanges: [binance, bybit]
            config:
              max_coefficient: 2
              inventory: { target_inventory: 100, initial_inventory: 100, max_inventory_deviation: \(deviation) }
              tob_lines: [{ hourly_quantity: 60, spread_bps: 3, timeout_seconds: 60, coefficient_method: none }]
              passive_lines:
                - { mid_spread_bps: 20, quantity: 10, randomization_factor: 0.5, sides: \(sides) }
        """
    }

    @Test("counts slots, and as open orders those of the sides that are quoted") func counts() throws {
        let plan = try Self.plan(Self.desk(deviation: "1000", sides: "bid"))
        #expect(plan.strategies.map { $0.slots } == [8])
        #expect(plan.venues.map { $0.slots } == [4, 4] && plan.venues.map { $0.openOrders } == [3, 3])
        #expect(plan.total.slots == 8 && plan.total.openOrders == 6 && plan.pairs == 1)
        #expect(plan.warnings == [])
    }

    @Test("takes each line at its largest: coefficient, draw and the token bucket") func worth() throws {
        // A top-of-book order is a minute of 60 an hour: 1. A passive one is 10 times 2 times 1.5: 30. Both on two sides: 62.
        let plan = try Self.plan(Self.desk(deviation: "1000"))
        #expect(plan.venues.map { $0.exposure.map { $0.coin } } == [["USDT"], ["USDT"]])
        #expect(try plan.venues.map { $0.exposure[0].amount } == [Amount("310"), Amount("310")])
        #expect(try plan.total.exposure.map { $0.amount } == [Amount("620")])
    }

    @Test("never passes the headroom of twice the deviation, on a venue or over all") func headroom() throws {
        let plan = try Self.plan(Self.desk(deviation: "40"))
        #expect(try plan.venues.map { $0.exposure[0].amount } == [Amount("310"), Amount("310")])
        #expect(try plan.total.exposure.map { $0.amount } == [Amount("400")])
        // From a position of 300 there are asks down to 80: 220, more than both sides of all lines come to.
        let far = try Self.plan(
            Self.desk(deviation: "20").replacing("initial_inventory: 100", with: "initial_inventory: 300"))
        #expect(try far.total.exposure.map { $0.amount } == [Amount("620")])
        let tight = try Self.plan(Self.desk(deviation: "20"))
        #expect(try tight.venues.map { $0.exposure[0].amount } == [Amount("200"), Amount("200")])
        #expect(try tight.total.exposure.map { $0.amount } == [Amount("200")])
    }

    @Test("warns where more orders may be open than the venue takes") func openOrders() throws {
        #expect(
            try Self.plan(Self.desk(deviation: "1000")).warnings.map { $0.description } == [
                #"desk.yml:1:11: warning: up to 4 orders may be open on binance, more than "max_open_orders", which is 3"#
            ])
    }

    @Test("counts in the base coin where no price is known") func noPrice() throws {
        let plan = try Self.plan(ConfigurationSamples.one)
        #expect(plan.pairsWithoutPrice == ["BERA/USDT"])
        #expect(plan.total.exposure.map { $0.coin } == ["BERA"])
    }

    @Test("reckons memory by instruments and slots") func memory() throws {
        let memory = try Self.plan(Self.desk(deviation: "1000")).memory
        #expect(memory.instruments == 2 && memory.slots == 8)
        #expect(memory.bytes == 22_000_000 + 2 * 12_000 + 8 * 700)
    }

    @Test("reads as a table") func text() throws {
        let lines = try Self.plan(Self.desk(deviation: "1000")).lines
        #expect(
            Array(lines.prefix(9)) == [
                "desk.yml: 1 strategy on 1 pair, 2 venues",
                "",
                "strategy  pair       priority  top  passive  slots  venues",
                "one       BERA/USDT  normal      1        1      8  binance bybit",
                "total                            1        1      8",
                "",
                "venue    strategies  slots  open orders  worth at most",
                "binance           1      4            4  310 USDT",
                "bybit             1      4            4  310 USDT",
            ])
    }

    @Test("names eight coins or venues in a cell, and counts the others") func listed() {
        #expect(DeskPlan.listed(["a", "b"], " ") == "a b")
        #expect(DeskPlan.listed((1...11).map(String.init), ", ") == "1, 2, 3, 4, 5, 6, 7, 8 and 3 more")
    }
}
