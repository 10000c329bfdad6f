import TerraceCore
import TerraceSimulation
import Testing

@Suite("A simulated venue") struct SimulatedVenueTests {
    static func venue(maker: Int64 = 10_000) -> (SimulatedVenue, AccountIndex, AccountIndex) {
        let rules = TradingRules(
            tick: Grid(step: 10), lot: Grid(step: 5), minimumQuantity: Quantity(units: 10),
            minimumNotional: Notional(units: 2_000), makerFee: Millibps(maker), takerFee: Millibps(20_000))
        var settings = VenueSettings()
        settings.ordersPerWindow = 50
        var venue = SimulatedVenue(
            settings: settings,
            instruments: [
                SimulatedInstrument(base: AssetIndex(0), quote: AssetIndex(1), units: .standard, rules: rules)
            ],
            assets: 2)
        let rich = [(AssetIndex(0), Amount(units: 1 << 80)), (AssetIndex(1), Amount(units: 1 << 80))]
        let first = venue.openAccount(rich)
        let second = venue.openAccount(rich)
        return (venue, first, second)
    }

    static func id(_ sequence: UInt64) -> ClientOrderID {
        ClientOrderID(instance: 1, strategy: 1, slot: 0, sequence: sequence)
    }

    static func rejection(_ out: VenueOutput) -> VenueRejection? {
        for report in out.reports { if case .rejected(let reason) = report.outcome { return reason } }
        return nil
    }

    @Test(
        "refuses as a real one does",
        arguments: [
            (105, 100, VenueRejection.priceFilter), (0, 100, .priceFilter), (100, 7, .lotSize), (100, 5, .lotSize),
            (100, 15, .minimumNotional), (100, 100, nil), (1_000, 100, .wouldTake),
        ] as [(Int64, Int64, VenueRejection?)])
    func refuses(price: Int64, quantity: Int64, reason: VenueRejection?) {
        var (venue, me, other) = Self.venue()
        var out = VenueOutput()
        venue.place(
            0, other, Self.id(1), .ask, .limit, Price(units: 500), Quantity(units: 100), at: .distantPast, into: &out)
        out.removeAll()
        venue.place(
            0, me, Self.id(2), .bid, .postOnly, Price(units: price), Quantity(units: quantity), at: .distantPast,
            into: &out)
        #expect(Self.rejection(out) == reason)
    }

    @Test("refuses for the account's sake: the id, the balance, the rate, the number of orders")
    func refusesAccounts() {
        var settings = VenueSettings()
        settings.ordersPerWindow = 4
        settings.windowNanoseconds = 1_000
        settings.openOrdersPerInstrument = 3
        settings.cancelsCount = true
        let rules = TradingRules(tick: Grid(step: 10), lot: Grid(step: 5))
        let instrument = SimulatedInstrument(base: AssetIndex(0), quote: AssetIndex(1), units: .standard, rules: rules)
        var venue = SimulatedVenue(settings: settings, instruments: [instrument], assets: 2)
        let me = venue.openAccount([(AssetIndex(1), Amount(units: 10_000 * 1_000))])
        var out = VenueOutput()
        func place(_ sequence: UInt64, _ quantity: Int64, _ now: Int64) -> VenueRejection? {
            out.removeAll()
            venue.place(
                0, me, Self.id(sequence), .bid, .postOnly, Price(units: 10), Quantity(units: quantity),
                at: Timestamp(nanoseconds: now), into: &out)
            return Self.rejection(out)
        }
        #expect(place(1, 105, 5_000) == .insufficientBalance)
        #expect(place(1, 10, 5_000) == nil)
        #expect(place(1, 10, 5_000) == .duplicateOrder)
        #expect(place(2, 10, 5_000) == nil && place(3, 10, 5_000) == nil)
        #expect(place(4, 10, 5_000) == .tooManyOrders)
        // The fourth of the window is a cancel; the fifth is one too many, whatever it is.
        venue.cancel(0, me, Self.id(3), at: Timestamp(nanoseconds: 5_500), into: &out)
        #expect(venue.openOrders(me).count == 2)
        #expect(place(5, 10, 5_999) == .rateLimited)
        out.removeAll()
        venue.cancel(0, me, Self.id(2), at: Timestamp(nanoseconds: 5_999), into: &out)
        #expect(venue.openOrders(me).count == 2, "a cancel that counts is refused as well")
        #expect(place(6, 10, 6_000) == nil, "a new window")
        venue.cancelAll(me, at: Timestamp(nanoseconds: 6_000), into: &out)
        #expect(venue.openOrders(me).isEmpty)
        #expect(venue.balance(me, AssetIndex(1)).free == venue.balance(me, AssetIndex(1)).total)
    }

    @Test("trades nothing while it is halted, but lets orders be cancelled")
    func halts() {
        var (venue, me, other) = Self.venue()
        var out = VenueOutput()
        func place(_ account: AccountIndex, _ sequence: UInt64, _ side: Side) -> VenueRejection? {
            out.removeAll()
            venue.place(
                0, account, Self.id(sequence), side, .limit, Price(units: 500), Quantity(units: 100), at: .distantPast,
                into: &out)
            return Self.rejection(out)
        }
        #expect(place(other, 1, .ask) == nil)
        venue.setHalted(true, 0)
        #expect(place(me, 2, .bid) == .marketClosed && out.trades.isEmpty)
        venue.amend(0, other, Self.id(1), Price(units: 510), Quantity(units: 100), at: .distantPast, into: &out)
        #expect(venue.openOrders(other).first?.price.units == 500)
        venue.cancel(0, other, Self.id(1), at: .distantPast, into: &out)
        #expect(venue.openOrders(other).isEmpty)
        venue.setHalted(false, 0)
        #expect(place(me, 3, .bid) == nil)
    }

    @Test("fills in order of price, then of time, and keeps the place of an order that shrinks")
    func priority() {
        var (venue, me, other) = Self.venue()
        var out = VenueOutput()
        func place(_ sequence: UInt64, _ price: Int64) {
            venue.place(
                0, other, Self.id(sequence), .ask, .limit, Price(units: price), Quantity(units: 100), at: .distantPast,
                into: &out)
        }
        place(1, 510)
        place(2, 500)
        place(3, 500)
        venue.amend(0, other, Self.id(2), Price(units: 500), Quantity(units: 50), at: .distantPast, into: &out)
        out.removeAll()
        venue.place(
            0, me, Self.id(9), .bid, .immediateOrCancel, Price(units: 510), Quantity(units: 200), at: .distantPast,
            into: &out)
        let makers = out.reports.compactMap { report -> UInt64? in
            if case .filled(let fill) = report.outcome, fill.isMaker { return report.client.sequence }
            return nil
        }
        #expect(makers == [2, 3, 1])
        #expect(out.trades.map { $0.quantity.units } == [50, 100, 50])
    }

    @Test("loses and creates no coin, reserves what orders need, and publishes its true book", arguments: 1...30)
    func conserves(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var (venue, first, second) = Self.venue(maker: seed % 2 == 0 ? 10_000 : -5_000)
        var out = VenueOutput()
        var fees: [Amount] = [.zero, .zero]
        var levels: [Side: [Int64: Int64]] = [.bid: [:], .ask: [:]]
        for step in 1...400 as ClosedRange<UInt64> {
            let account = random.chance(0.5) ? first : second
            let client = Self.id(1 + UInt64(random.below(Int(step))))
            let price = Price(units: Int64(400 + random.below(20) * 10))
            let quantity = Quantity(units: Int64(10 + random.below(40) * 5))
            let now = Timestamp(nanoseconds: Int64(step) * 1_000_000_000)
            switch random.below(5) {
            case 0: venue.cancel(0, account, client, at: now, into: &out)
            case 1: venue.amend(0, account, client, price, quantity, at: now, into: &out)
            default:
                venue.place(
                    0, account, Self.id(step), random.chance(0.5) ? .bid : .ask,
                    random.chance(0.3) ? .immediateOrCancel : random.chance(0.5) ? .limit : .postOnly, price, quantity,
                    at: now, into: &out)
            }
            venue.publish(0, at: now, into: &out)
            for report in out.reports {
                if case .filled(let fill) = report.outcome { fees[fill.feeAsset.index] += fill.fee }
            }
            for level in out.levels {
                levels[level.side]?[level.price.units] = level.quantity.units == 0 ? nil : level.quantity.units
            }
            out.removeAll()
            for asset in 0..<2 as Range<UInt16> {
                let total =
                    venue.balance(first, AssetIndex(asset)).total + venue.balance(second, AssetIndex(asset)).total
                #expect(total + fees[Int(asset)] == Amount(units: 1 << 81), "seed \(seed)")
            }
            for account in [first, second] {
                var needed: [Amount] = [.zero, .zero]
                for order in venue.openOrders(account) {
                    let left = order.quantity - order.filled
                    if order.side == .bid {
                        needed[1] += Units.standard.amount(of: Notional(of: left, at: order.price))
                    } else {
                        needed[0] += Units.standard.amount(of: left)
                    }
                }
                for asset in 0..<2 as Range<UInt16> {
                    let balance = venue.balance(account, AssetIndex(asset))
                    #expect(balance.total - balance.free == needed[Int(asset)], "seed \(seed)")
                }
            }
            for side in Side.allCases {
                #expect(venue.depth(0, side) == levels[side]?.count, "seed \(seed)")
                for position in 0..<venue.depth(0, side) {
                    if let level = venue.level(0, side, at: position) {
                        #expect(levels[side]?[level.price.units] == level.quantity.units, "seed \(seed)")
                    }
                }
            }
        }
    }
}
