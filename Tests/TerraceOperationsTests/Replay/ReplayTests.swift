import Foundation
import TerraceCore
import TerraceSimulation
import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("A replay of a recorded feed") struct ReplayTests {
    static func check(_ recorded: Recorded, in folder: String = Recorded.folder) async throws -> RunReport {
        let report = try await recorded.run(in: folder).run()
        let expected = try recorded.feed(in: folder)
        #expect(report.feed == expected)
        #expect(report.mismatches == [])
        #expect(report.reconciled)
        #expect(report.orders.workingAtEnd == 0)
        #expect(report.orders.placed > 0)
        return report
    }

    @Test(
        "quotes, is filled, reconciles, and tells of the feed what an independent replay found",
        arguments: Recorded.liquid)
    func liquid(_ recorded: Recorded) async throws {
        let report = try await Self.check(recorded)
        #expect(report.fills > 100)
        #expect(report.latencyNs["apply"]?.p50 ?? 0 > 0)
        #expect(report.latencyNs["evaluate"]?.p50 ?? 0 > 0)
        #expect(report.latencyNs["update_to_command"]?.p50 ?? 0 > 0)
    }

    @Test("does so on several quiet pairs at once, and on perpetuals", arguments: Recorded.quiet)
    func quiet(_ recorded: Recorded) async throws {
        let report = try await Self.check(recorded)
        #expect(report.pairs == recorded.symbols.count)
    }

    @Test(
        "does so on the largest recordings, where TERRACE_RECORDINGS names their folder",
        .enabled(if: Recorded.folderElsewhere != nil), arguments: Recorded.elsewhere)
    func elsewhere(_ recorded: Recorded) async throws {
        let folder = try #require(Recorded.folderElsewhere)
        let report = try await Self.check(recorded, in: folder)
        #expect(report.fills > 100)
    }

    @Test("ends in the same state each time, and in another where commands take longer")
    func deterministic() async throws {
        var run = Recorded.bitcoin.run()
        let first = try await run.run()
        let second = try await run.run()
        #expect(first.stateHash == second.stateHash)
        #expect(first.positions.map { $0.quantity } == second.positions.map { $0.quantity })
        run.latencyNanoseconds = 50_000_000
        #expect(try await run.run().stateHash != first.stateHash)
    }

    @Test("that is ended in the middle cancels everything and reconciles", arguments: [1, 3_000, 20_000])
    func endsEarly(records: Int) async throws {
        let report = try await Recorded.bitcoin.run().run { $0 >= records }
        #expect(report.replay?.endedEarly == true)
        #expect(report.replay?.records ?? .max < records + 256)
        #expect(report.reconciled)
        #expect(report.orders.workingAtEnd == 0)
    }

    @Test("takes its rules from the recorded list of instruments, and otherwise from the steps of the book")
    func rules() async throws {
        let listed = try await Recorded.small.run().run().replay?.notes.first
        #expect(listed == "NKN/USDT: tick 0.0001, lot 1, least notional 10, by the recorded list of instruments")
        let derived = try await Recorded.quiet[1].run().run().replay?.notes.first
        #expect(derived == "NKN/USDT: tick 0.0001, lot 1, least notional 5, by the steps of the recorded book")
    }

    @Test("goes at the pace of the clock where it is told to")
    func pace() async throws {
        var run = Recorded.small.run()
        run.speed = .times(60)
        let report = try await run.run()
        // Half a minute.
        #expect(report.replay?.wallSeconds ?? 0 > 0.49)
        #expect(report.latencyNs["arrival"] != nil)
        #expect(report.stateHash == (try await Recorded.small.run().run().stateHash))
    }

    @Test("writes its report with the names that people read")
    func json() async throws {
        let data = try await Recorded.small.run().run().json()
        let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let feed = try #require(report["feed"] as? [String: [String: Any]])
        let symbol = try #require(feed["NKNUSDT"])
        #expect(
            Set(symbol.keys) == [
                "applied", "dropped", "gaps", "trades", "last_id", "book_ticker_equal", "book_ticker_different",
                "malformed", "final",
            ])
        let final = try #require(symbol["final"] as? [String: Any])
        #expect(Set(final.keys) == ["bids", "asks", "bid_levels", "ask_levels"])
        #expect((final["bids"] as? [[String]])?.first == ["0.35270000", "9602.00000000"])
    }

    // MARK: Configurations

    static let desk = """
        venues:
          binance: { maker_fee_bps: "1.5", balances: { NKN: "100000", USDT: "50000" } }
          bybit: { orders_per_window: 50 }
        pairs:
          NKN/USDT: { tick_size: "0.0001", lot_size: "1", min_notional: "2", quantity_decimals: DECIMALS }
          BTC/USDT: { tick_size: "0.01" }
        strategies:
          - id: mine
            symbol: NKN/USDT
            exchanges: [binance, bybit]
            config:
              inventory: { target_inventory: "1000", max_inventory_deviation: "5000" }
              passive_lines: [{ mid_spread_bps: "10", quantity: "QUANTITY" }]
          - id: elsewhere
            symbol: NKN/USDT
            exchanges: [bybit]
            config:
              inventory: { target_inventory: "1000", max_inventory_deviation: "5000" }
              passive_lines: [{ mid_spread_bps: "10", quantity: "100" }]
          - id: other
            symbol: BTC/USDT
            exchanges: [bybit]
            config:
              inventory: { target_inventory: "1", max_inventory_deviation: "5" }
              passive_lines: [{ mid_spread_bps: "10", quantity: "1" }]
        """

    static func configuration(quantity: String = "100", decimals: Int = 8) throws -> DeskConfiguration {
        let text = self.desk.replacingOccurrences(of: "QUANTITY", with: quantity)
            .replacingOccurrences(of: "DECIMALS", with: String(decimals))
        return try DeskConfiguration.parse(text, file: "desk.yml")
    }

    @Test("quotes the strategies of a configuration that are its own, and tells of those that are not")
    func configured() async throws {
        var run = ReplayRun(
            market: .spot, symbols: ["NKN/USDT"], files: ["\(Recorded.folder)/spot_20211012.rec.gz"])
        run.configuration = try Self.configuration()
        let report = try await run.run()
        #expect(report.strategies == 1)
        #expect(report.positions.map { $0.strategy } == ["mine"])
        #expect(report.orders.placed > 0)
        #expect(report.reconciled)
        let notes = report.replay?.notes ?? []
        #expect(notes.contains("NKN/USDT: tick 0.0001, lot 1, least notional 2, by the configuration"))
        #expect(notes.contains { $0.contains("2 of 3 strategies") && $0.hasSuffix("elsewhere, other") })
    }

    @Test("takes the recorded rules before those of a configuration, and its fees in any case")
    func configuredAndListed() async throws {
        var run = Recorded.small.run()
        run.symbols = ["NKN/USDT"]
        run.configuration = try Self.configuration()
        let plan = try ReplayPlan(run)
        let pair = try #require(plan.setup.pairs.first)
        let rules = try #require(pair.instruments.first?.rules)
        #expect(pair.units.text(Price(units: rules.tick.step)) == "0.0001")
        #expect(pair.units.text(rules.minimumNotional) == "10")
        #expect(rules.makerFee == Millibps(1_500))
        #expect(plan.setup.balances[0].count == 2)
        #expect(plan.setup.venues[0].ordersPerWindow == 100)
    }

    @Test("needs a strategy on each of its symbols, with numbers that fit their units")
    func notConfigured() async throws {
        let file = "\(Recorded.folder)/spot_20211012.rec.gz"
        guard case .nothingToReplay(let reason) = await Self.error(["RUNE/EUR"], [file], try Self.configuration())
        else {
            Issue.record("a symbol without a strategy was replayed")
            return
        }
        #expect(reason.hasPrefix("desk.yml has no strategy on RUNE/EUR at binance"))
        let fine = try Self.configuration(quantity: "100.0000000001", decimals: 10)
        guard case .configuration(let error) = await Self.error(["NKN/USDT"], [file], fine) else {
            Issue.record("a quantity finer than the units was taken")
            return
        }
        #expect(error.description.contains("desk.yml:"))
    }

    // MARK: What can't be replayed

    static func error(
        _ symbols: [String], _ files: [String], _ configuration: DeskConfiguration? = nil
    ) async -> ReplayError? {
        do throws(ReplayError) {
            var run = ReplayRun(market: .spot, symbols: symbols, files: files)
            run.configuration = configuration
            _ = try await run.run()
            return nil
        } catch {
            return error
        }
    }

    @Test("of a symbol that is not there, is none, or is there twice is refused with what is there")
    func symbols() async {
        let file = "\(Recorded.folder)/spot_20211012.rec.gz"
        #expect(
            await Self.error(["NKN/USDC"], [file])
                == .unknownSymbol("NKN/USDC", hint: ": they have BLZETH, NKNUSDT, RUNEEUR; did you mean NKN/USDT?"))
        for symbol in ["NKNUSDT", "NKN/", "/USDT", "nkn/usdt", "NKN/USDT/EUR", ""] {
            #expect(await Self.error([symbol], [file]) == .badSymbol(symbol))
        }
        #expect(await Self.error(["NKN/USDT", "NKN/USDT"], [file]) == .symbolTwice("NKN/USDT"))
        #expect(
            await Self.error(["BTC/USDT"], ["\(Recorded.folder)/spot_BTCUSDT_20240809_first150s.rec.gz"])
                == .noBook("BTC/USDT"))
    }

    @Test("that applied no change of a book has failed, and says so") func nothingApplied() async throws {
        var recording = MadeRecording()
        recording.snapshot()
        recording.trade("99.99", "0.01", isSale: true)
        try await recording.withFile { path in
            let report = try await ReplayRun(market: .spot, symbols: ["AAA/USDT"], files: [path]).run()
            #expect(ReplayText.failure(report)?.hasPrefix("no change of the book was applied for AAAUSDT") == true)
        }
        #expect(ReplayText.failure(try await Recorded.small.run().run()) == nil)
    }

    @Test("of a file that is cut off, is missing or is no recording is refused before anything runs")
    func files() async throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: "\(Recorded.folder)/spot_20211012.rec.gz"))
        try await withTemporaryFile("cut.rec.gz", Array(whole.prefix(whole.count / 2))) { path in
            guard case .recording(.truncated) = await Self.error(["NKN/USDT"], [path]) else {
                Issue.record("a file that is cut off was taken")
                return
            }
        }
        try await withTemporaryFile("text.rec.gz", Array("no gzip".utf8)) { path in
            #expect(await Self.error(["NKN/USDT"], [path]) == .recording(.notGzip(file: path)))
        }
        try await withTemporaryFile("report.json", Array("{}\n".utf8)) { path in
            guard case .recording(.badLine) = await Self.error(["NKN/USDT"], [path]) else {
                Issue.record("a file that is no recording was taken")
                return
            }
        }
        #expect(await Self.error(["NKN/USDT"], ["/tmp"]) == .notAFile("/tmp"))
        for nanoseconds in [Int64.max, Int64.max - 5_000_000, 7_258_118_400_000_000_001] {
            try await withTemporaryFile("late.rec", Array("\(nanoseconds) < {}\n".utf8)) { path in
                #expect(
                    await Self.error(["NKN/USDT"], [path])
                        == .recording(.timeTooLate(file: path, line: 1, nanoseconds: nanoseconds)))
            }
        }
        guard case .recording(.cannotOpen) = await Self.error(["NKN/USDT"], ["/nowhere.rec"]) else {
            Issue.record("a missing file was taken")
            return
        }
    }
}
