import TerraceCore

@testable import TerraceSimulation

/// What happens to a paper venue with one instrument. Times are milliseconds of the venue's clock.
enum PaperStep: Sendable {
    case snapshot([(Side, Int64, Int64)])
    case depth(Int64, [(Side, Int64, Int64)])
    case trade(aggressor: Side, Int64, Int64, at: Int64)
    case lost
    case place(UInt64, Side, Int64, Int64)
    case amend(UInt64, Int64, Int64)
    case cancel(UInt64)

    /// The same with the sides exchanged and prices mirrored at 1,000.
    var mirrored: PaperStep {
        func mirror(_ levels: [(Side, Int64, Int64)]) -> [(Side, Int64, Int64)] {
            levels.map { ($0.0.opposite, 2_000 - $0.1, $0.2) }
        }
        switch self {
        case .snapshot(let levels): return .snapshot(mirror(levels))
        case .depth(let time, let levels): return .depth(time, mirror(levels))
        case .trade(let side, let price, let quantity, let time):
            return .trade(aggressor: side.opposite, 2_000 - price, quantity, at: time)
        case .place(let id, let side, let price, let quantity):
            return .place(id, side.opposite, 2_000 - price, quantity)
        case .amend(let id, let price, let quantity): return .amend(id, 2_000 - price, quantity)
        case .lost, .cancel: return self
        }
    }
}

/// A paper venue without latency, and what it has reported.
struct PaperBench: ~Copyable {
    static let instrument = InstrumentIndex(0)
    static let base = AssetIndex(0)
    static let quote = AssetIndex(1)
    static let start = Amount(units: 1 << 90)

    var venue: PaperVenue
    var now = Timestamp(nanoseconds: 1_000_000_000)
    var reports: [OrderReport] = []
    var fills: [(id: UInt64, fill: Fill)] = []
    private var deliveries: [Delivery] = []

    init(
        rules: TradingRules = TradingRules(tick: Grid(step: 1), lot: Grid(step: 1)), ordersPerWindow: Int = 0,
        cancelsCount: Bool = false, balance: Amount = PaperBench.start, latency: Int64 = 0
    ) {
        self.venue = PaperVenue(
            [SimulatedInstrument(base: Self.base, quote: Self.quote, units: .standard, rules: rules)],
            venue: VenueIndex(0),
            definition: VenueDefinition(
                name: "paper", ordersPerWindow: ordersPerWindow, windowNanoseconds: 10_000_000_000,
                cancelsCount: cancelsCount),
            balances: [(Self.base, balance), (Self.quote, balance)], assets: 2, latencyNanoseconds: latency)
    }

    static func id(_ sequence: UInt64) -> ClientOrderID {
        ClientOrderID(instance: 1, strategy: 1, slot: 0, sequence: sequence)
    }

    func ahead(_ id: UInt64) -> Int64? { self.venue.ahead(of: Self.id(id), on: Self.instrument) }

    /// How the last reports ended, newest last.
    var lastOutcome: OrderOutcome? { self.reports.last?.outcome }

    mutating func send(_ command: Command) {
        self.venue.send(command, at: self.now)
        self.collect()
    }

    mutating func collect() {
        self.deliveries.removeAll()
        self.venue.advance(to: self.now, into: &self.deliveries)
        for delivery in self.deliveries {
            guard case .order(let report) = delivery.event else { continue }
            self.reports.append(report)
            if case .filled(let fill) = report.outcome { self.fills.append((report.order.sequence, fill)) }
        }
    }

    mutating func levels(_ levels: [(Side, Int64, Int64)], at time: Int64) {
        for (side, price, quantity) in levels {
            self.venue.observe(
                .level(Self.instrument, side, Price(units: price), Quantity(units: quantity)), at: self.now)
        }
        let venueTime = Timestamp(nanoseconds: time * 1_000_000)
        self.venue.observe(.messageEnded(Self.instrument, venueTime: venueTime), at: self.now)
    }

    mutating func apply(_ step: PaperStep) {
        self.now = self.now.advanced(by: 1_000_000)
        let index = Self.instrument
        switch step {
        case .snapshot(let levels):
            self.venue.observe(.snapshotBegan(index), at: self.now)
            self.levels(levels, at: 0)
        case .depth(let time, let levels): self.levels(levels, at: time)
        case .trade(let aggressor, let price, let quantity, let time):
            self.venue.observe(
                .trade(
                    index, aggressor: aggressor, Price(units: price), Quantity(units: quantity),
                    venueTime: Timestamp(nanoseconds: time * 1_000_000), id: 0), at: self.now)
        case .lost: self.venue.observe(.bookLost(index), at: self.now)
        case .place(let id, let side, let price, let quantity):
            self.send(.place(index, Self.id(id), side, Price(units: price), Quantity(units: quantity)))
        case .amend(let id, let price, let quantity):
            self.send(.amend(index, Self.id(id), .bid, Price(units: price), Quantity(units: quantity)))
        case .cancel(let id): self.send(.cancel(index, Self.id(id)))
        }
        self.collect()
    }
}
