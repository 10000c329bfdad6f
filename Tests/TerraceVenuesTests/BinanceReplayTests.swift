import Foundation
import TerraceCore
import Testing

@testable import TerraceVenues

/// One replay whose result an independent program has computed.
struct Recorded: Sendable, CustomTestStringConvertible {
    var files: [String]
    var expected: String
    var market: BinanceMarket
    var testDescription: String { self.expected }

    static let all = [
        Recorded(files: ["spot_20211012"], expected: "spot_20211012", market: .spot),
        Recorded(files: ["um_20210722"], expected: "um_20210722", market: .perpetual),
        Recorded(files: ["spot_BTCUSDT_20240808"], expected: "spot_BTCUSDT_20240808", market: .spot),
        Recorded(files: ["spot_ETHUSDT_20240808"], expected: "spot_ETHUSDT_20240808", market: .spot),
        Recorded(
            files: ["spot_BTCUSDT_20240808", "spot_BTCUSDT_20240809_first150s"],
            expected: "spot_BTCUSDT_20240808_then_20240809_first150s", market: .spot),
        Recorded(
            files: ["spot_ETHUSDT_20240808", "spot_ETHUSDT_20240809_first150s"],
            expected: "spot_ETHUSDT_20240808_then_20240809_first150s", market: .spot),
    ]

    /// Recordings too large to be kept here, for whoever has them in a folder of their own.
    static let elsewhere = [
        Recorded(files: ["um_BTCUSDT_20240808"], expected: "um_BTCUSDT_20240808", market: .perpetual),
        Recorded(
            files: ["um_ETHUSDT_20240808_first200s"], expected: "um_ETHUSDT_20240808_first200s", market: .perpetual),
    ]
    static let folder = ProcessInfo.processInfo.environment["TERRACE_RECORDINGS"]

    func check(_ path: (String) throws -> String) throws {
        let expected = try Expected(path: path(self.expected + ".expected.json"))
        let symbols = expected.symbols.keys.sorted()
        let world = try ReplayWorld(
            self.files.map { try path($0 + ".rec.gz") }, market: self.market, symbols: symbols)
        #expect(world.records == expected.lines)
        #expect(world.counters.malformed == 0)
        #expect(world.counters.unknownSymbols == 0)
        for (slot, symbol) in symbols.enumerated() {
            let wanted = try #require(expected.symbols[symbol])
            let found = world.summaries[slot]
            let book = world.books[slot]
            #expect(found.applied == wanted.applied, "\(symbol)")
            #expect(found.dropped == wanted.dropped, "\(symbol)")
            #expect(found.gaps == wanted.gaps, "\(symbol)")
            #expect(found.trades == wanted.trades, "\(symbol)")
            #expect(book.trades == Int(wanted.trades), "\(symbol)")
            #expect(found.tradesDropped == 0, "\(symbol)")
            #expect(found.lastID == wanted.last_id, "\(symbol)")
            #expect(found.bestQuotesEqual == wanted.book_ticker_equal ?? 0, "\(symbol)")
            #expect(found.bestQuotesDifferent == wanted.book_ticker_different ?? 0, "\(symbol)")
            #expect(found.snapshots == 1, "\(symbol)")
            #expect(book.isWhole && book.isSettled, "\(symbol)")
            #expect(book.bids.count == wanted.final.bid_levels, "\(symbol)")
            #expect(book.asks.count == wanted.final.ask_levels, "\(symbol)")
            for (side, levels) in [(Side.bid, wanted.final.bids), (.ask, wanted.final.asks)] {
                let best = book.best(5, side)
                #expect(best.count == levels.count, "\(symbol) \(side)")
                for (index, level) in levels.enumerated() {
                    #expect(best[index].0 == (try Units.standard.price(level[0])).units, "\(symbol) \(side) \(index)")
                    #expect(
                        best[index].1 == (try Units.standard.quantity(level[1])).units, "\(symbol) \(side) \(index)")
                }
            }
        }
    }
}

@Suite("A recorded Binance feed") struct BinanceReplayTests {
    @Test("yields the book, the trades and the counts that an independent replay found", arguments: Recorded.all)
    func replays(_ recorded: Recorded) throws {
        try recorded.check { try Fixture.path($0) }
    }

    @Test(
        "yields them also from the largest recordings, where TERRACE_RECORDINGS names their folder",
        .enabled(if: Recorded.folder != nil), arguments: Recorded.elsewhere)
    func replaysElsewhere(_ recorded: Recorded) throws {
        let folder = try #require(Recorded.folder)
        try recorded.check { "\(folder)/\($0)" }
    }

    @Test("counts the other streams' messages as ignored, and takes no trade twice")
    func ignores() throws {
        let world = try ReplayWorld(
            [try Fixture.path("um_20210722.rec.gz")], market: .perpetual,
            symbols: ["SUSHIUSDT", "AKROUSDT", "KEEPUSDT"])
        #expect(world.counters.ignored == 35)  // Candles.
        #expect(world.counters.messages == 1_135)
    }

    @Test("of instruments that the feed does not carry is counted and touches nothing")
    func unknown() throws {
        let world = try ReplayWorld(
            [try Fixture.path("um_20210722.rec.gz")], market: .perpetual, symbols: ["AKROUSDT"])
        #expect(world.summaries[0].applied == 188)
        #expect(world.counters.unknownSymbols > 500)
        #expect(world.counters.malformed == 0)
    }
}
