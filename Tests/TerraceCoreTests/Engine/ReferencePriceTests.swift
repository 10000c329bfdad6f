import Testing

@testable import TerraceCore

@Suite("A reference price") struct ReferencePriceTests {
    /// Three venues. Bids 100 x 6, 98 x 2, 100 x 4; asks 104 x 2, 103 x 3, 110 x 8. Deeper: 99 x 10 and 105 x 10 on the first.
    static func engine(_ books: [(bids: [(Int64, Int64)], asks: [(Int64, Int64)])]) -> Engine {
        let venues = books.indices.map { VenueDefinition(name: "venue\($0)") }
        var engine = Engine(EngineConfiguration(venues: venues, assetCount: 2))
        let rules = TradingRules(tick: Grid(step: 1), lot: Grid(step: 1))
        _ = engine.addPair(
            PairDefinition(
                base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
                instruments: books.indices.map {
                    InstrumentDefinition(venue: VenueIndex(UInt8($0)), rules: rules)
                }))
        // Somebody needs them all.
        engine.desk.subscriptions.reserve(instruments: books.count, subscribers: 1)
        engine.desk.subscriptions.set(0, to: books.indices.map { InstrumentIndex(UInt32($0)) }, .normal)
        for (index, book) in books.enumerated() {
            let instrument = InstrumentIndex(UInt32(index))
            let now = Timestamp(nanoseconds: 1)
            engine.handle(.snapshotBegan(instrument), at: now)
            for (side, levels) in [(Side.bid, book.bids), (.ask, book.asks)] {
                for (price, quantity) in levels {
                    engine.handle(
                        .level(instrument, side, Price(units: price), Quantity(units: quantity)), at: now)
                }
            }
            engine.handle(.messageEnded(instrument, venueTime: now), at: now)
        }
        return engine
    }

    static let books: [(bids: [(Int64, Int64)], asks: [(Int64, Int64)])] = [
        (bids: [(100, 6), (99, 10)], asks: [(104, 2), (105, 10)]), (bids: [(98, 2)], asks: [(103, 3)]),
        (bids: [(100, 4)], asks: [(110, 8)]),
    ]

    @Test(
        "is what its source says",
        arguments: [
            // The best of all: 100 and 103.
            (.aggregated, 101),
            // Of the first and the last: 100 and 104; of the second alone: 98 and 103.
            (.component(VenueSet(bits: 0b101)), 102), (.component(VenueSet(bits: 0b010)), 100),
            (.singleVenue(VenueIndex(2)), 105),
            // Mids 102, 100 and 105, weighed by 8, 5 and 12: 2,576 / 25.
            (.liquidityWeighted, 103),
            // 100 x 3 + 103 x 10, over 13: the larger bid pulls it to the ask.
            (.microprice, 102),
            // Ten bids at 100; three asks at 103, two at 104, five at 105 (1,042 / 10, rounded up for a buyer): 100 and 105.
            (.wapq(Quantity(units: 10)), 102),
            // Twenty bids: ten at 100, ten at 99 (99.5, down); asks 3, 2, 10 and 5 at 110 (2,117 / 20, up): 99 and 106.
            (.wapq(Quantity(units: 20)), 102), (.wapq(Quantity(units: 1_000)), nil),
        ] as [(PricingSource, Int64?)])
    func sources(source: PricingSource, price: Int64?) {
        var engine = Self.engine(Self.books)
        let pair = PairIndex(0)
        let reference = engine.desk.reference(source, pair, engine.books.touch(pair))
        #expect(reference?.units == price)
    }

    @Test("is missing where a side of what it looks at is empty")
    func missing() {
        var engine = Self.engine([(bids: [(100, 6)], asks: []), (bids: [], asks: [(103, 3)])])
        let pair = PairIndex(0)
        for source: PricingSource in [.singleVenue(VenueIndex(0)), .component(VenueSet(bits: 2)), .liquidityWeighted] {
            let reference = engine.desk.reference(source, pair, engine.books.touch(pair))
            #expect(reference == nil, "\(source)")
        }
        let whole = engine.desk.reference(.aggregated, pair, engine.books.touch(pair))
        #expect(whole?.units == 101, "together the venues have both sides")
    }
}
