import Testing
import TerraceCore
import TerraceOperations
import TerraceSimulation

@Suite("A configuration") struct ConfigurationMeaningTests {
    private static func bound(_ text: String) throws -> BoundDesk {
        try DeskConfiguration.parse(text, file: "desk.yml").bind()
    }

    private static func strategy(_ config: String, _ other: String = "") throws -> StrategyDefinition {
        let text = """
            id: one
            symbol: BERA/USDT
            exchanges: [binance, bybit]
            \(other)
            config:
              inventory: { target_inventory: 10, max_inventory_deviation: 5 }
              tob_lines: [{ hourly_quantity: 1, spread_bps: 3 }]
              passive_lines: [{ mid_spread_bps: 20, quantity: 2 }]
              \(config)
            """
        return try #require(try self.bound(text).strategies.first)
    }

    @Test("that says nothing else has the engine's own defaults") func defaults() throws {
        var wanted = StrategyDefinition(
            id: "one", pair: PairIndex(0), venues: VenueSet(bits: 0b11),
            inventory: InventorySettings(
                target: Quantity(units: 1_000_000_000), maximumDeviation: Quantity(units: 500_000_000)))
        wanted.topOfBookLines = [TopOfBookLine(hourlyQuantity: Quantity(units: 100_000_000), spread: Millibps(3_000))]
        wanted.passiveLines = [PassiveLine(spread: Millibps(20_000), quantity: Quantity(units: 200_000_000))]
        #expect(try Self.strategy("") == wanted)
        let engine = try Self.bound(ConfigurationSamples.one).engine
        let standard = EngineConfiguration(venues: [], assetCount: 0)
        #expect(engine.bookAgeLimitNanoseconds == standard.bookAgeLimitNanoseconds)
        #expect(engine.feedSilenceNanoseconds == standard.feedSilenceNanoseconds)
        #expect(engine.responseTimeoutNanoseconds == standard.responseTimeoutNanoseconds)
        #expect(engine.refusalHoldNanoseconds == standard.refusalHoldNanoseconds)
        #expect(engine.shedLatenessNanoseconds == standard.shedLatenessNanoseconds)
        #expect(engine.instance == standard.instance && engine.maximumLoss.isEmpty)
    }

    @Test("sets every key of a strategy") func everyKey() throws {
        let desk = try Self.bound(ConfigurationSamples.everyKey)
        #expect(desk.setup.venues.map { $0.name } == ["bybit", "binance", "okx"])
        let units = Units.standard
        var inventory = InventorySettings(
            target: try units.quantity("-10.5"), maximumDeviation: try units.quantity("5"))
        inventory.initial = try units.quantity("-3")
        inventory.coefficient = .target
        inventory.price = .manual(try units.price("5.25"))
        var wanted = StrategyDefinition(
            id: "one", pair: PairIndex(0), venues: VenueSet(bits: 0b11), inventory: inventory)
        wanted.priority = .low
        wanted.pricing = .component(VenueSet(bits: 0b101))
        wanted.volume.periods = [.seconds30, .minutes60, .hours4]
        wanted.volume.method = .maximum
        wanted.volume.minimum = Coefficient(ppm: 1)
        wanted.volume.maximum = Coefficient(ppm: 2_500_000)
        wanted.volume.average = .exponential
        wanted.volume.unit = .base
        wanted.requoteTolerance = Millibps(125)
        wanted.priceCollar = Millibps(250_000)
        wanted.maximumCross = Millibps(75_500)
        wanted.maximumOrderNotional = try units.notional("1000.5")
        wanted.maximumLoss = Amount(units: 1)
        var top = TopOfBookLine(hourlyQuantity: Quantity(units: 1), spread: .zero)
        top.timeoutNanoseconds = 500_000_000
        top.coefficientMethod = .none
        top.drift = .zero
        top.minimumPrice = try units.price("4.5")
        top.maximumPrice = try units.price("5.5")
        top.sides = .bid
        wanted.topOfBookLines = [top]
        var passive = PassiveLine(spread: Millibps(20_001), quantity: try units.quantity("2"))
        passive.minimumSpread = Millibps(1_000)
        passive.maximumSpread = Millibps(2_000_000)
        passive.randomization = Coefficient(ppm: 250_000)
        passive.timeoutNanoseconds = 86_400_000_000_000
        passive.coefficientMethod = .inventory
        passive.drift = Millibps(12_500)
        passive.minimumPrice = try units.price("4.25")
        passive.maximumPrice = try units.price("5.75")
        passive.sides = .ask
        wanted.passiveLines = [passive]
        #expect(desk.strategies == [wanted])
    }

    @Test(
        "prices its passive lines from the source that it names",
        arguments: [
            ("aggregated", "", PricingSource.aggregated), ("liquidity_weighted", "", .liquidityWeighted),
            ("microprice", "", .microprice), ("single_venue", "pricing_exchange: bybit", .singleVenue(VenueIndex(1))),
            ("wapq", "wapq_quantity: 2.5", .wapq(Quantity(units: 250_000_000))),
            ("component", "pricing_exchanges: [bybit]", .component(VenueSet(bits: 0b10))),
        ])
    func pricing(name: String, key: String, wanted: PricingSource) throws {
        #expect(try Self.strategy("pricing_source: \(name)\n  \(key)").pricing == wanted)
    }

    @Test(
        "takes a priority as word or number",
        arguments: [
            ("critical", Priority.critical), ("1", .critical), ("important", .important), ("2", .important),
            ("normal", .normal), ("3", .normal), ("low", .low), ("4", .low), ("\"4\"", .low),
        ])
    func priority(text: String, wanted: Priority) throws {
        #expect(try Self.strategy("", "priority: \(text)").priority == wanted)
    }

    @Test("never takes a number by way of a float: 25 digits stay 25 digits") func exact() throws {
        let text = ConfigurationSamples.one.replacing(
            "target_inventory: 10,", with: "target_inventory: 720575940.37927935,")
        let bound = try Self.bound(text)
        #expect(bound.strategies[0].inventory.target.units == 72_057_594_037_927_935)
        // The same number as a Double would be 720575940.3792794.
        #expect(bound.setup.pairs[0].units.text(bound.strategies[0].inventory.target) == "720575940.37927935")
    }

    @Test(
        "lays a strategy over its template, and that over the defaults: mappings merge, lists replace, null takes back")
    func merging() throws {
        let text = """
            defaults:
              priority: low
              exchanges: [binance]
              config: { max_loss: 5, price_collar_bps: 100, inventory: { max_inventory_deviation: 7 } }
            templates:
              wide:
                exchanges: [binance, bybit]
                config:
                  max_loss: 6
                  pricing_source: wapq
                  wapq_quantity: 3
                  inventory: { inventory_price: mark_to_market }
                  passive_lines:
                    - { mid_spread_bps: 50, quantity: 1 }
                    - { mid_spread_bps: 90, quantity: 1 }
            strategies:
              - id: plain
                symbol: BERA/USDT
                config:
                  inventory: { target_inventory: 1 }
                  tob_lines: [{ hourly_quantity: 1, spread_bps: 1 }]
              - id: wide
                symbol: BERA/USDT
                template: wide
                priority: 1
                config:
                  inventory: { target_inventory: 2 }
              - id: own
                symbol: BERA/USDT
                template: wide
                config:
                  max_loss: null
                  pricing_source: microprice
                  wapq_quantity: ~
                  inventory: { target_inventory: 3, max_inventory_deviation: 9 }
                  passive_lines: [{ mid_spread_bps: 20, quantity: 2 }]
            """
        let all = try Self.bound(text).strategies
        try #require(all.count == 3)
        #expect(all.map { $0.priority } == [.low, .critical, .low])
        #expect(all.map { $0.venues.bits } == [0b01, 0b11, 0b11])
        #expect(try all.map { $0.maximumLoss } == [Amount("5"), Amount("6"), nil])
        #expect(all.map { $0.priceCollar.units } == [100_000, 100_000, 100_000])
        #expect(all.map { $0.inventory.maximumDeviation.units } == [700_000_000, 700_000_000, 900_000_000])
        #expect(all.map { $0.inventory.price } == [.accounting, .markToMarket, .markToMarket])
        #expect(all.map { $0.passiveLines.map { $0.spread.units } } == [[], [50_000, 90_000], [20_000]])
        #expect(all.map { $0.pricing } == [.aggregated, .wapq(Quantity(units: 300_000_000)), .microprice])
    }

    @Test(
        "has ticks of five digits and small lots where a pair has a price but no rules",
        arguments: [
            ("61700", 1.0, 1e-6), ("5.2", 0.0001, 0.01), ("0.108", 0.00001, 0.1), ("0.00123", 0.0000001, 1),
        ])
    func defaultRules(price: String, tick: Double, lot: Double) throws {
        let text =
            "pairs: { BERA/USDT: { price: \(price) } }\nstrategies:\n- "
            + ConfigurationSamples.one.replacing("\n", with: "\n  ").replacing(
                "hourly_quantity: 1", with: "hourly_quantity: 99")
        let rules = try #require(try Self.bound(text).setup.pairs.first?.instruments.first?.rules)
        #expect(Double(rules.tick.step) / 1e8 == tick && Double(rules.lot.step) / 1e8 == lot)
    }

    @Test(
        "warns of what it takes and what may not be meant",
        arguments: [
            (
                ConfigurationSamples.desk.replacing("quantity: 2 }", with: "quantity: 6 }"),
                #"7:69: warning: "quantity" in passive_lines[0] is 6, more than "max_inventory_deviation", which is 5: orders "#
                    + "will be cut to it"
            ),
            (
                ConfigurationSamples.desk.replacing("quantity: 2 }", with: "quantity: 2, min_price: 4.5005 }"),
                #"7:83: warning: "min_price" in passive_lines[0] is 4.5005, between the ticks of 0.001 on binance: quotes "#
                    + "keep to the tick within it"
            ),
            (
                ConfigurationSamples.desk.replacing("min_notional: 5", with: "min_notional: 11"),
                #"7:69: warning: "quantity" in passive_lines[0] is 2, worth less than the least notional of an order on "#
                    + "binance, 11, at a price of 5"
            ),
            (
                ConfigurationSamples.desk.replacing("mid_spread_bps: 20", with: "mid_spread_bps: 999").replacing(
                    "config:\n      inv", with: "config:\n      price_collar_bps: 900\n      inv"),
                "7:55: warning: the line's mid_spread_bps of 999 is beyond price_collar_bps, which is 900: it will never quote"
            ),
            (
                ConfigurationSamples.desk.replacing("symbol: BERA/USDT", with: "symbol: BREA/USDT"),
                #"10:13: warning: "pairs" has no rules for "BREA/USDT": default ones are taken; did you mean "BERA/USDT"?"#
            ),
        ])
    func warns(text: String, wanted: String) {
        #expect(ConfigurationSamples.messages(text).first == "desk.yml:" + wanted)
    }
}
