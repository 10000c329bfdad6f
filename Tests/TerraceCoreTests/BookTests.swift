import TerraceCore
import Testing

@Suite("Books") struct BookTests {
    static let pair = PairIndex(0)

    static func table(ticks: [Int64], ownOrders: Bool = false) -> BookTable {
        var table = BookTable()
        _ = table.addPair(
            PairDefinition(
                base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
                instruments: ticks.enumerated().map {
                    InstrumentDefinition(
                        venue: VenueIndex(UInt8($0.offset)),
                        rules: TradingRules(tick: Grid(step: $0.element), lot: Grid(step: 1)), showsOwnOrders: ownOrders
                    )
                }))
        return table
    }

    @Test("equal their slow twin after every message", arguments: 1...24)
    func equalsTwin(seed: Int) {
        let ticks: [Int64] = [1, 2, 5]
        let pair = Self.pair
        var table = Self.table(ticks: ticks)
        if seed % 3 != 0 { table.trackDepth(pair) }
        var slow = SlowBook(venues: 3)
        var random = TestRandom(state: UInt64(seed))
        // Some seeds stay near the touch, some reach far beyond the ring, some drift.
        let reach: Int64 = [40, 400, 6_000][seed % 3]
        var middle: Int64 = 100_000
        for _ in 0..<250 {
            let venue = Int(random.below(3))
            let instrument = InstrumentIndex(UInt32(venue))
            middle += random.below(reach / 4 + 3) - (reach / 8 + 1)
            middle = max(50_000, middle)
            let kind = random.below(40)
            if kind == 0 {
                _ = table.lose(instrument)
                slow.isLive[venue] = false
                slow.levels[venue] = [.bid: [:], .ask: [:]]
            } else {
                if kind == 1 || !slow.isLive[venue] {
                    table.beginSnapshot(instrument)
                    slow.levels[venue] = [.bid: [:], .ask: [:]]
                    slow.isLive[venue] = true
                }
                for _ in 0..<random.below(30) {
                    let side: Side = random.below(2) == 0 ? .bid : .ask
                    let price = (middle + random.below(2 * reach) - reach) / ticks[venue] * ticks[venue]
                    let quantity = random.below(3) == 0 ? 0 : random.below(1_000)
                    Self.expect(table.set(instrument, side, Price(units: price), Quantity(units: quantity)), .applied)
                    slow.levels[venue][side]?[price] = quantity == 0 ? nil : quantity
                }
                _ = table.endMessage(instrument, at: Timestamp(nanoseconds: 1))
            }
            Self.compare(&table, pair, slow, seed)
        }
    }

    static func expect(_ outcome: LevelOutcome, _ expected: LevelOutcome) { #expect(outcome == expected) }

    static func compare(_ table: inout BookTable, _ pair: PairIndex, _ slow: SlowBook, _ seed: Int) {
        for venue in 0..<3 {
            for side in Side.allCases {
                var levels: [Level] = []
                table.levels(InstrumentIndex(UInt32(venue)), side) {
                    levels.append($0)
                    return true
                }
                let expected = slow.sorted(venue, side).map {
                    Level(price: Price(units: $0.0), quantity: Quantity(units: $0.1))
                }
                #expect(levels == expected, "seed \(seed)")
            }
        }
        for side in Side.allCases {
            let expected = slow.consolidated(side)
            let both = table.touch(pair)
            let touch = side == .bid ? both.bid : both.ask
            #expect(touch == expected.first ?? .none, "seed \(seed)")
            for position in [0, 1, 4, 9, 15, 40] {
                let level = table.level(pair, side, position)
                #expect(level == (position < expected.count ? expected[position] : nil), "seed \(seed)")
            }
            for quantity: Int64 in [1, 700, 9_000, 1_000_000] {
                let sweep = table.sweep(pair, side, Quantity(units: quantity))
                let wanted = slow.sweep(side, quantity)
                #expect(sweep.price.units == wanted.price && sweep.filled.units == wanted.filled, "seed \(seed)")
            }
        }
    }

    @Test("refuse prices off the tick and figures out of range")
    func refuses() {
        var table = Self.table(ticks: [5])
        let instrument = InstrumentIndex(0)
        table.beginSnapshot(instrument)
        Self.expect(table.set(instrument, .bid, Price(units: 12), Quantity(units: 1)), .offTick)
        Self.expect(table.set(instrument, .bid, Price(units: -5), Quantity(units: 1)), .outOfRange)
        Self.expect(table.set(instrument, .bid, Price(units: 0), Quantity(units: 1)), .outOfRange)
        Self.expect(table.set(instrument, .bid, Price(units: .max), Quantity(units: 1)), .outOfRange)
        Self.expect(table.set(instrument, .bid, Price(units: 10), Quantity(units: -1)), .outOfRange)
        Self.expect(table.set(instrument, .bid, Price(units: 10), Quantity(units: .max)), .outOfRange)
    }

    @Test("exclude our own order once the venue shows it, and its ghost after it went")
    func excludesOwn() {
        var table = Self.table(ticks: [1], ownOrders: true)
        let instrument = InstrumentIndex(0)
        table.beginSnapshot(instrument)
        _ = table.set(instrument, .bid, Price(units: 100), Quantity(units: 7))
        _ = table.endMessage(instrument, at: Timestamp(nanoseconds: 1))
        table.adjustOwn(instrument, .bid, Price(units: 101), by: Quantity(units: 5))
        do {
            let touch = table.touch(instrument)
            #expect(touch.bid.price.units == 100)
        }
        _ = table.set(instrument, .bid, Price(units: 101), Quantity(units: 5))
        _ = table.endMessage(instrument, at: Timestamp(nanoseconds: 2))
        do {
            let touch = table.touch(instrument)
            #expect(touch.bid.price.units == 100, "our own order is not the best bid")
        }
        _ = table.set(instrument, .bid, Price(units: 101), Quantity(units: 8))
        _ = table.endMessage(instrument, at: Timestamp(nanoseconds: 3))
        do {
            let touch = table.touch(instrument)
            #expect(touch.bid == Level(price: Price(units: 101), quantity: Quantity(units: 3)))
        }
        table.adjustOwn(instrument, .bid, Price(units: 101), by: Quantity(units: -5))
        do {
            let touch = table.touch(instrument)
            #expect(touch.bid.quantity.units == 3, "the venue still shows what we cancelled")
        }
        _ = table.set(instrument, .bid, Price(units: 101), Quantity(units: 3))
        _ = table.endMessage(instrument, at: Timestamp(nanoseconds: 4))
        do {
            let touch = table.touch(instrument)
            #expect(touch.bid.quantity.units == 3)
        }
    }

    @Test("sweep products beyond 64 bits exactly")
    func wideProducts() {
        let pair = Self.pair
        var table = Self.table(ticks: [1])
        let instrument = InstrumentIndex(0)
        table.beginSnapshot(instrument)
        _ = table.set(instrument, .ask, Price(units: 6_000_000_000_000), Quantity(units: 10_000_000_000))
        _ = table.set(instrument, .ask, Price(units: 6_000_000_000_001), Quantity(units: 10_000_000_000))
        _ = table.endMessage(instrument, at: Timestamp(nanoseconds: 1))
        let sweep = table.sweep(pair, .ask, Quantity(units: 20_000_000_000))
        #expect(sweep.price.units == 6_000_000_000_001, "the average is half a unit lower and rounds up for a buyer")
        #expect(sweep.filled.units == 20_000_000_000)
    }

    @Test("divide by ticks without dividing", arguments: [1, 2, 3, 5, 7, 10, 1_000, 99_999, 1 << 40] as [Int64])
    func grids(step: Int64) {
        let grid = Grid(step: step)
        var random = TestRandom(state: UInt64(step))
        for _ in 0..<2_000 {
            let units = random.below(Price.limit)
            #expect(grid.floorSteps(units) == units / step)
            #expect(grid.exactSteps(units) == (units % step == 0 ? units / step : -1))
            #expect(grid.exactSteps(units / step * step) == units / step)
        }
    }
}
