import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("A session that goes on from what an earlier run knew") struct SessionRecoveryTests {
    typealias Samples = SessionSamples
    private static let day: Int64 = 86_400_000
    private static let startMilliseconds = SessionBench.start.nanoseconds / 1_000_000

    /// A session whose last run knew of fills up to `age` before now, on its first instrument through number 100.
    private static func bench(
        age: Int64 = 10_000, through: UInt64? = 100, _ change: (SessionBench) -> Void = { _ in }
    ) -> SessionBench {
        SessionBench(2) { bench in
            let moment = Self.startMilliseconds - age
            bench.settings.fillMarks = [
                FillMark(through: through, milliseconds: moment), FillMark(through: nil, milliseconds: moment),
            ]
            change(bench)
        }
    }

    private func words(_ bench: SessionBench) -> [String] {
        bench.told.compactMap { event -> String? in
            switch event {
            case .connection(_, .heartbeat), .market: nil
            case .connection(_, let change): "\(change)"
            case .order(let report): report.outcome.word
            case .balance: "balance"
            case .fillsKnown: "mark \(event.mark ?? "")"
            case .turn, .control: "?"
            }
        }
    }

    private func asksFills(_ command: AccountCommand) -> Bool { if case .fills = command { true } else { false } }

    @Test(
        "tells orders, then fills since the marks, then new marks behind them, and lets the engine trade; balances follow"
    )
    func order() {
        let bench = Self.bench()
        bench.openOrders = [Samples.order(1, filled: 2, venueOrder: 5)]
        bench.fills = [
            Samples.fill(101, of: 1, milliseconds: Self.startMilliseconds - 5_000),
            // The marks say that this one is known.
            Samples.fill(99, of: 1, milliseconds: Self.startMilliseconds - 20_000),
        ]
        bench.start()
        bench.run(milliseconds: 2_000)
        let mark = Self.startMilliseconds - 10_000
        #expect(
            self.words(bench) == [
                "accountDoubted", "found 2", "filled 101", "mark 0 100 \(mark)", "mark 1 - \(mark)", "up", "balance",
            ])
        let asked = bench.asked(self.asksFills).map(\.what)
        #expect(
            asked == [
                .account(.fills(slot: 0, fromTrade: 101, since: mark, until: nil, cursor: nil)),
                .account(.fills(slot: 1, fromTrade: nil, since: mark, until: nil, cursor: nil)),
            ])
        // A round later the marks have moved on, a minute and a question behind.
        bench.forget()
        bench.runHearing(seconds: 100)
        let marks = bench.told.compactMap { $0.mark }.filter { $0.hasPrefix("0 ") }
        #expect(marks.first?.hasPrefix("0 101 ") == true, "\(marks)")
        let last = marks.last.flatMap { Int64($0.split(separator: " ")[2]) } ?? 0
        let now = bench.now.nanoseconds / 1_000_000
        #expect(last > Self.startMilliseconds - 10_000 && last <= now - 60_000)
    }

    @Test("lets nothing be traded while a question for fills has no answer, and asks again")
    func unanswered() throws {
        let bench = Self.bench()
        bench.holdsRequest = { if case .account(.fills(slot: 0, _, _, _, _)) = $0 { true } else { false } }
        bench.start()
        bench.run(milliseconds: 500)
        bench.fail(try #require(bench.asked(self.asksFills).first))
        bench.run(milliseconds: 3_000)
        #expect(bench.connections == [.accountDoubted])
        #expect(!bench.told.contains { $0.mark?.hasPrefix("0 ") == true })
        bench.holdsRequest = { _ in false }
        bench.fail(try #require(bench.asked(self.asksFills).last))
        bench.runHearing(seconds: 5)
        #expect(bench.connections == [.accountDoubted, .up])
    }

    @Test("begins anew where the stream is lost in between, and tells each fill again")
    func lostInBetween() throws {
        let bench = Self.bench()
        bench.holdsRequest = { if case .account(.fills) = $0 { true } else { false } }
        bench.start()
        bench.run(milliseconds: 500)
        bench.lose(bench.stream)
        bench.holdsRequest = { _ in false }
        bench.fills = [Samples.fill(101, of: 1)]
        bench.runHearing(seconds: 5)
        #expect(bench.connections == [.accountDoubted, .accountDoubted, .up])
        #expect(bench.outcomes(Samples.id(1)).contains("filled 101"))
    }

    // MARK: Orders that only a number tells of

    private static func numbered(_ change: (SessionBench) -> Void = { _ in }) -> SessionBench {
        Self.bench {
            $0.script.traits.fillsNameOrders = false
            $0.holdsRequest = { if case .account(.orderOfNumber) = $0 { true } else { false } }
            $0.fills = [Samples.fill(101, of: nil, venueOrder: 77, milliseconds: Self.startMilliseconds - 5_000)]
            change($0)
        }
    }

    @Test("asks by its number for the order of a fill that names none, and tells the fill with it")
    func numbers() throws {
        let bench = Self.numbered()
        bench.start()
        bench.run(milliseconds: 500)
        #expect(bench.connections == [.accountDoubted])
        let asked = bench.asked { $0 == .orderOfNumber(slot: 0, venueOrder: 77) }
        try #require(asked.count == 1)
        bench.answer(asked[0], .done, [.order(Samples.order(9, .filled, filled: 10, venueOrder: 77))])
        bench.run(milliseconds: 500)
        #expect(bench.outcomes(Samples.id(9)) == ["filled 101"])
        #expect(bench.connections == [.accountDoubted, .up])
    }

    @Test(
        "takes a fill for another's where the order is none of ours, or is not known any more",
        arguments: [true, false])
    func strangers(isKnown: Bool) throws {
        let bench = Self.numbered()
        bench.start()
        bench.run(milliseconds: 500)
        let asked = try #require(bench.asked { $0 == .orderOfNumber(slot: 0, venueOrder: 77) }.first)
        if isKnown {
            bench.answer(asked, .done, [.order(Samples.order(9, .filled, filled: 10, venueOrder: 77, instance: 8))])
        } else {
            bench.answer(asked, .refused(.unknownOrder, code: -2013))
        }
        // It counts once nothing can be on its way any more: what is asked may be behind what has listed the fill.
        var answered = 1
        for _ in 0..<60 {
            bench.runHearing(seconds: 1)
            for again in bench.asked({ $0 == .orderOfNumber(slot: 0, venueOrder: 77) }).dropFirst(answered) {
                #expect(bench.outcomes(.none) == [])
                bench.answer(again, .refused(.unknownOrder, code: -2013))
                answered += 1
            }
        }
        #expect(bench.outcomes(.none) == ["filled 101"])
        #expect(bench.connections == [.accountDoubted, .up])
        #expect(isKnown ? answered == 1 : (2...15).contains(answered))
    }

    @Test("gives a fill to its order where the venue did not know that when it was first asked")
    func knownLater() throws {
        let bench = Self.numbered()
        bench.start()
        bench.run(milliseconds: 500)
        let first = try #require(bench.asked { $0 == .orderOfNumber(slot: 0, venueOrder: 77) }.first)
        bench.answer(first, .refused(.unknownOrder, code: -2013))
        bench.runHearing(seconds: 2)
        #expect(bench.connections == [.accountDoubted])
        let asked = bench.asked { $0 == .orderOfNumber(slot: 0, venueOrder: 77) }
        try #require(asked.count == 2)
        bench.answer(asked[1], .done, [.order(Samples.order(9, .filled, filled: 10, venueOrder: 77))])
        bench.runHearing(seconds: 2)
        #expect(bench.outcomes(Samples.id(9)) == ["filled 101"])
        #expect(bench.outcomes(.none) == [])
        #expect(bench.connections == [.accountDoubted, .up])
    }

    @Test("moves every instrument's mark where one question covers all, also of those that were never traded")
    func marksOfAll() {
        let bench = SessionBench(2) {
            $0.script.traits.fillsCoverAllInstruments = true
            $0.settings.comparisonNanoseconds = 5_000_000_000
        }
        bench.start()
        bench.run(milliseconds: 500)
        // The first instrument never has an order.
        bench.session.send(Samples.place(1, on: 1), at: bench.now)
        bench.session.flush(at: bench.now)
        bench.runHearing(seconds: 200)
        let since = bench.asked(self.asksFills).compactMap { asked -> Int64? in
            if case .account(.fills(_, _, let since, _, _)) = asked.what { since } else { nil }
        }
        #expect((since.last ?? 0) > (since.first ?? .max) + 60_000, "\(since)")
    }

    @Test("asks for a number again where that had no answer")
    func numberUnanswered() throws {
        let bench = Self.numbered()
        bench.start()
        bench.run(milliseconds: 500)
        bench.fail(try #require(bench.asked { $0 == .orderOfNumber(slot: 0, venueOrder: 77) }.first))
        bench.run(milliseconds: 2_000)
        #expect(bench.connections == [.accountDoubted])
        let asked = bench.asked { $0 == .orderOfNumber(slot: 0, venueOrder: 77) }
        try #require(asked.count == 2)
        bench.answer(asked[1], .done, [.order(Samples.order(9, .cancelled, filled: 2, venueOrder: 77))])
        bench.run(milliseconds: 500)
        #expect(bench.outcomes(Samples.id(9)) == ["filled 101"])
    }

    // MARK: Long ago

    @Test("asks for what happened in a long time window by window, until a number leads on")
    func windows() throws {
        let bench = Self.bench(age: 3 * Self.day + 5, through: nil) {
            $0.script.traits.fillsWindowMilliseconds = Self.day
            $0.holdsRequest = { if case .account(.fills(slot: 0, _, _, _, _)) = $0 { true } else { false } }
        }
        bench.start()
        bench.run(milliseconds: 100)
        let since = Self.startMilliseconds - 3 * Self.day - 5
        func asked() -> [SessionBench.Asked] {
            bench.asked { if case .fills(slot: 0, _, _, _, _) = $0 { true } else { false } }
        }
        #expect(
            asked().last?.what
                == .account(
                    .fills(slot: 0, fromTrade: nil, since: since, until: since + Self.day - 1, cursor: nil)))
        bench.answer(try #require(asked().last), .done)
        #expect(
            asked().last?.what
                == .account(
                    .fills(
                        slot: 0, fromTrade: nil, since: since + Self.day, until: since + 2 * Self.day - 1, cursor: nil)
                ))
        bench.answer(
            try #require(asked().last), .done,
            [.fill(Samples.fill(40, of: 1, milliseconds: since + Self.day + 7))])
        guard case .account(.fills(0, fromTrade: 41, _, until: nil, _))? = asked().last?.what else {
            Issue.record("\(asked().map(\.what))")
            return
        }
        bench.answer(
            try #require(asked().last), .done, [.fill(Samples.fill(41, of: 1, milliseconds: since + 2 * Self.day))])
        bench.run(milliseconds: 500)
        #expect(bench.outcomes(Samples.id(1)) == ["filled 40", "filled 41"])
        // The other instrument had none: all of its windows were asked for.
        let windows = bench.asked { if case .fills(slot: 1, _, _, _, _) = $0 { true } else { false } }
        #expect(windows.count == 4 && bench.connections == [.accountDoubted, .up])
    }

    @Test("says aloud what the venue can't tell any more")
    func beyondReach() {
        let bench = Self.bench(age: 40 * Self.day, through: nil) {
            $0.script.traits.fillsWindowMilliseconds = Self.day
            $0.script.traits.fillsReachMilliseconds = 30 * Self.day
        }
        bench.start()
        bench.runHearing(seconds: 5)
        let alarms = bench.session.takeNotices().filter { $0.severity == .alarm }
        #expect(alarms.count == 2 && alarms.allSatisfy { $0.text.contains("can't be asked for") })
        #expect(bench.connections == [.accountDoubted, .up])
    }

    // MARK: Orders of an earlier run

    @Test("proves that an order of an earlier run is gone only when nothing that run has sent can arrive any more")
    func proof() throws {
        let bench = Self.bench { $0.holdsRequest = { if case .account(.order) = $0 { true } else { false } } }
        bench.start()
        bench.run(milliseconds: 600)
        bench.command(Samples.query(3))
        let first = try #require(bench.asked { $0 == .order(slot: 0, Samples.id(3)) }.first)
        bench.answer(first, .refused(.unknownOrder, code: -2013))
        bench.run(milliseconds: 500)
        #expect(bench.outcomes(Samples.id(3)).isEmpty)
        bench.run(milliseconds: 2_000)
        let second = try #require(bench.asked { $0 == .order(slot: 0, Samples.id(3)) }.dropFirst().first)
        #expect(second.at.nanoseconds(since: SessionBench.start) >= 2_500_000_000)
        bench.answer(second, .refused(.unknownOrder, code: -2013))
        #expect(bench.outcomes(Samples.id(3)) == ["notFound 0"])
    }

    @Test("answers for an order that it does not know, and finds its fills by the number from then on")
    func unknownOrder() throws {
        let bench = Self.bench { $0.holdsRequest = { if case .account(.order) = $0 { true } else { false } } }
        bench.start()
        bench.run(milliseconds: 600)
        bench.command(Samples.query(3))
        bench.answer(
            try #require(bench.asked { $0 == .order(slot: 0, Samples.id(3)) }.first), .done,
            [.order(Samples.order(3, venueOrder: 8))])
        #expect(bench.outcomes(Samples.id(3)) == ["found 0"])
        bench.openOrders = [Samples.order(3, venueOrder: 8)]
        bench.fills = [Samples.fill(150, of: nil, venueOrder: 8)]
        bench.session.compareSoon()
        bench.runHearing(seconds: 5)
        #expect(bench.outcomes(Samples.id(3)).contains("filled 150"))
    }

    @Test("cries out over an order of ours where this run does not trade")
    func stranded() {
        let bench = Self.bench()
        bench.openOrders = [Samples.order(4, slot: nil), Samples.order(5, slot: nil, instance: 8)]
        bench.start()
        bench.runHearing(seconds: 70)
        let alarms = bench.session.takeNotices().filter { $0.severity == .alarm }
        #expect(alarms.count == 1 && alarms.allSatisfy { $0.text.contains(Samples.id(4).text) })
    }

    @Test("without market data connects the account only, and is up when that is")
    func noMarket() {
        let bench = Self.bench { $0.settings.carriesMarket = false }
        bench.start()
        bench.run(seconds: 5)
        bench.command(.resnapshot(InstrumentIndex(0)))
        #expect(bench.opened.allSatisfy { $0.target.hasPrefix("account") } && bench.opened.count == 1)
        #expect(bench.connections == [.accountDoubted, .up])
        bench.command(Samples.place(1))
        #expect(bench.asked { if case .place = $0 { true } else { false } }.count == 1)
    }
}
