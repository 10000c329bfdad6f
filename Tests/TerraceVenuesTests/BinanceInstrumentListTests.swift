import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Binance's list of instruments") struct BinanceInstrumentListTests {
    private func list(_ text: String, market: BinanceMarket = .spot) throws -> BinanceInstrumentList {
        let bytes = Array(text.utf8)
        return try BinanceInstrumentList(bytes.span, market: market)
    }

    private func recorded(_ name: String, _ market: BinanceMarket) throws -> BinanceInstrumentList {
        var reader = RecordingReader(files: [try Fixture.path(name)])
        #expect(try reader.next())
        return try BinanceInstrumentList(
            reader.buffer.span.extracting(reader.text), market: market, makerFee: Millibps(100_000))
    }

    private func symbol(_ tick: String, _ highest: String, _ lot: String, _ most: String, least: String = "0") -> String
    {
        """
        {"symbols":[{"symbol":"AB","status":"TRADING","baseAsset":"A","quoteAsset":"B","filters":[\
        {"filterType":"PRICE_FILTER","minPrice":"0","maxPrice":"\(highest)","tickSize":"\(tick)"},\
        {"minQty":"\(least)","maxQty":"\(most)","stepSize":"\(lot)","filterType":"LOT_SIZE"},\
        {"filterType":"NOTIONAL","minNotional":"5.00","applyMinToMarket":true}]}]}
        """
    }

    @Test("of spot, as recorded, gives each instrument's rules in units that hold them exactly")
    func spot() throws {
        let list = try self.recorded("exchangeInfo_spot_20211012.rec.gz", .spot)
        #expect(list.instruments.count > 1_500)
        #expect(list.refused.isEmpty, "\(list.refused)")
        let found = try #require(list.instrument(trading: "BTC/USDT"))
        #expect(found.symbol == "BTCUSDT" && found.isTrading && found.units == .standard)
        #expect(found.rules.tick.step == 1_000_000 && found.rules.lot.step == 1_000)
        #expect(found.rules.minimumNotional == (try Units.standard.notional("10")))
        #expect(found.rules.makerFee == Millibps(100_000) && !found.rules.canAmend)
        for instrument in list.instruments {
            #expect(instrument.rules.minimumQuantity.units <= instrument.rules.maximumQuantity.units, "\(instrument)")
            #expect(instrument.rules.lot.exactSteps(instrument.rules.maximumQuantity.units) >= 0, "\(instrument)")
        }
        let cheap = try #require(list.instrument(trading: "SHIB/USDT"))
        #expect(cheap.units.text(Price(units: cheap.rules.tick.step)) == "0.00000001")
        #expect(cheap.units.text(Quantity(units: cheap.rules.lot.step)) == "1")
        #expect(list.instruments.contains { !$0.isTrading })
    }

    @Test("of perpetuals, as recorded, leaves out nothing and knows what can be amended")
    func perpetual() throws {
        let list = try self.recorded("exchangeInfo_um_20210722.rec.gz", .perpetual)
        #expect(list.refused.isEmpty, "\(list.refused)")
        let found = try #require(list.instrument(trading: "BTC/USDT"))
        #expect(found.isTrading && found.rules.canAmend)
        #expect(found.units.text(Price(units: found.rules.tick.step)) == "0.01")
        #expect(found.units.text(Quantity(units: found.rules.lot.step)) == "0.001")
        #expect(found.units.text(found.rules.minimumNotional) == "5")
    }

    @Test(
        "chooses eight decimals unless tick, lot or size want others",
        arguments: [
            ("0.01", "1000000", "0.00001", "9000", -8, -8), ("0.0000000001", "1000", "1", "90000", -10, -8),
            ("0.00000001", "1", "1", "90000000000", -8, -2), ("1", "100000000000", "1", "90000000", -5, -5),
            ("0.0001", "0", "0", "0", -8, -8), ("0.01", "1000000", "1000", "90000000000000", -8, 0),
        ])
    func units(_ tick: String, _ highest: String, _ lot: String, _ most: String, _ price: Int, _ quantity: Int) throws {
        let list = try self.list(self.symbol(tick, highest, lot, most))
        let found = try #require(list.instruments.first, "\(list.refused)")
        #expect(found.units.priceExponent == price && found.units.quantityExponent == quantity)
        if tick != "0" { #expect(found.units.text(Price(units: found.rules.tick.step)) == tick) }
        #expect(found.rules.maximumQuantity.units <= Quantity.limit)
    }

    @Test(
        "refuses one instrument with impossible rules, by name, and no other",
        arguments: [
            ("\"tickSize\":\"0.01\"", "\"tickSize\":\"-0.01\"", "below zero"),
            ("\"tickSize\":\"0.01\"", "\"x\":1", "missing"),
            ("\"tickSize\":\"0.01\"", "\"tickSize\":\"NaN\"", "decimal"),
            ("\"tickSize\":\"0.01\"", "\"tickSize\":[1]", "decimal"),
            ("\"stepSize\":\"1\"", "\"stepSize\":\"1e-5\"", "decimal"),
            ("\"tickSize\":\"0.01\"", "\"tickSize\":\"0.00000000000000000001\"", "no units"),
            ("\"filterType\":\"LOT_SIZE\"", "\"filterType\":\"LOT\"", "stepSize is missing"),
        ])
    func refused(_ part: String, _ replacement: String, _ reason: String) throws {
        let good = self.symbol("0.01", "1000", "1", "1000").replacing("\"AB\"", with: "\"GOOD\"").dropLast(2)
        let bad = self.symbol("0.01", "1000", "1", "1000").dropFirst("{\"symbols\":[".count)
        let list = try self.list(good + "," + bad.replacing(part, with: replacement))
        #expect(list.instruments.map(\.symbol) == ["GOOD"])
        #expect(list.refused.map(\.symbol) == ["AB"])
        #expect(list.refused.first?.reason.contains(reason) == true, "\(list.refused)")
    }

    @Test("that is cut off or none at all is an error")
    func cut() throws {
        let text = self.symbol("0.01", "1000", "1", "1000")
        for length in 0..<text.utf8.count {
            #expect(throws: WireError.self) { try self.list(String(text.prefix(length))) }
        }
        #expect(throws: WireError.self) { try self.list("{}") }
        #expect(throws: WireError.self) { try self.list("{\"symbols\":[],\"symbols\":[]}") }
        #expect(throws: WireError.self) { try self.list("{\"symbols\":[[]]}") }
    }
}
