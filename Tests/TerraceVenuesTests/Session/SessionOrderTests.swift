import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Orders of a session") struct SessionOrderTests {
    typealias Samples = SessionSamples
    private let id = SessionSamples.id(1)

    /// A session on which commands are answered by the test.
    private static func started(_ change: (SessionBench) -> Void = { _ in }) -> SessionBench {
        let bench = SessionBench(2) {
            $0.holdsRequest = {
                switch $0 {
                case .account(.place), .account(.placeAll), .account(.cancel), .account(.cancelAll), .account(.order),
                    .account(.fillsOfOrder):
                    true
                default: false
                }
            }
            change($0)
        }
        bench.start()
        bench.runHearing(seconds: 5)
        bench.forget()
        return bench
    }

    @Test("are cancelled a few at a time, each signed when it goes out, and none is forgotten")
    func cancelBacklog() throws {
        let bench = Self.started { $0.script.traits.mostInBatch = 1 }
        for number in 1...6 as ClosedRange<UInt64> {
            bench.command(Samples.place(number))
            bench.answer(try #require(bench.asked.last), .done)
        }
        bench.forget()
        func cancels() -> [SessionBench.Asked] { bench.asked { if case .cancel = $0 { true } else { false } } }
        bench.command(
            Samples.cancel(1), Samples.cancel(2), Samples.cancel(3), Samples.cancel(4), Samples.cancel(5),
            Samples.cancel(6))
        #expect(cancels().count == 4)
        #expect(!bench.session.isQuiet)
        let before = try #require(cancels().last).at
        bench.runHearing(seconds: 1)
        bench.answer(cancels()[0], .refused(.other, code: 1))
        #expect(cancels().count == 5)
        #expect(try #require(cancels().last).at.nanoseconds(since: before) >= 1_000_000_000)
        for answered in 1..<5 { bench.answer(cancels()[answered], .refused(.other, code: 1)) }
        #expect(cancels().count == 6)
        bench.answer(cancels()[5], .refused(.other, code: 1))
        #expect(bench.session.isQuiet)
        #expect(bench.outcomes(Samples.id(6)).last == "cancelRejected other")
    }

    @Test(
        "are confirmed, refused, or of unknown fate, by what the venue answers",
        arguments: [
            (AnswerOutcome.done, "accepted"), (.refused(.wouldTake, code: 1), "rejected wouldTake"),
            (.limited(nanoseconds: 1, isBan: false, code: 429), "rejected rateLimited"),
            (.unknown(code: 503), "unknown"), (.refused(.duplicateOrder, code: 1), "unknown"),
        ])
    func placed(outcome: AnswerOutcome, told: String) throws {
        let bench = Self.started()
        bench.command(Samples.place(1))
        bench.answer(try #require(bench.asked.last), outcome)
        #expect(bench.outcomes(self.id) == [told])
    }

    @Test("are of unknown fate without an answer, and refused where nothing was sent")
    func unanswered() throws {
        let bench = Self.started()
        bench.command(Samples.place(1))
        bench.fail(try #require(bench.asked.last))
        #expect(bench.outcomes(self.id) == ["unknown"])
        bench.command(Samples.place(2))
        bench.fail(try #require(bench.asked.last), .notSent("no way"))
        #expect(bench.outcomes(Samples.id(2)) == ["rejected other"])
    }

    @Test("are proved void only by a question asked after the receive window", arguments: [false, true])
    func proof(wasShown: Bool) throws {
        let bench = Self.started()
        bench.command(Samples.place(1))
        let placed = try #require(bench.asked.last)
        if wasShown { bench.answer(placed, .done) } else { bench.fail(placed) }
        bench.forget()
        bench.run(milliseconds: 100)
        bench.command(Samples.query(1))
        bench.answer(
            try #require(bench.asked { if case .order = $0 { true } else { false } }.last),
            .refused(.unknownOrder, code: 1))
        #expect(bench.outcomes(self.id) == [])
        bench.run(milliseconds: 3_000)
        let second = try #require(bench.asked { if case .order = $0 { true } else { false } }.last)
        #expect(second.at.nanoseconds(since: placed.at) >= 2_500_000_000)
        bench.answer(second, .refused(.unknownOrder, code: 1))
        #expect(bench.outcomes(self.id) == ["notFound 0"])
    }

    @Test("that were asked for are told behind their fills")
    func fillsFirst() throws {
        let bench = Self.started()
        bench.command(Samples.place(1))
        bench.fail(try #require(bench.asked.last))
        bench.forget()
        bench.command(Samples.query(1))
        bench.answer(
            try #require(bench.asked.last), .done, [.order(Samples.order(1, .filled, filled: 10, venueOrder: 5))])
        #expect(bench.outcomes(self.id) == [])
        let question = try #require(bench.asked.last)
        #expect(question.what == .account(.fillsOfOrder(slot: 0, self.id, venueOrder: 5)))
        bench.answer(question, .done, [.fill(Samples.fill(90, of: 1, 10, venueOrder: 5))])
        #expect(bench.outcomes(self.id) == ["filled 90", "notFound 10"])
    }

    @Test("are not asked for beyond the weight that there is: not for their fills either")
    func questionsHaveWeight() throws {
        let bench = Self.started()
        bench.command(Samples.place(1))
        bench.fail(try #require(bench.asked.last))
        bench.command(Samples.query(1))
        let question = try #require(bench.asked.last)
        // Meanwhile another command is told that too much was sent.
        bench.command(Samples.place(2))
        bench.answer(try #require(bench.asked.last), .limited(nanoseconds: 20_000_000_000, isBan: false, code: 429))
        let before = bench.asked.count
        bench.answer(question, .done, [.order(Samples.order(1, filled: 3, venueOrder: 5))])
        bench.runHearing(seconds: 18)
        #expect(bench.asked.count == before)
        bench.runHearing(seconds: 5)
        #expect(bench.asked.contains { $0.at > question.at && $0.what == .account(.order(slot: 0, self.id)) })
    }

    @Test("are acknowledged once, by the answer or by the stream, whichever comes first", arguments: [true, false])
    func acknowledgedOnce(streamFirst: Bool) throws {
        let bench = Self.started()
        bench.command(Samples.place(1))
        let asked = try #require(bench.asked.last)
        if streamFirst { bench.tell(bench.stream, [.order(Samples.order(1, venueOrder: 5))]) }
        bench.answer(asked, .done, [.order(Samples.order(1, venueOrder: 5))])
        if !streamFirst { bench.tell(bench.stream, [.order(Samples.order(1, venueOrder: 5))]) }
        bench.settle()
        #expect(bench.outcomes(self.id) == ["accepted"])
    }

    @Test("of a batch are answered each by itself")
    func batch() throws {
        let bench = Self.started { $0.script.traits.mostInBatch = 5 }
        bench.command(Samples.place(1), Samples.place(2), Samples.place(3))
        let asked = try #require(bench.asked.last)
        guard case .account(.placeAll(let all)) = asked.what else { return #expect(Bool(false), "\(asked.what)") }
        #expect(all.count == 3)
        bench.answer(
            asked, .done,
            [
                .order(Samples.order(1)), .order(Samples.order(2, .rejected(.insufficientBalance))),
                .order(Samples.order(3)),
            ])
        #expect(
            [1, 2, 3].map { bench.outcomes(Samples.id($0)) } == [
                ["accepted"], ["rejected insufficientBalance"], ["accepted"],
            ])
        bench.forget()
        bench.command(Samples.cancel(1), Samples.cancel(3))
        bench.answer(
            try #require(bench.asked.last), .done,
            [.order(Samples.order(1, .cancelled)), .order(Samples.order(3, .rejected(.unknownOrder)))])
        #expect(bench.outcomes(Samples.id(1)) == ["cancelled 0"])
        #expect(bench.outcomes(Samples.id(3)) == ["cancelRejected unknownOrder"])
    }

    @Test("wait for as long as the venue says after too many requests, cancels too, and then go on")
    func limited() throws {
        let bench = Self.started()
        bench.command(Samples.place(1))
        bench.answer(try #require(bench.asked.last), .done)
        bench.command(Samples.place(2))
        bench.answer(try #require(bench.asked.last), .limited(nanoseconds: 30_000_000_000, isBan: true, code: 418))
        let count = bench.asked.count
        bench.forget()
        bench.command(Samples.cancel(1), Samples.place(3))
        #expect(bench.outcomes(self.id) == ["cancelRejected rateLimited"])
        #expect(bench.outcomes(Samples.id(3)) == ["rejected rateLimited"])
        bench.runHearing(seconds: 29)
        #expect(bench.asked.count == count)
        bench.runHearing(seconds: 2)
        bench.command(Samples.cancel(1))
        #expect(bench.asked.last?.what == .account(.cancel(slot: 0, self.id)))
    }

    @Test("are cancelled out of a reserve of weight that places leave")
    func reserve() throws {
        let bench = Self.started { $0.script.traits.weightPerWindow = 100 }
        var places = 0
        for number in 1...200 as ClosedRange<UInt64> {
            bench.command(Samples.place(number))
            if bench.outcomes(Samples.id(number)) == ["rejected rateLimited"] { break }
            places += 1
        }
        #expect(places > 50 && places < 95)
        bench.command(Samples.cancel(1))
        #expect(bench.asked.last?.what == .account(.cancel(slot: 0, self.id)))
    }

    @Test("of others on the account are never touched")
    func foreign() {
        let bench = Self.started { $0.openOrders = [Samples.order(5, instance: 9), Samples.order(6, slot: nil)] }
        bench.tell(
            bench.stream, [.order(Samples.order(7, instance: 9)), .order(Samples.order(8, .cancelled, instance: 9))])
        bench.runHearing(seconds: 60)
        #expect(bench.session.statistics.foreign > 2)
        #expect(!bench.told.contains { if case .order = $0 { true } else { false } })
        #expect(bench.asked { if case .cancel = $0 { true } else { false } }.isEmpty)
    }

    @Test(
        "of an earlier run are told as found, whether the list shows them or the stream, so that the engine cancels them"
    )
    func earlierRun() {
        let bench = SessionBench(2) { $0.openOrders = [Samples.order(1)] }
        bench.start()
        bench.runHearing(seconds: 2)
        #expect(bench.outcomes(self.id) == ["found 0"])
        // One that was on its way when the engine before was stopped.
        bench.tell(bench.stream, [.order(Samples.order(2, filled: 3))])
        bench.settle()
        #expect(bench.outcomes(Samples.id(2)) == ["found 3"])
    }

    @Test("are told apart by instrument where the venue numbers them on each by itself")
    func venueNumbers() throws {
        let bench = Self.started()
        for (number, slot) in [(1, 0), (2, 1)] as [(UInt64, Int)] {
            bench.command(Samples.place(number, on: UInt32(slot)))
            bench.answer(
                try #require(bench.asked.last), .done, [.order(Samples.order(number, slot: slot, venueOrder: 77))])
        }
        bench.forget()
        bench.tell(bench.stream, [.fill(Samples.fill(5, of: nil, slot: 0, venueOrder: 77))])
        bench.tell(bench.stream, [.fill(Samples.fill(6, of: nil, slot: 1, venueOrder: 77))])
        bench.settle()
        #expect(bench.outcomes(self.id) == ["filled 5"])
        #expect(bench.outcomes(Samples.id(2)) == ["filled 6"])
    }
}
