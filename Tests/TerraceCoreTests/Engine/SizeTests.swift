@testable import TerraceCore
import Testing

@Suite("The size of an order") struct SizeTests {
    @Test(
        "shrinks to what the balance covers, and to none where that is below the minimum",
        arguments: [(10, 10), (7, 7), (2, 0), (0, 0)] as [(Int64, Int64)])
    func balance(covered: Int64, expected: Int64) throws {
        let rig = try Rig(rules: { $0.minimumQuantity = Quantity(units: 3) }) { $0.passiveLines = [.plain(10)] }
        let base = Units.standard.amount(of: Quantity(units: covered))
        let quote = Units.standard.amount(of: Notional(of: Quantity(units: covered), at: Price(units: 990_000)))
        rig.send(.balance(VenueIndex(0), AssetIndex(0), total: base))
        rig.send(.balance(VenueIndex(0), AssetIndex(1), total: quote))
        rig.snapshot()
        let places = rig.settle().places
        #expect(places.map(\.quantity) == (expected == 0 ? [] : [expected, expected]))
        if expected == 0 { #expect(rig.gates() == [.balance, .balance]) }
    }

    @Test("counts what other orders have reserved of the balance")
    func reserved() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10, sides: .ask), .plain(10, spread: 200_000, sides: .ask)] }
        rig.send(.balance(VenueIndex(0), AssetIndex(0), total: Units.standard.amount(of: Quantity(units: 14))))
        rig.snapshot()
        #expect(rig.settle().places.map(\.quantity) == [10, 4])
        #expect(rig.engine.reserved(VenueIndex(0), AssetIndex(0)) == Units.standard.amount(of: Quantity(units: 14)))
    }

    @Test("shrinks to max_order_notional")
    func largestNotional() throws {
        let rig = try Rig {
            $0.passiveLines = [.plain(10)]
            $0.maximumOrderNotional = Notional(units: 7 * 1_010_200)
        }
        rig.snapshot()
        #expect(rig.settle().places.map(\.quantity) == [7, 7])
        try rig.update { $0.maximumOrderNotional = Notional(units: 989_000) }
        rig.control(.pause(rig.strategy))
        rig.settle()
        rig.control(.resume(rig.strategy))
        #expect(rig.settle().places.isEmpty)
        #expect(rig.gates() == [.maximumNotional, .maximumNotional])
    }

    @Test(
        "at the position limit is zero on the side that adds, and whole on the side that reduces",
        arguments: [Side.bid, .ask])
    func atTheLimit(side: Side) throws {
        let rig = try Rig {
            $0.passiveLines = [.plain(100)]
            $0.inventory.maximumDeviation = Quantity(units: 100)
        }
        rig.snapshot()
        rig.settle()
        rig.fill(rig.ids(side)[0], 100)
        rig.pass(seconds: 5, answering: true)
        #expect(rig.ids(side).isEmpty)
        #expect(rig.gates()[side.index] == .headroom)
        #expect(rig.ids(side.opposite).count == 1)
        // The reduction makes room for the side that was full.
        rig.fill(rig.ids(side.opposite)[0], 60)
        rig.settle()
        #expect(rig.ids(side).map { rig.standing[$0]?.quantity } == [60])
    }

    @Test("that a lower limit does not allow any more is pulled")
    func limitLowered() throws {
        let rig = try Rig { $0.passiveLines = [.plain(100), .plain(100, spread: 200_000)] }
        rig.snapshot()
        rig.settle()
        #expect(rig.standing.count == 4)
        try rig.update { $0.inventory.maximumDeviation = Quantity(units: 150) }
        rig.settle()
        for side in Side.allCases {
            #expect(rig.ids(side).map { rig.standing[$0]?.quantity ?? 0 }.reduce(0, +) <= 150)
            #expect(!rig.ids(side).isEmpty)
        }
    }
}

@Suite("The rate of a top-of-book line") struct RateTests {
    @Test(
        "is kept: whatever is taken in an hour is the hourly quantity and one grant at most", arguments: [false, true])
    func hourly(canAmend: Bool) throws {
        var random = TestRandom(state: 7)
        let rig = try Rig(canAmend: canAmend) {
            var line = TopOfBookLine.plain(hourly: 36_000, sides: .bid)
            line.timeoutNanoseconds = 5_000_000_000
            $0.topOfBookLines = [line]
            $0.inventory.maximumDeviation = Quantity(units: 1_000_000_000)
            $0.inventory.price = .manual(Price(units: 2_000_000))
        }
        rig.snapshot(bids: [(1_000_000, 50)], asks: [(1_001_000, 50)])
        for _ in 0..<3_600 {
            rig.pass(seconds: 1, answering: true)
            for id in rig.ids() {
                let rest = (rig.standing[id]?.quantity ?? 0) - (rig.standing[id]?.filled ?? 0)
                if random.below(3) > 0, rest > 0 { rig.fill(id, random.below(2) == 0 ? rest : 1 + random.below(rest)) }
            }
        }
        #expect(rig.position() <= 36_000 + 50)
        #expect(rig.position() >= 30_000)
    }

    @Test("loses nothing and gains nothing over a million small steps")
    func exact() {
        var slot = Slot(instrument: InstrumentIndex(0), line: 0, venueOrdinal: 0, side: .bid)
        let hourly: Int64 = 1_000_003
        var now: Int64 = 1_700_000_000_000_000_000
        let start = now
        // It starts full: 15 s of the rate.
        let first = slot.grant(hourly: hourly, timeout: 15_000_000_000, least: 1, at: Timestamp(nanoseconds: now))
        #expect(first == hourly * 15 / 3_600)
        var taken: Int64 = 0
        var random = TestRandom(state: 3)
        for _ in 0..<1_000_000 {
            now += 1 + random.below(2_000_000)
            let granted = slot.grant(
                hourly: hourly, timeout: 15_000_000_000, least: 1, at: Timestamp(nanoseconds: now))
            if granted > 0 {
                slot.spend(Quantity(units: granted))
                taken += granted
            }
        }
        let earned = Int128(hourly) * (15_000_000_000 + Int128(now - start)) / 3_600_000_000_000
        #expect(Int128(taken) == earned)
    }

    @Test("that was passed by a late fill is made up for before anything more is shown")
    func owed() {
        var slot = Slot(instrument: InstrumentIndex(0), line: 0, venueOrdinal: 0, side: .bid)
        let start: Int64 = 1_700_000_000_000_000_000
        let second: Int64 = 1_000_000_000
        func grant(_ after: Int64) -> Int64 {
            slot.grant(
                hourly: 3_600, timeout: 10 * second, least: 1, at: Timestamp(nanoseconds: start + after * second))
        }
        #expect(grant(0) == 10)
        slot.spend(Quantity(units: 25))
        #expect(grant(14) <= 0)
        #expect(grant(16) == 1)
        #expect(grant(60) == 10)
    }
}

@Suite("The random share of an order") struct RandomShareTests {
    private static func quantities(seed: UInt64, canAmend: Bool = false) throws -> [Int64] {
        let rig = try Rig(canAmend: canAmend, configure: { $0.seed = seed }) {
            var line = PassiveLine.plain(100_000, sides: .bid)
            line.randomization = Coefficient(ppm: 250_000)
            line.timeoutNanoseconds = 1_000_000_000
            $0.passiveLines = [line]
            $0.inventory.maximumDeviation = Quantity(units: 1_000_000)
        }
        rig.snapshot()
        var quantities: [Int64] = []
        for step in 0..<200 as Range<Int64> {
            rig.snapshot(bids: [(1_000_000 + step * 100, 5)], asks: [(1_000_200 + step * 100, 5)])
            let commands = rig.settle()
            quantities += commands.places.map(\.quantity) + commands.amends.map(\.quantity)
            rig.after(1_100)
        }
        return quantities
    }

    @Test("stays within randomization_factor and is spread over it")
    func within() throws {
        let quantities = try Self.quantities(seed: 1)
        #expect(quantities.count == 200)
        #expect(quantities.allSatisfy { $0 >= 75_000 && $0 <= 125_000 })
        #expect(Set(quantities).count > 190)
        #expect((quantities.min() ?? 0) < 78_000 && (quantities.max() ?? 0) > 122_000)
    }

    @Test("is the same for the same seed, and another for another")
    func seeded() throws {
        #expect(try Self.quantities(seed: 5) == Self.quantities(seed: 5))
        #expect(try Self.quantities(seed: 5) != Self.quantities(seed: 6))
    }

    @Test("is drawn once an order: an amendment keeps it")
    func amendmentKeepsIt() throws {
        let quantities = try Self.quantities(seed: 1, canAmend: true)
        #expect(quantities.count > 100)
        #expect(Set(quantities).count == 1)
    }
}
