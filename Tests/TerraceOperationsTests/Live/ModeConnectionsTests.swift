import TerraceCore
import TerraceSimulation
import Testing

@testable import TerraceOperations

@Suite("Where nothing is sent") struct ModeConnectionsTests {
    /// What a venue tells and is told, in the hands of a test.
    final class Wire {
        var waiting: [Event] = []
        var sent: [Command] = []
    }

    struct Venue: VenueConnections {
        let wire: Wire
        mutating func open(waking wake: @escaping () -> Void) {}
        var nextDue: Timestamp { .distantFuture }
        var isQuiet: Bool { true }
        mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
            deliveries += self.wire.waiting.map { Delivery(at: now, event: $0) }
            self.wire.waiting.removeAll()
        }
        mutating func send(_ command: Command, at now: Timestamp) { self.wire.sent.append(command) }
    }

    private static let order = ClientOrderID(instance: 1, strategy: 2, slot: 3, sequence: 4)
    private static let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    private static func report(_ deliveries: [Delivery]) -> [String] {
        deliveries.compactMap { delivery in
            if case .order(let report) = delivery.event { "\(report.instrument.index) \(report.outcome)" } else { nil }
        }
    }

    /// Two venues, the first with two pairs, the second with the first of them.
    private static var setup: MarketSetup {
        var setup = MarketSetup(pairs: 2, venues: 2)
        setup.pairs[1].instruments.removeLast()
        return setup
    }

    @Test("commands are shown, taken as carried out, and kept from the venue") func dry() {
        let wire = Wire()
        var shown: [Command] = []
        var dry = DryConnections(Venue(wire: wire), balances: [[(AssetIndex(0), Amount(units: 5))]]) { command, _ in
            shown.append(command)
        }
        var deliveries: [Delivery] = []
        dry.advance(to: Self.now, into: &deliveries)
        guard case .balance(let venue, let asset, let total)? = deliveries.first?.event else {
            Issue.record("no balance was told")
            return
        }
        #expect(venue.index == 0 && asset.index == 0 && total == Amount(units: 5) && deliveries.count == 1)
        let instrument = InstrumentIndex(0)
        let price = Price(units: 7)
        let quantity = Quantity(units: 8)
        let commands: [Command] = [
            .amend(instrument, Self.order, .bid, price, quantity),
            .place(instrument, Self.order, .bid, price, quantity),
            .amend(instrument, Self.order, .bid, price, Quantity(units: 9)), .query(instrument, Self.order),
            .cancel(instrument, Self.order), .cancel(instrument, Self.order), .query(instrument, Self.order),
        ]
        for command in commands { dry.send(command, at: Self.now) }
        #expect(dry.nextDue == .distantPast && !dry.isQuiet)
        deliveries.removeAll()
        dry.advance(to: Self.now, into: &deliveries)
        let told = Self.report(deliveries)
        #expect(told.count == 7)
        #expect(told[0].contains("amendRejected") && told[1].hasSuffix("accepted") && told[2].contains("amended"))
        #expect(told[3].contains("found") && told[4].contains("cancelled"))
        #expect(told[5].contains("cancelRejected") && told[6].contains("notFound"))
        #expect(shown.count == 5 && wire.sent == [] && dry.isQuiet)
        dry.send(.resnapshot(instrument), at: Self.now)
        #expect(wire.sent == [.resnapshot(instrument)])
        // Whose market data is needed is the market's business, and nothing that would be done.
        dry.send(.follow(instrument, .important), at: Self.now)
        dry.send(.unfollow(instrument), at: Self.now)
        #expect(wire.sent.dropFirst() == [.follow(instrument, .important), .unfollow(instrument)])
        #expect(shown.count == 5 && dry.isQuiet)
    }

    @Test("what the venue tells of the account is somebody else's, and the market passes") func filtered() {
        let wire = Wire()
        var dry = DryConnections(Venue(wire: wire), balances: []) { _, _ in }
        wire.waiting = [
            .market(.bookLost(InstrumentIndex(0))), .balance(VenueIndex(0), AssetIndex(0), total: .zero),
            .order(OrderReport(instrument: InstrumentIndex(0), order: Self.order, outcome: .accepted)),
            .connection(VenueIndex(0), .up),
        ]
        var deliveries: [Delivery] = []
        dry.advance(to: Self.now, into: &deliveries)
        #expect(deliveries.count == 2 && Self.report(deliveries) == [])
    }

    @Test("orders are filled on paper on the venue and instrument they were meant for") func paper() {
        let setup = Self.setup
        let wire = Wire()
        var paper = PaperConnections(
            Venue(wire: wire), setup, chargesReceivedCoin: [true, true], latencyNanoseconds: 1_000)
        // The engine's third instrument is the second pair on the first venue; there it is the second.
        let third = InstrumentIndex(2)
        let rules = setup.pairs[1].instruments[0].rules
        let tick = rules.tick.step
        let bid = Price(units: rules.tick.roundedDown(setup.prices[1].units))
        let ask = Price(units: bid.units + 4 * tick)
        let lot = Quantity(units: rules.lot.roundedUp(max(rules.minimumQuantity.units, 1_000_000_000)))
        func market(_ events: [MarketEvent]) { wire.waiting += events.map { .market($0) } }
        market([
            .snapshotBegan(third), .level(third, .bid, bid, lot), .level(third, .ask, ask, lot),
            .messageEnded(third, venueTime: Self.now),
        ])
        var deliveries: [Delivery] = []
        paper.advance(to: Self.now, into: &deliveries)
        let wanted = Price(units: bid.units + tick)
        paper.send(.place(third, Self.order, .bid, wanted, lot), at: Self.now)
        deliveries.removeAll()
        let later = Self.now.advanced(by: 1_000_000)
        paper.advance(to: later, into: &deliveries)
        #expect(Self.report(deliveries) == ["2 accepted"])
        #expect(paper.openOrders(0).map { $0.instrument } == [third] && paper.openOrders(1).isEmpty)
        // A trade through our price fills the order.
        market([
            .trade(third, aggressor: .ask, bid, lot, venueTime: later.advanced(by: 1_000_000), id: 0)
        ])
        deliveries.removeAll()
        paper.advance(to: later.advanced(by: 2_000_000), into: &deliveries)
        paper.advance(to: later.advanced(by: 4_000_000), into: &deliveries)
        let told = Self.report(deliveries)
        #expect(told.count == 1 && told.first?.hasPrefix("2 filled") == true)
        #expect(paper.fills(0).map { $0.instrument } == [third] && paper.fills(1).isEmpty && wire.sent == [])
        paper.send(.follow(third, .low), at: later)
        paper.send(.unfollow(third), at: later)
        #expect(wire.sent == [.follow(third, .low), .unfollow(third)])
    }

    @Test("at most twenty commands a second are printed, and the others counted") func printed() {
        var printer = CommandPrinter(Self.setup)
        var lines: [String] = []
        for _ in 0..<50 {
            lines += printer.lines(.cancel(InstrumentIndex(1), Self.order), at: Self.now)
        }
        #expect(lines.count == 20 && lines[0].hasPrefix("would cancel BERA/USDT     bybit"))
        lines = printer.lines(
            .place(InstrumentIndex(2), Self.order, .ask, Price(units: 1), Quantity(units: 2)),
            at: Self.now.advanced(by: 1_000_000_000))
        #expect(lines.first == "... and 30 more commands in that second" && lines.count == 2)
        #expect(lines.last?.hasPrefix("would place  \(Self.setup.symbols[1])") == true)
    }
}
