import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("A Bybit feed") struct BybitFeedTests {
    private static let time = Timestamp(nanoseconds: 1)

    private func feed() throws -> BybitFeed { try BybitFeed(instruments: BybitSamples.instruments) }

    private func send(_ text: String, _ feed: inout BybitFeed, _ events: inout [Event]) -> FeedOutcome {
        let bytes = Array(text.utf8)
        return feed.received(bytes.span, at: Self.time, into: &events)
    }

    /// Events as text, by which they are compared.
    private func told(_ events: [Event]) -> [String] { events.map { String(describing: $0) } }

    private func lost(_ events: [Event]) -> [UInt32] {
        events.compactMap { if case .market(.bookLost(let instrument)) = $0 { instrument.raw } else { nil } }
    }

    @Test("takes a snapshot, and changes whose ids rise by one")
    func follows() throws {
        var feed = try self.feed()
        var events: [Event] = []
        #expect(self.send(BybitSamples.snapshot, &feed, &events) == .none)
        let instrument = InstrumentIndex(0)
        #expect(
            self.told(events)
                == self.told([
                    .market(.snapshotBegan(instrument)),
                    .market(
                        .level(
                            instrument, .bid, try Units.standard.price("30247.2"), try Units.standard.quantity("0.5"))),
                    .market(.level(instrument, .ask, try Units.standard.price("30248.7"), .zero)),
                    .market(.messageEnded(instrument, venueTime: Timestamp(nanoseconds: 1_687_565_171_589_000_000))),
                ]))
        events = []
        #expect(self.send(BybitSamples.book("delta", 101), &feed, &events) == .none)
        #expect(self.send(BybitSamples.book("delta", 102), &feed, &events) == .none)
        #expect(events.count == 6 && self.lost(events).isEmpty)
        #expect(feed.summary(of: 0).applied == 2 && feed.summary(of: 0).lastID == 102)
        #expect(feed.summary(of: 0).lastReceived == Self.time)
    }

    @Test("loses a book by a gap, asks for a snapshot once, and takes nothing until it comes", arguments: [99, 102, 1])
    func gap(_ id: Int64) throws {
        var feed = try self.feed()
        var events: [Event] = []
        _ = self.send(BybitSamples.snapshot, &feed, &events)
        events = []
        #expect(self.send(BybitSamples.book("delta", id), &feed, &events) == .snapshotWanted(InstrumentIndex(0)))
        #expect(self.told(events) == self.told([.market(.bookLost(InstrumentIndex(0)))]))
        events = []
        #expect(self.send(BybitSamples.book("delta", id + 1), &feed, &events) == .none)
        #expect(events.isEmpty && feed.state(of: 0) == .awaiting)
        // The venue begins to count anew after a restart.
        #expect(self.send(BybitSamples.book("snapshot", 1), &feed, &events) == .none)
        #expect(self.send(BybitSamples.book("delta", 2), &feed, &events) == .none)
        #expect(feed.state(of: 0) == .following && feed.summary(of: 0).gaps == 1 && feed.summary(of: 0).booksLost == 1)
    }

    @Test("drops the last change told twice, and lets a snapshot replace a book in use")
    func doubled() throws {
        var feed = try self.feed()
        var events: [Event] = []
        for text in [BybitSamples.snapshot, BybitSamples.book("delta", 101), BybitSamples.book("delta", 101)] {
            #expect(self.send(text, &feed, &events) == .none)
        }
        #expect(feed.summary(of: 0).dropped == 1 && feed.state(of: 0) == .following)
        events = []
        #expect(self.send(BybitSamples.book("snapshot", 50), &feed, &events) == .none)
        #expect(self.told(Array(events.prefix(1))) == self.told([.market(.snapshotBegan(InstrumentIndex(0)))]))
        #expect(self.send(BybitSamples.book("delta", 51), &feed, &events) == .none)
    }

    @Test("loses the book that a malformed change was for, no other, and asks for a snapshot")
    func lostOne() throws {
        var feed = try self.feed()
        var events: [Event] = []
        _ = self.send(BybitSamples.snapshot, &feed, &events)
        _ = self.send(BybitSamples.book("snapshot", 9, symbol: "ETHUSDT"), &feed, &events)
        events = []
        let text = BybitSamples.book("delta", 101, bid: "0.00000000001")
        #expect(self.send(text, &feed, &events) == .snapshotWanted(InstrumentIndex(0)))
        #expect(self.told(events) == self.told([.market(.bookLost(InstrumentIndex(0)))]))
        #expect(feed.counters.count(of: .finerThanUnit) == 1 && feed.summary(of: 0).malformed == 1)
        #expect(feed.state(of: 1) == .following)
    }

    @Test("loses every book and wants to reconnect where a message does not even say what it is about")
    func lostAll() throws {
        for text in ["", "{\"topic\":", "[[[[", "{\"topic\":7}", "\u{0}"] {
            var feed = try self.feed()
            var events: [Event] = []
            _ = self.send(BybitSamples.snapshot, &feed, &events)
            events = []
            guard case .disconnect(.malformed) = self.send(text, &feed, &events) else {
                Issue.record("\(text)")
                continue
            }
            #expect(self.told(events) == self.told([.market(.bookLost(InstrumentIndex(0)))]))
        }
    }

    @Test("passes trades on once, and none that is older or was agreed upon outside of the book")
    func trades() throws {
        var feed = try self.feed()
        var events: [Event] = []
        #expect(self.send(BybitSamples.trades, &feed, &events) == .none)
        #expect(
            self.told(events)
                == self.told([
                    .market(
                        .trade(
                            InstrumentIndex(0), aggressor: .bid, try Units.standard.price("16578.5"),
                            try Units.standard.quantity("0.001"),
                            venueTime: Timestamp(nanoseconds: 1_672_304_486_865_000_000), id: 2_290_000_000_068_683_542)
                    ),
                    .market(
                        .trade(
                            InstrumentIndex(0), aggressor: .ask, try Units.standard.price("16578"),
                            try Units.standard.quantity("0.002"),
                            venueTime: Timestamp(nanoseconds: 1_672_304_486_866_000_000),
                            id: BybitIdentifier.number(of: "20f43950-d8dd-5b31"))
                    ),
                ]))
        events = []
        _ = self.send(BybitSamples.trades, &feed, &events)
        let older = BybitSamples.trades.replacing("\"seq\":7", with: "\"seq\":6").replacing("68683542", with: "1")
        _ = self.send(older, &feed, &events)
        let block = BybitSamples.trades.replacing("\"BT\":false,\"RPI\"", with: "\"BT\":true,\"RPI\"")
            .replacing("68683542", with: "2")
        _ = self.send(block, &feed, &events)
        #expect(events.isEmpty && feed.summary(of: 0).trades == 2 && feed.summary(of: 0).tradesDropped == 6)
    }

    @Test("tells acknowledgements from refusals by request, and counts answers to pings")
    func replies() throws {
        var feed = try self.feed()
        var events: [Event] = []
        #expect(self.send(BybitSamples.acknowledgement, &feed, &events) == .acknowledged(request: 7))
        #expect(self.send(BybitSamples.refusal, &feed, &events) == .refused(request: 8, code: 0))
        #expect(self.send(BybitSamples.pong, &feed, &events) == .none)
        #expect(self.send("{\"op\":\"pong\",\"args\":[\"1675418560633\"]}", &feed, &events) == .none)
        #expect(feed.counters.replies == 4 && events.isEmpty)
    }

    @Test("loses a book on the engine's word and asks again where the snapshot does not come")
    func resnapshot() throws {
        var feed = try self.feed()
        var events: [Event] = []
        _ = self.send(BybitSamples.snapshot, &feed, &events)
        events = []
        let wanted = FeedOutcome.snapshotWanted(InstrumentIndex(0))
        #expect(feed.resnapshot(InstrumentIndex(0), into: &events) == wanted)
        #expect(feed.resnapshot(InstrumentIndex(0), into: &events) == .none)
        #expect(feed.snapshotFailed(of: InstrumentIndex(0)) == wanted)
        #expect(self.lost(events) == [0])
        feed.disconnected(into: &events)
        #expect(self.send(BybitSamples.snapshot, &feed, &events) == .none)
        #expect(feed.snapshotFailed(of: InstrumentIndex(0)) == .none)
    }

    @Test("forgets a book that nobody needs, once, and asks for none until its changes come again")
    func dropped() throws {
        var feed = try self.feed()
        var events: [Event] = []
        _ = self.send(BybitSamples.snapshot, &feed, &events)
        events = []
        feed.dropped(InstrumentIndex(0), into: &events)
        feed.dropped(InstrumentIndex(0), into: &events)
        feed.dropped(InstrumentIndex(9), into: &events)
        #expect(self.lost(events) == [0])
        #expect(feed.snapshotFailed(of: InstrumentIndex(0)) == .snapshotWanted(InstrumentIndex(0)))
        feed.dropped(InstrumentIndex(0), into: &events)
        #expect(self.send(BybitSamples.snapshot, &feed, &events) == .none)
        #expect(feed.state(of: 0) == .following)
    }

    @Test("takes the fields in any order, and the recorded messages for what they are")
    func order() throws {
        var feed = try self.feed()
        var events: [Event] = []
        let text = """
            {"data":{"seq":1,"u":100,"a":[],"b":[["1","2"]],"s":"BTCUSDT"},"cts":5,"type":"snapshot",
             "topic":"orderbook.200.BTCUSDT"}
            """
        #expect(self.send(text, &feed, &events) == .none)
        #expect(events.count == 3 && feed.state(of: 0) == .following)
        events = []
        for name in ["ws_publicTrade.json", "ws_ticker.json", "ws_system_status.json"] {
            let bytes = try BybitSamples.bytes(name)
            #expect(feed.received(bytes.span, at: Self.time, into: &events) == .none)
        }
        #expect(events.count == 1 && feed.counters.ignored == 2 && feed.counters.malformed == 0)
        // Another depth, and a symbol that is not carried, are none of its books.
        let other = BybitSamples.book("delta", 5).replacing("orderbook.200", with: "orderbook.50")
        #expect(self.send(other, &feed, &events) == .none)
        #expect(self.send(BybitSamples.book("delta", 5, symbol: "XRPUSDT"), &feed, &events) == .none)
        #expect(events.count == 1 && feed.counters.ignored == 3 && feed.counters.unknownSymbols == 1)
    }

    @Test(
        "refuses what contradicts itself",
        arguments: [
            (BybitSamples.book("delta", 101).replacing("\"s\":\"BTC", with: "\"s\":\"ETH"), WireFault.symbolMismatch),
            (BybitSamples.book("delta", 101).replacing("\"seq\"", with: "\"u\""), .duplicateField),
            (BybitSamples.book("delta", 101).replacing("\"u\"", with: "\"v\""), .missingField),
            (BybitSamples.book("delta", 101).replacing("\"delta\"", with: "\"other\""), .literal),
            (BybitSamples.book("delta", 101).replacing("30247.20", with: "0"), .zero),
            (BybitSamples.book("delta", 101).replacing("1687565171589", with: "9223372036854775807"), .time),
        ])
    func faults(_ text: String, _ fault: WireFault) throws {
        var feed = try self.feed()
        var events: [Event] = []
        _ = self.send(BybitSamples.snapshot, &feed, &events)
        #expect(self.send(text, &feed, &events) == .snapshotWanted(InstrumentIndex(0)))
        #expect(feed.counters.lastError?.fault == fault)
    }

    @Test("survives every message cut at every byte, and thousands with bytes changed")
    func hostile() throws {
        var feed = try self.feed()
        var events: [Event] = []
        var generator = SplitMix(seed: 3)
        for text in BybitSamples.stream {
            let whole = Array(text.utf8)
            for length in 0..<whole.count {
                let part = Array(whole[..<length])
                _ = feed.received(part.span, at: Self.time, into: &events)
            }
            for _ in 0..<400 {
                var changed = whole
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    changed[Int.random(in: 0..<whole.count, using: &generator)] =
                        UInt8.random(in: 0...255, using: &generator)
                }
                _ = feed.received(changed.span, at: Self.time, into: &events)
            }
            events.removeAll()
        }
        #expect(feed.counters.malformed > 1_000)
        #expect(self.send(BybitSamples.snapshot, &feed, &events) == .none && feed.state(of: 0) == .following)
    }
}
