import Glibc
import TerraceCore

/// The crowd on one instrument: limit, market and cancel arrivals around the venue's view of the fundamental price.
///
/// After Cont, Stoikov and Talreja, "A stochastic model for order book dynamics", Operations Research 58(3), 2010: arrivals are
/// Poisson, limit orders fall off as a power law with the distance, cancels go by the orders that stand, market orders come at
/// a rate of their own. Unlike theirs the book is drawn to a fundamental price: who stands beyond it is taken.
struct OrderFlow {
    static let leastDepth = 20
    static let mostDepth = 90

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

    private func price(_ units: Double, _ side: Side) -> Price {
        let ticks = units / Double(self.tick)
        let whole = Int64((side == .bid ? ticks.rounded(.down) : ticks.rounded(.up)))
        return Price(units: max(1, whole) * self.tick)
    }

    /// Fills an empty book around `fair`.
    mutating func seed(
        _ venue: inout SimulatedVenue, _ instrument: Int, fair: Double, at now: Timestamp, _ out: inout VenueOutput
    ) {
        for step in 0..<40 {
            for side in Side.allCases { self.limit(&venue, instrument, side, fair, 1 + step, at: now, &out) }
        }
    }

    private mutating func limit(
        _ venue: inout SimulatedVenue, _ instrument: Int, _ side: Side, _ fair: Double, _ ticks: Int, at now: Timestamp,
        _ out: inout VenueOutput
    ) {
        let price = self.price(fair - Double(side.sign) * Double(ticks) * Double(self.tick), side)
        venue.place(
            instrument, .crowd, .none, side, .limit, price, self.size(), at: now, into: &out)
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
                venue.place(
                    instrument, .crowd, .none, side, .immediateOrCancel, self.price(fair, side), best.quantity, at: now,
                    into: &out)
            }
        }
        let actions = 2 + self.random.below(7)
        for _ in 0..<actions {
            let side: Side = self.random.chance(0.5) ? .bid : .ask
            let depth = venue.depth(instrument, side)
            let draw = self.random.unit()
            if depth < Self.leastDepth || (draw < 0.5 && depth < Self.mostDepth) {
                let distance = pow(self.random.unit(), -0.75)  // A power law of exponent 1 + 1 / 0.75.
                self.limit(&venue, instrument, side, fair, Int(min(distance, 80)), at: now, &out)
            } else if draw < 0.93 {
                let position = depth > Self.mostDepth ? depth - 1 - self.random.below(20) : self.random.below(depth)
                if let order = venue.newestCrowdOrder(instrument, side, at: position) { venue.cancelCrowd(order) }
            } else if let best = venue.level(instrument, side.opposite, at: 0) {
                venue.place(
                    instrument, .crowd, .none, side, .immediateOrCancel, best.price, self.size(), at: now, into: &out)
            }
        }
    }
}
