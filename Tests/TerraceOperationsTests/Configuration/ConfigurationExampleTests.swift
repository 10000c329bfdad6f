import Testing
import TerraceCore
import TerraceOperations
import TerraceSimulation

@Suite("An example") struct ConfigurationExampleTests {
    @Test("of one strategy in JSON becomes the very definition") func guide() throws {
        let desk = try DeskConfiguration.parse(ConfigurationSamples.example("guide.json"), file: "guide.json")
        #expect(desk.warnings == [])
        let bound = try desk.bind()
        var inventory = InventorySettings(
            target: Quantity(units: 100_000_000_000), maximumDeviation: Quantity(units: 50_000_000_000))
        inventory.initial = .zero
        var wanted = StrategyDefinition(
            id: "stacked_bera_001", pair: PairIndex(0), venues: VenueSet(bits: 0b11), inventory: inventory)
        wanted.priority = .important
        wanted.volume.periods = [.minutes5, .minutes15]
        wanted.volume.method = .minimum
        var top = TopOfBookLine(hourlyQuantity: Quantity(units: 5_000_000_000), spread: Millibps(30_000))
        top.timeoutNanoseconds = 15_000_000_000
        top.coefficientMethod = .volume
        wanted.topOfBookLines = [top]
        var passive = PassiveLine(spread: Millibps(15_000), quantity: Quantity(units: 2_500_000_000))
        passive.timeoutNanoseconds = 30_000_000_000
        wanted.passiveLines = [passive]
        #expect(bound.strategies == [wanted])
        #expect(bound.setup.venues.map { $0.name } == ["binance", "bybit"])
        #expect(bound.setup.symbols == ["BERA/USDT"] && bound.setup.assets == ["BERA", "USDT"])
        #expect(bound.setup.pairs[0].units == .standard)
        #expect(bound.setup.pairs[0].instruments.map { $0.rules } == Array(repeating: Self.openRules, count: 2))
        #expect(bound.pairsWithoutPrice == ["BERA/USDT"])
    }

    private static let openRules = TradingRules(tick: Grid(step: 1), lot: Grid(step: 1))

    @Test("says the same under `strategies`") func wrapped() throws {
        let alone = try ConfigurationSamples.example("guide.json")
        let wrapped = #"{ "strategies": ["# + alone + "] }"
        let one = try DeskConfiguration.parse(alone, file: "guide.json").bind()
        let other = try DeskConfiguration.parse(wrapped, file: "guide.json").bind()
        #expect(one.strategies == other.strategies)
    }

    @Test("of a desk quotes a dozen pairs on four venues") func desk() throws {
        let desk = try DeskConfiguration.parse(ConfigurationSamples.example("desk.yml"), file: "desk.yml")
        #expect(desk.warnings == [])
        let bound = try desk.bind()
        #expect(bound.setup.pairs.count == 12 && bound.setup.venues.count == 4 && bound.strategies.count == 13)
        #expect(bound.pairsWithoutPrice == [])
        #expect(bound.engine.bookAgeLimitNanoseconds == 30_000_000_000)
        #expect(bound.engine.maximumLoss.map { bound.setup.assets[$0.asset.index] } == ["USDT", "BTC"])
        #expect(try bound.engine.maximumLoss.map { $0.loss } == [Amount("10000"), Amount("0.2")])
        #expect(bound.setup.venues[1].ordersPerWindow == 200 && bound.setup.venues[1].cancelsCount)
        #expect(bound.setup.venues[2].windowNanoseconds == 20_000_000_000)

        // Template, defaults and the strategy itself, one over the other.
        let sol = try #require(bound.strategies.first { $0.id == "sol_usdt" })
        let units = bound.setup.pairs[sol.pair.index].units
        #expect(try sol.pricing == .wapq(units.quantity("100")))
        #expect(sol.priority == .important)
        #expect(sol.requoteTolerance == Millibps(500) && sol.priceCollar == Millibps(300_000))
        #expect(sol.volume.periods == [.minutes1, .minutes5, .minutes15] && sol.volume.method == .middle)
        #expect(try sol.maximumLoss == Amount("1500"))
        #expect(try sol.maximumOrderNotional == units.notional("25000"))
        #expect(sol.venues == VenueSet(bits: 0b1111))
        let cross = try #require(bound.strategies.first { $0.id == "eth_btc" })
        #expect(cross.pricing == .singleVenue(VenueIndex(0)) && cross.venues == VenueSet(bits: 0b101))
        #expect(cross.priority == .low)
        #expect(try cross.maximumLoss == Amount("0.02"))
    }

    @Test("of a desk has the rules that it states, venue by venue") func rules() throws {
        let bound = try DeskConfiguration.parse(ConfigurationSamples.example("desk.yml"), file: "desk.yml").bind()
        let index = try #require(bound.setup.symbols.firstIndex(of: "BERA/USDT"))
        let pair = bound.setup.pairs[index]
        let units = pair.units
        let least = try units.notional("5")
        let wanted = [
            TradingRules(
                tick: Grid(step: 100_000), lot: Grid(step: 1_000_000), minimumNotional: least,
                makerFee: Millibps(10_000),
                takerFee: Millibps(10_000)),
            TradingRules(
                tick: Grid(step: 10_000), lot: Grid(step: 10_000_000), minimumQuantity: try units.quantity("1"),
                minimumNotional: least, makerFee: Millibps(10_000), takerFee: Millibps(10_000), canAmend: true),
            TradingRules(
                tick: Grid(step: 100_000), lot: Grid(step: 1_000_000), minimumNotional: least,
                makerFee: Millibps(8_000),
                takerFee: Millibps(10_000), canAmend: true),
            TradingRules(
                tick: Grid(step: 100_000), lot: Grid(step: 1_000_000), minimumNotional: try units.notional("3"),
                makerFee: Millibps(20_000), takerFee: Millibps(20_000)),
        ].map { rules in
            var rules = rules
            rules.maximumQuantity.units = rules.lot.roundedDown(Quantity.limit)
            return rules
        }
        #expect(pair.instruments.map { $0.rules } == wanted)
        #expect(try bound.setup.prices[index] == units.price("5.2"))
        let pepe = try #require(bound.setup.symbols.firstIndex(of: "PEPE/USDT"))
        #expect(bound.setup.pairs[pepe].units == (try Units(priceExponent: -10, quantityExponent: -2)))
    }

    @Test("is registered by an engine, and quotes on simulated venues") func runs() throws {
        let bound = try DeskConfiguration.parse(ConfigurationSamples.example("desk.yml"), file: "desk.yml").bind()
        var world = try VirtualWorld(bound.setup, strategies: bound.strategies, rate: 2_000, seed: 3)
        world.run(until: world.now.advanced(by: 3_000_000_000))
        #expect(world.engine.statistics.placed > 0)
        let isStopped = world.stop()
        #expect(isStopped)
        #expect(Reconciliation.mismatches(world.engine, world.market, bound.setup) == [])
    }
}
