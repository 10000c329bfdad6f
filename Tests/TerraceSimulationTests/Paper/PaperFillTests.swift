import TerraceCore
import Testing

@testable import TerraceSimulation

/// A story of a recorded market and our orders in it, and what it comes to.
struct PaperStory: Sendable, CustomTestStringConvertible {
    var claim: String
    var steps: [PaperStep]
    var fills: [(UInt64, Int64)] = []
    var ahead: [UInt64: Int64] = [:]
    var testDescription: String { self.claim }

    /// 10 bid at 1,000 and 10 asked at 1,002, known up to 10 ms; order 1 bids 5 at 1,000.
    static let opening: [PaperStep] = [
        .snapshot([(.bid, 1_000, 10), (.bid, 999, 10), (.ask, 1_002, 10)]), .depth(10, []),
        .place(1, .bid, 1_000, 5),
    ]

    static let all: [PaperStory] = [
        PaperStory(claim: "joins behind what is displayed", steps: Self.opening, ahead: [1: 10]),
        PaperStory(
            claim: "stands first at a price that nobody else has",
            steps: Self.opening + [.place(2, .bid, 1_001, 5)], ahead: [1: 10, 2: 0]),
        PaperStory(
            claim: "moves up by prints at its price, and is filled by what is left of them",
            steps: Self.opening + [
                .trade(aggressor: .ask, 1_000, 4, at: 20), .trade(aggressor: .ask, 1_000, 8, at: 21),
            ], fills: [(1, 2)], ahead: [1: 0]),
        PaperStory(
            claim: "is filled once to the end, and no further",
            steps: Self.opening + [
                .trade(aggressor: .ask, 1_000, 40, at: 20), .trade(aggressor: .ask, 1_000, 40, at: 21),
            ], fills: [(1, 5)]),
        PaperStory(
            claim: "is not moved by prints on the other side, nor by those at better prices",
            steps: Self.opening + [
                .trade(aggressor: .bid, 1_002, 40, at: 20), .trade(aggressor: .ask, 1_001, 40, at: 21),
            ], ahead: [1: 10]),
        PaperStory(
            claim: "keeps its place when others join",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 50)])], ahead: [1: 10]),
        PaperStory(
            claim: "moves up in proportion by cancels",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 20)]), .depth(30, [(.bid, 1_000, 10)])], ahead: [1: 5]),
        PaperStory(
            claim: "moves up by cancels rounded against it",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 30)]), .depth(30, [(.bid, 1_000, 25)])], ahead: [1: 9]),
        PaperStory(
            claim: "moves up by all cancels where nobody stands behind it",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 3)])], ahead: [1: 3]),
        PaperStory(
            claim: "never stands behind more than is displayed, and fills nothing when the level goes",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 0)]), .depth(30, [(.bid, 1_000, 7)])], ahead: [1: 0]),
        PaperStory(
            claim: "is filled by a print through its price, whatever stood ahead",
            steps: Self.opening + [.trade(aggressor: .ask, 999, 3, at: 20)], fills: [(1, 3)], ahead: [1: 0]),
        PaperStory(
            claim: "a print that comes before the book message that shows it counts once",
            steps: Self.opening + [
                .trade(aggressor: .ask, 1_000, 4, at: 15), .depth(20, [(.bid, 1_000, 6)]),
                .trade(aggressor: .ask, 1_000, 7, at: 21),
            ], fills: [(1, 1)], ahead: [1: 0]),
        PaperStory(
            claim: "a print that comes behind the book message that shows it counts once",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 6)]), .trade(aggressor: .ask, 1_000, 4, at: 15),
                .trade(aggressor: .ask, 1_000, 7, at: 21),
            ], fills: [(1, 1)], ahead: [1: 0]),
        PaperStory(
            claim: "a late print takes from the front what its book message had spread over the queue",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 20)]), .depth(30, [(.bid, 1_000, 12)]),
                .trade(aggressor: .ask, 1_000, 8, at: 25),
            ], ahead: [1: 2]),
        PaperStory(
            claim: "a late print that reached it fills it by what passed those ahead",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 20)]), .depth(30, [(.bid, 1_000, 5)]),
                .trade(aggressor: .ask, 1_000, 15, at: 25),
            ], fills: [(1, 5)]),
        PaperStory(
            claim: "a print that the book had shown before it joined is nothing to it",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 2)]), .place(2, .bid, 1_000, 5), .trade(aggressor: .ask, 1_000, 8, at: 15),
            ], ahead: [1: 2, 2: 2]),
        PaperStory(
            claim: "a print that happened before it arrived, and is told later, moves it up and fills others",
            steps: Self.opening + [
                .depth(30, []), .place(2, .bid, 1_000, 5), .place(3, .bid, 1_001, 5), .depth(60, []),
                .place(4, .bid, 1_001, 5), .trade(aggressor: .ask, 1_000, 12, at: 61),
            ], fills: [(3, 5)], ahead: [1: 3, 2: 3]),
        PaperStory(
            claim: "cancels beside a print are told apart",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 20)]), .trade(aggressor: .ask, 1_000, 4, at: 25),
                .depth(30, [(.bid, 1_000, 8)]),
            ], ahead: [1: 3]),
        PaperStory(
            claim: "a level that refills within a message stays behind it",
            steps: Self.opening + [
                .trade(aggressor: .ask, 1_000, 10, at: 15), .depth(20, [(.bid, 999, 11)]),
                .trade(aggressor: .ask, 1_000, 2, at: 25),
            ], fills: [(1, 2)], ahead: [1: 0]),
        PaperStory(
            claim: "a book message from before a print does not explain it",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 20)]), .trade(aggressor: .ask, 1_000, 6, at: 35),
                .depth(30, [(.bid, 1_000, 20)]), .depth(40, [(.bid, 1_000, 14)]),
            ], ahead: [1: 4]),
        PaperStory(
            claim: "one print fills our orders in order of price and time, once",
            steps: Self.opening + [
                .place(2, .bid, 1_001, 3), .place(3, .bid, 1_001, 3), .trade(aggressor: .ask, 1_000, 8, at: 20),
            ], fills: [(2, 3), (3, 3)], ahead: [1: 8]),
        PaperStory(
            claim: "two of our orders at a price do not both take what passes one queue",
            steps: Self.opening + [.place(2, .bid, 1_000, 5), .trade(aggressor: .ask, 1_000, 17, at: 20)],
            fills: [(1, 5), (2, 2)], ahead: [2: 0]),
        PaperStory(
            claim: "those between two of our orders are served between them",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 14)]), .place(2, .bid, 1_000, 5),
                .trade(aggressor: .ask, 1_000, 20, at: 30),
            ], fills: [(1, 5), (2, 1)], ahead: [2: 0]),
        PaperStory(
            claim: "the other side that comes to its price fills it by what it displays",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 0), (.ask, 1_000, 3)])], fills: [(1, 3)], ahead: [1: 0]),
        PaperStory(
            claim: "what is displayed through its price fills it once, and again only by what it grows",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 0), (.ask, 1_000, 3)]), .depth(30, []), .depth(40, [(.ask, 1_000, 3)]),
                .depth(50, [(.ask, 1_000, 2)]), .depth(60, [(.ask, 1_000, 3)]),
            ], fills: [(1, 3), (1, 1)], ahead: [1: 0]),
        PaperStory(
            claim: "several displayed levels through its price fill it, best first",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 0), (.bid, 999, 0), (.ask, 1_000, 3), (.ask, 999, 1)])
            ], fills: [(1, 1), (1, 3)], ahead: [1: 0]),
        PaperStory(
            claim: "one displayed level is shared by our orders in order of price",
            steps: Self.opening + [
                .place(2, .bid, 1_001, 4), .depth(20, [(.bid, 1_000, 0), (.ask, 1_000, 6)]),
            ], fills: [(2, 4), (1, 2)], ahead: [1: 0]),
        PaperStory(
            claim: "a recorded book that crosses itself fills nothing",
            steps: Self.opening + [.depth(20, [(.ask, 1_000, 6)])], ahead: [1: 10]),
        PaperStory(
            claim: "a lost book fills nothing",
            steps: Self.opening + [
                .lost, .trade(aggressor: .ask, 990, 50, at: 20), .depth(30, [(.ask, 1_000, 6)]),
            ], ahead: [1: 10]),
        PaperStory(
            claim: "after a snapshot it stands where it stood at most, and is filled again",
            steps: Self.opening + [
                .lost, .snapshot([(.bid, 1_000, 3), (.ask, 1_002, 5)]), .trade(aggressor: .ask, 1_000, 2, at: 15),
                .depth(20, []), .trade(aggressor: .ask, 1_000, 4, at: 25),
            ], fills: [(1, 1)], ahead: [1: 0]),
        PaperStory(
            claim: "what a displayed level has filled it by is remembered over a snapshot",
            steps: Self.opening + [
                .depth(20, [(.bid, 1_000, 0), (.ask, 1_000, 3)]), .snapshot([(.bid, 999, 3), (.ask, 1_000, 3)]),
                .depth(30, []),
            ], fills: [(1, 3)], ahead: [1: 0]),
        PaperStory(
            claim: "keeps its place when it becomes smaller",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 20)]), .amend(1, 1_000, 2)], ahead: [1: 10]),
        PaperStory(
            claim: "loses its place when it becomes larger",
            steps: Self.opening + [.depth(20, [(.bid, 1_000, 20)]), .amend(1, 1_000, 6)], ahead: [1: 20]),
        PaperStory(
            claim: "loses its place when its price changes",
            steps: Self.opening + [.amend(1, 999, 5), .trade(aggressor: .ask, 1_000, 50, at: 20)], ahead: [1: 10]),
        PaperStory(
            claim: "is not filled after its cancel",
            steps: Self.opening + [.cancel(1), .trade(aggressor: .ask, 990, 50, at: 20)]),
    ]
}

@Suite("A paper order") struct PaperFillTests {
    @Test("has its place in the queue", arguments: PaperStory.all)
    func story(_ story: PaperStory) {
        for mirrors in [false, true] {
            var bench = PaperBench()
            for step in story.steps { bench.apply(mirrors ? step.mirrored : step) }
            let fills = bench.fills.map { "\($0.id):\($0.fill.quantity.units)" }
            #expect(fills == story.fills.map { "\($0.0):\($0.1)" }, "\(mirrors ? "mirrored" : "")")
            for id in 1...3 as ClosedRange<UInt64> {
                let ahead = bench.ahead(id)
                #expect(ahead == story.ahead[id], "order \(id) \(mirrors ? "mirrored" : "")")
            }
        }
    }

    @Test("is filled by every print once where the venue tells no times, at the cost of some of its place")
    func withoutTimes() {
        var bench = PaperBench()
        let steps: [PaperStep] = [
            .snapshot([(.bid, 1_000, 10), (.ask, 1_002, 10)]), .place(1, .bid, 1_000, 5),
            .trade(aggressor: .ask, 1_000, 4, at: 0), .depth(0, [(.bid, 1_000, 6)]),
        ]
        for step in steps { bench.apply(step) }
        #expect(bench.ahead(1) == 6)
        bench.apply(.depth(0, [(.bid, 1_000, 2)]))
        #expect(bench.ahead(1) == 2)
        bench.apply(.trade(aggressor: .ask, 1_000, 4, at: 0))
        #expect(bench.ahead(1) == 2)
        bench.apply(.trade(aggressor: .ask, 1_000, 4, at: 0))
        #expect(bench.fills.count == 1)
        #expect(bench.fills.first?.fill.quantity.units == 2)
    }
}
