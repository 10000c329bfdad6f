import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("The Binance decoder") struct BinanceDecoderTests {
    private static let instruments = ["BTCUSDT", "ETHUSDT", "币安人生USDT"].enumerated().map { index, symbol in
        FeedInstrument(symbol: symbol, instrument: InstrumentIndex(UInt32(index)), units: .standard)
    }

    private func decode(
        _ text: String, market: BinanceMarket = .spot, into message: inout BinanceMessage
    ) throws(WireError) {
        guard let decoder = try? BinanceDecoder(market: market, instruments: Self.instruments) else { return }
        let bytes = Array(text.utf8)
        try decoder.decode(bytes.span, into: &message)
    }

    /// The fault of a message, nil where it is taken.
    private func fault(_ text: String, market: BinanceMarket = .spot) -> WireFault? {
        var message = BinanceMessage()
        do throws(WireError) {
            try self.decode(text, market: market, into: &message)
            return nil
        } catch {
            #expect(error.offset <= text.utf8.count)
            return error.fault
        }
    }

    private func levels(of message: borrowing BinanceMessage) -> [MarketLevel] {
        var levels: [MarketLevel] = []
        for index in 0..<message.levels.count { levels.append(message.levels[index]) }
        return levels
    }

    private func level(_ side: Side, _ price: String, _ quantity: String) throws -> MarketLevel {
        MarketLevel(side: side, price: try Units.standard.price(price), quantity: try Units.standard.quantity(quantity))
    }

    @Test("reads a change of the book: ids, time, every level of both sides")
    func depth() throws {
        var message = BinanceMessage()
        try self.decode(BinanceSamples.depth, into: &message)
        #expect(message.kind == .depth && message.slot == 0)
        #expect(message.firstID == 101 && message.lastID == 110)
        #expect(message.venueTime.nanoseconds == 1_723_161_255_208_000_000)
        #expect(
            self.levels(of: message) == [
                try self.level(.bid, "61737.63", "0.5"), try self.level(.bid, "61730.17", "0"),
                try self.level(.ask, "61837.64", "1.54698"),
            ])
        try self.decode(BinanceSamples.perpetualDepth, market: .perpetual, into: &message)
        #expect(message.previousID == 99 && message.levels.count == 2)
        #expect(message.venueTime.nanoseconds == 1_723_161_256_298_000_000)
    }

    @Test("reads trades, and takes the buyer as aggressor where the seller was the maker")
    func trades() throws {
        var message = BinanceMessage()
        try self.decode(BinanceSamples.trade, into: &message)
        #expect(message.kind == .trade && message.aggressor == .ask && message.tradeID == 3_735_683_259)
        #expect(message.price == (try Units.standard.price("61837.63")))
        #expect(message.quantity == (try Units.standard.quantity("0.02")))
        try self.decode(BinanceSamples.aggregateTrade, into: &message)
        #expect(message.kind == .aggregateTrade && message.aggressor == .bid && message.tradeID == 5_933_014)
        #expect(message.venueTime.nanoseconds == 1_626_992_741_095_000_000)
    }

    @Test("reads best quotes with and without event type", arguments: [0, 1])
    func bestQuotes(_ index: Int) throws {
        var message = BinanceMessage()
        try self.decode([BinanceSamples.bestQuote, BinanceSamples.perpetualBestQuote][index], into: &message)
        #expect(message.kind == .bestQuote && message.lastID == 110)
        #expect(message.bid.price == (try Units.standard.price(["61837.63", "61800.2"][index])))
        #expect(message.ask.quantity == (try Units.standard.quantity(["1.54698", "2.51"][index])))
    }

    @Test("reads replies, refusals, the shutdown notice, and lets everything else pass")
    func others() throws {
        var message = BinanceMessage()
        try self.decode(BinanceSamples.acknowledgement, into: &message)
        #expect(message.kind == .acknowledgement && message.request == 7)
        try self.decode("{\"result\":[\"a\"],\"id\":\"x7\"}", into: &message)
        #expect(message.kind == .acknowledgement && message.request == -1)
        try self.decode(BinanceSamples.refusal, into: &message)
        #expect(message.kind == .refusal && message.request == 8 && message.code == 2)
        try self.decode("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", into: &message)
        #expect(message.kind == .refusal && message.code == -1121)
        try self.decode(BinanceSamples.serverShutdown, into: &message)
        #expect(message.kind == .serverShutdown)
        for text in [BinanceSamples.candle, "{}", "{\"e\":\"somethingNew\",\"s\":5,\"b\":{}}", "{\"x\":[1,{}]}"] {
            try self.decode(text, into: &message)
            #expect(message.kind == .other, "\(text)")
        }
    }

    @Test("does not mind the order of keys, blanks, unknown fields, numbers for text, or further values in a level")
    func order() throws {
        let texts = [
            """
            { "data" : { "a":[["61837.64","1.54698", 7, []]], "new":{"u":[1,{"s":"ETHUSDT"}]}, "b":[ [ 61737.63 , 0.5 ],\
            ["61730.17","0.000000000000"]], "u":110, "U":101 , "s":"BTCUSDT", "E":1723161255208, "e":"depthUpdate" }\n,\
            "stream":"btcusdt@depth@100ms" }\r\n
            """,
            BinanceSamples.depth.replacing("\"s\":", with: "\"\\u0073\":").replacing("BTCUSDT", with: "BTC\\u0055SDT"),
            BinanceSamples.depth.replacing("depthUpdate", with: "depth\\u0055pdate"),
        ]
        for text in texts {
            var message = BinanceMessage()
            try self.decode(text, into: &message)
            #expect(message.kind == .depth && message.slot == 0 && message.firstID == 101, "\(text)")
            let wanted: Set = [
                try self.level(.bid, "61737.63", "0.5"), try self.level(.bid, "61730.17", "0"),
                try self.level(.ask, "61837.64", "1.54698"),
            ]
            #expect(Set(self.levels(of: message)) == wanted, "\(text)")
        }
    }

    @Test("knows every key that it looks at")
    func keys() throws {
        for field in BinanceField.allCases {
            let bytes = Array("\"\(field.key)\":".utf8)
            var scanner = WireScanner()
            let key = try scanner.key(bytes.span)
            #expect(BinanceField(key, in: bytes.span) == field)
        }
        for other in ["x", "ps", "lastUpdateID", "Data", "streams", "", "b\\u0061"] {
            let bytes = Array("\"\(other)\":".utf8)
            var scanner = WireScanner()
            let key = try scanner.key(bytes.span)
            #expect(BinanceField(key, in: bytes.span) == nil, "\(other)")
        }
    }

    @Test(
        "refuses what a change of the book can't be",
        arguments: [
            ("\"U\":101", "\"U\":111", WireFault.idsOutOfOrder), ("\"U\":101", "\"U\":-1", .negative),
            ("\"U\":101", "\"U\":\"101\"", .integer), ("\"U\":101", "\"U\":1e2", .integer),
            ("\"U\":101", "\"U\":9223372036854775808", .integer), ("\"U\":101", "\"U\":101,\"U\":101", .duplicateField),
            ("\"U\":101,", "", .missingField), ("\"u\":110,", "", .missingField),
            ("\"s\":\"BTCUSDT\",", "", .missingField),
            ("\"s\":\"BTCUSDT\"", "\"s\":null", .text), ("\"s\":\"BTCUSDT\"", "\"s\":\"ETHUSDT\"", .symbolMismatch),
            ("\"s\":\"BTCUSDT\"", "\"s\":\"btcusdt\"", .symbolMismatch), ("\"s\":\"BTCUSDT\"", "\"s\":\"\"", .text),
            ("btcusdt@", "ethusdt@", .symbolMismatch), ("\"e\":\"depthUpdate\"", "\"e\":5", .text),
            ("\"0.50000000\"", "\"-0.50000000\"", .negative), ("\"0.50000000\"", "-1", .negative),
            ("\"0.50000000\"", "\"NaN\"", .decimal), ("\"0.50000000\"", "null", .decimal),
            ("\"0.50000000\"", "\"0.500000001\"", .finerThanUnit), ("\"0.50000000\"", "\"1e9\"", .decimal),
            ("\"0.50000000\"", "\"720575940.37927937\"", .tooLarge), ("\"0.50000000\"", "1e400", .decimal),
            ("\"0.50000000\"", "\"\(String(repeating: "9", count: 5_000))\"", .tooLarge),
            ("\"61737.63000000\"", "\"0.00000000\"", .zero), ("\"61737.63000000\"", "[]", .decimal),
            ("[\"61737.63000000\",\"0.50000000\"]", "[\"61737.63000000\"]", .separator),
            ("[\"61737.63000000\",\"0.50000000\"]", "[]", .decimal),
            ("[\"61737.63000000\",\"0.50000000\"]", "5", .array),
            ("\"b\":[[\"61737.63000000\",\"0.50000000\"],[\"61730.17000000\",\"0.00000000\"]]", "\"b\":{}", .array),
            ("\"b\":[[\"61737.63000000\",\"0.50000000\"],[\"61730.17000000\",\"0.00000000\"]]", "\"b\":\"1\"", .array),
            ("\"b\":[[\"61737.63000000\",\"0.50000000\"],[\"61730.17000000\",\"0.00000000\"]],", "", .missingField),
            ("\"E\":1723161255208", "\"E\":9223372036854775807", .time),
            ("\"E\":1723161255208", "\"E\":\"x\"", .integer),
            ("\"a\":", "\"lastUpdateId\":1,\"bids\":[[\"1\",\"1\"]],\"a\":", nil),
            ("}}", "}", .separator), ("}}", "}},", .end), ("{\"stream", "[\"stream", .object),
            (":{\"e\"", ":{\"e", .colon),
            ("\"data\":{", "\"data\":{\"z\":\(String(repeating: "[", count: 70)),", .nesting),
        ] as [(String, String, WireFault?)])
    func refused(_ part: String, _ replacement: String, _ wanted: WireFault?) {
        let text = BinanceSamples.depth.replacing(part, with: replacement)
        #expect(text != BinanceSamples.depth)
        #expect(self.fault(text) == wanted)
    }

    @Test("refuses a perpetual's change without the id of the one before")
    func previous() {
        #expect(self.fault(BinanceSamples.depth, market: .perpetual) == .missingField)
    }

    @Test("refuses messages and lists of levels beyond the limits")
    func limits() {
        let level = "[\"1\",\"1\"]"
        let most = Array(repeating: level, count: WireLimits.levels).joined(separator: ",")
        let text = { (bids: String, asks: String) in
            "{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"BTCUSDT\",\"U\":1,\"u\":2,\"b\":[\(bids)],\"a\":[\(asks)]}"
        }
        #expect(self.fault(text(most, "")) == nil)
        #expect(self.fault(text(most, level)) == .tooManyLevels)
        let padding = String(repeating: " ", count: WireLimits.messageBytes)
        #expect(self.fault(text("", "") + padding) == .tooLong)
    }

    @Test("is not fooled by a change that is a snapshot as well")
    func mixed() {
        let snapshotFirst = """
            {"stream":"btcusdt@depth","data":{"lastUpdateId":1,"bids":[["1","1"]],"e":"depthUpdate","E":1,"s":"BTCUSDT",\
            "U":1,"u":2,"b":[],"a":[]}}
            """
        #expect(self.fault(snapshotFirst) == .duplicateField)
    }

    @Test("finds symbols that are not ASCII, raw or escaped, and knows that others are not carried")
    func symbols() throws {
        var message = BinanceMessage()
        for symbol in ["币安人生USDT", "\\u5e01\\u5b89\\u4eba\\u751fUSDT"] {
            try self.decode(BinanceSamples.rawDepth.replacing("BTCUSDT", with: symbol), into: &message)
            #expect(message.slot == 2)
        }
        for symbol in ["XYZUSDT", "BTCUSD", "BTCUSDTT", String(repeating: "X", count: 10_000)] {
            try self.decode(BinanceSamples.rawDepth.replacing("BTCUSDT", with: symbol), into: &message)
            #expect(message.slot == nil && message.namesSymbol && message.kind == .depth)
        }
    }

    @Test("takes the documentation's own examples")
    func payloads() throws {
        let cases: [(String, BinanceMarket, BinanceMessageKind, Int?)] = [
            ("um_book", .perpetual, .depth, 0), ("um_agg_trades", .perpetual, .aggregateTrade, 0),
            ("spot_partial_book", .spot, .snapshot, 0), ("um_ticker", .perpetual, .other, nil),
            ("spot_rolling_window_ticker", .spot, .other, nil), ("um_composit_index", .perpetual, .other, nil),
            ("um_symbol_updates", .perpetual, .other, nil), ("um_account_update", .perpetual, .other, nil),
        ]
        for (name, market, kind, slot) in cases {
            let text = String(decoding: try Fixture.bytes("payloads/\(name).json"), as: UTF8.self)
            var message = BinanceMessage()
            try self.decode(text, market: market, into: &message)
            #expect(message.kind == kind, "\(name)")
            if slot != nil { #expect(message.slot == slot, "\(name)") }
            if kind == .depth || kind == .snapshot { #expect(message.levels.count == 2, "\(name)") }
        }
        // This one came by the stream of another symbol.
        let text = String(decoding: try Fixture.bytes("payloads/um_book_ticker.json"), as: UTF8.self)
        #expect(self.fault(text, market: .perpetual) == .symbolMismatch)
        let body = try Fixture.bytes("payloads/um_get_order_book.json")
        let decoder = try BinanceDecoder(market: .perpetual, instruments: Self.instruments)
        var message = BinanceMessage()
        try decoder.decode(snapshot: body.span, of: 1, into: &message)
        #expect(message.kind == .snapshot && message.slot == 1 && message.lastID == 1_027_024)
        #expect(message.venueTime.nanoseconds == 1_589_436_922_959_000_000)
    }

    @Test("takes microseconds where the connection asked for them")
    func microseconds() throws {
        var message = BinanceMessage()
        let text = BinanceSamples.depth.replacing("1723161255208", with: "1723161255208123")
        try self.decode(text, into: &message)
        #expect(message.venueTime.nanoseconds == 1_723_161_255_208_123_000)
    }

    @Test("takes no message that is cut off, wherever", arguments: BinanceSamples.stream)
    func cut(_ text: String) throws {
        let bytes = Array(text.utf8)
        let decoder = try BinanceDecoder(market: .spot, instruments: Self.instruments)
        var message = BinanceMessage()
        for length in 0..<bytes.count {
            #expect(throws: WireError.self, "\(length)") {
                try decoder.decode(bytes.span.extracting(0..<length), into: &message)
            }
        }
        try decoder.decode(bytes.span, into: &message)
    }

    @Test("takes no snapshot that is cut off, wherever")
    func cutSnapshot() throws {
        let bytes = Array(BinanceSamples.snapshot.utf8)
        let decoder = try BinanceDecoder(market: .spot, instruments: Self.instruments)
        var message = BinanceMessage()
        for length in 0..<bytes.count {
            #expect(throws: WireError.self, "\(length)") {
                try decoder.decode(snapshot: bytes.span.extracting(0..<length), of: 0, into: &message)
            }
        }
    }
}
