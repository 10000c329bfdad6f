import Glibc
import TerraceCore

/// The crowd on one instrument: limit, market and cancel arrivals around the venue's view of the fundamental price.
///
/// After Cont, Stoikov and Talreja, "A stochastic model for order book dynamics", Operations Research 58(3), 2010. Arrivals are
/// Poisson. Limit orders arrive at a distance of i ticks from the opposite touch at a rate of k / i^0.52, the exponent that the
/// paper estimates; each standing order is cancelled at the same rate, so that cancels at a distance go by the orders there;
/// market orders have a rate of their own. Unlike theirs the book is drawn to a fundamental price: distance counts from it
/// where it is nearer than the opposite touch, and who stands beyond it is taken.
struct OrderFlow {
    /// How many level records a burst comes to in the long run, at these rates.
    static let recordsPerBurst = 3.9
    static let mostDistance = 80
    private static let exponent = 0.52
    /// Arrivals a side, relative to each other: limit orders of all distances, market orders, cancels for each order.
    private static let limitRate = 1.0
    private static let marketRate = 0.12
    private static let cancelRate = 1.0 / 130
    /// A side with so many orders takes no more; the rates above keep it near 110.
    private static let mostOrders = 500
    /// The distance of a limit order by a uniform draw: the inverse of the power law's distribution, in 1,024 steps.
    private static let distances: [Int64] = {
        let weights = (1...mostDistance).map { pow(Double($0), -exponent) }
        let total = weights.reduce(0, +)
        var table: [Int64] = []
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            sum += weight / total
            while Double(table.count) + 0.5 < sum * 1_024, table.count < 1_024 { table.append(Int64(index + 1)) }
        }
        while table.count < 1_024 { table.append(Int64(mostDistance)) }
        return table
    }()

    private var random: SeededGenerator
    private var noise = 0.0
    private let tick: Int64
    private let lot: Int64
    private let typicalSize: Double

    init(_ instrument: SimulatedInstrument, price: Double, seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
        self.tick = instrument.rules.tick.step
        self.lot = instrument.rules.lot.step
        let least = Double(instrument.rules.minimumNotional.units) / max(1, price) / Double(self.lot)
        self.typicalSize = max(20, least * 15)
    }

    mutating func exponential(_ mean: Double) -> Double { self.random.exponential(mean) }

    private mutating func size() -> Quantity {
        let lots = max(1, self.typicalSize * exp(0.8 * self.random.normal() - 0.3))
        return Quantity(units: min(Int64(lots), 1 << 40) * self.lot)
    }

    /// `units` rounded to the tick, a bid up and an ask down: the first price that this side would not quote.
    private func anchor(_ units: Double, _ side: Side) -> Int64 {
        let ticks = units / Double(self.tick)
        return Int64(side == .bid ? ticks.rounded(.up) : ticks.rounded(.down)) * self.tick
    }

    /// Fills an empty book around `fair`.
    mutating func seed(
        _ venue: inout SimulatedVenue, _ instrument: Int, fair: Double, at now: Timestamp, _ out: inout VenueOutput
    ) {
        for side in Side.allCases {
            for step in 1...40 as ClosedRange<Int64> { self.limit(&venue, instrument, side, fair, step, at: now, &out) }
            for _ in 0..<70 {
                self.limit(&venue, instrument, side, fair, self.distance(), at: now, &out)
            }
        }
    }

    private mutating func distance() -> Int64 { Self.distances[self.random.below(1_024)] }

    private mutating func limit(
        _ venue: inout SimulatedVenue, _ instrument: Int, _ side: Side, _ fair: Double, _ distance: Int64,
        at now: Timestamp, _ out: inout VenueOutput
    ) {
        var from = self.anchor(fair, side)
        if let opposite = venue.level(instrument, side.opposite, at: 0) {
            from = side == .bid ? min(from, opposite.price.units) : max(from, opposite.price.units)
        }
        let price = Price(units: max(self.tick, from - side.sign * distance * self.tick))
        venue.place(instrument, .crowd, .none, side, .limit, price, self.size(), at: now, into: &out)
    }

    /// One burst of arrivals: what makes one depth message.
    mutating func burst(
        _ venue: inout SimulatedVenue, _ instrument: Int, fundamental: Double, at now: Timestamp,
        _ out: inout VenueOutput
    ) {
        self.noise = self.noise * 0.98 + 0.00004 * self.random.normal()
        let fair = fundamental * (1 + self.noise)
        for side in Side.allCases {
            // Who stands beyond the fair price is taken, up to it.
            if let best = venue.level(instrument, side.opposite, at: 0),
                side == .bid ? Double(best.price.units) < fair * 0.99995 : Double(best.price.units) > fair * 1.00005
            {
                let price = Price(units: max(self.tick, self.anchor(fair, side.opposite)))
                venue.place(
                    instrument, .crowd, .none, side, .immediateOrCancel, price, best.quantity, at: now, into: &out)
            }
        }
        let arrivals = 2 + self.random.below(7)
        for _ in 0..<arrivals {
            let side: Side = self.random.chance(0.5) ? .bid : .ask
            let standing = venue.orderCount(instrument, side)
            let cancels = Double(standing) * Self.cancelRate
            let draw = self.random.unit() * (Self.limitRate + Self.marketRate + cancels)
            if draw < cancels {
                if let order = venue.crowdOrder(instrument, side, number: self.random.below(standing)) {
                    venue.cancelCrowd(order)
                }
            } else if draw < cancels + Self.marketRate {
                guard let best = venue.level(instrument, side.opposite, at: 0) else { continue }
                venue.place(
                    instrument, .crowd, .none, side, .immediateOrCancel, best.price, self.size(), at: now, into: &out)
            } else if standing < Self.mostOrders {
                self.limit(&venue, instrument, side, fair, self.distance(), at: now, &out)
            }
        }
    }
}
