import TerraceCore
import Testing

@Suite("An order") struct WorkingOrderTests {
    static let id = ClientOrderID(instance: 1, strategy: 2, slot: 3, sequence: 4)

    static func fill(_ quantity: Int64) -> Fill {
        Fill(
            trade: 9, side: .bid, price: Price(units: 100), quantity: Quantity(units: quantity), fee: .zero,
            feeAsset: AssetIndex(0), isMaker: true)
    }
    static func filled(_ quantity: Int64) -> OrderOutcome { .filled(Self.fill(quantity)) }
    static func cancelled(_ cumulative: Int64) -> OrderOutcome { .cancelled(cumulative: Quantity(units: cumulative)) }
    static func notFound(_ cumulative: Int64) -> OrderOutcome { .notFound(cumulative: Quantity(units: cumulative)) }
    static func amended(_ price: Int64, _ quantity: Int64) -> OrderOutcome {
        .amended(Price(units: price), Quantity(units: quantity))
    }
    static func found(_ price: Int64, _ quantity: Int64, _ cumulative: Int64 = 0) -> OrderOutcome {
        .found(Price(units: price), Quantity(units: quantity), cumulative: Quantity(units: cumulative))
    }

    /// How an order came to where it is. A bid for 10 at 100; the amendment asks for 12 at 120.
    enum History: CaseIterable {
        case idle, placing, working, amending, cancelling, unknownPlacing, unknownAmending, unknownCancelling
        /// Cancelled after fills of 6 that have not come.
        case endedAwaitingFills

        var order: WorkingOrder {
            var order = WorkingOrder(side: .bid)
            if self == .idle { return order }
            order.place(WorkingOrderTests.id, price: Price(units: 100), quantity: Quantity(units: 10))
            switch self {
            case .idle, .placing: break
            case .unknownPlacing: _ = order.expire()
            case .working: _ = order.apply(.accepted)
            case .amending, .unknownAmending:
                _ = order.apply(.accepted)
                order.amend(price: Price(units: 120), quantity: Quantity(units: 12))
                if self == .unknownAmending { _ = order.expire() }
            case .cancelling, .unknownCancelling, .endedAwaitingFills:
                _ = order.apply(.accepted)
                order.cancel()
                if self == .unknownCancelling { _ = order.expire() }
                if self == .endedAwaitingFills { _ = order.apply(WorkingOrderTests.cancelled(6)) }
            }
            return order
        }
    }

    /// What each report does to each order: the state it leads to and the effect. The table is the specification.
    static let table: [(report: OrderOutcome, leads: [(OrderState, OrderEffect)])] = [
        // In the order of `History`: idle, placing, working, amending, cancelling, unknown since placing, amending, cancelling,
        // and ended while fills are awaited.
        (
            .accepted,
            [
                (.idle, .cancelOrphan), (.working, .none), (.working, .none), (.amending, .none), (.cancelling, .none),
                (.working, .none), (.unknown, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
        (
            .rejected(.wouldTake),
            [
                (.idle, .none), (.idle, .refused(.wouldTake)), (.unknown, .query), (.unknown, .query),
                (.unknown, .query), (.idle, .refused(.wouldTake)), (.unknown, .query), (.unknown, .query),
                (.unknown, .none),
            ]
        ),
        (
            filled(4),
            [
                (.idle, .bookLate), (.working, .book), (.working, .book), (.amending, .book), (.cancelling, .book),
                (.unknown, .book), (.unknown, .book), (.unknown, .book), (.unknown, .book),
            ]
        ),
        (
            filled(10),
            [
                (.idle, .bookLate), (.idle, .book), (.idle, .book), (.amending, .book), (.idle, .book),
                (.idle, .book), (.unknown, .book), (.idle, .book), (.idle, .bookLate),
            ]
        ),
        (
            filled(12),
            [
                (.idle, .bookLate), (.idle, .bookLate), (.idle, .bookLate), (.idle, .book), (.idle, .bookLate),
                (.idle, .bookLate), (.idle, .book), (.idle, .bookLate), (.idle, .bookLate),
            ]
        ),
        (
            cancelled(0),
            [
                (.idle, .none), (.idle, .released), (.idle, .released), (.idle, .released), (.idle, .released),
                (.idle, .released), (.idle, .released), (.idle, .released), (.idle, .released),
            ]
        ),
        (
            cancelled(6),
            [
                (.idle, .none), (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .query),
                (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .query),
            ]
        ),
        (
            .cancelRejected(.unknownOrder),
            [
                (.idle, .none), (.placing, .anomaly), (.working, .anomaly), (.amending, .anomaly), (.unknown, .query),
                (.unknown, .none), (.unknown, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
        (
            .cancelRejected(.rateLimited),
            [
                (.idle, .none), (.placing, .anomaly), (.working, .anomaly), (.amending, .anomaly), (.working, .none),
                (.unknown, .none), (.unknown, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
        (
            amended(120, 12),
            [
                (.idle, .cancelOrphan), (.unknown, .query), (.unknown, .query), (.working, .none),
                (.cancelling, .none), (.unknown, .none), (.working, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
        (
            amended(100, 10),
            [
                (.idle, .cancelOrphan), (.working, .none), (.working, .none), (.amending, .none), (.cancelling, .none),
                (.unknown, .none), (.unknown, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
        (
            .amendRejected(.unknownOrder),
            [
                (.idle, .none), (.placing, .anomaly), (.working, .anomaly), (.unknown, .query),
                (.cancelling, .anomaly), (.unknown, .none), (.unknown, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
        (
            .amendRejected(.wouldTake),
            [
                (.idle, .none), (.placing, .anomaly), (.working, .anomaly), (.working, .none), (.cancelling, .anomaly),
                (.unknown, .none), (.unknown, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
        (
            found(100, 10),
            [
                (.idle, .cancelOrphan), (.working, .none), (.working, .none), (.amending, .none), (.cancelling, .none),
                (.working, .none), (.working, .none), (.working, .none), (.unknown, .none),
            ]
        ),
        (
            found(120, 12),
            [
                (.idle, .cancelOrphan), (.unknown, .query), (.unknown, .query), (.working, .none),
                (.cancelling, .none), (.working, .none), (.working, .none), (.working, .none), (.unknown, .none),
            ]
        ),
        (
            notFound(0),
            [
                (.idle, .none), (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .query),
                (.idle, .released), (.idle, .released), (.idle, .released), (.idle, .released),
            ]
        ),
        (
            notFound(6),
            [
                (.idle, .none), (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .query),
                (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .query),
            ]
        ),
        (
            found(100, 10, 4),
            [
                (.idle, .cancelOrphan), (.unknown, .query), (.unknown, .query), (.unknown, .query),
                (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .none),
            ]
        ),
        (
            .unknown,
            [
                (.idle, .none), (.unknown, .query), (.unknown, .query), (.unknown, .query), (.unknown, .query),
                (.unknown, .none), (.unknown, .none), (.unknown, .none), (.unknown, .none),
            ]
        ),
    ]

    @Test("goes where the table says and does what the table says, from every state on every report")
    func transitions() {
        #expect(Set(History.allCases.map { $0.order.state }) == Set(OrderState.allCases))
        for (report, leads) in Self.table {
            #expect(leads.count == History.allCases.count)
            for (history, (state, effect)) in zip(History.allCases, leads) {
                var order = history.order
                let came = order.apply(report)
                #expect(order.state == state, "\(history) on \(report)")
                #expect(came == effect, "\(history) on \(report)")
            }
        }
    }

    @Test("counts as open with all that may still fill, at the worse price, whatever comes")
    func exposure() {
        for (report, _) in Self.table {
            for history in History.allCases {
                let before = history.order
                var order = before
                let effect = order.apply(report)
                #expect(order.open >= .zero)
                switch effect {
                case .query:
                    // Nothing was proved: not less is open than before, and not at a lower price. But an end was.
                    if case .cancelled = report { break }
                    if case .notFound = report, before.state == .unknown { break }
                    #expect(order.open >= before.open && order.highestPrice >= before.highestPrice)
                case .anomaly:
                    #expect(order == before, "\(history) on \(report): what fits nothing changes nothing")
                case .none, .cancelOrphan: break
                case .book, .bookLate, .bookAndQuery:
                    #expect(order.open <= before.open)
                case .released, .refused:
                    #expect(order.open == .zero)
                }
            }
        }
        #expect(History.amending.order.open.units == 12 && History.amending.order.highestPrice.units == 120)
        #expect(
            History.unknownAmending.order.open.units == 12 && History.unknownAmending.order.highestPrice.units == 120)
    }

    @Test("is asked for once nothing is heard of it any more, whatever its state")
    func expires() {
        for history in History.allCases {
            var order = history.order
            #expect(order.expire() == (history == .idle ? .none : .query), "\(history)")
            #expect(order.open == history.order.open, "\(history): all of it still counts")
        }
    }

    @Test("asks for an earlier fill that the venue counts and that has not come")
    func missingFill() {
        var order = History.working.order
        var fill = Self.fill(2)
        fill.cumulative = Quantity(units: 5)
        #expect(order.apply(.filled(fill)) == .bookAndQuery)
        #expect(order.state == .unknown && order.open.units == 8)
        #expect(order.apply(Self.filled(3)) == .book)
        #expect(order.apply(Self.found(100, 10, 5)) == .none)
        #expect(order.state == .working && order.open.units == 5)
    }
}

/// A race of two or three reports, what each has to do, and where the order has to end.
struct Race: Sendable, CustomStringConvertible {
    let name: String
    let history: WorkingOrderTests.History
    let reports: [OrderOutcome]
    let effects: [OrderEffect]
    let ends: OrderState
    let filled: Int64
    let open: Int64
    var description: String { self.name }

    static let all: [Race] = [
        Race(
            name: "a fill before the acceptance", history: .placing,
            reports: [WorkingOrderTests.filled(4), .accepted], effects: [.book, .none], ends: .working, filled: 4,
            open: 6),
        Race(
            name: "the whole fill before the acceptance", history: .placing,
            reports: [WorkingOrderTests.filled(10), .accepted], effects: [.book, .none], ends: .idle, filled: 10,
            open: 0),
        Race(
            name: "a part fills while the cancel is under way", history: .cancelling,
            reports: [WorkingOrderTests.filled(4), WorkingOrderTests.cancelled(4)], effects: [.book, .released],
            ends: .idle, filled: 4, open: 0),
        Race(
            name: "the cancel overtakes the fill that came before it", history: .cancelling,
            reports: [WorkingOrderTests.cancelled(4), WorkingOrderTests.filled(4)], effects: [.query, .book],
            ends: .idle, filled: 4, open: 0),
        Race(
            name: "the cancel is refused because all is filled, and the fill came first", history: .cancelling,
            reports: [WorkingOrderTests.filled(10), .cancelRejected(.unknownOrder)], effects: [.book, .none],
            ends: .idle, filled: 10, open: 0),
        Race(
            name: "the cancel is refused because all is filled, and the fill comes behind", history: .cancelling,
            reports: [.cancelRejected(.unknownOrder), WorkingOrderTests.filled(10)], effects: [.query, .book],
            ends: .idle, filled: 10, open: 0),
        Race(
            name: "the cancel is refused because of the rate, and the order still stands", history: .cancelling,
            reports: [.cancelRejected(.rateLimited), WorkingOrderTests.filled(4)], effects: [.none, .book],
            ends: .working, filled: 4, open: 6),
        Race(
            name: "the acceptance is lost, and the order is found", history: .unknownPlacing,
            reports: [WorkingOrderTests.found(100, 10, 0), WorkingOrderTests.filled(4)], effects: [.none, .book],
            ends: .working, filled: 4, open: 6),
        Race(
            name: "the acceptance is lost, and the order is found part filled before the fill comes",
            history: .unknownPlacing,
            reports: [
                WorkingOrderTests.found(100, 10, 4), WorkingOrderTests.filled(4), WorkingOrderTests.found(100, 10, 4),
            ], effects: [.query, .book, .none], ends: .working, filled: 4, open: 6),
        Race(
            name: "the order never reached the venue", history: .unknownPlacing,
            reports: [WorkingOrderTests.notFound(0)], effects: [.released], ends: .idle, filled: 0, open: 0),
        Race(
            name: "not found because all is filled, and the fill comes behind", history: .unknownPlacing,
            reports: [WorkingOrderTests.notFound(10), WorkingOrderTests.filled(10)], effects: [.query, .book],
            ends: .idle, filled: 10, open: 0),
        Race(
            name: "the acceptance comes late, then the answer to the query", history: .unknownPlacing,
            reports: [.accepted, WorkingOrderTests.found(100, 10)], effects: [.none, .none], ends: .working, filled: 0,
            open: 10),
        Race(
            name: "the acceptance twice", history: .placing, reports: [.accepted, .accepted],
            effects: [.none, .none], ends: .working, filled: 0, open: 10),
        Race(
            name: "the acceptance again while a lost cancel is asked for", history: .unknownCancelling,
            reports: [.accepted, WorkingOrderTests.notFound(0)], effects: [.none, .released], ends: .idle, filled: 0,
            open: 0),
        Race(
            name: "the cancellation twice", history: .cancelling,
            reports: [WorkingOrderTests.cancelled(0), WorkingOrderTests.cancelled(0)], effects: [.released, .none],
            ends: .idle, filled: 0, open: 0),
        Race(
            name: "partly filled, then cancelled", history: .working,
            reports: [WorkingOrderTests.filled(4), WorkingOrderTests.cancelled(4)], effects: [.book, .released],
            ends: .idle, filled: 4, open: 0),
        Race(
            name: "two fills out of order", history: .working,
            reports: [WorkingOrderTests.filled(6), WorkingOrderTests.filled(4)], effects: [.book, .book], ends: .idle,
            filled: 10, open: 0),
        Race(
            name: "the amendment is raced by a fill of the old quantity", history: .amending,
            reports: [WorkingOrderTests.filled(10), .amendRejected(.unknownOrder), WorkingOrderTests.notFound(10)],
            effects: [.book, .query, .released], ends: .idle, filled: 10, open: 0),
        Race(
            name: "the amendment is taken after a fill", history: .amending,
            reports: [WorkingOrderTests.filled(4), WorkingOrderTests.amended(120, 12)], effects: [.book, .none],
            ends: .working, filled: 4, open: 8),
        Race(
            name: "the amendment is refused after a fill, and the order stands as it did", history: .amending,
            reports: [WorkingOrderTests.filled(4), .amendRejected(.wouldTake)], effects: [.book, .none],
            ends: .working, filled: 4, open: 6),
        Race(
            name: "an old amendment's answer comes again while a new one is under way", history: .amending,
            reports: [WorkingOrderTests.amended(110, 11), WorkingOrderTests.amended(120, 12)],
            effects: [.none, .none], ends: .working, filled: 0, open: 12),
        Race(
            name: "an old amendment's answer comes again behind the new one", history: .amending,
            reports: [
                WorkingOrderTests.amended(120, 12), WorkingOrderTests.amended(110, 11),
                WorkingOrderTests.found(120, 12),
            ], effects: [.none, .query, .none], ends: .working, filled: 0, open: 12),
        Race(
            name: "the amendment's answer is lost, and the order is found as it was", history: .unknownAmending,
            reports: [WorkingOrderTests.found(100, 10)], effects: [.none], ends: .working, filled: 0, open: 10),
        Race(
            name: "the venue answers a cancel with 'unknown', and it was taken", history: .cancelling,
            reports: [.unknown, WorkingOrderTests.notFound(0)], effects: [.query, .released], ends: .idle, filled: 0,
            open: 0),
        Race(
            name: "the venue answers a cancel with 'unknown', and it was not taken", history: .cancelling,
            reports: [.unknown, WorkingOrderTests.found(100, 10)], effects: [.query, .none], ends: .working, filled: 0,
            open: 10),
        Race(
            name: "an old answer 'found' comes behind the proof of the end", history: .endedAwaitingFills,
            reports: [WorkingOrderTests.found(100, 10), WorkingOrderTests.filled(6)], effects: [.none, .book],
            ends: .idle, filled: 6, open: 0),
        Race(
            name: "an old answer 'not found' comes behind the acceptance", history: .working,
            reports: [WorkingOrderTests.notFound(0), WorkingOrderTests.found(100, 10)], effects: [.query, .none],
            ends: .working, filled: 0, open: 10),
    ]
}

@Suite("A race") struct RaceTests {
    @Test("ends with the truth", arguments: Race.all)
    func race(_ race: Race) {
        var order = race.history.order
        var effects: [OrderEffect] = []
        for report in race.reports { effects.append(order.apply(report)) }
        #expect(effects == race.effects)
        #expect(order.state == race.ends)
        #expect(order.filled.units == race.filled)
        #expect(order.open.units == race.open)
    }
}
