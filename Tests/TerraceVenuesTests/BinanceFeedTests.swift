import Foundation
import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("A Binance feed under bad input") struct BinanceFeedTests {
    private static let time = Timestamp(nanoseconds: 1)

    /// A feed of two instruments whose books stand at id 100.
    private func feed(_ market: BinanceMarket = .spot) throws -> BinanceFeed {
        var feed = try BinanceFeed(
            market: market,
            instruments: [
                FeedInstrument(symbol: "BTCUSDT", instrument: InstrumentIndex(0), units: .standard),
                FeedInstrument(symbol: "ETHUSDT", instrument: InstrumentIndex(1), units: .standard),
            ])
        var events: [Event] = []
        let bytes = Array(BinanceSamples.snapshot.utf8)
        for index in 0..<2 as Range<UInt32> {
            let outcome = feed.receivedSnapshot(
                of: InstrumentIndex(index), bytes.span, at: Self.time, into: &events)
            #expect(outcome == .none)
        }
        return feed
    }

    /// The instruments whose books the events say are lost; anything else is recorded as an issue.
    private func lost(_ events: [Event]) -> [UInt32] {
        events.compactMap { event in
            if case .market(.bookLost(let instrument)) = event { return instrument.raw }
            Issue.record("an event of a malformed message escaped: \(event)")
            return nil
        }
    }

    @Test("forgets a book that nobody needs, once, and no other")
    func dropped() throws {
        var feed = try self.feed()
        var events: [Event] = []
        feed.dropped(InstrumentIndex(1), into: &events)
        feed.dropped(InstrumentIndex(1), into: &events)
        feed.dropped(InstrumentIndex(9), into: &events)
        #expect(self.lost(events) == [1])
        let (kept, gone, isAsked) = (feed.state(of: 0), feed.state(of: 1), feed.isSnapshotPending(at: 1))
        #expect(kept == .bridging && gone == .awaiting && !isAsked)
        let bytes = Array(BinanceSamples.snapshot.utf8)
        _ = feed.receivedSnapshot(of: InstrumentIndex(1), bytes.span, at: Self.time, into: &events)
        let back = feed.state(of: 1)
        #expect(back == .bridging)
    }

    @Test("loses the book that a malformed change was for, no other, and asks for a snapshot")
    func lostOne() throws {
        var feed = try self.feed()
        var events: [Event] = []
        let text = BinanceSamples.depth.replacing("1.54698000", with: "1.5469800000001")
        let bytes = Array(text.utf8)
        #expect(feed.received(bytes.span, at: Self.time, into: &events) == .snapshotWanted(InstrumentIndex(0)))
        #expect(self.lost(events) == [0])
        #expect(feed.counters.malformed == 1 && feed.counters.count(of: .finerThanUnit) == 1)
        #expect(feed.counters.lastError?.fault == .finerThanUnit)
        #expect(feed.state(of: 0) == .awaiting && feed.state(of: 1) == .bridging)
    }

    @Test("loses every book and wants to reconnect where a message does not even say what it is about")
    func lostAll() throws {
        for text in [
            "{\"stream\":", "", "\u{0}\u{1}", "{\"e\":\"depthUpdate\",\"s\":7}", "[[[[", "{\"data\":{\"b\":[[\"1\"",
        ] {
            var feed = try self.feed()
            var events: [Event] = []
            let bytes = Array(text.utf8)
            guard case .disconnect(.malformed) = feed.received(bytes.span, at: Self.time, into: &events) else {
                Issue.record("\(text)")
                continue
            }
            #expect(self.lost(events) == [0, 1])
        }
    }

    @Test("keeps its books over malformed trades and best quotes, and messages of symbols that it does not carry")
    func lostNone() throws {
        var feed = try self.feed()
        var events: [Event] = []
        let texts = [
            BinanceSamples.trade.replacing("61837.63000000", with: "x"),
            BinanceSamples.bestQuote.replacing("\"a\":\"", with: "\"e\":\"bookTicker\",\"a\":\"-"),
            BinanceSamples.depth.replacing("BTCUSDT", with: "XYZUSDT").replacing("btcusdt", with: "xyzusdt"),
            BinanceSamples.depth.replacing("BTCUSDT", with: "XYZUSDT").replacing("btcusdt", with: "xyzusdt") + "}",
        ]
        for text in texts {
            let bytes = Array(text.utf8)
            #expect(feed.received(bytes.span, at: Self.time, into: &events) == .none, "\(text)")
        }
        #expect(events.isEmpty)
        #expect(feed.counters.malformed == 3 && feed.counters.unknownSymbols == 2)
        #expect(feed.state(of: 0) == .bridging && feed.state(of: 1) == .bridging)
    }

    @Test("tells its owner of replies, refusals and the venue's shutdown")
    func replies() throws {
        var feed = try self.feed()
        var events: [Event] = []
        let cases: [(String, FeedOutcome)] = [
            (BinanceSamples.acknowledgement, .acknowledged(request: 7)),
            (BinanceSamples.refusal, .refused(request: 8, code: 2)),
            (BinanceSamples.serverShutdown, .disconnect(.serverShutdown)), (BinanceSamples.candle, .none),
        ]
        for (text, outcome) in cases {
            let bytes = Array(text.utf8)
            #expect(feed.received(bytes.span, at: Self.time, into: &events) == outcome)
        }
        #expect(events.isEmpty && feed.counters.replies == 2 && feed.counters.ignored == 1)
    }

    @Test(
        "finds the snapshot's symbol in the address of a recorded reply",
        arguments: [
            ("https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000", "BTCUSDT"),
            ("https://fapi.binance.com/fapi/v1/depth?limit=5&symbol=ETHUSDT", "ETHUSDT"),
            ("https://api.binance.com/api/v3/depth?limit=5", nil), ("https://api.binance.com/api/v3/depth", nil),
            ("https://api.binance.com/api/v3/trades?symbol=BTCUSDT", nil), ("/depth?symbol=", nil), ("", nil),
            ("?", nil),
            ("/depth?xsymbol=A", nil),
        ] as [(String, String?)])
    func addresses(_ url: String, _ symbol: String?) {
        let bytes = Array(url.utf8)
        let range = BinanceSnapshotURL.symbol(in: bytes.span)
        #expect(range.map { String(decoding: bytes[$0], as: UTF8.self) } == symbol)
    }

    @Test("lets no event of a message escape that is cut off, wherever", arguments: BinanceSamples.stream)
    func cut(_ text: String) throws {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            var feed = try self.feed()
            var events: [Event] = []
            _ = feed.received(bytes.span.extracting(0..<length), at: Self.time, into: &events)
            _ = self.lost(events)
            #expect(feed.counters.malformed == 1)
        }
    }

    @Test(
        "stays sound under any change of its bytes: whole messages, valid numbers, or a lost book",
        arguments: [
            UInt64(1), 2, 3, 4,
        ])
    func mutated(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let market: BinanceMarket = seed.isMultiple(of: 2) ? .spot : .perpetual
        let samples = BinanceSamples.stream + [BinanceSamples.perpetualDepth, BinanceSamples.snapshot]
        let alphabet = Array("{}[]\",:0123456789.-+eEutrfalsnbBaAUupsdq\\ \u{0}".utf8)
        var feed = try self.feed(market)
        var books = [SlowBook(), SlowBook()]
        var isFollowed = [false, false]
        var events: [Event] = []
        var taken = 0
        for round in 0..<8_000 {
            var bytes = Array(samples[Int.random(in: 0..<samples.count, using: &random)].utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                case 2: bytes.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &random)], at: place)
                case 3: if bytes.count > 1 { bytes.remove(at: place) }
                default:
                    let end = min(bytes.count, place + Int.random(in: 1...20, using: &random))
                    bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
                }
            }
            let malformed = feed.counters.malformed
            if bytes.starts(with: Array("{\"last".utf8)) || round.isMultiple(of: 50) {
                let slot = UInt32.random(in: 0...1, using: &random)
                _ = feed.receivedSnapshot(of: InstrumentIndex(slot), bytes.span, at: Self.time, into: &events)
            } else {
                _ = feed.received(bytes.span, at: Self.time, into: &events)
            }
            // What is taken is JSON by another reader's measure too.
            if feed.counters.malformed == malformed {
                taken += 1
                if let text = String(bytes: bytes, encoding: .utf8),
                    text.utf8.count == bytes.count,
                    // Numbers beyond a Double and unpaired surrogates are valid JSON, which that reader refuses.
                    !text.contains("\\u"), text.firstMatch(of: /[0-9][eE][-+0-9]/) == nil
                {
                    let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
                    #expect(theirs != nil, "\(text)")
                }
            }
            for event in events {
                guard case .market(let market) = event, let slot = instrument(of: event)?.raw else { continue }
                switch market {
                case .level(_, _, let price, let quantity):
                    #expect(price.units > 0 && price.units <= Price.limit)
                    #expect(quantity.units >= 0 && quantity.units <= Quantity.limit)
                case .trade(_, _, let price, let quantity, _, _): #expect(price.units > 0 && quantity.units > 0)
                case .snapshotBegan: isFollowed[Int(slot)] = true
                case .bookLost: if !isFollowed[Int(slot)] { continue }
                case .messageEnded: break
                }
                if isFollowed[Int(slot)] { books[Int(slot)].apply(market) }
            }
            #expect(books[0].isSettled && books[1].isSettled)
            events.removeAll()
        }
        #expect(taken > 1_000 && feed.counters.malformed > 1_000)
    }
}
