import TerraceCore
import TerraceSimulation
import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("A desk bound to what its venues list") struct LiveDeskTests {
    /// What a venue lists, as recorded.
    private static func recorded(_ name: String, _ market: BinanceMarket) throws -> InstrumentListing {
        var reader = RecordingReader(files: ["\(Recorded.folder)/\(name).rec.gz"])
        #expect(try reader.next())
        let list = try BinanceInstrumentList(reader.buffer.span.extracting(reader.text), market: market)
        return InstrumentListing(instruments: list.instruments, refused: list.refused)
    }

    private static func listed(
        _ pair: String, price: Int = -8, quantity: Int = -8, tick: Int64 = 1, lot: Int64 = 1, least: Int64 = 0,
        most: Int64 = 1 << 40, notional: Int128 = 0, status: String = "TRADING"
    ) throws -> ListedInstrument {
        let coins = pair.split(separator: "/").map { String($0) }
        return ListedInstrument(
            symbol: coins.joined(), baseAsset: coins[0], quoteAsset: coins[1], status: status,
            isTrading: status == "TRADING", units: try Units(priceExponent: price, quantityExponent: quantity),
            rules: TradingRules(
                tick: Grid(step: tick), lot: Grid(step: lot), minimumQuantity: Quantity(units: least),
                maximumQuantity: Quantity(units: most), minimumNotional: Notional(units: notional)))
    }

    private static func desk(_ symbol: String = "BTC/USDT", venues: String = "{ binance: , binance_perp: }") throws
        -> DeskConfiguration
    {
        try DeskConfiguration.parse(
            """
            venues: \(venues)
            strategies:
              - id: one
                symbol: \(symbol)
                exchanges: [binance, binance_perp]
                config:
                  inventory: { target_inventory: 10, max_inventory_deviation: 5 }
                  passive_lines: [{ mid_spread_bps: 20, quantity: 2 }]

            """, file: "desk.yml")
    }

    private static func bind(
        _ desk: DeskConfiguration, _ listings: [String: InstrumentListing], amends: Bool = false
    ) -> Result<LiveDesk, ConfigurationError> {
        Result { () throws(ConfigurationError) in try LiveDesk(desk, listings: listings, amends: { _ in amends }) }
    }

    private static func messages(_ result: Result<LiveDesk, ConfigurationError>) -> [String] {
        if case .failure(let error) = result { error.diagnostics.map { $0.description } } else { [] }
    }

    @Test("has each venue's recorded rules, in units that hold both, and the venues' own symbols") func recorded()
        throws
    {
        let listings = [
            "binance": try Self.recorded("exchangeInfo_spot_20211012", .spot),
            "binance_perp": try Self.recorded("exchangeInfo_um_20210722", .perpetual),
        ]
        let text = """
            venues:
              okx:
              binance: { maker_fee_bps: 7.5 }
              binance_perp: { can_amend: false }
            strategies:
              - id: btc
                symbol: BTC/USDT
                exchanges: [binance_perp, binance]
                config:
                  inventory: { target_inventory: 1, max_inventory_deviation: 1 }
                  passive_lines: [{ mid_spread_bps: 20, quantity: 0.5 }]
              - id: nkn
                symbol: NKN/USDT
                exchanges: [binance]
                config:
                  inventory: { target_inventory: 1000, max_inventory_deviation: 500 }
                  passive_lines: [{ mid_spread_bps: 20, quantity: 100 }]
            """
        let desk = try LiveDesk(
            try DeskConfiguration.parse(text, file: "desk.yml"), listings: listings, amends: { _ in true })
        #expect(desk.configuration.venues.map { $0.name } == ["binance", "binance_perp"])
        #expect(desk.bound.setup.symbols == ["BTC/USDT", "NKN/USDT"])
        #expect(desk.instruments.map { $0.map { $0.symbol } } == [["BTCUSDT", "NKNUSDT"], ["BTCUSDT"]])
        #expect(desk.instruments.map { $0.map { $0.instrument.index } } == [[0, 2], [1]])
        #expect(desk.pairs.map { $0.map { $0.index } } == [[0, 1], [0]])
        let pair = desk.bound.setup.pairs[0]
        #expect(desk.instruments[0][0].units == pair.units)
        let spot = pair.instruments[0].rules
        let perpetual = pair.instruments[1].rules
        #expect(pair.units.text(Price(units: spot.tick.step)) == "0.01")
        #expect(pair.units.text(Quantity(units: spot.lot.step)) == "0.00001")
        #expect(pair.units.text(Quantity(units: perpetual.lot.step)) == "0.001")
        #expect(pair.units.text(spot.minimumNotional) == "10" && pair.units.text(perpetual.minimumNotional) == "5")
        #expect(spot.makerFee == Millibps(7_500) && perpetual.makerFee == .zero)
        #expect(spot.canAmend && !perpetual.canAmend)
    }

    @Test("has units as fine as the finest step, and no finer") func units() throws {
        let rough = try Self.listed("A/B", price: -2, quantity: -1, tick: 5, lot: 3, least: 6, most: 30, notional: 7)
        let fine = try Self.listed("A/B", price: -8, quantity: -8, tick: 10_000, lot: 1_000_000)
        let common = try #require(CommonUnits.of([rough, fine]))
        let finest = try Units(priceExponent: -4, quantityExponent: -2)
        #expect(common.units == finest)
        #expect(common.rules[0].tick.step == 500 && common.rules[0].lot.step == 30)
        #expect(common.rules[0].minimumQuantity.units == 60 && common.rules[0].maximumQuantity.units == 300)
        #expect(common.rules[0].minimumNotional.units == 7_000)
        #expect(common.rules[1].tick.step == 1 && common.rules[1].lot.step == 1)
    }

    @Test("rounds a least notional up and a largest quantity down to whole lots") func rounding() throws {
        let rules = TradingRules(
            tick: Grid(step: 100), lot: Grid(step: 300), maximumQuantity: Quantity(units: 1_250),
            minimumNotional: Notional(units: 10_001))
        let from = try Units(priceExponent: -4, quantityExponent: -4)
        let to = try Units(priceExponent: -2, quantityExponent: -2)
        let converted = try #require(CommonUnits.rules(rules, from: from, to: to))
        #expect(converted.minimumNotional.units == 2 && converted.maximumQuantity.units == 12)
        let rougher = try Units(priceExponent: -1, quantityExponent: -2)
        #expect(CommonUnits.rules(rules, from: from, to: rougher) == nil)
    }

    @Test("holds a largest quantity within the limit where the units get finer") func largest() throws {
        let rough = try Self.listed("A/B", price: 0, quantity: 0, most: 1 << 56)
        let fine = try Self.listed("A/B", price: 0, quantity: -10, lot: 7)
        let common = try #require(CommonUnits.of([rough, fine]))
        #expect(common.units.quantityExponent == -10)
        #expect(common.rules[0].lot.step == 10_000_000_000)
        // Whole lots, as many as there may be.
        #expect(common.rules[0].maximumQuantity.units == Quantity.limit / 10_000_000_000 * 10_000_000_000)
    }

    @Test("says so where no units hold the rules of two venues") func impossible() throws {
        let one = try Self.listed("BTC/USDT", price: 0, quantity: 6, lot: 1 << 40)
        let other = try Self.listed("BTC/USDT", price: -2, quantity: -18)
        #expect(
            Self.messages(
                Self.bind(
                    try Self.desk(),
                    [
                        "binance": InstrumentListing(instruments: [one]),
                        "binance_perp": InstrumentListing(instruments: [other]),
                    ]))
                == [
                    "desk.yml:4:13: no units hold the rules of BTC/USDT on all its venues: binance has tick 1 and lot "
                        + "1099511627776000000, binance_perp has tick 0.01 and lot 0.000000000000000001: quote it on fewer of "
                        + "them"
                ])
    }

    @Test("names each pair that a venue does not list, or does not trade now, where the file names the venue")
    func missing() throws {
        let halted = try Self.listed("BTC/USDT", status: "HALT")
        let near = try Self.listed("BTC/USDC")
        #expect(
            Self.messages(
                Self.bind(
                    try Self.desk(),
                    [
                        "binance": InstrumentListing(instruments: [halted]),
                        "binance_perp": InstrumentListing(instruments: [near]),
                    ]))
                == [
                    "desk.yml:5:17: BTC/USDT is not trading on binance now (HALT): take binance off until it is",
                    #"desk.yml:5:26: binance_perp does not list BTC/USDT; did you mean "BTC/USDC"?"#,
                ])
        let refused = InstrumentListing(refused: [(symbol: "BTCUSDT", reason: "LOT_SIZE stepSize is missing")])
        #expect(
            Self.messages(Self.bind(try Self.desk(), ["binance": refused, "binance_perp": InstrumentListing()]))
                == [
                    "desk.yml:5:17: the rules of BTC/USDT on binance can't be used: LOT_SIZE stepSize is missing: take "
                        + "binance off",
                    "desk.yml:5:26: binance_perp does not list BTC/USDT: take binance_perp off, or correct the symbol",
                ])
    }

    @Test("takes the one that is trading where a venue lists a pair twice") func twice() throws {
        var old = try Self.listed("BTC/USDT", status: "BREAK")
        old.symbol = "BTCUSDT_OLD"
        let listing = InstrumentListing(instruments: [old, try Self.listed("BTC/USDT"), old])
        let desk = try Self.bind(try Self.desk(), ["binance": listing, "binance_perp": listing]).get()
        #expect(desk.instruments.map { $0.map { $0.symbol } } == [["BTCUSDT"], ["BTCUSDT"]])
    }

    @Test("holds the lines of the file to the venue's rules, with the place in the file") func lines() throws {
        let large = InstrumentListing(instruments: [try Self.listed("BTC/USDT", lot: 100, least: 300_000_000)])
        let messages = Self.messages(Self.bind(try Self.desk(), ["binance": large, "binance_perp": large]))
        #expect(messages.count == 2)
        #expect(
            messages.first?.hasPrefix(#"desk.yml:8:"#) == true && messages.first?.contains("least quantity") == true)
    }
}
