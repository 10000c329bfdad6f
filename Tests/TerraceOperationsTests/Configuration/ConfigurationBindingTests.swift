import Testing
import TerraceCore
import TerraceOperations
import TerraceSimulation

@Suite("A configuration that is bound to rules that a venue told") struct ConfigurationBindingTests {
    private static let listed = TradingRules(
        tick: Grid(step: 5), lot: Grid(step: 3), minimumQuantity: Quantity(units: 6), makerFee: Millibps(7))

    private static func known(_ venues: String..., quantityExponent: Int = -2) throws -> KnownPair {
        KnownPair(
            symbol: "BERA/USDT", units: try Units(priceExponent: -4, quantityExponent: quantityExponent),
            rules: venues.map { ($0, Self.listed) }, price: Price(units: 50_000))
    }

    private static func desk(_ text: String = ConfigurationSamples.desk) throws -> DeskConfiguration {
        try DeskConfiguration.parse(text, file: "desk.yml")
    }

    @Test("has these rules and units, not the file's") func rules() throws {
        let bound = try Self.desk().bind(to: [Self.known("bybit", "binance")], showsOwnOrders: false)
        let pair = bound.setup.pairs[0]
        #expect(pair.units.priceExponent == -4 && pair.units.quantityExponent == -2)
        #expect(pair.instruments.map { $0.venue.index } == [1, 0])
        #expect(pair.instruments.allSatisfy { $0.rules == Self.listed && !$0.showsOwnOrders })
        #expect(bound.setup.prices == [Price(units: 50_000)])
        #expect(bound.strategies[0].inventory.target == Quantity(units: 1_000))
        #expect(bound.strategies[0].passiveLines[0].quantity == Quantity(units: 200))
    }

    @Test("is refused, with the place, where a number does not fit the units") func units() throws {
        let text = ConfigurationSamples.desk.replacing("quantity: 2 }", with: "quantity: 2.125 }")
        let error = #expect(throws: ConfigurationError.self) {
            try Self.desk(text).bind(to: [Self.known("binance", "bybit")])
        }
        #expect(
            error?.description
                == #"desk.yml:7:69: "quantity" in passive_lines[0] is 2.125, finer than 10^-2, the quantity "#
                + "unit of BERA/USDT: give it fewer digits")
    }

    @Test("is refused, with the place, where a venue does not list the pair") func venue() throws {
        let error = #expect(throws: ConfigurationError.self) { try Self.desk().bind(to: [Self.known("binance")]) }
        #expect(
            error?.description
                == "desk.yml:12:26: bybit does not trade BERA/USDT: take it off, or give the pair rules there")
    }

    @Test("loses the venues and pairs that a world does not have") func restricted() throws {
        let desk = try Self.desk().restricted(symbols: ["BERA/USDT"], venues: ["bybit"])
        let bound = try desk.bind(to: [Self.known("bybit")])
        #expect(bound.setup.venues.map { $0.name } == ["bybit"])
        #expect(bound.strategies.map { $0.venues.bits } == [1])
        #expect(try Self.desk().restricted(symbols: ["BTC/USDT"]).strategies.isEmpty)
        #expect(try Self.desk().restricted(venues: ["okx"]).strategies.isEmpty)
    }

    @Test("takes fees from the pair on the venue, else the pair, else the venue") func fees() throws {
        let text = """
            venues:
              binance: { maker_fee_bps: 1, taker_fee_bps: 2 }
              bybit: { maker_fee_bps: -0.5 }
            pairs:
              BERA/USDT: { taker_fee_bps: 3, venues: { binance: { maker_fee_bps: 4 }, bybit: } }
            strategies:
              - id: one
                symbol: BERA/USDT
                exchanges: [binance, bybit]
                config:
                  inventory: { target_inventory: 10, max_inventory_deviation: 5 }
                  tob_lines: [{ hourly_quantity: 1, spread_bps: 3 }]
            """
        let desk = try Self.desk(text)
        #expect(desk.fees(of: "BERA/USDT", on: "binance") == (Millibps(4_000), Millibps(3_000)))
        #expect(desk.fees(of: "BERA/USDT", on: "bybit") == (Millibps(-500), Millibps(3_000)))
        #expect(desk.fees(of: "BTC/USDT", on: "binance") == (Millibps(1_000), Millibps(2_000)))
        #expect(desk.fees(of: "BTC/USDT", on: "okx") == (.zero, .zero))
    }
}
