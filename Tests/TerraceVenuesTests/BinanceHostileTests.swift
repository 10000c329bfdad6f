import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("What Binance never sends") struct BinanceHostileTests {
    /// Each answer with the command that it answers, ids replaced so that it is believed.
    static func answers() throws -> [(BinanceMarket, AccountCommand, String)] {
        let order = BinanceAccount.order
        let id = BinanceAccount.orderText
        let ask = AccountCommand.fills(slot: 0, fromTrade: nil, since: 0, until: nil, cursor: nil)
        return [
            (
                .spot, .place(try BinanceAccount.terms("1", "10", side: .ask)),
                try BinanceAccount.payload("spot_place_order", ["6gCrw2kRUAF9CvJDGP16IP": id])
            ),
            (.spot, .order(slot: 1, order), try BinanceAccount.payload("spot_get_order", ["myOrder1": id])),
            (.spot, .cancel(slot: 1, order), try BinanceAccount.payload("spot_cancel_order", ["myOrder1": id])),
            (.spot, .cancelEverything(slot: 0), try BinanceAccount.payload("spot_cancel_all_orders")),
            (.spot, .balances, try BinanceAccount.payload("spot_account")),
            (.spot, ask, try BinanceAccount.payload("spot_get_user_trades")),
            (.perpetual, ask, try BinanceAccount.payload("um_get_user_trades")),
            (.perpetual, .cancel(slot: 0, order), try BinanceAccount.payload("um_cancel_order", ["myOrder1": id])),
            (
                .perpetual,
                .placeAll([try BinanceAccount.terms(), try BinanceAccount.terms(order: BinanceAccount.other)]),
                try BinanceAccount.payload("um_place_multiple_orders", ["testOrder": id])
            ),
            (.perpetual, .openOrders(cursor: nil), try BinanceAccount.payload("um_get_open_orders", ["abc": id])),
            (.perpetual, .createListenKey, try BinanceAccount.payload("um_start_user_stream")),
            (
                .perpetual, .amend(try BinanceAccount.terms()),
                try BinanceAccount.payload("um_edit_order", ["LJ9R4QZDihCaS8UAOOLpgW": id])
            ),
        ]
    }

    static func messages() throws -> [(BinanceMarket, String)] {
        [
            (.spot, BinanceStreamTests.report("NEW", "NEW")),
            (
                .spot,
                BinanceStreamTests.report(
                    "TRADE", "PARTIALLY_FILLED", last: "0.25", cumulative: "0.75", fee: "\"0.00001\"", coin: "\"BNB\"",
                    trade: 77)
            ),
            (
                .spot,
                BinanceStreamTests.report(
                    "CANCELED", "CANCELED", id: "web_1", original: BinanceAccount.orderText, cumulative: "0.25")
            ),
            (.spot, try BinanceAccount.payload("spot_order_event")),
            (.perpetual, BinanceStreamTests.update("TRADE", "FILLED", last: "0.5", cumulative: "1.5", trade: 9)),
            (.perpetual, try BinanceAccount.payload("um_account_update")),
            (.perpetual, try BinanceAccount.payload("um_trade_update")),
        ]
    }

    @Test("an answer cut off anywhere tells nothing, and leaves open what happened")
    func answersCutOff() throws {
        for (market, command, body) in try Self.answers() {
            let whole = Array(body.utf8)
            let dialect = BinanceAccount.dialect(market)
            #expect(BinanceAccount.read(market, command, body).outcome == .done, "\(command)")
            let end = whole.lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") } ?? 0
            for length in 0...end {
                var events: [AccountEvent] = []
                let outcome = dialect.read(
                    VenueAnswer(status: 200), whole.span.extracting(0..<length), to: command, into: &events)
                #expect(outcome == .unknown(code: 200) && events.isEmpty, "\(command) after \(length) bytes")
            }
        }
    }

    @Test("a message of the stream cut off anywhere is refused and adds nothing to what came before")
    func messagesCutOff() throws {
        for (market, text) in try Self.messages() {
            let whole = Array(text.utf8)
            let dialect = BinanceAccount.dialect(market)
            let end = whole.lastIndex(of: UInt8(ascii: "}")) ?? 0
            for length in 0...end {
                var events: [AccountEvent] = [.stepDone]
                #expect(throws: WireError.self) {
                    try dialect.readStream(whole.span.extracting(0..<length), into: &events)
                }
                #expect(events == [.stepDone])
            }
        }
    }

    @Test("a byte that was replaced never traps, and never adds part of a message")
    func replaced() throws {
        let values: [UInt8] = [0, 0x20, 0x22, 0x2C, 0x2D, 0x30, 0x39, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xFF]
        for (market, text) in try Self.messages() {
            var bytes = Array(text.utf8)
            let dialect = BinanceAccount.dialect(market)
            for place in bytes.indices {
                let right = bytes[place]
                for value in values {
                    bytes[place] = value
                    var events: [AccountEvent] = []
                    do throws(WireError) {
                        try dialect.readStream(bytes.span, into: &events)
                    } catch {
                        #expect(events.isEmpty && error.offset <= bytes.count)
                    }
                }
                bytes[place] = right
            }
        }
        for (market, command, body) in try Self.answers() {
            var bytes = Array(body.utf8)
            let dialect = BinanceAccount.dialect(market)
            for place in bytes.indices {
                let right = bytes[place]
                for value in values {
                    bytes[place] = value
                    var events: [AccountEvent] = []
                    let outcome = dialect.read(VenueAnswer(status: 200), bytes.span, to: command, into: &events)
                    if case .unknown(code: 200) = outcome { #expect(events.isEmpty) }
                }
                bytes[place] = right
            }
        }
    }

    @Test("pieces that are cut out, doubled, moved or mixed never trap", arguments: [UInt64(1), 2, 3])
    func mixed(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let messages = try Self.messages()
        let answers = try Self.answers()
        for _ in 0..<2_000 {
            let (market, text) = messages[Int(random.next() % UInt64(messages.count))]
            let (_, command, body) = answers[Int(random.next() % UInt64(answers.count))]
            let bytes = Self.mutated(Array(text.utf8), with: Array(body.utf8), &random)
            let dialect = BinanceAccount.dialect(market)
            var events: [AccountEvent] = []
            do throws(WireError) {
                try dialect.readStream(bytes.span, into: &events)
            } catch {
                #expect(events.isEmpty, "seed \(seed)")
            }
            let answer = Self.mutated(Array(body.utf8), with: Array(text.utf8), &random)
            events = []
            let status = [200, 400, 429, 500][Int(random.next() % 4)]
            let outcome = dialect.read(VenueAnswer(status: status), answer.span, to: command, into: &events)
            if status != 200 { #expect(outcome != .done && events.isEmpty, "seed \(seed)") }
        }
    }

    /// One to four changes: a piece removed, doubled, written over, or taken from `other`.
    private static func mutated(_ bytes: [UInt8], with other: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0...(random.next() % 4) where !bytes.isEmpty {
            let start = Int(random.next() % UInt64(bytes.count))
            let end = min(bytes.count, start + Int(random.next() % 24))
            let place = Int(random.next() % UInt64(other.count))
            let piece = Array(other[place..<min(other.count, place + Int(random.next() % 24))])
            switch random.next() % 4 {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 2: bytes.replaceSubrange(start..<end, with: piece)
            default: bytes.insert(contentsOf: piece, at: start)
            }
        }
        return bytes
    }

    @Test("numbers at the edges of what fits are taken or refused, and never trap")
    func edges() throws {
        let numbers = [
            "9223372036854775807", "9223372036854775808", "-1", "1e9", "340282366920938463463374607431768211456", "0.0",
            "-0", "\"\"", "\"-\"", "\".\"", "\"-9\"", "true", "null", "{}", "[]", "\"\\u0031\"",
        ]
        for number in numbers {
            for key in [
                "\"i\":4293153", "\"t\":77", "\"T\":1499405658657", "\"q\":\"1.0\"", "\"z\":\"0.75\"", "\"n\":\"0.1\"",
            ] {
                let text = BinanceStreamTests.report(
                    "TRADE", "FILLED", last: "0.25", cumulative: "0.75", fee: "\"0.1\"", coin: "\"BNB\"", trade: 77)
                let name = key.prefix { $0 != ":" }
                #expect(text.contains(key))
                _ = try? BinanceAccount.stream(.spot, text.replacing(key, with: "\(name):\(number)"))
            }
            _ = BinanceAccount.read(
                .spot, .balances, "{\"balances\":[{\"asset\":\"A\",\"free\":\(number),\"locked\":\(number)}]}")
            _ = BinanceAccount.read(.spot, .balances, "{\"code\":\(number)}", status: 400)
        }
    }

    @Test("a key that stands twice in what is asked for is refused: nobody can say which is meant")
    func twice() {
        let text = BinanceStreamTests.report("NEW", "NEW")
        #expect(throws: WireError.self) {
            try BinanceAccount.stream(.spot, text.replacing("\"z\":\"0.0\"", with: "\"z\":\"0.0\",\"z\":\"1.0\""))
        }
    }
}
