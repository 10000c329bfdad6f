import TerraceCore
import Testing

/// A table with one pair, on as many venues as there are ticks, and short ways to feed and ask it.
private final class Desk {
    var table: BookTable
    let pair: PairIndex
    var time: Int64 = 0

    init(ticks: [Int64] = [1], ring: Int = 512, depthLimit: Int = 8_192, showsOwn: Bool = true, tracks: Bool = true) {
        self.table = BookTable(ring: ring, depthLimit: depthLimit)
        let instruments = ticks.enumerated().map { slot, tick in
            InstrumentDefinition(
                venue: VenueIndex(UInt8(slot)), rules: TradingRules(tick: Grid(step: tick), lot: Grid(step: 1)),
                showsOwnOrders: showsOwn)
        }
        self.pair = self.table.addPair(
            PairDefinition(base: AssetIndex(0), quote: AssetIndex(1), units: .standard, instruments: instruments))
        if tracks { self.table.trackDepth(self.pair) }
    }

    @discardableResult
    func message(
        _ instrument: UInt32, bids: [(Int64, Int64)] = [], asks: [(Int64, Int64)] = [], after nanoseconds: Int64 = 1
    ) -> MessageOutcome {
        for (price, quantity) in bids { _ = self.set(instrument, .bid, price, quantity) }
        for (price, quantity) in asks { _ = self.set(instrument, .ask, price, quantity) }
        self.time += nanoseconds
        return self.table.endMessage(InstrumentIndex(instrument), at: Timestamp(nanoseconds: self.time))
    }

    @discardableResult
    func snapshot(
        _ instrument: UInt32, bids: [(Int64, Int64)] = [], asks: [(Int64, Int64)] = []
    ) -> MessageOutcome {
        self.table.beginSnapshot(InstrumentIndex(instrument))
        return self.message(instrument, bids: bids, asks: asks)
    }

    func set(_ instrument: UInt32, _ side: Side, _ price: Int64, _ quantity: Int64) -> LevelOutcome {
        self.table.set(InstrumentIndex(instrument), side, Price(units: price), Quantity(units: quantity))
    }

    @discardableResult
    func rest(_ side: Side, _ price: Int64, _ change: Int64) -> Bool {
        self.table.adjustOwn(InstrumentIndex(0), side, Price(units: price), by: Quantity(units: change))
    }

    var bestBid: [Int64] {
        let bid = self.table.touch(InstrumentIndex(0)).bid
        return [bid.price.units, bid.quantity.units]
    }

    func sweep(_ side: Side, _ quantity: Int64) -> [Int64] {
        let sweep = self.table.sweep(self.pair, side, Quantity(units: quantity))
        return [sweep.price.units, sweep.filled.units]
    }
}

@Suite("A book") struct BookTableTests {
    @Test("has a dense index, those of a pair in a row, in the order of registration")
    func registration() {
        var table = BookTable()
        for count in 1...3 {
            let instruments = (0..<count).map { slot in
                InstrumentDefinition(
                    venue: VenueIndex(UInt8(60 - slot)), rules: TradingRules(tick: Grid(step: 1), lot: Grid(step: 1)))
            }
            let pair = table.addPair(
                PairDefinition(base: AssetIndex(0), quote: AssetIndex(1), units: .standard, instruments: instruments))
            #expect(pair.index == count - 1)
        }
        #expect(table.pairCount == 3 && table.instrumentCount == 6)
        #expect(table.instruments(of: PairIndex(2)) == 3..<6)
        #expect(table.pair(of: InstrumentIndex(2)).index == 1)
        #expect(table.venue(of: InstrumentIndex(5)).raw == 58)
        #expect(!table.touch(PairIndex(2)).isTwoSided && !table.touch(InstrumentIndex(5)).isTwoSided)
    }

    @Test("shows nothing until a snapshot is whole, and ignores levels before it begins")
    func lifecycle() {
        let desk = Desk()
        #expect(desk.set(0, .bid, 100, 5) == .ignored)
        let early = desk.message(0)
        #expect(!early.isLive && !early.touchChanged)
        #expect(desk.table.updatedAt(InstrumentIndex(0)) == .distantPast)

        desk.table.beginSnapshot(InstrumentIndex(0))
        #expect(desk.set(0, .bid, 100, 5) == .applied)
        #expect(desk.table.touch(InstrumentIndex(0)).bid.isNone)
        #expect(desk.table.level(desk.pair, .bid, 0) == nil)
        #expect(desk.sweep(.bid, 1) == [0, 0])
        let outcome = desk.message(0, asks: [(101, 7)])
        #expect(outcome.becameLive && outcome.isLive && outcome.touchChanged && outcome.depthChanged)
        #expect(desk.table.touch(desk.pair).isTwoSided)

        let lost = desk.table.lose(InstrumentIndex(0))
        #expect(!lost.isLive && lost.touchChanged)
        #expect(!desk.table.touch(desk.pair).isTwoSided)
        #expect(desk.set(0, .bid, 100, 5) == .ignored)
        let again = desk.table.lose(InstrumentIndex(0))
        #expect(!again.touchChanged)
    }

    @Test("says of a message only what changed")
    func outcomes() {
        let desk = Desk(ticks: [1, 1])
        desk.snapshot(0, bids: [(100, 5), (99, 5)], asks: [(101, 5)])
        desk.snapshot(1, bids: [(98, 5)], asks: [(103, 5)])
        let below = desk.message(0, bids: [(99, 6)])
        #expect(!below.touchChanged && below.depthChanged)
        let same = desk.message(0, bids: [(99, 6)], asks: [(150, 0)])
        #expect(!same.touchChanged && !same.depthChanged)
        let venueTouch = desk.message(1, bids: [(98, 6)])
        #expect(venueTouch.touchChanged)
        let ownTouch = desk.rest(.bid, 100, 2)
        #expect(ownTouch)
        let other = desk.message(1)
        #expect(!other.touchChanged, "our own orders move nothing that is told")
    }

    @Test("takes no price off its tick or out of range, and no quantity out of range, and never traps")
    func refuses() {
        let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, Price.limit, Price.limit + 1, .max - 1, .max]
        for ring in [8, 64, 512] {
            let desk = Desk(ticks: [1, 10], ring: ring)
            desk.snapshot(0, bids: [(100, 1)], asks: [(200, 1)])
            desk.snapshot(1, bids: [(100, 1)], asks: [(200, 1)])
            #expect(desk.set(1, .bid, 105, 1) == .offTick)
            for price in extremes {
                for quantity in extremes {
                    for side in Side.allCases {
                        let isGood =
                            (1...Price.limit).contains(price) && (0...Quantity.limit).contains(quantity)
                        #expect(desk.set(0, side, price, quantity) == (isGood ? .applied : .outOfRange))
                        desk.rest(side, price, quantity)
                        desk.message(0)
                        _ = desk.sweep(side, quantity)
                        _ = desk.table.level(desk.pair, side, Int(quantity))
                    }
                }
            }
        }
    }

    @Test("of another venue goes on alone when one is lost, and the lost one comes back by a snapshot")
    func venuesComeAndGo() {
        let desk = Desk(ticks: [1, 5])
        desk.snapshot(0, bids: [(100, 3), (99, 1)], asks: [(101, 3)])
        desk.snapshot(1, bids: [(100, 4), (95, 2)], asks: [(105, 4)])
        #expect(desk.table.touch(desk.pair).bid.quantity.units == 7)
        #expect(desk.table.touch(desk.pair).bidVenues.bits == 0b11)
        _ = desk.table.lose(InstrumentIndex(0))
        #expect(desk.table.touch(desk.pair).bidVenues.bits == 0b10)
        #expect(desk.table.level(desk.pair, .bid, 0)?.quantity.units == 4)
        #expect(desk.table.level(desk.pair, .bid, 1)?.price.units == 95)
        #expect(desk.table.level(desk.pair, .bid, 2) == nil)
        desk.snapshot(0, bids: [(102, 1)])
        #expect(desk.table.touch(desk.pair).bid.price.units == 102)
        #expect(desk.table.touch(desk.pair).ask.price.units == 105)
    }

    @Test("that crosses another venue's is reported, not hidden")
    func crossed() {
        let desk = Desk(ticks: [1, 1])
        desk.snapshot(0, bids: [(100, 3)], asks: [(101, 3)])
        desk.snapshot(1, bids: [(102, 4)], asks: [(103, 4)])
        #expect(desk.table.touch(desk.pair).isCrossed)
        #expect(!desk.table.touch(InstrumentIndex(0)).isCrossed)
        desk.message(1, bids: [(102, 0), (101, 4)])
        #expect(desk.table.touch(desk.pair).isCrossed, "a locked book counts as crossed")
    }

    @Test("gives up its worst levels when it is too deep, and keeps the best", arguments: [true, false])
    func depthLimit(bestFirst: Bool) {
        let desk = Desk(ring: 8, depthLimit: 64)
        let levels = (1...200).map { (Int64(1_000 + 3 * $0), Int64($0)) }
        desk.snapshot(0, asks: bestFirst ? levels : levels.reversed())
        let count = desk.table.levelCount(InstrumentIndex(0), .ask)
        #expect((65...72).contains(count))
        for position in 0..<count {
            #expect(desk.table.level(InstrumentIndex(0), .ask, position)?.price.units == levels[position].0)
            #expect(desk.table.level(desk.pair, .ask, position)?.price.units == levels[position].0)
        }
        #expect(desk.set(0, .ask, 900_000, 1) == .ignored)
        #expect(desk.set(0, .ask, 900_000, 0) == .applied, "there is nothing to remove")
        desk.message(0, asks: levels.prefix(20).map { ($0.0, 0) })
        #expect(desk.set(0, .ask, 900_000, 1) == .applied)
    }
}

@Suite("A book at its limit of depth") struct DepthLimitTests {
    @Test("stays in step with the consolidated levels", arguments: 1...4 as ClosedRange<UInt64>)
    func inStep(seed: UInt64) {
        var stream = BookStream(seed: seed)
        let desk = Desk(ring: 16, depthLimit: 64)
        desk.snapshot(0)
        var mid: Int64 = 100_000
        for _ in 0..<400 {
            mid += Int64.random(in: -40...40, using: &stream)
            for _ in 0..<12 {
                let side: Side = stream.chance(500) ? .bid : .ask
                _ = desk.set(
                    0, side, mid - side.sign * stream.distance(10), stream.chance(300) ? 0 : stream.distance(9))
            }
            desk.message(0)
            for side in Side.allCases {
                let count = desk.table.levelCount(InstrumentIndex(0), side)
                #expect(count <= 80)
                for position in [0, 1, 5, 9, 10, 20, 31, 32, 33, count - 1, count] {
                    let level = desk.table.level(InstrumentIndex(0), side, position)
                    let merged = desk.table.level(desk.pair, side, position)
                    #expect(level?.price == merged?.price && level?.quantity == merged?.quantity)
                }
            }
        }
    }
}

@Suite("A sweep") struct SweepTests {
    @Test(
        "rounds against the taker, and says how little there was",
        arguments: [
            (Side.ask, 1, [101, 1]), (.ask, 3, [101, 3]), (.ask, 4, [102, 4]), (.ask, 5, [103, 5]),
            (.ask, 99, [103, 8]), (.ask, 0, [0, 0]), (.ask, -5, [0, 0]), (.ask, .max, [103, 8]),
            (.bid, 2, [100, 2]), (.bid, 3, [98, 3]), (.bid, 4, [97, 4]), (.bid, 50, [96, 7]),
        ] as [(Side, Int64, [Int64])])
    func rounds(side: Side, quantity: Int64, wanted: [Int64]) {
        // Asks: 3 at 101, 5 at 104: (303 + 104 n) / (3 + n). Bids: 2 at 100, 5 at 95.
        for tracks in [true, false] {
            let desk = Desk(ticks: [1, 1], tracks: tracks)
            desk.snapshot(0, bids: [(100, 2), (95, 1)], asks: [(101, 1), (104, 5)])
            desk.snapshot(1, bids: [(95, 4)], asks: [(101, 2)])
            #expect(desk.sweep(side, quantity) == wanted)
        }
    }

    @Test("is exact where price times quantity passes 64 bits by far")
    func wide() {
        let desk = Desk(ticks: [1, 1])
        let price: Int64 = 6_000_000_000_000
        let quantity: Int64 = 10_000_000_000
        desk.snapshot(0, asks: [(price, quantity), (price + 1, quantity)])
        desk.snapshot(1, asks: [(Price.limit, Quantity.limit)])
        #expect(desk.sweep(.ask, 2 * quantity) == [price + 1, 2 * quantity])
        let filled = Int128(2 * quantity) + Int128(Quantity.limit)
        let paid =
            Int128(price) * Int128(quantity) + Int128(price + 1) * Int128(quantity)
            + Int128(Price.limit) * Int128(Quantity.limit)
        #expect(desk.sweep(.ask, .max) == [Int64((paid + filled - 1) / filled), Int64(filled)])
    }

    @Test("goes on below the levels that are kept ready")
    func deep() {
        let desk = Desk(ticks: [1, 2])
        desk.snapshot(0, asks: (1...100).map { (1_000 + $0, 1) })
        desk.snapshot(1, asks: (1...50).map { (1_000 + 2 * $0, 1) })
        let total: Int64 = (1...100).reduce(0) { $0 + 1_000 + $1 } + (1...50).reduce(0) { $0 + 1_000 + 2 * $1 }
        #expect(desk.sweep(.ask, 150) == [(total + 149) / 150, 150])
        #expect(desk.table.level(desk.pair, .ask, 99)?.venues.bits == 0b11)
        #expect(desk.table.level(desk.pair, .ask, 100) == nil)
    }
}

@Suite("Our own orders") struct OwnOrderTests {
    @Test("are left out of the touch, the levels and the sweeps")
    func excluded() {
        let desk = Desk()
        desk.rest(.bid, 100, 3)
        desk.snapshot(0, bids: [(100, 3), (99, 8)], asks: [(105, 1)])
        #expect(desk.bestBid == [99, 8], "what stands alone at 100 is ours")
        #expect(desk.table.levelCount(InstrumentIndex(0), .bid) == 1)
        #expect(desk.sweep(.bid, 100) == [99, 8])
        desk.message(0, bids: [(100, 5)])
        #expect(desk.bestBid == [100, 2])
        desk.message(0, bids: [(100, 1)])
        #expect(desk.bestBid == [99, 8], "the venue shows less than we rest: nothing is left")
    }

    @Test("hide nobody while the venue does not show them yet")
    func supposed() {
        let desk = Desk()
        desk.snapshot(0, bids: [(100, 3), (99, 8)])
        desk.rest(.bid, 100, 50)
        #expect(desk.bestBid == [100, 3], "the venue's last figure is from before")
        desk.message(0, bids: [(100, 53)])
        #expect(desk.bestBid == [100, 3])
        desk.rest(.bid, 100, -50)
        desk.rest(.bid, 100, 50)
        #expect(desk.bestBid == [100, 3], "gone and back before the venue spoke of either")
        desk.rest(.bid, 97, 5)
        desk.rest(.bid, 97, -5)
        #expect(desk.table.levelCount(InstrumentIndex(0), .bid) == 2, "refused before it was shown: no ghost")
    }

    @Test("do not outbid themselves: best bid plus one tick stays where it is")
    func noSelfOutbidding() {
        let desk = Desk()
        desk.snapshot(0, bids: [(100, 3)], asks: [(200, 1)])
        for _ in 0..<50 {
            let wanted = desk.table.touch(InstrumentIndex(0)).bid.price.units + 1
            #expect(wanted == 101)
            desk.rest(.bid, wanted, 5)
            desk.message(0, bids: [(wanted, 5)])
            desk.rest(.bid, wanted, -5)
            desk.message(0, bids: [(wanted, 0)])
        }
    }

    @Test("that are gone stay excluded until the venue speaks of their level")
    func ghost() {
        let desk = Desk()
        desk.rest(.bid, 100, 3)
        desk.snapshot(0, bids: [(100, 3), (99, 8)])
        desk.rest(.bid, 100, -3)
        desk.message(0, bids: [(99, 9)])
        #expect(desk.bestBid == [99, 9])
        desk.message(0, bids: [(100, 2)])
        #expect(desk.bestBid == [100, 2], "this one is somebody else's")
    }

    @Test("that are gone stay excluded for a second at most")
    func fades() {
        let desk = Desk()
        desk.rest(.bid, 100, 5)
        desk.snapshot(0, bids: [(100, 7), (99, 8)])
        desk.rest(.bid, 100, -1)  // Partly filled.
        #expect(desk.bestBid == [100, 2])
        desk.message(0, after: 999_999_999)
        #expect(desk.bestBid == [100, 2])
        let outcome = desk.message(0, after: 1)
        #expect(desk.bestBid == [100, 3])
        #expect(outcome.touchChanged)
        desk.rest(.bid, 100, -4)
        desk.message(0, after: 2_000_000_000)
        #expect(desk.bestBid == [100, 7])
    }

    @Test("stay excluded over the loss of the book and the next snapshot")
    func snapshots() {
        let desk = Desk()
        desk.snapshot(0, bids: [(100, 3), (99, 8)])
        desk.rest(.bid, 100, 3)
        _ = desk.table.lose(InstrumentIndex(0))
        desk.rest(.bid, 98, 4)
        desk.snapshot(0, bids: [(100, 3), (98, 5)])
        #expect(desk.bestBid == [98, 1])
        desk.rest(.bid, 98, -4)
        desk.snapshot(0, bids: [(98, 5)])
        #expect(desk.bestBid == [98, 5], "a snapshot ends the fading")
    }

    @Test("are not taken out of a book that does not show them")
    func notShown() {
        let desk = Desk(showsOwn: false)
        desk.snapshot(0, bids: [(100, 3)])
        #expect(desk.rest(.bid, 100, 3))
        #expect(desk.bestBid == [100, 3])
    }

    @Test("are followed at 128 levels a side; beyond that the caller is told")
    func full() {
        let desk = Desk()
        desk.snapshot(0, bids: (1...200).map { ($0, 5) })
        for price: Int64 in 1...128 { #expect(desk.rest(.bid, price, 5)) }
        desk.message(0, bids: (1...128).map { ($0, 5) })
        #expect(!desk.rest(.bid, 140, 5))
        #expect(desk.rest(.ask, 270, 5), "the other side has its own list")
        #expect(!desk.rest(.bid, 0, 5) && !desk.rest(.bid, -5, 5) && !desk.rest(.bid, .max, 5))
        desk.rest(.bid, 128, -5)
        #expect(desk.rest(.bid, 140, 5), "a level that only fades makes way")
        #expect(desk.table.level(InstrumentIndex(0), .bid, 200 - 128)?.price.units == 128)
        #expect(desk.table.levelCount(InstrumentIndex(0), .bid) == 73)
    }
}
