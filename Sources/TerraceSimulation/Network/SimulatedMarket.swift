internal import HeapModule
public import TerraceCore

/// All simulated venues with their crowds, and the network between them and us: a pure state machine, like the engine.
///
/// Real time and virtual time drive it alike: `advance` runs the venues up to a moment and hands over what has reached us by
/// then, in order; `send` lets a command leave. One seed gives one course of events.
public struct SimulatedMarket: ~Copyable {
    private struct Due: Comparable {
        let at: Int64
        let sequence: UInt64
        let instrument: Int32
        static func < (left: Due, right: Due) -> Bool {
            left.at == right.at ? left.sequence < right.sequence : left.at < right.at
        }
    }
    private struct Place {
        let venue: Int
        let local: Int
        let pair: Int
        let weight: Double
    }

    /// How many level records the venues have published in changes; snapshots are not counted.
    public private(set) var published: UInt64 = 0
    private var venues: [SimulatedVenue] = []
    private var places: [Place] = []  // By core instrument index.
    private var isTold: [Bool] = []  // Likewise: whether its market data is told to us.
    private var cores: [[Int]]  // Core instrument index by venue and local index.
    private var flows: [OrderFlow] = []
    private var fundamentals: [Fundamental] = []
    private var links: [Link] = []
    private var heap = Heap<Due>()
    private var sequence: UInt64 = 0
    private var out = VenueOutput()
    private let account: AccountIndex
    private let rate: Double
    private let latency: Latency
    private let faults: Faults
    private let start: Timestamp
    private var bursts: UInt64 = 0
    private var pairWeights: [Double]  // Over the pair's instruments.
    private var activity = 0.0  // The weights, each times the volume of its pair's regime.

    /// A market for `setup` that publishes about `rate` level records a second, from `start` on.
    public init(
        _ setup: MarketSetup, rate: Double, seed: UInt64, start: Timestamp, latency: Latency = Latency(),
        faults: Faults = Faults()
    ) {
        self.rate = rate
        self.latency = latency
        self.faults = faults
        self.start = start
        self.cores = Array(repeating: [], count: setup.venues.count)
        self.pairWeights = Array(repeating: 0, count: setup.pairs.count)
        var instruments: [[SimulatedInstrument]] = Array(repeating: [], count: setup.venues.count)
        for (pair, definition) in setup.pairs.enumerated() {
            self.fundamentals.append(
                Fundamental(
                    price: Double(setup.prices[pair].units), at: start, seed: seed &+ UInt64(pair) &* 7_919 &+ 11))
            for instrument in definition.instruments {
                let simulated = SimulatedInstrument(
                    base: definition.base, quote: definition.quote, units: definition.units, rules: instrument.rules)
                let venue = instrument.venue.index
                self.places.append(
                    Place(
                        venue: venue, local: instruments[venue].count, pair: pair, weight: 1 / (1 + Double(pair) * 0.03)
                    ))
                self.isTold.append(true)
                self.cores[venue].append(self.places.count - 1)
                self.flows.append(
                    OrderFlow(
                        simulated, price: Double(setup.prices[pair].units),
                        seed: seed &+ UInt64(self.places.count) &* 104_729))
                instruments[venue].append(simulated)
            }
        }
        var account = AccountIndex.crowd
        for (venue, definition) in setup.venues.enumerated() {
            var settings = VenueSettings()
            settings.ordersPerWindow = definition.ordersPerWindow
            settings.windowNanoseconds = definition.windowNanoseconds
            settings.cancelsCount = definition.cancelsCount
            var simulated = SimulatedVenue(
                settings: settings, instruments: instruments[venue], assets: setup.assets.count)
            account = simulated.openAccount(setup.balances[venue])
            self.venues.append(simulated)
            let seed = seed ^ UInt64(venue + 1) &* 0xA076_1D64_78BD_642F
            self.links.append(
                Link(random: SeededGenerator(seed: seed), instruments: instruments[venue].count, start: start))
        }
        self.account = account
        for place in self.places {
            self.pairWeights[place.pair] += place.weight
            self.activity += place.weight * self.fundamentals[place.pair].volume
        }
        self.begin(setup)
    }

    /// The opening: balances first, then every book's snapshot.
    private mutating func begin(_ setup: MarketSetup) {
        for (venue, balances) in setup.balances.enumerated() {
            let index = VenueIndex(UInt8(truncatingIfNeeded: venue))
            self.links[venue].tell(.connection(index, .up), at: self.start, delay: 0)
            for (asset, _) in balances {
                let total = self.venues[venue].balance(self.account, asset).total
                self.links[venue].tell(.balance(index, asset, total: total), at: self.start, delay: 0)
            }
        }
        for core in 0..<self.places.count {
            let place = self.places[core]
            let fair = self.fundamentals[place.pair].price
            self.flows[core].seed(&self.venues[place.venue], place.local, fair: fair, at: self.start, &self.out)
            self.venues[place.venue].publish(place.local, at: self.start, into: &self.out)
            self.out.removeAll()
            self.sendSnapshot(core, self.start)
            self.schedule(core, after: self.start)
        }
    }

    private mutating func schedule(_ core: Int, after now: Timestamp) {
        let place = self.places[core]
        let share = place.weight * self.fundamentals[place.pair].volume / self.activity
        let gap = self.flows[core].exponential(1e9 / max(self.burstsPerSecond(now) * share, 0.001))
        self.sequence += 1
        self.heap.insert(
            Due(
                at: now.nanoseconds + max(1, Int64(min(gap, 1e12))), sequence: self.sequence,
                instrument: Int32(truncatingIfNeeded: core)))
    }

    /// How many bursts a second the whole market makes now: what the wanted rate takes at the records that a burst has come to
    /// so far, and what makes up within five seconds for what was published too much or too little.
    private func burstsPerSecond(_ now: Timestamp) -> Double {
        let records = (OrderFlow.recordsPerBurst * 100 + Double(self.published)) / (100 + Double(self.bursts))
        let missing = self.rate * Double(now.nanoseconds(since: self.start)) / 1e9 - Double(self.published)
        return min(max(self.rate + missing / 5, self.rate * 0.7), self.rate * 1.4) / max(records, 0.1)
    }

    // MARK: The run

    /// When something happens next, at a venue or at our end.
    public var nextDue: Timestamp {
        var due = self.heap.min?.at ?? Int64.max
        for index in self.links.indices { due = min(due, self.links[index].nextDue) }
        return Timestamp(nanoseconds: due)
    }

    /// Runs everything up to `now`, and appends what has reached us by then, in order of arrival.
    public mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        while true {
            // The earliest of what is due on a connection and a burst of the crowd.
            var at = self.heap.min?.at ?? Int64.max
            var which = -1
            for index in self.links.indices {
                let due = self.links[index].nextDue
                if due < at { (at, which) = (due, index) }
            }
            if at > now.nanoseconds { return }
            if which >= 0 {
                self.serve(which, Timestamp(nanoseconds: at), &deliveries)
            } else if let due = self.heap.popMin() {
                self.burst(Int(due.instrument), Timestamp(nanoseconds: at))
            }
        }
    }

    /// What is due on one connection: a command arrives, the connection is back, a private message, a public one.
    private mutating func serve(_ venue: Int, _ moment: Timestamp, _ deliveries: inout [Delivery]) {
        if let command = self.links[venue].takeCommand(dueAt: moment.nanoseconds) {
            self.arrive(command, venue, moment)
        } else if self.links[venue].backAt <= moment.nanoseconds {
            self.links[venue].reconnect(VenueIndex(UInt8(truncatingIfNeeded: venue)), at: moment)
            for core in self.cores[venue] { self.sendSnapshot(core, moment) }
        } else if let event = self.links[venue].takeReport(dueAt: moment.nanoseconds) {
            deliveries.append(Delivery(at: moment, event: event))
        } else {
            let wanted = self.links[venue].read(dueAt: moment.nanoseconds, into: &deliveries)
            if let wanted { self.send(.resnapshot(wanted), at: moment) }
        }
    }

    private mutating func burst(_ core: Int, _ now: Timestamp) {
        let place = self.places[core]
        let before = self.fundamentals[place.pair].volume
        self.fundamentals[place.pair].advance(to: now)
        self.activity += self.pairWeights[place.pair] * (self.fundamentals[place.pair].volume - before)
        self.flows[core].burst(
            &self.venues[place.venue], place.local, fundamental: self.fundamentals[place.pair].price, at: now,
            &self.out)
        self.venues[place.venue].publish(place.local, at: now, into: &self.out)
        self.emit(place.venue, now)
        self.bursts += 1
        self.schedule(core, after: now)
    }

    private mutating func sendSnapshot(_ core: Int, _ now: Timestamp) {
        let place = self.places[core]
        self.venues[place.venue].snapshot(place.local, depth: 1_000, at: now, into: &self.out)
        self.emit(place.venue, now)
    }

    // MARK: To the venue

    /// A command leaves us now.
    public mutating func send(_ command: Command, at now: Timestamp) {
        let core = command.instrument.index
        guard core < self.places.count else { return }
        switch command {
        case .unfollow:
            self.isTold[core] = false
            return
        case .follow:
            // Until somebody is told not to, everything is told.
            if self.isTold[core] { return }
            self.isTold[core] = true
            return self.send(.resnapshot(command.instrument), at: now)
        case .place, .amend, .cancel, .query, .resnapshot: break
        }
        let venue = self.places[core].venue
        if self.happens(self.faults.drop, venue), self.links[venue].isUp {
            self.links[venue].disconnect(
                VenueIndex(UInt8(truncatingIfNeeded: venue)), at: now, back: now.nanoseconds + 1_000_000_000)
        }
        if !self.links[venue].isUp || self.happens(self.faults.lostCommand, venue) { return }
        self.links[venue].send(command, at: now, delay: self.delay(venue))
    }

    private mutating func delay(_ venue: Int) -> Int64 {
        if self.latency.jitterNanoseconds == 0 { return self.latency.baseNanoseconds }
        let jitter = self.links[venue].random.exponential(Double(self.latency.jitterNanoseconds))
        return self.latency.baseNanoseconds + Int64(jitter)
    }

    private mutating func happens(_ probability: Double, _ venue: Int) -> Bool {
        probability > 0 && self.links[venue].random.chance(probability)
    }

    private mutating func arrive(_ command: Command, _ venue: Int, _ now: Timestamp) {
        let local = self.places[command.instrument.index].local
        var unanswered: ClientOrderID?
        if let client = command.order, self.happens(self.faults.unknownAnswer, venue) {
            unanswered = client
            if self.happens(0.5, venue) {
                self.out.report(self.account, local, client, .unknown, now)
                return self.emit(venue, now)
            }
        }
        switch command {
        case .place(_, let client, let side, let price, let quantity):
            self.venues[venue].place(
                local, self.account, client, side, .postOnly, price, quantity, at: now, into: &self.out)
        case .amend(_, let client, _, let price, let quantity):
            self.venues[venue].amend(local, self.account, client, price, quantity, at: now, into: &self.out)
        case .cancel(_, let client):
            self.venues[venue].cancel(local, self.account, client, at: now, into: &self.out)
        case .query(_, let client):
            self.venues[venue].query(local, self.account, client, at: now, into: &self.out)
        case .resnapshot:
            self.venues[venue].snapshot(local, depth: 1_000, at: now, into: &self.out)
        case .follow, .unfollow: break  // Not a venue's: they change what its connection tells.
        }
        if let unanswered { self.out.replaceAnswer(to: unanswered, of: self.account, with: .unknown) }
        self.emit(venue, now)
    }

    // MARK: To us

    /// Puts on the wire what a venue has said.
    private mutating func emit(_ venue: Int, _ now: Timestamp) {
        for index in 0..<self.out.reports.count where self.out.reports[index].account == self.account {
            self.tell(self.out.reports[index], venue, now)
        }
        if !self.out.depths.isEmpty || !self.out.trades.isEmpty { self.publish(venue, now) }
        self.out.removeAll()
    }

    private mutating func tell(_ report: PrivateMessage, _ venue: Int, _ now: Timestamp) {
        let core = InstrumentIndex(UInt32(truncatingIfNeeded: self.cores[venue][report.instrument]))
        let event = Event.order(OrderReport(instrument: core, order: report.client, outcome: report.outcome))
        var isFill = false
        if case .filled = report.outcome { isFill = true }
        if !self.links[venue].isUp || self.happens(isFill ? self.faults.lostFill : self.faults.lostReport, venue) {
            return
        }
        let delay = self.delay(venue) + (self.happens(self.faults.slowReport, venue) ? self.faults.slowNanoseconds : 0)
        var held: Int64 = 0
        if self.happens(self.faults.reorderedReport, venue) {
            held = Int64(self.links[venue].random.unit() * Double(self.faults.reorderedNanoseconds))
        }
        self.links[venue].tell(event, at: now, delay: delay, held: held)
        if self.happens(self.faults.doubledReport, venue) {
            self.links[venue].tell(event, at: now, delay: self.delay(venue))
        }
    }

    private mutating func publish(_ venue: Int, _ now: Timestamp) {
        for depth in self.out.depths where !depth.isSnapshot { self.published += UInt64(depth.levels.count) }
        if !self.links[venue].isUp { return }
        self.links[venue].beginPublishing(at: now, delay: self.delay(venue))
        for trade in self.out.trades {
            let core = InstrumentIndex(UInt32(truncatingIfNeeded: self.cores[venue][trade.instrument]))
            if !self.isTold[core.index] { continue }
            self.links[venue].publish(
                .trade(
                    core, aggressor: trade.aggressor, trade.price, trade.quantity, venueTime: now, id: trade.trade))
        }
        for depth in self.out.depths where !self.happens(self.faults.gap, venue) {
            let core = InstrumentIndex(UInt32(truncatingIfNeeded: self.cores[venue][depth.instrument]))
            if !self.isTold[core.index] { continue }
            self.links[venue].publish(
                .depthBegan(
                    core, local: depth.instrument, first: depth.first, last: depth.last, isSnapshot: depth.isSnapshot))
            for index in depth.levels {
                let level = self.out.levels[index]
                self.links[venue].publish(.level(core, level.side, level.price, level.quantity))
            }
            self.links[venue].publish(.depthEnded(core, venueTime: now))
        }
    }

    /// How many gaps our ends of the public streams have found.
    public var gapsFound: UInt64 { self.links.reduce(0) { $0 + $1.gapsFound } }

    // MARK: The truth

    /// Our orders that stand at a venue, with the core's instrument indices.
    public func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)] {
        self.venues[venue].openOrders(self.account).map {
            (InstrumentIndex(UInt32(truncatingIfNeeded: self.cores[venue][$0.instrument])), $0)
        }
    }

    /// What our account holds of a coin at a venue.
    public func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        self.venues[venue].balance(self.account, asset)
    }

    /// The fills that our account has had at a venue, with the core's instrument indices.
    public func fills(_ venue: Int) -> [(instrument: InstrumentIndex, entry: FillLedger.Entry)] {
        self.venues[venue].fills(self.account).entries.map {
            (InstrumentIndex(UInt32(truncatingIfNeeded: self.cores[venue][$0.instrument])), $0)
        }
    }
}

extension SimulatedMarket: VenueConnections {
    /// Nothing arrives here that `nextDue` does not foresee.
    public mutating func open(waking wake: @escaping () -> Void) {}

    /// Whether nothing of ours is on the way, in either direction.
    public var isQuiet: Bool { self.links.allSatisfy { $0.isQuiet } }
}
