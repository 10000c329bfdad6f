import TerraceCore
import Testing

@testable import TerraceSimulation

/// What the venues of a world hold, copied so that a fault can be planted in it.
private struct AlteredTruth: VenueTruth {
    var orders: [[(instrument: InstrumentIndex, order: OpenOrder)]]
    var balances: [[(total: Amount, free: Amount)]]
    var entries: [[(instrument: InstrumentIndex, entry: FillLedger.Entry)]]
    var isQuiet: Bool
    let definitions: [SimulatedInstrument]

    init(_ market: borrowing SimulatedMarket, _ setup: MarketSetup) {
        self.orders = []
        self.balances = []
        self.entries = []
        for venue in setup.venues.indices {
            self.orders.append(market.openOrders(venue))
            self.entries.append(market.fills(venue))
            var coins: [(total: Amount, free: Amount)] = []
            for asset in setup.assets.indices { coins.append(market.balance(venue, AssetIndex(UInt16(asset)))) }
            self.balances.append(coins)
        }
        self.isQuiet = market.isQuiet
        self.definitions = setup.pairs.flatMap { pair in
            pair.instruments.map {
                SimulatedInstrument(base: pair.base, quote: pair.quote, units: pair.units, rules: $0.rules)
            }
        }
    }

    func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)] { self.orders[venue] }
    func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        self.balances[venue][asset.index]
    }
    func fills(_ venue: Int) -> [(instrument: InstrumentIndex, entry: FillLedger.Entry)] { self.entries[venue] }

    /// A fill of which the engine has not heard, with all that follows from it.
    mutating func book(_ fill: Fill, of order: ClientOrderID, on instrument: Int, venue: Int) {
        let definition = self.definitions[instrument]
        let index = InstrumentIndex(UInt32(instrument))
        var place = self.entries[venue].firstIndex { $0.instrument == index && $0.entry.owner == order.high }
        if place == nil {
            self.entries[venue].append((index, FillLedger.Entry(instrument: 0, owner: order.high)))
            place = self.entries[venue].count - 1
        }
        let before = place.map { self.entries[venue][$0].entry }
        if let place { self.entries[venue][place].entry.book(fill, of: order, definition) }
        let after = place.map { self.entries[venue][$0].entry }
        if let before, let after {
            self.balances[venue][definition.base.index].total += after.base - before.base
            self.balances[venue][definition.base.index].free += after.base - before.base
            self.balances[venue][definition.quote.index].total += after.quote - before.quote
            self.balances[venue][definition.quote.index].free += after.quote - before.quote
        }
    }
}

@Suite("Reconciliation") struct ReconciliationTests {
    static let setup = MarketSetup(pairs: 1, venues: 2)

    /// Two strategies on one pair and two venues, with orders that stand and fills behind them, and nothing on the way.
    private static func world() throws -> VirtualWorld {
        var strategies = WorldTests.eager(Self.setup)
        var second = strategies[0]
        second.id = "second"
        strategies.append(second)
        var world = try VirtualWorld(Self.setup, strategies: strategies, rate: 500, seed: 11)
        world.run(until: world.now.advanced(by: 10_000_000_000))
        let isQuiet = world.quieten()
        try #require(isQuiet)
        return world
    }

    /// An id as the engine gives it, of no order that stands.
    private static func order(_ engine: borrowing Engine, _ strategy: UInt32) -> ClientOrderID {
        ClientOrderID(high: engine.orderOwner(StrategyIndex(strategy)), low: 7)
    }

    private static func fill(_ trade: UInt64, _ quantity: Int64 = 1_000) -> Fill {
        Fill(
            trade: trade, side: .bid, price: Self.setup.prices[0], quantity: Quantity(units: quantity), fee: .zero,
            feeAsset: Self.setup.pairs[0].quote, isMaker: true)
    }

    private static func expect(
        _ found: [String], has texts: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for text in texts {
            #expect(found.contains { $0.contains(text) }, "\(text) in \(found)", sourceLocation: sourceLocation)
        }
    }

    @Test("finds nothing where engine and venues agree while orders stand") func agrees() throws {
        let world = try Self.world()
        WorldTests.expect(world.engine.isSettled && world.engine.openOrders > 0)
        WorldTests.expect(world.engine.fills(StrategyIndex(0)).contains { $0.count > 0 })
        WorldTests.expect(world.engine.fills(StrategyIndex(1)).contains { $0.count > 0 })
        #expect(Reconciliation.mismatches(world.engine, AlteredTruth(world.market, Self.setup), Self.setup) == [])
    }

    @Test("names an order that stands with another quantity, at another venue, twice, or not at all") func orders()
        throws
    {
        let world = try Self.world()
        let sound = AlteredTruth(world.market, Self.setup)
        let (instrument, order) = try #require(sound.orders[0].first)
        func altered(quantity: Int64) -> OpenOrder {
            OpenOrder(
                instrument: order.instrument, client: order.client, side: order.side, price: order.price,
                quantity: Quantity(units: order.quantity.units + quantity), filled: order.filled)
        }
        var truth = sound
        truth.orders[0][0].order = altered(quantity: 1)
        var found = Reconciliation.mismatches(world.engine, truth, Self.setup)
        #expect(found.count == 1)
        Self.expect(found, has: ["order \(order.client.low) of", "differs from the venue's"])

        truth = sound
        truth.orders[1].append((instrument, order))
        found = Reconciliation.mismatches(world.engine, truth, Self.setup)
        #expect(found == ["order \(order.client.low) stands more than once, the last time on bybit"])

        truth = sound
        truth.orders[0].removeFirst()
        found = Reconciliation.mismatches(world.engine, truth, Self.setup)
        #expect(found.count == 1)
        Self.expect(found, has: ["none at the venue"])
    }

    @Test("names a fill that was booked to another strategy, although all sums agree") func swapped() throws {
        var world = try Self.world()
        var truth = AlteredTruth(world.market, Self.setup)
        truth.book(Self.fill(1 << 40), of: Self.order(world.engine, 1), on: 0, venue: 0)
        var commands = CommandBuffer(capacity: 64)
        world.engine.handle(
            .order(
                OrderReport(
                    instrument: InstrumentIndex(0), order: Self.order(world.engine, 0),
                    outcome: .filled(Self.fill(1 << 40)))), at: world.now, into: &commands)
        let found = Reconciliation.mismatches(world.engine, truth, Self.setup)
        Self.expect(
            found,
            has: [
                "fills of stack_BERA/USDT on binance BERA/USDT: engine", "fills of second on binance BERA/USDT: engine",
                "position of stack_BERA/USDT on binance BERA/USDT: moved by",
                "position of second on binance BERA/USDT: moved by",
            ])
        #expect(!found.contains { $0.contains("balance of") })
    }

    @Test("names a lost fill and a false one, although they are as many on both sides") func lostAndFalse() throws {
        var world = try Self.world()
        var truth = AlteredTruth(world.market, Self.setup)
        truth.book(Self.fill(1 << 40), of: Self.order(world.engine, 0), on: 0, venue: 0)
        var commands = CommandBuffer(capacity: 64)
        world.engine.handle(
            .order(
                OrderReport(
                    instrument: InstrumentIndex(0), order: Self.order(world.engine, 0),
                    outcome: .filled(Self.fill(1 << 41)))), at: world.now, into: &commands)
        let found = Reconciliation.mismatches(world.engine, truth, Self.setup)
        Self.expect(found, has: ["fills on binance BERA/USDT", "fills of stack_BERA/USDT on binance BERA/USDT"])
        #expect(found.allSatisfy { $0.contains("on both sides, but not the same") })
    }

    @Test("names a lost fill at one venue and a false one at the other") func twoVenues() throws {
        var world = try Self.world()
        var truth = AlteredTruth(world.market, Self.setup)
        truth.book(Self.fill(1 << 40), of: Self.order(world.engine, 0), on: 0, venue: 0)
        var commands = CommandBuffer(capacity: 64)
        world.engine.handle(
            .order(
                OrderReport(
                    instrument: InstrumentIndex(1), order: Self.order(world.engine, 0),
                    outcome: .filled(Self.fill(1 << 40)))), at: world.now, into: &commands)
        Self.expect(
            Reconciliation.mismatches(world.engine, truth, Self.setup),
            has: [
                "fills on binance BERA/USDT: engine", "fills on bybit BERA/USDT: engine", "balance of BERA on binance",
                "balance of BERA on bybit", "position of stack_BERA/USDT on binance",
            ])
    }

    @Test("names a fill of another quantity") func quantity() throws {
        var world = try Self.world()
        var truth = AlteredTruth(world.market, Self.setup)
        truth.book(Self.fill(1 << 40, 1_001), of: Self.order(world.engine, 0), on: 0, venue: 0)
        var commands = CommandBuffer(capacity: 64)
        world.engine.handle(
            .order(
                OrderReport(
                    instrument: InstrumentIndex(0), order: Self.order(world.engine, 0),
                    outcome: .filled(Self.fill(1 << 40)))), at: world.now, into: &commands)
        Self.expect(
            Reconciliation.mismatches(world.engine, truth, Self.setup),
            has: ["but not the same", "position of stack_BERA/USDT on binance", "balance of USDT on binance"])
    }

    @Test("names a reservation that is off by the smallest amount, where nothing is on the way") func reserved() throws
    {
        let world = try Self.world()
        var truth = AlteredTruth(world.market, Self.setup)
        truth.balances[0][0].free -= Amount(units: 1)
        let found = Reconciliation.mismatches(world.engine, truth, Self.setup)
        #expect(found.count == 1)
        Self.expect(found, has: ["reserved of USDT on binance: engine"])
        truth.isQuiet = false
        #expect(Reconciliation.mismatches(world.engine, truth, Self.setup) == [])
    }
}
