import TerraceCore
import Testing

@testable import TerraceVenues

/// A feed of one instrument, driven by ids alone; what comes out is written as text.
private struct Line: ~Copyable {
    var feed: BinanceFeed
    var events: [Event] = []
    var book = SlowBook()
    let market: BinanceMarket

    init(_ market: BinanceMarket) throws {
        self.market = market
        self.feed = try BinanceFeed(
            market: market,
            instruments: [FeedInstrument(symbol: "BTCUSDT", instrument: InstrumentIndex(4), units: .standard)])
    }

    /// Receives the text of a message.
    mutating func receive(_ text: String) -> FeedOutcome {
        let bytes = Array(text.utf8)
        return self.feed.received(bytes.span, at: Timestamp(nanoseconds: 9), into: &self.events)
    }

    /// Receives a change; its quantity is its last id, at a price of its own.
    mutating func change(_ first: Int64, _ last: Int64, previous: Int64 = 0) -> FeedOutcome {
        let pu = self.market == .perpetual ? ",\"pu\":\(previous)" : ""
        return self.receive(
            "{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"BTCUSDT\",\"U\":\(first),\"u\":\(last)\(pu),\"b\":[[\"\(last)\",\"1\"]],\"a\":[]}"
        )
    }

    mutating func snapshot(_ id: Int64) -> FeedOutcome {
        let bytes = Array("{\"lastUpdateId\":\(id),\"bids\":[[\"1000\",\"5\"]],\"asks\":[]}".utf8)
        return self.feed.receivedSnapshot(
            of: InstrumentIndex(4), bytes.span, at: Timestamp(nanoseconds: 9), into: &self.events)
    }

    /// What came out since the last time: `S` a snapshot, `m` the end of a message, `L` a lost book, `t` a trade, and the
    /// prices of levels.
    mutating func out() -> String {
        var text: [String] = []
        for event in self.events {
            guard case .market(let market) = event else { continue }
            self.book.apply(market)
            switch market {
            case .snapshotBegan: text.append("S")
            case .level(_, _, let price, _): text.append(Units.standard.text(price))
            case .messageEnded: text.append("m")
            case .trade: text.append("t")
            case .bookLost: text.append("L")
            }
        }
        self.events.removeAll()
        return text.joined(separator: " ")
    }

    var summary: FeedSummary { self.feed.summary(of: 0) }
    var state: BinanceSequencer.State { self.feed.state(of: 0) }
}

private let wanted = FeedOutcome.snapshotWanted(InstrumentIndex(4))

@Suite("A Binance book") struct BinanceSequencerTests {
    @Test("of spot begins with the snapshot, without the changes that it contains, then those held, in order")
    func spotStart() throws {
        var line = try Line(.spot)
        #expect(line.change(1, 3) == wanted)
        #expect(line.change(4, 6) == .none)
        #expect(line.change(7, 9) == .none)
        #expect(line.out() == "" && line.state == .awaiting)
        #expect(line.snapshot(5) == .none)
        #expect(line.out() == "S 1000 m 6 m 9 m" && line.state == .following)
        #expect(line.change(10, 12) == .none)
        #expect(line.out() == "12 m")
        #expect(line.summary.applied == 3 && line.summary.dropped == 1 && line.summary.lastID == 12)
    }

    @Test("of spot asks again for a snapshot that is older than the first change held, and takes the next")
    func spotTooOld() throws {
        var line = try Line(.spot)
        _ = line.change(10, 12)
        #expect(line.snapshot(8) == wanted)
        #expect(line.out() == "" && line.summary.snapshotsTooOld == 1 && line.summary.gaps == 0)
        #expect(line.snapshot(9) == .none)  // Its successor is the first change held.
        #expect(line.out() == "S 1000 m 12 m")
    }

    @Test("of spot may begin before any change, and notices when the first does not follow")
    func spotBridging() throws {
        var line = try Line(.spot)
        #expect(line.snapshot(100) == .none)
        #expect(line.state == .bridging)
        #expect(line.change(90, 100) == .none)
        #expect(line.state == .bridging && line.summary.dropped == 1)
        #expect(line.change(102, 105) == wanted)
        #expect(line.out() == "S 1000 m L" && line.summary.gaps == 1)
    }

    @Test("of spot is lost at a gap, and comes back with a snapshot and all changes since")
    func spotGap() throws {
        var line = try Line(.spot)
        _ = line.snapshot(100)
        _ = line.change(101, 105)
        #expect(line.out() == "S 1000 m 105 m")
        #expect(line.change(107, 110) == wanted)
        #expect(line.out() == "L" && line.state == .awaiting && !line.book.isWhole)
        #expect(line.change(111, 112) == .none)
        #expect(line.out() == "")
        #expect(line.snapshot(104) == wanted)  // Fetched too early.
        #expect(line.snapshot(111) == .none)
        #expect(line.out() == "S 1000 m 112 m" && line.book.isWhole)
        #expect(line.summary.gaps == 1 && line.summary.booksLost == 1 && line.summary.applied == 2)
    }

    @Test("of spot ignores changes that come twice or late, and applies what an overlapping one adds")
    func spotDuplicates() throws {
        var line = try Line(.spot)
        _ = line.snapshot(100)
        _ = line.change(101, 105)
        _ = line.out()
        #expect(line.change(101, 105) == .none)
        #expect(line.change(95, 99) == .none)
        #expect(line.out() == "" && line.summary.dropped == 2 && line.summary.gaps == 0)
        #expect(line.change(104, 108) == .none)
        #expect(line.out() == "108 m" && line.summary.lastID == 108)
    }

    @Test("of spot begins anew when there is a gap among the changes held")
    func spotGapWhileWaiting() throws {
        var line = try Line(.spot)
        _ = line.change(1, 3)
        #expect(line.change(5, 6) == .none)  // One request is out already.
        #expect(line.summary.gaps == 1)
        #expect(line.snapshot(3) == wanted)  // Would have been good for the first, is too old for what is left.
        #expect(line.snapshot(5) == .none)
        #expect(line.out() == "S 1000 m 6 m")
    }

    @Test("of perpetuals begins with the change that holds the snapshot's id, and follows the id before")
    func perpetualStart() throws {
        var line = try Line(.perpetual)
        #expect(line.change(10, 20, previous: 5) == wanted)
        #expect(line.change(30, 40, previous: 20) == .none)
        #expect(line.change(41, 50, previous: 40) == .none)
        #expect(line.snapshot(40) == .none)
        #expect(line.out() == "S 1000 m 40 m 50 m")  // 40 holds the snapshot's id: applied, not dropped.
        #expect(line.summary.dropped == 1 && line.summary.applied == 2)
        #expect(line.change(77, 80, previous: 50) == .none)  // Ids have holes.
        #expect(line.change(77, 80, previous: 50) == .none)
        #expect(line.out() == "80 m" && line.summary.dropped == 2)
        #expect(line.change(91, 99, previous: 90) == wanted)
        #expect(line.out() == "L" && line.summary.gaps == 1)
    }

    @Test("of perpetuals asks again for a snapshot that the first change held does not reach back to")
    func perpetualTooOld() throws {
        var line = try Line(.perpetual)
        _ = line.change(10, 20, previous: 5)
        #expect(line.snapshot(4) == wanted)
        #expect(line.snapshot(5) == .none)  // The change before the first held: nothing lies between.
        #expect(line.out() == "S 1000 m 20 m")
    }

    @Test("asks once, and again only when the snapshot fails")
    func asksOnce() throws {
        var line = try Line(.spot)
        #expect(line.change(1, 1) == wanted)
        #expect(line.change(2, 2) == .none)
        #expect(line.feed.isSnapshotPending(at: 0) == true)
        #expect(line.feed.snapshotFailed(of: InstrumentIndex(4)) == wanted)
        let refusal = Array("{\"code\":-1003,\"msg\":\"Too much request weight used\"}".utf8)
        var events: [Event] = []
        let time = Timestamp(nanoseconds: 1)
        #expect(line.feed.receivedSnapshot(of: InstrumentIndex(4), refusal.span, at: time, into: &events) == wanted)
        let broken = Array("{\"lastUpdateId\":5,\"bids\":[[\"1\",\"1\"]".utf8)
        #expect(line.feed.receivedSnapshot(of: InstrumentIndex(4), broken.span, at: time, into: &events) == wanted)
        #expect(events.isEmpty && line.feed.counters.malformed == 1 && line.summary.malformed == 1)
        #expect(line.snapshot(2) == .none)
        #expect(line.feed.snapshotFailed(of: InstrumentIndex(4)) == .none)
    }

    @Test("holds a bounded number of changes, drops them when there are more, and asks again")
    func overflow() throws {
        var line = try Line(.spot)
        var asked = 0
        for id in 1...Int64(BinanceDiffBuffer.mostDiffs + 1) where line.change(id, id) == wanted { asked += 1 }
        #expect(asked == 2 && line.summary.overflows == 1 && line.summary.gaps == 0)
        #expect(line.snapshot(100) == wanted)  // Those after it have been dropped.
        #expect(line.snapshot(Int64(BinanceDiffBuffer.mostDiffs)) == .none)
        #expect(line.summary.applied == 1)
    }

    @Test("in use is replaced by a newer snapshot, and not by an older one")
    func refreshed() throws {
        var line = try Line(.spot)
        _ = line.snapshot(100)
        _ = line.change(101, 105)
        _ = line.out()
        #expect(line.snapshot(104) == .none)
        #expect(line.out() == "" && line.summary.snapshotsTooOld == 1)
        #expect(line.snapshot(110) == .none)
        #expect(line.change(106, 110) == .none)
        #expect(line.change(109, 111) == .none)
        #expect(line.out() == "S 1000 m 111 m")
    }

    @Test("is lost with the connection, and asks for a snapshot at the first change of the next")
    func disconnected() throws {
        var line = try Line(.spot)
        _ = line.snapshot(100)
        line.feed.disconnected(into: &line.events)
        line.feed.disconnected(into: &line.events)
        #expect(line.out() == "S 1000 m L")
        #expect(line.change(201, 202) == wanted)
        #expect(line.snapshot(201) == .none)
        #expect(line.out() == "S 1000 m 202 m")
    }

    @Test(
        "counts a trade once: not again after a reconnect, nor from a second stream of trades, nor where nothing traded"
    )
    func trades() throws {
        var line = try Line(.spot)
        for _ in 0..<2 { #expect(line.receive(BinanceSamples.trade) == .none) }
        #expect(line.receive(BinanceSamples.aggregateTrade) == .none)
        let nothing = BinanceSamples.trade.replacing("61837.63000000", with: "0").replacing("0.02000000", with: "0")
        #expect(line.receive(nothing.replacing("3735683259", with: "3735683260")) == .none)
        #expect(line.out() == "t")
        #expect(line.summary.trades == 1 && line.summary.tradesDropped == 3)
    }

    @Test("offers a best quote for comparison at the very change applied last, and at no other moment")
    func bestQuotes() throws {
        var line = try Line(.spot)
        #expect(line.receive(BinanceSamples.bestQuote) == .none)
        _ = line.snapshot(100)
        _ = line.change(101, 110)
        guard case .bestQuote(let quote) = line.receive(BinanceSamples.bestQuote) else {
            Issue.record("no best quote")
            return
        }
        #expect(quote.bid == (try Units.standard.price("61837.63")))
        line.feed.compared(quote.instrument, isEqual: true)
        line.feed.compared(quote.instrument, isEqual: false)
        #expect(line.summary.bestQuotesEqual == 1 && line.summary.bestQuotesDifferent == 1)
        _ = line.change(111, 111)
        #expect(line.receive(BinanceSamples.bestQuote) == .none)
    }
}
