@testable import TerraceCore
import Testing

@Suite("An order of unknown fate") struct UncertainOrdersTests {
    /// Three bids of 100 over one position limit of 100: one at a time is possible.
    private static func limited(venues: Int = 1) throws -> Rig {
        let rig = try Rig(venues: venues) {
            $0.passiveLines = Array(repeating: .plain(100, sides: .bid), count: 3)
            $0.inventory.maximumDeviation = Quantity(units: 100)
        }
        for venue in 0..<venues { rig.snapshot(venue) }
        return rig
    }

    @Test("counts as open although an old answer says that it is not there")
    func staleNotFound() throws {
        let rig = try Self.limited()
        let order = try #require(rig.turn().places.first)
        rig.after(2_100)
        #expect(rig.turn().queries == [order.id])
        rig.report(order.id, .accepted)
        rig.report(order.id, .notFound(cumulative: .zero))
        #expect(rig.turn() == [.query(rig.instruments[0], order.id)])
        #expect(rig.pass(seconds: 60, answering: false).places.isEmpty)
        #expect(rig.openOrders == 1)
        rig.report(order.id, .found(Price(units: order.price), Quantity(units: 100), cumulative: .zero))
        #expect(rig.states()[0] == .working)
        #expect(rig.turn().places.isEmpty)
    }

    @Test("counts with the larger of two totals while an amendment is open, whatever older amendments are confirmed")
    func staleAmended() throws {
        let rig = try Rig(canAmend: true) {
            $0.passiveLines = [
                .plain(50, sides: .bid, timeoutSeconds: 30), .plain(100, sides: .bid, timeoutSeconds: 30),
            ]
            $0.inventory.maximumDeviation = Quantity(units: 100)
        }
        rig.snapshot()
        rig.settle()
        let ids = rig.ids()
        #expect(ids.compactMap { rig.standing[$0]?.quantity } == [50, 50])
        // A sale elsewhere would make room: the second order grows to 90.
        rig.report(
            ClientOrderID(instance: 1, strategy: ids[0].strategy, slot: 60_000, sequence: 1),
            Rig.trade(900, .ask, 1_000_000, 40))
        let first = try #require(rig.pass(seconds: 31, answering: false).amends.first)
        #expect(first == Sent(id: ids[1], instrument: 0, side: .bid, price: first.price, quantity: 90))
        // The confirmation of what it was before comes late and twice.
        for _ in 0..<2 { rig.report(ids[1], .amended(Price(units: first.price), Quantity(units: 50))) }
        rig.report(ids[1], .accepted)
        #expect(rig.engine.slots(rig.strategy).map { $0.order.open.units }.reduce(0, +) == 140)
        #expect(rig.turn().places.isEmpty)
    }

    @Test("that is found after it was given up as refused is cancelled, and nothing is sent in its place meanwhile")
    func acceptedAfterRefusal() throws {
        let rig = try Self.limited()
        let order = try #require(rig.turn().places.first)
        rig.report(order.id, .rejected(.other))
        rig.report(order.id, .accepted)
        #expect(rig.openOrders >= 1)
        #expect(rig.turn().cancels == [order.id])
        rig.after(2_100)
        #expect(rig.turn().cancels.contains(order.id))
        rig.report(order.id, .cancelled(cumulative: .zero))
        rig.after(2_100)
        #expect(!rig.turn().cancels.contains(order.id))
    }

    @Test("is asked for when the connection is back, and holds its part of the limit until the venue tells")
    func connectionDown() throws {
        let rig = try Self.limited(venues: 2)
        rig.settle()
        #expect(rig.openOrders == 1)
        let order = try #require(rig.ids().first)
        let home = try #require(rig.standing[order]).instrument.index
        rig.connection(UInt8(home), .down)
        #expect(rig.slots().first { $0.order.id == order }?.order.state == .unknown)
        let meanwhile = rig.pass(seconds: 20, answering: false)
        #expect(meanwhile.isEmpty)
        #expect(rig.gates().contains(.venueDown) || rig.gates().contains(.headroom))
        rig.connection(UInt8(home), .up)
        #expect(rig.turn().queries == [order])
        rig.snapshot(home)
        #expect(rig.turn().places.isEmpty)
        rig.fill(order, 100)
        #expect(rig.position() == 100)
        #expect(rig.settle().places.isEmpty)
    }

    @Test("is asked for less and less often, and stops its strategy after five questions in vain until the venue tells")
    func queriesArePaced() throws {
        let rig = try Rig {
            $0.passiveLines = [.plain(10, sides: .bid), .plain(10, spread: 200_000, sides: .ask)]
        }
        rig.snapshot()
        rig.settle()
        let bid = try #require(rig.ids(.bid).first)
        let ask = try #require(rig.ids(.ask).first)
        rig.report(bid, .unknown)
        var questions = 0
        var cancelled: [ClientOrderID] = []
        for second in 0..<600 {
            let commands = rig.pass(seconds: 1, answering: false)
            questions += commands.queries.count { $0 == bid }
            cancelled += commands.cancels
            rig.answer(commands.filter { if case .cancel = $0 { true } else { false } })
            if second == 10 { #expect(cancelled.isEmpty) }
        }
        #expect(questions >= 10 && questions <= 20)
        #expect(cancelled == [ask])
        #expect(rig.gates().contains(.unknownOrder))
        #expect(rig.engine.doubts(rig.strategy) == 1)
        rig.answer([.query(rig.instruments[0], bid)])
        #expect(rig.engine.doubts(rig.strategy) == 0)
        rig.pass(seconds: 2, answering: true)
        #expect(rig.standing.count == 2)
        #expect(!rig.gates().contains(.unknownOrder))
    }

    @Test("does not stop its strategy for good where the connection breaks in the midst of the questions")
    func connectionBreaksInDoubt() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        rig.report(rig.ids(.bid)[0], .unknown)
        let bid = rig.ids(.bid)[0]
        rig.pass(seconds: 60, answering: false)
        #expect(rig.engine.doubts(rig.strategy) > 0)
        rig.connection(0, .down)
        rig.after(1_000)
        rig.connection(0, .up)
        rig.snapshot()
        #expect(rig.turn().queries.contains(bid))
        for id in rig.ids() { rig.answer([.query(rig.instruments[0], id)]) }
        #expect(rig.engine.doubts(rig.strategy) == 0)
        rig.pass(seconds: 5, answering: true)
        #expect(rig.states() == [.working, .working])
    }

    enum Telling: CaseIterable { case fill, found, cancelled, notFound }

    @Test(
        "whose fills the venue counts but did not send is asked for, and holds its place until they came",
        arguments: Telling.allCases)
    func missingFills(telling: Telling) throws {
        let rig = try Rig { $0.passiveLines = [.plain(10, sides: .bid)] }
        rig.snapshot()
        rig.settle()
        let bid = rig.ids()[0]
        let six = Quantity(units: 6)
        switch telling {
        case .fill: rig.report(bid, Rig.trade(100, .bid, 990_000, 2, cumulative: 6))
        case .found: rig.report(bid, .found(Price(units: 990_000), Quantity(units: 10), cumulative: six))
        case .cancelled: rig.report(bid, .cancelled(cumulative: six))
        case .notFound:
            rig.report(bid, .unknown)
            #expect(rig.turn().queries == [bid])
            rig.report(bid, .notFound(cumulative: six))
            rig.after(2_100)
        }
        let commands = rig.turn()
        #expect(commands.queries == [bid])
        #expect(commands.places.isEmpty)
        #expect(rig.states()[0] == .unknown)
        #expect(rig.pass(seconds: 20, answering: false).places.isEmpty)
        if telling != .fill { rig.report(bid, Rig.trade(100, .bid, 990_000, 2)) }
        rig.report(bid, Rig.trade(101, .bid, 990_000, 4))
        #expect(rig.position() == 6)
        switch telling {
        case .fill, .found:
            rig.report(bid, .found(Price(units: 990_000), Quantity(units: 10), cumulative: six))
            #expect(rig.states()[0] == .working)
        case .cancelled, .notFound:
            rig.report(bid, .notFound(cumulative: six))
        }
        rig.pass(seconds: 70, answering: true)
        #expect(rig.states()[0] == .working)
        #expect(rig.position() == 6)
    }

    /// A venue that carries commands out in the order in which they came, but whose reports are late, lost and doubled.
    @Test("never lets what stands and what is held pass the limit", arguments: 1...12 as ClosedRange<UInt64>)
    func limitsHold(seed: UInt64) throws {
        var random = TestRandom(state: seed)
        let rig = try Rig(venues: 2, canAmend: seed % 2 == 0) {
            var quick = PassiveLine.plain(60, spread: 2_000)
            quick.timeoutNanoseconds = 700_000_000
            $0.passiveLines = [quick, .plain(50, spread: 1_000, timeoutSeconds: 5), .plain(40, spread: 3_000)]
            $0.inventory.maximumDeviation = Quantity(units: 100)
        }
        struct Order {
            let side: Side
            let instrument: InstrumentIndex
            var price: Price
            var quantity: Int64
            var filled: Int64 = 0
            var isOpen = true
            var fills: [OrderOutcome] = []
        }
        var orders: [(id: ClientOrderID, order: Order)] = []
        var requests: [Command] = []
        var reports: [OrderReport] = []
        var sentAlready: [OrderReport] = []
        var position: Int64 = 0
        var trades: UInt64 = 0
        func tell(_ id: ClientOrderID, _ instrument: InstrumentIndex, _ outcome: OrderOutcome) {
            reports.append(OrderReport(instrument: instrument, order: id, outcome: outcome))
        }
        for venue in 0..<2 { rig.snapshot(venue) }
        for step in 0..<2_500 {
            rig.after(20 + random.below(80))
            let move = random.below(7) * 100
            for venue in 0..<2 where random.below(4) == 0 {
                rig.snapshot(venue, bids: [(1_000_000 + move, 50)], asks: [(1_000_400 + move, 50)])
            }
            requests += rig.turn()
            while let command = requests.first, random.below(3) > 0 {
                requests.removeFirst()
                switch command {
                case .place(let instrument, let id, let side, let price, let quantity):
                    if random.below(12) == 0 {
                        tell(id, instrument, .rejected(.wouldTake))
                    } else {
                        orders.append(
                            (id, Order(side: side, instrument: instrument, price: price, quantity: quantity.units)))
                        tell(id, instrument, .accepted)
                    }
                case .amend(let instrument, let id, _, let price, let quantity):
                    if let place = orders.firstIndex(where: { $0.id == id && $0.order.isOpen }),
                        quantity.units > orders[place].order.filled
                    {
                        orders[place].order.price = price
                        orders[place].order.quantity = quantity.units
                        tell(id, instrument, .amended(price, quantity))
                    } else {
                        tell(id, instrument, .amendRejected(.unknownOrder))
                    }
                case .cancel(let instrument, let id):
                    if let place = orders.firstIndex(where: { $0.id == id && $0.order.isOpen }) {
                        orders[place].order.isOpen = false
                        tell(id, instrument, .cancelled(cumulative: Quantity(units: orders[place].order.filled)))
                    } else {
                        tell(id, instrument, .cancelRejected(.unknownOrder))
                    }
                case .query(let instrument, let id):
                    guard let place = orders.firstIndex(where: { $0.id == id }) else {
                        tell(id, instrument, .notFound(cumulative: .zero))
                        continue
                    }
                    let order = orders[place].order
                    for fill in order.fills { tell(id, instrument, fill) }
                    let filled = Quantity(units: order.filled)
                    tell(
                        id, instrument,
                        order.isOpen
                            ? .found(order.price, Quantity(units: order.quantity), cumulative: filled)
                            : .notFound(cumulative: filled))
                case .resnapshot(let instrument):
                    rig.snapshot(instrument.index)
                case .follow, .unfollow: break
                }
            }
            for place in orders.indices where orders[place].order.isOpen && random.below(40) == 0 {
                let order = orders[place].order
                let quantity = min(order.quantity - order.filled, 1 + random.below(60))
                trades += 1
                let fill = Rig.trade(trades, order.side, order.price.units, quantity)
                orders[place].order.filled += quantity
                orders[place].order.fills.append(fill)
                orders[place].order.isOpen = order.filled + quantity < order.quantity
                position += order.side.sign * quantity
                tell(orders[place].id, order.instrument, fill)
            }
            while !reports.isEmpty, random.below(3) > 0 {
                // Now and then one overtakes the others, one is lost, and one comes again.
                let report = reports.remove(at: random.below(6) == 0 ? Int(random.below(Int64(reports.count))) : 0)
                if random.below(25) == 0 { continue }
                rig.send(.order(report))
                sentAlready.append(report)
                if random.below(8) == 0 {
                    let recent = min(12, sentAlready.count)
                    rig.send(.order(sentAlready[sentAlready.count - 1 - Int(random.below(Int64(recent)))]))
                }
            }
            if random.below(400) == 0 {
                let venue = UInt8(random.below(2))
                rig.connection(venue, .down)
                rig.connection(venue, .up)
                rig.snapshot(Int(venue))
            }
            var open: [Side: Int64] = [.bid: 0, .ask: 0]
            for (_, order) in orders where order.isOpen {
                open[order.side, default: 0] += order.quantity - order.filled
            }
            #expect(position + (open[.bid] ?? 0) <= 100, "seed \(seed) step \(step)")
            #expect(position - (open[.ask] ?? 0) >= -100, "seed \(seed) step \(step)")
            if position + (open[.bid] ?? 0) > 100 || position - (open[.ask] ?? 0) < -100 { return }
            orders.removeAll { !$0.order.isOpen && $0.order.fills.isEmpty }
        }
        #expect(trades > 50)
    }
}
