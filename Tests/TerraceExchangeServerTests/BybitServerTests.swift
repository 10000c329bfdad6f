import TerraceCore
import TerraceVenues
import Testing

@testable import TerraceExchangeServer

@Suite("The Bybit server, as the dialect sees it") struct BybitServerTests {
    private func id(_ sequence: UInt64) -> ClientOrderID {
        ClientOrderID(instance: 1, strategy: 2, slot: 3, sequence: sequence)
    }

    /// An order well within the rules of the instrument, `ticks` below the best bid of the server or at `price`, both in the
    /// server's units; the dialect has units of its own.
    private func terms(
        _ world: BybitWorld, _ dialect: BybitDialect, _ sequence: UInt64, slot: Int = 0, below ticks: Int64 = 0,
        at given: Price? = nil
    ) throws -> OrderTerms {
        let instrument = world.server.core.instruments[slot]
        let best = try #require(world.server.core.best(slot, .bid))
        let price = given ?? Price(units: best.price.units - ticks * instrument.rules.tick.step)
        let least = instrument.rules.minimumNotional.units / Int128(price.units)
        let quantity = instrument.rules.lot.roundedUp(
            Int64(clamping: least) * 2 + instrument.rules.minimumQuantity.units)
        var priceText = WireWriter()
        priceText.price(price, instrument.units)
        var quantityText = WireWriter()
        quantityText.quantity(Quantity(units: quantity), instrument.units)
        let units = dialect.instruments[slot].units
        return OrderTerms(
            slot: slot, order: self.id(sequence), side: .bid,
            price: try units.price(String(decoding: priceText.bytes, as: UTF8.self)),
            quantity: try units.quantity(String(decoding: quantityText.bytes, as: UTF8.self)))
    }

    private func orders(_ events: [AccountEvent]) -> [AccountOrder] {
        events.compactMap { if case .order(let order) = $0 { order } else { nil } }
    }

    private func fills(_ events: [AccountEvent]) -> [AccountFill] {
        events.compactMap { if case .fill(let fill) = $0 { fill } else { nil } }
    }

    @Test("lists instruments whose rules are its own, and tells the time")
    func listing() throws {
        let world = try BybitWorld(pairs: 20)
        let dialect = try world.dialect()
        #expect(dialect.instruments.map(\.symbol) == world.server.symbols)
        let body = world.ask(dialect.instrumentsRequest(page: nil)).body
        let listing = try dialect.listing(body.span)
        #expect(listing.refused.isEmpty && listing.instruments.count == 20)
        for (listed, own) in zip(listing.instruments, world.server.core.instruments) {
            #expect(listed.isTrading && listed.pair == "\(own.baseCoin)/\(own.quoteCoin)")
            #expect(
                Int128(listed.rules.lot.step) * listed.units.amountPerQuantity
                    == Int128(own.rules.lot.step) * own.units.amountPerQuantity)
            #expect(
                listed.units.amount(of: listed.rules.minimumNotional) == own.units.amount(of: own.rules.minimumNotional)
            )
        }
        let time = world.ask(dialect.timeRequest).body
        #expect(try dialect.time(time.span) == world.milliseconds)
    }

    @Test("tells no more of what is unsubscribed from, and begins with a snapshot where it is subscribed to again")
    func unsubscribed() throws {
        let world = try BybitWorld(rate: 3_000)
        let dialect = try world.dialect()
        #expect(world.open(1, dialect.marketTarget) == nil)
        var feed = try BybitFeed(instruments: dialect.instruments)
        /// The instruments told of meanwhile, those whose snapshot came, and what was acknowledged.
        func hear(milliseconds: Int64) -> (told: Set<UInt32>, snapshots: [UInt32], acknowledged: [Int64]) {
            var (told, snapshots, acknowledged): (Set<UInt32>, [UInt32], [Int64]) = ([], [], [])
            for _ in 0..<milliseconds / 25 {
                world.advance(milliseconds: 25)
                var events: [Event] = []
                for text in world.take(1) {
                    if case .acknowledged(let request) = feed.received(text.span, at: world.now, into: &events) {
                        acknowledged.append(request)
                    }
                }
                for case .market(let event) in events {
                    switch event {
                    case .snapshotBegan(let instrument): snapshots.append(instrument.raw)
                    case .level(let instrument, _, _, _), .trade(let instrument, _, _, _, _, _):
                        told.insert(instrument.raw)
                    case .messageEnded, .bookLost: break
                    }
                }
            }
            return (told, snapshots, acknowledged)
        }
        world.send(1, dialect.subscription([0, 1, 2], isOn: true, request: 1))
        let first = hear(milliseconds: 2_000)
        #expect(first.told == [0, 1, 2] && first.snapshots == [0, 1, 2] && first.acknowledged == [1])
        world.send(1, dialect.subscription([2, 0], isOn: false, request: 2))
        let second = hear(milliseconds: 2_000)
        #expect(second.told == [1] && second.snapshots == [] && second.acknowledged == [2])
        world.send(1, dialect.subscription([0], isOn: true, request: 3))
        let third = hear(milliseconds: 2_000)
        #expect(third.told == [0, 1] && third.snapshots == [0] && third.acknowledged == [3])
        for slot in 0..<3 {
            let gaps = feed.summary(of: slot).gaps
            #expect(gaps == 0)
        }
    }

    @Test("tells books that stay equal to its own, and every trade, while its crowd trades")
    func market() throws {
        let world = try BybitWorld(rate: 3_000)
        let dialect = try world.dialect()
        #expect(world.open(1, dialect.marketTarget) == nil)
        world.send(1, dialect.subscription([0, 1, 2], isOn: true, request: 5))
        var feed = try BybitFeed(instruments: dialect.instruments)
        var books: [[[Int64: Int64]]] = Array(repeating: [[:], [:]], count: 3)
        var acknowledged: [Int64] = []
        for _ in 0..<200 {
            world.advance(milliseconds: 25)
            var events: [Event] = []
            for text in world.take(1) {
                switch feed.received(text.span, at: world.now, into: &events) {
                case .none: break
                case .acknowledged(let request): acknowledged.append(request)
                case .snapshotWanted, .bestQuote, .refused, .disconnect:
                    Issue.record("\(String(decoding: text, as: UTF8.self))")
                }
            }
            for event in events {
                switch event {
                case .market(.snapshotBegan(let instrument)): books[Int(instrument.raw)] = [[:], [:]]
                case .market(.level(let instrument, let side, let price, let quantity)):
                    books[Int(instrument.raw)][side.index][price.units] = quantity.units == 0 ? nil : quantity.units
                default: break
                }
            }
        }
        #expect(acknowledged == [5] && feed.counters.malformed == 0)
        for slot in 0..<3 {
            let summary = feed.summary(of: slot)
            #expect(summary.applied > 10 && summary.gaps == 0 && summary.snapshots == 1 && summary.trades > 0)
        }
        // What is still to be told is told, then nothing is left that differs.
        for slot in 0..<3 {
            let protocolSide = try #require(world.server.venue as? BybitServerProtocol)
            let told = protocolSide.books[slot].told[BybitTopic.Kind.book200.rawValue]
            for side in Side.allCases {
                // Both in 10^-20: the dialect has units of its own.
                let units = dialect.instruments[slot].units
                let own = world.server.core.instruments[slot].units
                func scale(_ exponent: Int) -> Int128 { DecimalText.powerOfTen(exponent - Amount.exponent) }
                var levels: [Int128: Int128] = [:]
                for level in told.sides[side.index] {
                    levels[Int128(level.price.units) * scale(own.priceExponent)] =
                        Int128(level.quantity.units) * scale(own.quantityExponent)
                }
                var followed: [Int128: Int128] = [:]
                for (price, quantity) in books[slot][side.index] {
                    followed[Int128(price) * scale(units.priceExponent)] =
                        Int128(quantity) * scale(units.quantityExponent)
                }
                #expect(followed == levels && !levels.isEmpty)
            }
            #expect(told.updateID == feed.summary(of: slot).lastID)
        }
    }

    @Test("gives a second listener the book as the first knows it, and a fresh snapshot to who subscribes anew")
    func snapshots() throws {
        let world = try BybitWorld(rate: 3_000)
        let dialect = try world.dialect()
        for connection in [1, 2] {
            _ = world.open(connection, dialect.marketTarget)
            world.send(connection, dialect.subscription([0], isOn: true, request: 1))
            world.advance(milliseconds: 777)
        }
        var first = try BybitFeed(instruments: dialect.instruments)
        var second = try BybitFeed(instruments: dialect.instruments)
        var events: [Event] = []
        for text in world.take(1) { _ = first.received(text.span, at: world.now, into: &events) }
        for text in world.take(2) { _ = second.received(text.span, at: world.now, into: &events) }
        #expect(first.state(of: 0) == .following && first.summary(of: 0).gaps == 0)
        #expect(second.state(of: 0) == .following && second.summary(of: 0).gaps == 0)
        #expect(first.summary(of: 0).lastID == second.summary(of: 0).lastID && second.summary(of: 0).applied > 0)
        // Again on the same connection: the feed's way out of a gap.
        #expect(first.resnapshot(InstrumentIndex(0), into: &events) == .snapshotWanted(InstrumentIndex(0)))
        world.send(1, dialect.subscription([0], isOn: false, request: 2))
        world.send(1, dialect.subscription([0], isOn: true, request: 3))
        for text in world.take(1) { _ = first.received(text.span, at: world.now, into: &events) }
        #expect(first.state(of: 0) == .following)
    }

    @Test("takes orders, and tells of them by answer, stream and query alike")
    func orders() throws {
        let world = try BybitWorld()
        let dialect = try world.dialect("maker")
        #expect(try world.logOn(9, dialect) == [.stepDone, .stepDone])
        let terms = try self.terms(world, dialect, 1, below: 3)
        #expect(world.ask(.place(terms), dialect).outcome == .done)
        let placed = try #require(self.orders(world.events(9, dialect)).first)
        #expect(placed.order == terms.order && placed.state == .standing && placed.slot == 0)
        #expect(placed.price == terms.price && placed.quantity == terms.quantity && placed.venueOrder != 0)
        #expect(self.orders(world.ask(.order(slot: 0, terms.order), dialect).events) == [placed])
        #expect(self.orders(world.ask(.openOrders(cursor: nil), dialect).events) == [placed])
        #expect(world.ask(.place(terms), dialect).outcome == .refused(.duplicateOrder, code: 170_141))

        let other = try self.terms(world, dialect, 1, below: 4)
        #expect(world.ask(.amend(other), dialect).outcome == .done)
        #expect(try self.orders(world.events(9, dialect)).first?.price == other.price)
        #expect(world.ask(.cancel(slot: 0, terms.order), dialect).outcome == .done)
        #expect(try self.orders(world.events(9, dialect)).map(\.state) == [.cancelled])
        #expect(self.orders(world.ask(.order(slot: 0, terms.order), dialect).events).map(\.state) == [.cancelled])
        #expect(world.ask(.cancel(slot: 0, terms.order), dialect).outcome == .refused(.unknownOrder, code: 170_142))
        #expect(world.ask(.cancel(slot: 0, self.id(77)), dialect).outcome == .refused(.unknownOrder, code: 170_213))
        #expect(world.ask(.order(slot: 0, self.id(77)), dialect).outcome == .refused(.unknownOrder, code: 0))
        #expect(self.orders(world.ask(.openOrders(cursor: nil), dialect).events).isEmpty)
    }

    @Test("takes in a post-only order that would take, and tells it as one that never stood")
    func postOnly() throws {
        let world = try BybitWorld()
        let dialect = try world.dialect("maker")
        _ = try world.logOn(9, dialect)
        let terms = try self.terms(world, dialect, 1, at: #require(world.server.core.best(0, .ask)).price)
        #expect(world.ask(.place(terms), dialect).outcome == .done)
        #expect(try self.orders(world.events(9, dialect)).map(\.state) == [.rejected(.wouldTake)])
        #expect(
            self.orders(world.ask(.order(slot: 0, terms.order), dialect).events).map(\.state) == [.rejected(.wouldTake)]
        )
    }

    @Test("tells a fill once to each side, by stream and by query, and moves the balances")
    func filled() throws {
        let world = try BybitWorld()
        let dialect = try world.dialect("maker")
        _ = try world.logOn(9, dialect)
        let terms = try self.terms(world, dialect, 1, below: -1)
        let ask = try #require(world.server.core.best(0, .ask)).price
        let bid = try #require(world.server.core.best(0, .bid)).price
        try #require(bid.units + world.server.core.instruments[0].rules.tick.step < ask.units)
        #expect(world.ask(.place(terms), dialect).outcome == .done)
        _ = try world.events(9, dialect)
        let instrument = world.server.core.instruments[0]
        var quantity = WireWriter()
        quantity.quantity(terms.quantity, dialect.instruments[0].units)
        var price = WireWriter()
        price.price(terms.price, dialect.instruments[0].units)
        let body = """
            {"category":"spot","symbol":"\(instrument.symbol)","side":"Sell","orderType":"Limit","timeInForce":"IOC",\
            "qty":"\(String(decoding: quantity.bytes, as: UTF8.self))","price":"\(String(decoding: price.bytes, as: UTF8.self))"}
            """
        #expect(world.post("/v5/order/create", body, "taker").contains("\"retCode\":0"))
        let told = try world.events(9, dialect)
        let fill = try #require(self.fills(told).first)
        #expect(self.fills(told).count == 1 && fill.order == terms.order && fill.isMaker && fill.side == .bid)
        #expect(fill.price == terms.price && fill.quantity == terms.quantity)
        #expect(fill.feeCoin == instrument.baseCoin || fill.feeCoin == instrument.quoteCoin)
        #expect(self.orders(told).map(\.state) == [.filled] && self.orders(told).first?.cumulative == terms.quantity)
        #expect(fill.venueOrder == self.orders(told).first?.venueOrder)
        let since = world.milliseconds - 1_000
        let (outcome, listed) = world.ask(
            .fills(slot: 0, fromTrade: nil, since: since, until: nil, cursor: nil), dialect)
        #expect(outcome == .done && self.fills(listed) == [fill])
        let ofOrder = world.ask(
            .fillsOfOrder(slot: 0, terms.order, venueOrder: fill.venueOrder), dialect)
        #expect(self.fills(ofOrder.events) == [fill])
        let (_, balances) = world.ask(.balances, dialect)
        #expect(balances.last == .balancesEnded)
        for event in balances {
            guard case .balance(let coin, let total, let free) = event else { continue }
            let place = try #require(world.server.core.coins.firstIndex(of: coin))
            let own = world.server.core.balance(0, place)
            #expect(total == own.total && free == own.free)
        }
    }

    @Test("lists orders in pages, and cancels them by the instrument or by the batch")
    func pages() throws {
        let world = try BybitWorld()
        let dialect = try world.dialect("maker")
        var placed: Set<ClientOrderID> = []
        for batch in 0..<6 {
            let orders = try (0..<10).map {
                try self.terms(world, dialect, UInt64(batch * 10 + $0), slot: batch % 3, below: Int64($0))
            }
            #expect(world.ask(.placeAll(orders), dialect) == (.done, []))
            placed.formUnion(orders.map(\.order))
            world.advance(milliseconds: 1_000)
        }
        var found: [ClientOrderID] = []
        var cursor: String?
        var pages = 0
        repeat {
            let (outcome, events) = world.ask(.openOrders(cursor: cursor), dialect)
            found += self.orders(events).map(\.order)
            pages += 1
            if case .more(let next) = outcome { cursor = next } else { cursor = nil }
        } while cursor != nil && pages < 10
        #expect(pages == 2 && found.count == 60 && Set(found) == placed)
        #expect(world.ask(.cancelEverything(slot: 0), dialect).outcome == .done)
        #expect(self.orders(world.ask(.openOrders(cursor: nil), dialect).events).count == 40)
        let rest = (10..<20).map { OrderReference(slot: 1, order: self.id(UInt64($0))) }
        #expect(world.ask(.cancelAll(rest), dialect).outcome == .done)
        #expect(self.orders(world.ask(.openOrders(cursor: nil), dialect).events).count == 30)
    }

    @Test("holds its limits: by kind and second for an account, and for an address with a ban")
    func limits() throws {
        let world = try BybitWorld()
        let dialect = try world.dialect("maker")
        var outcomes: [AnswerOutcome] = []
        for sequence in 0..<21 as Range<UInt64> {
            outcomes.append(world.ask(.place(try self.terms(world, dialect, sequence, below: 1)), dialect).outcome)
        }
        #expect(outcomes.prefix(20).allSatisfy { $0 == .done })
        #expect(outcomes.last == .refused(.rateLimited, code: 10_006))
        #expect(world.ask(.cancel(slot: 0, self.id(1)), dialect).outcome == .done)
        world.advance(milliseconds: 1_000)
        #expect(world.ask(.place(try self.terms(world, dialect, 40, below: 1)), dialect).outcome == .done)
        for _ in 0..<601 { _ = world.ask(dialect.timeRequest) }
        #expect(
            world.ask(.balances, dialect).outcome == .limited(nanoseconds: 600_000_000_000, isBan: true, code: 403))
        world.advance(milliseconds: 600_001)
        #expect(world.ask(.balances, dialect).outcome == .done)
    }

    @Test("checks key, signature, time and rights, and never tells a secret")
    func security() throws {
        let world = try BybitWorld()
        let body = "{\"category\":\"spot\"}"
        let path = "/v5/order/cancel-all"
        #expect(world.post(path, body, "maker").contains("\"retCode\":0"))
        #expect(world.post(path, body, "nobody").contains("\"retCode\":10003"))
        let wrong = world.post(path, body, "maker", secret: "other")
        #expect(wrong.contains("\"retCode\":10004") && !wrong.contains("secret"))
        let now = world.milliseconds
        for (time, isTaken) in [(now - 5_000, true), (now - 5_001, false), (now + 999, true), (now + 1_000, false)] {
            #expect(world.post(path, body, "maker", time: time).contains("\"retCode\":0,") == isTaken)
        }
        let dialect = try world.dialect("maker")
        #expect(world.ask(.permissions, dialect).events == [.permissions(mayTrade: true, mayWithdraw: false)])
        let stranger = BybitDialect(
            instruments: dialect.instruments, credentials: VenueCredentials(key: "maker", secret: "wrong"))
        #expect(world.ask(.balances, stranger).outcome == .keyRefused(code: 10_004))
        guard case .stepRefused? = try world.logOn(4, stranger).first else { return #expect(Bool(false)) }
    }

    @Test(
        "refuses orders against the rules, with the venue's codes",
        arguments: [
            ("qty", "0.00000000000000001", 170_137), ("price", "0.00000000000000001", 170_134), ("price", "0", 170_133),
            ("qty", "0", 170_136), ("side", "Up", 170_117), ("symbol", "NOPE", 170_121), ("orderType", "Stop", 170_116),
            ("timeInForce", "GTD", 170_115), ("category", "linear", 10_001), ("orderLinkId", "a b", 10_001),
            ("qty", "x", 10_001), ("price", "99999999999", 170_132),
        ])
    func rules(_ name: String, _ value: String, _ code: Int) throws {
        let world = try BybitWorld()
        let instrument = world.server.core.instruments[0]
        var values = [
            ("category", "spot"), ("symbol", instrument.symbol), ("side", "Buy"), ("orderType", "Limit"),
            ("qty", "1"), ("price", "1"), ("timeInForce", "PostOnly"), ("orderLinkId", "a"),
        ]
        for place in values.indices where values[place].0 == name { values[place].1 = value }
        let body = "{" + values.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",") + "}"
        let answer = world.post("/v5/order/create", body, "maker")
        #expect(answer.contains("\"retCode\":\(code),"), "\(answer)")
        #expect(world.server.core.openOrders(0).isEmpty)
    }

    @Test("answers what makes no sense on its sockets, and goes on")
    func hostile() throws {
        let world = try BybitWorld()
        let dialect = try world.dialect("maker")
        #expect(world.open(3, "/v5/public/linear")?.status == 404)
        for (connection, target) in [(1, "/v5/public/spot"), (2, "/v5/private")] {
            #expect(world.open(connection, target) == nil)
            for text in [
                "", "{", "[]", "7", "{\"op\":7}", "{\"op\":\"subscribe\"}", "{\"op\":\"subscribe\",\"args\":[7]}",
                "{\"op\":\"subscribe\",\"args\":[\"orderbook.200.NOPE\"]}", "{\"op\":\"auth\",\"args\":[1,2,3]}",
                "{\"op\":\"subscribe\",\"args\":[\"orderbook.7.BTCUSDT\"]}",
                "{\"op\":\"subscribe\",\"args\":[\"order\"]}",
                "{\"op\":\"x\",\"args\":[\"\\u0000\"]}",
            ] { world.send(connection, Array(text.utf8)) }
            let answers = world.take(connection).map { String(decoding: $0, as: UTF8.self) }
            #expect(answers.count == 12 && answers.allSatisfy { $0.contains("\"success\":false") })
            world.send(connection, dialect.traits.pingText)
            #expect(world.take(connection).count == 1)
        }
        world.send(1, dialect.subscription([0], isOn: true, request: 1))
        #expect(world.take(1).count == 2)
        world.advance(milliseconds: 600_001)
        world.send(1, dialect.traits.pingText)
        #expect(world.received[2] == nil)
    }

    @Test("tells the same story for the same seed")
    func repeats() throws {
        func story() throws -> [[UInt8]] {
            let world = try BybitWorld(rate: 2_000)
            let dialect = try world.dialect()
            _ = world.open(1, dialect.marketTarget)
            world.send(1, dialect.subscription([0, 1], isOn: true, request: 1))
            world.advance(milliseconds: 3_000)
            return world.take(1)
        }
        #expect(try story() == story())
    }
}
