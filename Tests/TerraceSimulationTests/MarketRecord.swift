import TerraceCore
import TerraceSimulation

/// What somebody who listens to a simulated market for a while sees of it.
struct MarketRecord: Sendable {
    struct Sample: Sendable {
        let seconds: Double
        let instrument: Int
        let bid: Int64
        let ask: Int64
        /// The quantity at each distance from the touch, in ticks, both sides; the touch itself first.
        let depth: [Int64]
    }

    static let pairs = 3
    static let venues = 3
    static let seconds = 400
    static let rate = 900.0

    let setup: MarketSetup
    var samples: [Sample] = []
    /// Level records by instrument and second.
    var updates: [[Int]]
    var trades: [(instrument: Int, aggressor: Side)] = []
    var messages = 0
    var crossed = 0
    var oneSided = 0
    var published: UInt64 = 0

    /// Listens to the market of `seed`.
    init(seed: UInt64) {
        self.setup = MarketSetup(pairs: Self.pairs, venues: Self.venues)
        let count = Self.pairs * Self.venues
        self.updates = Array(repeating: Array(repeating: 0, count: Self.seconds + 1), count: count)
        let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var market = SimulatedMarket(self.setup, rate: Self.rate, seed: seed, start: start)
        var books = Array(repeating: [[Int64: Int64](), [Int64: Int64]()], count: count)
        var deliveries: [Delivery] = []
        for step in 1...Self.seconds * 20 {
            deliveries.removeAll(keepingCapacity: true)
            market.advance(to: start.advanced(by: Int64(step) * 50_000_000), into: &deliveries)
            for delivery in deliveries {
                guard case .market(let event) = delivery.event else { continue }
                switch event {
                case .snapshotBegan(let instrument): books[instrument.index] = [[:], [:]]
                case .level(let instrument, let side, let price, let quantity):
                    books[instrument.index][side.index][price.units] = quantity.units == 0 ? nil : quantity.units
                    self.updates[instrument.index][step / 20] += 1
                case .trade(let instrument, let aggressor, _, _, _, _):
                    self.trades.append((instrument.index, aggressor))
                case .messageEnded(let instrument, _):
                    self.messages += 1
                    if self.messages % 20 == 0 {
                        self.look(at: books[instrument.index], instrument.index, Double(step) / 20)
                    }
                case .bookLost: break
                }
            }
        }
        self.published = market.published
    }

    func tick(_ instrument: Int) -> Int64 {
        self.setup.pairs[instrument / Self.venues].instruments[instrument % Self.venues].rules.tick.step
    }

    private mutating func look(at book: [[Int64: Int64]], _ instrument: Int, _ seconds: Double) {
        guard let bid = book[0].keys.max(), let ask = book[1].keys.min() else {
            self.oneSided += 1
            return
        }
        if bid >= ask { self.crossed += 1 }
        var depth = Array(repeating: Int64(0), count: 80)
        for distance in 0..<80 {
            let step = Int64(distance) * self.tick(instrument)
            depth[distance] = (book[0][bid - step] ?? 0) + (book[1][ask + step] ?? 0)
        }
        self.samples.append(
            Sample(seconds: seconds, instrument: instrument, bid: bid, ask: ask, depth: depth))
    }
}
