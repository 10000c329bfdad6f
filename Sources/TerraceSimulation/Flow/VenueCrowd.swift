internal import HeapModule
public import TerraceCore

/// The crowd of one venue: order flow on all its instruments, at a rate of level records a second over all of them.
///
/// A machine like the venue: `nextDue` says when somebody arrives next, `burst` lets them trade. One seed gives one course of
/// events. `SimulatedMarket` does the same for several venues that share their fundamental prices.
public struct VenueCrowd: ~Copyable {
    private struct Due: Comparable {
        let at: Int64
        let sequence: UInt64
        let instrument: Int32
        static func < (left: Due, right: Due) -> Bool {
            left.at == right.at ? left.sequence < right.sequence : left.at < right.at
        }
    }

    /// How many level records the bursts have changed.
    public private(set) var published: UInt64 = 0
    private var flows: [OrderFlow] = []
    private var fundamentals: [Fundamental] = []
    private var weights: [Double] = []
    private var activity = 0.0  // The weights, each times the volume of its instrument's regime.
    private var heap = Heap<Due>()
    private var sequence: UInt64 = 0
    private var bursts: UInt64 = 0
    private let rate: Double
    private let start: Timestamp

    /// A crowd on `instruments`, which open at `prices`.
    ///
    /// - Parameter rate: Level records a second over all instruments; zero or less for a crowd that only fills the books.
    /// - Precondition: as many prices as instruments.
    public init(_ instruments: [SimulatedInstrument], prices: [Price], rate: Double, seed: UInt64, start: Timestamp) {
        precondition(instruments.count == prices.count, "a price for each instrument")
        self.rate = rate
        self.start = start
        for (index, instrument) in instruments.enumerated() {
            let price = Double(prices[index].units)
            self.fundamentals.append(
                Fundamental(price: price, at: start, seed: seed &+ UInt64(index) &* 7_919 &+ 11))
            self.flows.append(OrderFlow(instrument, price: price, seed: seed &+ UInt64(index + 1) &* 104_729))
            self.weights.append(1 / (1 + Double(index) * 0.03))
        }
        for index in self.weights.indices { self.activity += self.weights[index] * self.fundamentals[index].volume }
    }

    /// Fills the empty books of `venue` and draws the first arrivals.
    public mutating func open(_ venue: inout SimulatedVenue, into out: inout VenueOutput) {
        for index in self.flows.indices {
            self.flows[index].seed(&venue, index, fair: self.fundamentals[index].price, at: self.start, &out)
            venue.publish(index, at: self.start, into: &out)
            out.removeAll()
            if self.rate > 0 { self.schedule(index, after: self.start) }
        }
    }

    /// When somebody arrives next.
    public var nextDue: Timestamp { Timestamp(nanoseconds: self.heap.min?.at ?? .max) }

    /// Lets those arrive who are due next, and publishes what they changed to `out`.
    public mutating func burst(_ venue: inout SimulatedVenue, into out: inout VenueOutput) {
        guard let due = self.heap.popMin() else { return }
        let index = Int(due.instrument)
        let now = Timestamp(nanoseconds: due.at)
        let before = self.fundamentals[index].volume
        self.fundamentals[index].advance(to: now)
        self.activity += self.weights[index] * (self.fundamentals[index].volume - before)
        self.flows[index].burst(&venue, index, fundamental: self.fundamentals[index].price, at: now, &out)
        let levels = out.levels.count
        venue.publish(index, at: now, into: &out)
        self.published += UInt64(out.levels.count - levels)
        self.bursts += 1
        self.schedule(index, after: now)
    }

    private mutating func schedule(_ index: Int, after now: Timestamp) {
        let share = self.weights[index] * self.fundamentals[index].volume / self.activity
        let gap = self.flows[index].exponential(1e9 / max(self.burstsPerSecond(now) * share, 0.001))
        self.sequence += 1
        self.heap.insert(
            Due(
                at: now.nanoseconds + max(1, Int64(min(gap, 1e12))), sequence: self.sequence,
                instrument: Int32(truncatingIfNeeded: index)))
    }

    /// As in `SimulatedMarket`: what the wanted rate takes, and what makes up within five seconds for too much or too little.
    private func burstsPerSecond(_ now: Timestamp) -> Double {
        let records = (OrderFlow.recordsPerBurst * 100 + Double(self.published)) / (100 + Double(self.bursts))
        let missing = self.rate * Double(now.nanoseconds(since: self.start)) / 1e9 - Double(self.published)
        return min(max(self.rate + missing / 5, self.rate * 0.7), self.rate * 1.4) / max(records, 0.1)
    }
}
