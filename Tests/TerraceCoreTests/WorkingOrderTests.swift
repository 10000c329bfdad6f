import TerraceCore
import Testing

@Suite("An order") struct WorkingOrderTests {
    static let id = ClientOrderID(instance: 1, strategy: 2, slot: 3, sequence: 4)
    static let reports: [OrderOutcome] = [
        .accepted, .rejected(.wouldTake), .filled(fill(4)), .filled(fill(10)), .cancelled(cumulative: .zero),
        .cancelled(cumulative: Quantity(units: 6)), .cancelRejected(.unknownOrder), .cancelRejected(.rateLimited),
        .amended(Price(units: 120), Quantity(units: 12)), .amendRejected(.unknownOrder), .amendRejected(.wouldTake),
        .found(Price(units: 100), Quantity(units: 10), cumulative: .zero), .notFound(cumulative: .zero),
        .notFound(cumulative: Quantity(units: 6)), .unknown,
    ]

    static func fill(_ quantity: Int64) -> Fill {
        Fill(
            trade: 9, side: .bid, price: Price(units: 100), quantity: Quantity(units: quantity), fee: .zero,
            feeAsset: AssetIndex(0), isMaker: true)
    }

    static func order(_ state: OrderState) -> WorkingOrder {
        var order = WorkingOrder(side: .bid)
        if state == .idle { return order }
        order.place(Self.id, price: Price(units: 100), quantity: Quantity(units: 10))
        if state == .placing { return order }
        if state == .unknown {
            _ = order.expire()
            return order
        }
        _ = order.apply(.accepted)
        if state == .amending { order.amend(price: Price(units: 120), quantity: Quantity(units: 12)) }
        if state == .cancelling { order.cancel() }
        return order
    }

    /// Where each report leads from each state: the table is the specification. In the order of `reports`.
    static let table: [(OrderState, [OrderState])] = [
        (
            .idle,
            [.idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle, .idle]
        ),
        (
            .placing,
            [
                .working, .idle, .working, .idle, .idle, .unknown, .placing, .placing, .working, .placing, .placing,
                .working, .unknown, .unknown, .unknown,
            ]
        ),
        (
            .working,
            [
                .working, .unknown, .working, .idle, .idle, .unknown, .working, .working, .working, .working, .working,
                .working, .unknown, .unknown, .unknown,
            ]
        ),
        (
            .amending,
            [
                .amending, .unknown, .amending, .amending, .idle, .unknown, .amending, .amending, .working, .unknown,
                .working, .amending, .unknown, .unknown, .unknown,
            ]
        ),
        (
            .cancelling,
            [
                .cancelling, .unknown, .cancelling, .idle, .idle, .unknown, .unknown, .working, .cancelling,
                .cancelling, .cancelling, .cancelling, .unknown, .unknown, .unknown,
            ]
        ),
        (
            .unknown,
            [
                .working, .idle, .unknown, .idle, .idle, .unknown, .unknown, .unknown, .unknown, .unknown, .unknown,
                .working, .idle, .unknown, .unknown,
            ]
        ),
    ]

    @Test("goes where the table says, from every state on every report")
    func transitions() {
        #expect(Self.table.map { $0.0 } == OrderState.allCases)
        for (state, expected) in Self.table {
            #expect(expected.count == Self.reports.count)
            for (report, next) in zip(Self.reports, expected) {
                var order = Self.order(state)
                _ = order.apply(report)
                #expect(order.state == next, "\(state) on \(report)")
            }
        }
    }

    @Test("books every fill, in whatever state it comes")
    func booksFills() {
        for state in OrderState.allCases {
            var order = Self.order(state)
            let effect = order.apply(.filled(Self.fill(4)))
            #expect(effect == (state == .idle ? .bookLate : .book), "\(state)")
        }
    }

    @Test("counts as open with the worse of two totals and prices while an amendment is under way")
    func exposure() {
        var order = Self.order(.amending)
        #expect(order.open.units == 12 && order.highestPrice.units == 120)
        _ = order.expire()
        #expect(order.state == .unknown && order.open.units == 12 && order.highestPrice.units == 120)
    }

    @Test("stays reserved for fills that the venue counts and that have not come")
    func missingFill() {
        var order = Self.order(.cancelling)
        _ = order.apply(.cancelled(cumulative: Quantity(units: 6)))
        #expect(order.state == .unknown && order.open.units == 6)
        #expect(order.apply(.filled(Self.fill(6))) == .book)
        #expect(order.state == .idle)
    }

    @Test("is asked for once nothing is heard of it, whatever its state")
    func expires() {
        for state in OrderState.allCases {
            var order = Self.order(state)
            #expect(order.expire() == (state == .idle ? .none : .query), "\(state)")
        }
    }
}

@Suite("Booked trades") struct SeenTradesTests {
    @Test("are remembered once, and the oldest forgotten when full")
    func remembers() {
        var seen = SeenTrades(capacity: 100)
        let instrument = InstrumentIndex(3)
        for trade in 0..<5_000 as Range<UInt64> {
            let isNew = seen.insert(trade, instrument)
            let isAgain = seen.insert(trade, instrument)
            #expect(isNew && !isAgain)
            if trade >= 99 {
                let isOldestNew = seen.insert(trade - 99, instrument)
                #expect(!isOldestNew)
            }
        }
        let isForgotten = seen.insert(10, instrument)
        #expect(isForgotten)
    }
}
