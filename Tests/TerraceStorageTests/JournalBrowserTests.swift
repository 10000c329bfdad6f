import Foundation
import Synchronization
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A journal, read by people") struct JournalBrowserTests {
    /// A journal of two runs, with one of each kind that a shard records.
    private static func journal() throws -> String {
        let folder = JournalSamples.folder()
        var run = JournalSamples.run(exponents: (-4, -2))
        let opening = try Journal.open(folder: folder, run: run)
        let order = ClientOrderID(instance: 7, strategy: 101, slot: 2, sequence: 5)
        let instrument = InstrumentIndex(3)
        let contents: [JournalContent] = [
            .event(.connection(VenueIndex(1), .up)),
            .event(.balance(VenueIndex(0), AssetIndex(3), total: Amount(units: -1_500_000_000_000_000_000))),
            .command(.place(instrument, order, .ask, Price(units: 12_345), Quantity(units: 700))),
            .event(.order(OrderReport(instrument: instrument, order: order, outcome: .accepted))),
            .event(
                .order(
                    OrderReport(
                        instrument: instrument, order: order,
                        outcome: .filled(
                            Fill(
                                trade: 9, side: .ask, price: Price(units: 12_300), quantity: Quantity(units: 25),
                                fee: Amount(units: -1), feeAsset: AssetIndex(1), isMaker: false,
                                cumulative: Quantity(units: 25)))))),
            .event(.order(OrderReport(instrument: instrument, order: order, outcome: .cancelRejected(.unknownOrder)))),
            .event(.control(.pause(StrategyIndex(1)))), .event(.control(.kill)),
            .fact(.deskLossStopped(AssetIndex(1), profit: Amount(units: -12_000_000_000_000_000_000_000))),
            .event(.fillsKnown(instrument, through: 9, milliseconds: 1_000)), .stateHash(255),
        ]
        for (second, content) in contents.enumerated() {
            opening.journal.append(
                JournalEntry(time: Timestamp(nanoseconds: Int64(second + 1) * 1_000_000_000), content: content))
        }
        run.strategies.removeFirst()
        run.strategies[0].configuration = "{\"id\":\"b\",\"spread\":1}"
        opening.journal.describe(run)
        opening.journal.append(
            JournalEntry(
                time: Timestamp(nanoseconds: 20_000_000_000), content: .event(.control(.pause(StrategyIndex(0))))))
        try opening.journal.close()
        return folder
    }

    private static func lines(_ folder: String, _ filter: JournalFilter = JournalFilter()) throws -> [String] {
        let browser = try JournalBrowser(folder: folder, filter: filter)
        var lines: [String] = []
        while let row = try browser.next() { lines.append(row.line) }
        return lines
    }

    @Test("names what indices stand for, and tells every number exactly")
    func rows() throws {
        let folder = try Self.journal()
        defer { JournalSamples.remove(folder) }
        let order = "trc-00000007000000650002000000000005"
        #expect(
            try Self.lines(folder).dropFirst(2).filter { !$0.contains(" strategies ") && !$0.contains(" end") } == [
                "1970-01-01T00:00:01.000000000Z #3 connection bybit up",
                "1970-01-01T00:00:02.000000000Z #4 balance binance -0.015 BNB",
                "1970-01-01T00:00:03.000000000Z #5 command bybit HONEY/USDT b place sell 7 at 1.2345 \(order)",
                "1970-01-01T00:00:04.000000000Z #6 order bybit HONEY/USDT b accepted \(order)",
                "1970-01-01T00:00:05.000000000Z #7 fill bybit HONEY/USDT b filled sell 0.25 at 1.23 filled 0.25 "
                    + "fee -0.00000000000000000001 USDT taker trade 9 \(order)",
                "1970-01-01T00:00:06.000000000Z #8 order bybit HONEY/USDT b cancel_rejected because unknown_order \(order)",
                "1970-01-01T00:00:07.000000000Z #9 action HONEY/USDT b pause",
                "1970-01-01T00:00:08.000000000Z #10 action kill",
                "1970-01-01T00:00:09.000000000Z #11 fact desk_loss_stopped -120 USDT",
                "1970-01-01T00:00:10.000000000Z #12 mark bybit HONEY/USDT trade 9 venue-time 1970-01-01T00:00:01.000000000Z"
                    + ": all fills up to here are known",
                "1970-01-01T00:00:11.000000000Z #13 hash: ff",
                // The strategy with index 0 is another one now.
                "1970-01-01T00:00:20.000000000Z #15 action HONEY/USDT b pause",
            ])
        let changes = try Self.lines(folder).filter { $0.contains(" strategies ") }
        #expect(changes.count == 1 && changes[0].hasSuffix("; removed a; changed b"), "\(changes)")
    }

    @Test("tells of a strategy that was taken off, and set up again, as people mean it")
    func takenOff() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        var run = JournalSamples.run()
        let opening = try Journal.open(folder: folder, run: run)
        let configuration = run.strategies[0].configuration
        for text in ["null", configuration] {
            run.strategies[0].configuration = text
            opening.journal.describe(run)
            opening.journal.append(JournalSamples.fill(1))
        }
        try opening.journal.close()
        var filter = JournalFilter()
        filter.topics = [.strategies]
        let lines = try Self.lines(folder, filter)
        #expect(lines.count == 2 && lines[0].hasSuffix("; removed a") && lines[1].hasSuffix("; added a"), "\(lines)")
    }

    @Test("gives only what is asked for")
    func filters() throws {
        let folder = try Self.journal()
        defer { JournalSamples.remove(folder) }
        func count(_ change: (inout JournalFilter) -> Void) throws -> Int {
            var filter = JournalFilter()
            change(&filter)
            return try Self.lines(folder, filter).count
        }
        #expect(try count { $0.topics = [.fill] } == 1)
        #expect(try count { $0.topics = [.fill, .order, .command] } == 4)
        #expect(try count { $0.venues = ["bybit"] } == 6)
        #expect(try count { $0.symbols = ["HONEY/USDT"] } == 7)
        #expect(try count { $0.strategies = ["b"] } == 6)
        #expect(try count { $0.strategies = ["a"] } == 0)
        #expect(
            try count {
                ($0.from, $0.to) = (Timestamp(nanoseconds: 4_000_000_000), Timestamp(nanoseconds: 6_000_000_000))
            } == 2)
    }

    @Test("gives the last so many, and then what is added", arguments: [1, 7, 100, 1_000])
    func last(count: Int) throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let opening = try Journal.open(
            folder: folder,
            settings: JournalSettings(segmentBytes: 1_500, keepBytes: 1 << 30, pauseNanoseconds: 10_000),
            run: JournalSamples.run(), files: JournalDamage.quick)
        for number in 1...200 as ClosedRange<UInt64> {
            opening.journal.append(JournalSamples.fill(number))
            _ = JournalSamples.settle(opening.journal, entries: Int(number))
        }
        var filter = JournalFilter()
        filter.topics = [.fill]
        let browser = try JournalBrowser(folder: folder, filter: filter)
        let last = try browser.last(count)
        #expect(last.map { $0[.trade] } == (max(1, 201 - count)...200).map { "\($0)" })
        #expect(try browser.next() == nil)
        opening.journal.append(JournalSamples.fill(201))
        _ = JournalSamples.settle(opening.journal, entries: 201)
        #expect(try browser.next()?[.trade] == "201")
        try opening.journal.close()
    }

    @Test("is never taken for damaged while it is written, rotated and cut down")
    func beside() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let opening = try Journal.open(
            folder: folder,
            settings: JournalSettings(
                segmentBytes: 20_000, keepBytes: 200_000, keepSegments: 4, pauseNanoseconds: 10_000),
            run: JournalSamples.run(), files: JournalDamage.quick)
        let journal = opening.journal
        let total: UInt64 = 60_000
        let isDone = Atomic(false)
        let writer = Thread {
            for number in 1...total {
                journal.append(JournalSamples.fill(number))
                if number % 16 == 0 { JournalFiles.pause(nanoseconds: 20_000) }
            }
            _ = JournalSamples.settle(journal, entries: Int(total))
            isDone.store(true, ordering: .releasing)
        }
        writer.start()
        defer { while !isDone.load(ordering: .acquiring) { usleep(1_000) } }
        let browser = try JournalBrowser(folder: folder)
        var numbers: [UInt64] = []
        var verified = 0
        while true {
            let wasDone = isDone.load(ordering: .acquiring)
            while let row = try browser.next() { if let trade = row[.trade] { numbers.append(UInt64(trade) ?? 0) } }
            let verification = try JournalVerification(folder: folder)
            #expect(verification.faults == [])
            #expect(verification.writer == getpid())
            _ = try Journal.ledger(in: folder)
            verified += 1
            if wasDone { break }
        }
        #expect(numbers == numbers.sorted() && numbers.last == total && Set(numbers).count == numbers.count)
        #expect(verified > 1)
        isDone.store(true, ordering: .releasing)
        try journal.close()
    }

    @Test("tells moments as people write them")
    func moments() {
        let texts = [
            "1970-01-01": 0, "2026-11-29T08:30": 1_795_941_000_000_000_000,
            "2026-11-29 08:30:00.25Z": 1_795_941_000_250_000_000,
            "2000-02-29T23:59:59.999999999Z": 951_868_799_999_999_999,
        ]
        for (text, nanoseconds) in texts {
            #expect(UTCTime.moment(text)?.nanoseconds == Int64(nanoseconds), "\(text)")
            let time = Timestamp(nanoseconds: Int64(nanoseconds))
            #expect(UTCTime.moment(UTCTime.text(time)) == time)
        }
        for text in [
            "", "Z", "now", "2026-11-31", "2026-02-29", "2026-13-01", "2026-1-1", "2026-11-29T", "2026-11-29T24:00",
            "2026-11-29Tab:cd",
            "2026-11-29T08:30:", "2026-11-29T08:30:00.", "2026-11-29T08:30:00.1234567891", "2026-11-29T08:30:60",
            "9999-01-01",
        ] {
            #expect(UTCTime.moment(text) == nil, "\(text)")
        }
        var random = JournalRandom(1)
        for _ in 0..<2_000 {
            let time = Timestamp(nanoseconds: Int64.random(in: 0..<9_200_000_000_000_000_000, using: &random))
            #expect(UTCTime.moment(UTCTime.text(time)) == time)
        }
        #expect(UTCTime.text(Timestamp(nanoseconds: -1)) == "1969-12-31T23:59:59.999999999Z")
        #expect(UTCTime.text(Timestamp(nanoseconds: .min)) == "1677-09-21T00:12:43.145224192Z")
    }
}
