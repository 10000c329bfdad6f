import TerraceCore
import Testing

@testable import TerraceSimulation

@Suite("A paper venue") struct PaperVenueTests {
    static let rules = TradingRules(
        tick: Grid(step: 10), lot: Grid(step: 5), minimumQuantity: Quantity(units: 10),
        maximumQuantity: Quantity(units: 1_000), minimumNotional: Notional(units: 20_000),
        makerFee: Millibps(10_000))
    static let book = PaperStep.snapshot([(.bid, 1_000, 10), (.ask, 1_020, 10)])

    static func rejection(_ outcome: OrderOutcome?) -> VenueRejection? {
        switch outcome {
        case .rejected(let reason), .amendRejected(let reason), .cancelRejected(let reason): reason
        default: nil
        }
    }

    @Test(
        "refuses as a real one does",
        arguments: [
            (.bid, 1_005, 100, VenueRejection.priceFilter), (.bid, 0, 100, .priceFilter), (.bid, 1_000, 7, .lotSize),
            (.bid, 1_000, 5, .lotSize), (.bid, 1_000, 1_005, .lotSize), (.bid, 1_000, 15, .minimumNotional),
            (.bid, 1_020, 100, .wouldTake), (.bid, 1_030, 100, .wouldTake), (.ask, 1_000, 100, .wouldTake),
            (.bid, 1_010, 100, nil), (.ask, 1_010, 100, nil), (.ask, 1_020, 1_000, .insufficientBalance),
        ] as [(Side, Int64, Int64, VenueRejection?)])
    func refuses(side: Side, price: Int64, quantity: Int64, reason: VenueRejection?) {
        // 500 units of the base coin.
        var bench = PaperBench(rules: Self.rules, balance: Units.standard.amount(of: Quantity(units: 500)))
        bench.apply(Self.book)
        bench.apply(.place(1, side, price, quantity))
        #expect(Self.rejection(bench.lastOutcome) == reason)
        #expect(bench.venue.openOrders(0).count == (reason == nil ? 1 : 0))
    }

    @Test("takes no order while its book is lost, and cancels always")
    func closed() {
        var bench = PaperBench()
        bench.apply(.place(1, .bid, 1_000, 5))
        #expect(Self.rejection(bench.lastOutcome) == .marketClosed)
        bench.apply(Self.book)
        bench.apply(.place(2, .bid, 1_000, 5))
        bench.apply(.lost)
        bench.apply(.amend(2, 999, 5))
        #expect(Self.rejection(bench.lastOutcome) == .marketClosed)
        bench.apply(.cancel(2))
        guard case .cancelled = bench.lastOutcome else {
            Issue.record("the cancel was not carried out")
            return
        }
    }

    @Test("counts orders and amendments in its window, and cancels where the venue does", arguments: [false, true])
    func window(cancelsCount: Bool) {
        var bench = PaperBench(ordersPerWindow: 3, cancelsCount: cancelsCount)
        bench.apply(Self.book)
        bench.apply(.place(1, .bid, 1_000, 5))
        bench.apply(.amend(1, 999, 5))
        bench.apply(.cancel(1))
        bench.apply(.place(2, .bid, 1_000, 5))
        #expect((Self.rejection(bench.lastOutcome) == .rateLimited) == cancelsCount)
        bench.apply(.place(3, .bid, 1_000, 5))
        #expect(Self.rejection(bench.lastOutcome) == .rateLimited)
        bench.now = bench.now.advanced(by: 10_000_000_000)
        bench.apply(.place(4, .bid, 1_000, 5))
        #expect(Self.rejection(bench.lastOutcome) == nil)
    }

    @Test("takes no client id twice, of a standing order or of one that ended")
    func duplicate() {
        var bench = PaperBench()
        bench.apply(Self.book)
        bench.apply(.place(1, .bid, 1_000, 5))
        bench.apply(.place(1, .bid, 1_000, 5))
        #expect(Self.rejection(bench.lastOutcome) == .duplicateOrder)
        bench.apply(.cancel(1))
        bench.apply(.place(1, .bid, 1_000, 5))
        #expect(Self.rejection(bench.lastOutcome) == .duplicateOrder)
    }

    @Test("tells what became of an order")
    func query() {
        var bench = PaperBench()
        bench.apply(Self.book)
        bench.apply(.place(1, .bid, 1_010, 5))
        bench.apply(.trade(aggressor: .ask, 1_000, 2, at: 20))
        bench.send(.query(PaperBench.instrument, PaperBench.id(1)))
        guard case .found(let price, let quantity, let cumulative) = bench.lastOutcome else {
            Issue.record("it was not found")
            return
        }
        #expect(price.units == 1_010 && quantity.units == 5 && cumulative.units == 2)
        bench.apply(.cancel(1))
        bench.send(.query(PaperBench.instrument, PaperBench.id(1)))
        guard case .notFound(let filled) = bench.lastOutcome else {
            Issue.record("it still stands")
            return
        }
        #expect(filled.units == 2)
        bench.send(.query(PaperBench.instrument, PaperBench.id(9)))
        guard case .notFound(let none) = bench.lastOutcome else {
            Issue.record("it never was")
            return
        }
        #expect(none.units == 0)
        bench.apply(.cancel(9))
        #expect(Self.rejection(bench.lastOutcome) == .unknownOrder)
        bench.apply(.amend(9, 1_000, 5))
        #expect(Self.rejection(bench.lastOutcome) == .unknownOrder)
    }

    @Test("charges the maker's fee in the coin received, and holds back what orders need")
    func coins() {
        let whole = Units.standard.amount(of: Quantity(units: 100_000))
        var bench = PaperBench(
            rules: TradingRules(tick: Grid(step: 1), lot: Grid(step: 1), makerFee: Millibps(10_000)), balance: whole)
        bench.apply(Self.book)
        bench.apply(.place(1, .ask, 1_010, 60_000))
        #expect(
            bench.venue.balance(0, PaperBench.base).free == whole - Units.standard.amount(of: Quantity(units: 60_000)))
        bench.apply(.trade(aggressor: .bid, 1_020, 20_000, at: 20))
        let sold = Units.standard.amount(of: Notional(of: Quantity(units: 20_000), at: Price(units: 1_010)))
        // A thousandth of 2.02e-7, rounded up against us to 10^-12.
        #expect(bench.fills.first?.fill.fee == Amount(units: 300_000_000))
        #expect(bench.fills.first?.fill.feeAsset == PaperBench.quote)
        #expect(bench.venue.balance(0, PaperBench.base).total == Units.standard.amount(of: Quantity(units: 80_000)))
        #expect(bench.venue.balance(0, PaperBench.base).free == Units.standard.amount(of: Quantity(units: 40_000)))
        #expect(bench.venue.balance(0, PaperBench.quote).total == whole + sold - Amount(units: 300_000_000))
    }

    @Test("takes its time, to the venue and back")
    func latency() {
        var bench = PaperBench(latency: 2_000_000)
        bench.apply(Self.book)
        let sent = bench.now
        bench.apply(.place(1, .bid, 1_010, 5))
        // A print before the order arrives is not ours.
        bench.venue.observe(
            .trade(
                PaperBench.instrument, aggressor: .ask, Price(units: 1_000), Quantity(units: 5),
                venueTime: .distantPast, id: 0), at: bench.now)
        bench.collect()
        #expect(bench.reports.isEmpty)
        #expect(bench.venue.nextDue == sent.advanced(by: 3_000_000))
        bench.now = sent.advanced(by: 3_000_000)
        bench.collect()
        #expect(bench.ahead(1) == 0)
        #expect(bench.reports.isEmpty)
        bench.now = sent.advanced(by: 5_000_000)
        bench.collect()
        #expect(bench.reports.count == 1)
        let isQuiet = bench.venue.isQuiet
        #expect(isQuiet)
        #expect(bench.fills.isEmpty)
    }

    @Test("answers a request for a snapshot once its instrument has been heard of again")
    func resnapshot() {
        var bench = PaperBench(latency: 1_000_000)
        bench.apply(Self.book)
        var events: [Event] = []
        bench.send(.resnapshot(PaperBench.instrument))
        bench.now = bench.now.advanced(by: 3_600_000_000_000)
        bench.collect()
        bench.venue.answerSnapshots(into: &events)
        #expect(events.isEmpty)
        bench.apply(.trade(aggressor: .ask, 1_000, 1, at: 10))
        bench.venue.answerSnapshots(into: &events)
        #expect(events.isEmpty)
        bench.now = bench.now.advanced(by: 10_000_000)
        bench.apply(.depth(20, [(.bid, 1_000, 9), (.bid, 990, 4)]))
        bench.venue.answerSnapshots(into: &events)
        var book = BookTable()
        _ = book.addPair(
            PairDefinition(
                base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
                instruments: [
                    InstrumentDefinition(
                        venue: VenueIndex(0), rules: TradingRules(tick: Grid(step: 1), lot: Grid(step: 1)))
                ]))
        for event in events {
            guard case .market(let market) = event else { continue }
            switch market {
            case .snapshotBegan(let instrument): book.beginSnapshot(instrument)
            case .level(let instrument, let side, let price, let quantity):
                _ = book.set(instrument, side, price, quantity)
            case .messageEnded(let instrument, _): _ = book.endMessage(instrument, at: bench.now)
            case .trade, .bookLost: Issue.record("no part of a snapshot")
            }
        }
        let touch = book.touch(PaperBench.instrument)
        #expect(touch.bid == Level(price: Price(units: 1_000), quantity: Quantity(units: 9)))
        let count = book.levelCount(PaperBench.instrument, .bid)
        #expect(count == 2)
        events = []
        bench.venue.answerSnapshots(into: &events)
        #expect(events.isEmpty)
    }
}
