import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("The comparison of a session with its venue") struct SessionComparisonTests {
    typealias Samples = SessionSamples
    private let id = SessionSamples.id(1)

    /// A session with one order that stands.
    private static func started(_ change: (SessionBench) -> Void = { _ in }) -> SessionBench {
        let bench = SessionBench(2, change)
        bench.start()
        bench.runHearing(seconds: 2)
        bench.command(Samples.place(1))
        bench.openOrders = [Samples.order(1, venueOrder: 5)]
        bench.tell(bench.stream, [.order(Samples.order(1, venueOrder: 5))])
        bench.settle()
        bench.runHearing(seconds: 1)
        return bench
    }

    /// Runs past the next comparison.
    private func compare(_ bench: SessionBench) {
        bench.session.compareSoon()
        bench.runHearing(seconds: 10)
    }

    private func balances(_ bench: SessionBench) -> Int {
        bench.told.count { if case .balance = $0 { true } else { false } }
    }

    @Test("finds a fill that the stream left out, though a later one was told")
    func missedFill() {
        let bench = Self.started()
        self.compare(bench)
        bench.forget()
        bench.tell(bench.stream, [.fill(Samples.fill(105, of: 1))])
        // The venue gives what lies behind the number that it was asked from.
        bench.holdsRequest = { if case .account(.fills) = $0 { true } else { false } }
        bench.session.compareSoon()
        bench.run(seconds: 1)
        let all = [Samples.fill(103, of: nil, venueOrder: 5), Samples.fill(105, of: nil, venueOrder: 5)]
        for asked in bench.asked.suffix(6) {
            guard case .account(.fills(_, let from, _, _, _)) = asked.what else { continue }
            bench.answer(asked, .done, all.filter { $0.trade >= from ?? 0 }.map { .fill($0) })
        }
        #expect(bench.outcomes(self.id).contains("filled 103"))
        #expect(bench.session.statistics.fillsFound == 1)
    }

    @Test("goes on from the fills that were found, one question behind")
    func fillsGoOn() {
        let bench = Self.started()
        bench.fills = [Samples.fill(103, of: nil, venueOrder: 5)]
        self.compare(bench)
        bench.fills = [Samples.fill(110, of: nil, venueOrder: 5)]
        self.compare(bench)
        self.compare(bench)
        let from = bench.asked { if case .fills = $0 { true } else { false } }.compactMap { asked -> UInt64? in
            if case .account(.fills(_, let from, _, _, _)) = asked.what { from } else { nil }
        }
        #expect(from.last == 104 || from.last == 111)
        #expect(from.first == 104)
    }

    @Test("asks what became of an order that is no longer listed, and holds it as unknown meanwhile")
    func missingOrder() throws {
        let bench = Self.started()
        bench.openOrders = []
        bench.forget()
        bench.holdsRequest = { if case .account(.order) = $0 { true } else { false } }
        bench.session.compareSoon()
        bench.runHearing(seconds: 1)
        #expect(bench.outcomes(self.id) == ["unknown"])
        bench.holdsRequest = { _ in false }
        bench.fills = [Samples.fill(9, of: nil, 10, venueOrder: 5)]
        let asked = try #require(bench.asked { if case .order = $0 { true } else { false } }.last)
        bench.answer(asked, .done, [.order(Samples.order(1, .filled, filled: 10, venueOrder: 5))])
        bench.runHearing(seconds: 1)
        #expect(bench.outcomes(self.id).first == "unknown")
        #expect(bench.outcomes(self.id).contains("filled 9"))
        #expect(bench.outcomes(self.id).last == "notFound 10")
    }

    @Test("tells balances only where no fill came meanwhile")
    func quiet() {
        let bench = Self.started()
        self.compare(bench)
        bench.forget()
        bench.session.compareSoon()
        bench.run(milliseconds: 1_000)
        bench.tell(bench.stream, [.fill(Samples.fill(105, of: 1, 1))])
        bench.runHearing(seconds: 8)
        #expect(self.balances(bench) == 0)
        self.compare(bench)
        #expect(self.balances(bench) == 1)
    }

    @Test("tells no balances where a question for fills had no answer, for what it would have told may be in them")
    func incomplete() throws {
        let bench = Self.started()
        bench.forget()
        bench.holdsRequest = { if case .account(.fills) = $0 { true } else { false } }
        bench.session.compareSoon()
        bench.run(milliseconds: 100)
        let asked = bench.asked { if case .fills = $0 { true } else { false } }
        try #require(!asked.isEmpty)
        for asked in asked { bench.fail(asked) }
        bench.runHearing(seconds: 10)
        #expect(self.balances(bench) == 0)
        bench.holdsRequest = { _ in false }
        self.compare(bench)
        #expect(self.balances(bench) == 1)
    }

    @Test("does not stall where the stream is lost while answers are on their way, and takes none of them for its own")
    func staleAnswers() throws {
        let bench = Self.started()
        bench.holdsRequest = { if case .account(.fills) = $0 { true } else { false } }
        bench.session.compareSoon()
        bench.run(milliseconds: 100)
        let asked = bench.asked { if case .fills = $0 { true } else { false } }
        try #require(!asked.isEmpty)
        bench.lose(bench.stream)
        bench.runHearing(seconds: 3)
        bench.holdsRequest = { _ in false }
        let later = bench.asked { if case .fills = $0 { true } else { false } }.dropFirst(asked.count)
        for asked in asked { bench.answer(asked, .done) }
        for asked in later { bench.answer(asked, .done) }
        bench.runHearing(seconds: 10)
        let before = bench.session.statistics.comparisons
        bench.runHearing(seconds: 100)
        #expect(bench.session.statistics.comparisons >= before + 2)
    }

    @Test("takes no list of an earlier comparison for its own")
    func staleList() throws {
        let bench = Self.started()
        bench.holdsRequest = { $0 == .account(.openOrders(cursor: nil)) }
        bench.session.compareSoon()
        bench.run(milliseconds: 100)
        let stale = try #require(bench.asked { $0 == .openOrders(cursor: nil) }.last)
        bench.forget()
        bench.lose(bench.stream)
        bench.runHearing(seconds: 3)
        let fresh = try #require(bench.asked { $0 == .openOrders(cursor: nil) }.last)
        try #require(fresh.number != stale.number)
        bench.answer(stale, .done)
        #expect(bench.connections == [.accountLost])
        bench.answer(fresh, .done, [.order(Samples.order(1, venueOrder: 5))])
        #expect(bench.connections == [.accountLost, .accountDoubted, .accountBack])
    }

    @Test("is made once more where it was asked for while one was under way")
    func wantedAgain() throws {
        let bench = Self.started { $0.settings.comparisonNanoseconds = 1_000_000_000_000 }
        bench.holdsRequest = { $0 == .account(.openOrders(cursor: nil)) }
        bench.session.compareSoon()
        bench.run(milliseconds: 100)
        let asked = try #require(bench.asked { $0 == .openOrders(cursor: nil) }.last)
        bench.session.compareSoon()
        bench.holdsRequest = { _ in false }
        bench.answer(asked, .done, [.order(Samples.order(1, venueOrder: 5))])
        bench.runHearing(seconds: 30)
        let later = bench.asked { $0 == .openOrders(cursor: nil) }.filter { $0.at > asked.at }
        #expect(later.count == 1)
    }

    @Test("goes on where a question has no answer", arguments: [true, false])
    func unanswered(isOrders: Bool) throws {
        let bench = Self.started()
        var isHeld = true
        bench.holdsRequest = { isHeld && $0 == .account(isOrders ? .openOrders(cursor: nil) : .balances) }
        bench.session.compareSoon()
        bench.runHearing(seconds: 2)
        let before = bench.session.statistics.comparisons
        isHeld = false
        bench.fail(try #require(bench.asked { $0 == (isOrders ? .openOrders(cursor: nil) : .balances) }.last))
        bench.runHearing(seconds: 15)
        #expect(bench.session.statistics.comparisons > before)
    }
}
