@testable import TerraceCore
import Testing

@Suite("A price that is sent") struct PriceTests {
    static func top(_ side: LineSides, spread: Int64, at price: InventoryPriceSource, tick: Int64 = 100) throws -> Rig {
        try Rig(tick: tick) {
            $0.topOfBookLines = [.plain(hourly: 36_000, spread: spread, sides: side)]
            $0.inventory.price = price
        }
    }

    @Test("is on the tick and rounded away from trading: bids down, asks up", arguments: [1, 7, 100] as [Int64])
    func rounding(tick: Int64) throws {
        let rig = try Rig(tick: tick) { $0.passiveLines = [.plain(10, spread: 12_345)] }
        let bid = 1_000_000 / tick * tick
        let ask = bid + 20 * tick
        rig.snapshot(bids: [(bid, 5)], asks: [(ask, 5)])
        let places = rig.turn().places
        let mid = (bid + ask) / 2
        let low = mid * (10_000_000 - 12_345) / 10_000_000
        let high = (mid * (10_000_000 + 12_345) + 9_999_999) / 10_000_000
        #expect(places.map(\.price) == [low / tick * tick, (high + tick - 1) / tick * tick])
    }

    @Test(
        "of a top-of-book line is a tick before the best, or beside it where the spread is one tick",
        arguments: [1, 7, 100] as [Int64])
    func beforeTheBest(tick: Int64) throws {
        let bid = 1_000_000 / tick * tick
        for (wide, expected) in [(3, [bid + tick, bid + 2 * tick]), (1, [bid, bid + tick])] as [(Int64, [Int64])] {
            let ask = bid + wide * tick
            for (side, price) in zip([LineSides.bid, .ask], expected) {
                let bound = InventoryPriceSource.manual(Price(units: side == .bid ? 2_000_000 : 500_000))
                let rig = try Self.top(side, spread: 0, at: bound, tick: tick)
                rig.snapshot(bids: [(bid, 5)], asks: [(ask, 5)])
                #expect(rig.turn().places.map(\.price) == [price])
            }
        }
    }

    @Test("never reaches the opposite touch, whatever the reference price and the inventory price say")
    func postOnly() throws {
        for bias in [-200_000, 200_000] as [Int64] {
            let rig = try Rig(venues: 2) {
                $0.passiveLines = [.plain(10, spread: 0)]
                $0.topOfBookLines = [.plain(hourly: 36_000)]
                $0.pricing = .singleVenue(VenueIndex(1))
                $0.inventory.price = .manual(Price(units: 1_000_000 + bias))
                $0.maximumCross = Millibps(10_000_000)
                $0.priceCollar = Millibps(10_000_000)
            }
            rig.snapshot(0)
            rig.snapshot(1, bids: [(1_000_000 + bias, 5)], asks: [(1_000_200 + bias, 5)])
            let places = rig.settle().places
            #expect(places.count >= 4)
            for order in places {
                let touch = rig.touch(order.instrument)
                #expect(
                    order.side == .bid ? order.price < touch.ask.price.units : order.price > touch.bid.price.units)
            }
        }
    }

    @Test("at or through the opposite touch is held back as would_take")
    func wouldTake() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        let gate = { (side: Side, price: Int64) in
            rig.engine.desk.crossing(rig.instruments[0], side, Price(units: price))
        }
        #expect(gate(.bid, 1_000_100) == .none)
        #expect(gate(.bid, 1_000_200) == .wouldTake)
        #expect(gate(.bid, 1_000_300) == .wouldTake)
        #expect(gate(.ask, 1_000_100) == .none)
        #expect(gate(.ask, 1_000_000) == .wouldTake)
        #expect(gate(.ask, 999_900) == .wouldTake)
    }

    enum Holding: CaseIterable { case long, short, manual }

    @Test(
        "of a top-of-book line keeps to the bound of the inventory price without tolerance",
        arguments: Holding.allCases, [false, true])
    func bound(holding: Holding, canAmend: Bool) throws {
        let side: LineSides = holding == .short ? .ask : .bid
        let rig = try Rig(canAmend: canAmend) {
            $0.topOfBookLines = [.plain(hourly: 36_000, spread: 10_000, sides: side)]
            $0.requoteTolerance = Millibps(100_000)
            $0.inventory.maximumDeviation = Quantity(units: 1_000_000)
            if holding == .manual { $0.inventory.price = .manual(Price(units: 1_001_500)) }
        }
        rig.snapshot(bids: [(1_000_000, 5)], asks: [(1_000_400, 5)])
        rig.settle()
        let first = try #require(rig.ids().first)
        switch holding {
        case .long: rig.fill(first, 1, at: 1_001_500)
        case .short: rig.fill(first, 1, at: 998_500)
        case .manual: try rig.update { $0.inventory.price = .manual(Price(units: 1_000_300)) }
        }
        // The average moves from fill to fill; the market moves around it.
        for step in 0..<40 as Range<Int64> {
            rig.settle()
            rig.after(200)
            let shift = (step * 7 % 11 - 5) * 300
            rig.snapshot(bids: [(1_000_000 + shift, 5)], asks: [(1_000_400 + shift, 5)])
            rig.settle()
            let price =
                holding == .manual
                ? 1_000_300
                : try #require(
                    rig.engine.position(rig.strategy).averagePrice(roundedFor: side == .bid ? .bid : .ask)
                ).units
            for order in rig.standing.values {
                // A side that leads away from the target has its spread grown by |c|, at most to twice.
                if side == .bid {
                    #expect(order.price * 10_000_000 <= price * (10_000_000 - 10_000))
                } else {
                    #expect(order.price * 10_000_000 >= price * (10_000_000 + 10_000))
                }
            }
            if step % 5 == 4, let id = rig.ids().first { rig.fill(id, 2) }
        }
        #expect(rig.engine.statistics.placed + rig.engine.statistics.amended > 1)
    }

    @Test("stays within min_price and max_price: a more eager one is held there, a less eager one is not sent")
    func priceLimits() throws {
        // Wanted are 990,000 and 1,010,200.
        for (minimum, maximum, expected) in [
            (nil, nil, [990_000, 1_010_200]), (nil, 985_050, [985_000]), (1_020_050, nil, [1_020_100]),
            (990_100, nil, [1_010_200]), (nil, 1_010_100, [990_000]), (990_000, 1_010_200, [990_000, 1_010_200]),
        ] as [(Int64?, Int64?, [Int64])] {
            let rig = try Rig {
                var line = PassiveLine.plain(10)
                line.minimumPrice = minimum.map { Price(units: $0) }
                line.maximumPrice = maximum.map { Price(units: $0) }
                $0.passiveLines = [line]
                $0.priceCollar = Millibps(10_000_000)
            }
            rig.snapshot()
            #expect(
                rig.turn().places.map(\.price) == expected,
                "\(String(describing: minimum)) \(String(describing: maximum))")
            #expect(rig.gates().count { $0 == .priceBounds } == 2 - expected.count)
        }
    }

    @Test(
        "is sent only on the sides that the line quotes",
        arguments: [(LineSides.bid, [Side.bid]), (.ask, [.ask]), (.both, [.bid, .ask])])
    func sides(sides: LineSides, expected: [Side]) throws {
        let rig = try Rig { $0.passiveLines = [.plain(10, sides: sides)] }
        rig.snapshot()
        #expect(rig.turn().places.map(\.side) == expected)
    }

    @Test("further from the consolidated mid than the collar is not sent, and what stands there is pulled")
    func collar() throws {
        let rig = try Rig {
            $0.passiveLines = [.plain(10)]
            $0.requoteTolerance = Millibps(1_000_000)
            $0.priceCollar = Millibps(102_000)
        }
        rig.snapshot()
        #expect(rig.settle().places.isEmpty == false)
        try rig.update { $0.priceCollar = Millibps(90_000) }
        rig.settle()
        #expect(rig.standing.isEmpty)
        #expect(rig.gates() == [.priceCollar, .priceCollar])
    }
}
