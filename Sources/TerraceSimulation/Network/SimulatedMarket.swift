internal import HeapModule
public import TerraceCore

/// Something that reaches us from a venue.
public struct Delivery: Sendable {
    /// When.
    public let at: Timestamp
    /// What.
    public let event: Event
}

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
    private struct Link {
        var publicArrival = Int64.min
        var privateArrival = Int64.min
        var commandArrival = Int64.min
        var publicStream = Conveyor<Delivery>()
        var privateStream = Conveyor<Delivery>()
        var commands = Conveyor<(at: Int64, command: Command)>()
        var random: SeededGenerator
        var isUp = true
        var backAt = Int64.max
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
    private var cores: [[Int]]  // Core instrument index by venue and local index.
    private var flows: [OrderFlow] = []
    private var fundamentals: [Fundamental] = []
    private var links: [Link]
    private var heap = Heap<Due>()
    private var sequence: UInt64 = 0
    private var out = VenueOutput()
    private let account: AccountIndex
    private let rate: Double
    private let latency: Latency
    private let faults: Faults
    private let start: Timestamp
    private var pace = 1.0
    private var weightSum = 0.0

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
        self.links = (0..<setup.venues.count).map {
            Link(random: SeededGenerator(seed: seed ^ UInt64($0 + 1) &* 0xA076_1D64_78BD_642F))
        }
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
            var simulated = SimulatedVenue(
                settings: settings, instruments: instruments[venue], assets: setup.assets.count)
            account = simulated.openAccount(setup.balances[venue])
            self.venues.append(simulated)
        }
        self.account = account
        for place in self.places { self.weightSum += place.weight }
        self.open(setup)
    }

    /// The opening: balances first, then every book's snapshot.
    private mutating func open(_ setup: MarketSetup) {
        for (venue, balances) in setup.balances.enumerated() {
            let index = VenueIndex(UInt8(truncatingIfNeeded: venue))
            self.deliverPrivate(venue, .connection(index, .up), self.start, delay: 0)
            for (asset, _) in balances {
                let total = self.venues[venue].balance(self.account, asset).total
                self.deliverPrivate(venue, .balance(index, asset, total: total), self.start, delay: 0)
            }
        }
        for core in 0..<self.places.count {
            let place = self.places[core]
            let fair = self.fundamentals[place.pair].price
            self.flows[core].seed(&self.venues[place.venue], place.local, fair: fair, at: self.start, &self.out)
            self.out.removeAll()
            self.venues[place.venue].snapshot(place.local, depth: 1_000, at: self.start, into: &self.out)
            self.emit(place.venue, self.start)
            self.schedule(core, after: self.start)
        }
    }

    private mutating func schedule(_ core: Int, after now: Timestamp) {
        let place = self.places[core]
        // 3.9 level records a burst at this flow's settings; `pace` corrects for what regimes make of it.
        let bursts = self.rate / 3.9 * place.weight / self.weightSum * self.pace * self.fundamentals[place.pair].volume
        let gap = self.flows[core].exponential(1e9 / max(bursts, 0.001))
        self.sequence += 1
        self.heap.insert(
            Due(
                at: now.nanoseconds + max(1, Int64(min(gap, 1e12))), sequence: self.sequence,
                instrument: Int32(truncatingIfNeeded: core)))
    }

    // MARK: The run

    /// When something happens next, at a venue or at our end.
    public var nextDue: Timestamp {
        var due = self.heap.min?.at ?? Int64.max
        for link in self.links {
            if let first = link.publicStream.first { due = min(due, first.at.nanoseconds) }
            if let first = link.privateStream.first { due = min(due, first.at.nanoseconds) }
            if let first = link.commands.first { due = min(due, first.at) }
            due = min(due, link.backAt)
        }
        return Timestamp(nanoseconds: due)
    }

    /// Runs everything up to `now`, and appends what has reached us by then, in order of arrival.
    public mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        while true {
            // The earliest of: a delivery, a command that arrives, a connection that comes back, a burst of the crowd.
            var at = self.heap.min?.at ?? Int64.max
            var kind = 0
            var which = -1
            for (venue, link) in self.links.enumerated() {
                if let first = link.commands.first, first.at < at { (at, kind, which) = (first.at, 1, venue) }
                if link.backAt < at { (at, kind, which) = (link.backAt, 2, venue) }
                if let first = link.privateStream.first, first.at.nanoseconds < at {
                    (at, kind, which) = (first.at.nanoseconds, 3, venue)
                }
                if let first = link.publicStream.first, first.at.nanoseconds < at {
                    (at, kind, which) = (first.at.nanoseconds, 4, venue)
                }
            }
            if at > now.nanoseconds { return }
            let moment = Timestamp(nanoseconds: at)
            switch kind {
            case 1:
                if let first = self.links[which].commands.first {
                    self.links[which].commands.removeFirst()
                    self.arrive(first.command, which, moment)
                }
            case 2: self.reconnect(which, moment)
            case 3:
                if let first = self.links[which].privateStream.first {
                    self.links[which].privateStream.removeFirst()
                    deliveries.append(first)
                }
            case 4:
                if let first = self.links[which].publicStream.first {
                    self.links[which].publicStream.removeFirst()
                    deliveries.append(first)
                }
            default:
                if let due = self.heap.popMin() { self.burst(Int(due.instrument), moment) }
            }
        }
    }

    private mutating func burst(_ core: Int, _ now: Timestamp) {
        let place = self.places[core]
        self.fundamentals[place.pair].advance(to: now)
        self.flows[core].burst(
            &self.venues[place.venue], place.local, fundamental: self.fundamentals[place.pair].price, at: now,
            &self.out)
        self.venues[place.venue].publish(place.local, at: now, into: &self.out)
        self.emit(place.venue, now)
        let elapsed = Double(now.nanoseconds(since: self.start)) / 1e9
        if elapsed > 0.5 {
            let ratio = self.rate * elapsed / Double(max(1, self.published))
            self.pace = min(3, max(0.3, self.pace * (1 + 0.02 * (ratio - 1))))
        }
        self.schedule(core, after: now)
    }

    // MARK: To the venue

    /// A command leaves us now.
    public mutating func send(_ command: Command, at now: Timestamp) {
        let core: Int
        switch command {
        case .place(let instrument, _, _, _, _), .amend(let instrument, _, _, _, _), .cancel(let instrument, _),
            .query(let instrument, _), .resnapshot(let instrument):
            core = instrument.index
        }
        guard core < self.places.count else { return }
        let venue = self.places[core].venue
        if self.faults.drop > 0, self.links[venue].isUp, self.links[venue].random.chance(self.faults.drop) {
            self.disconnect(venue, now)
        }
        if !self.links[venue].isUp { return }
        if self.faults.lostCommand > 0, self.links[venue].random.chance(self.faults.lostCommand) { return }
        let arrival = max(self.links[venue].commandArrival, now.nanoseconds + self.delay(venue))
        self.links[venue].commandArrival = arrival
        self.links[venue].commands.append((arrival, command))
    }

    private mutating func delay(_ venue: Int) -> Int64 {
        self.latency.jitterNanoseconds == 0
            ? self.latency.baseNanoseconds
            : self.latency.baseNanoseconds
                + Int64(self.links[venue].random.exponential(Double(self.latency.jitterNanoseconds)))
    }

    private mutating func disconnect(_ venue: Int, _ now: Timestamp) {
        self.links[venue].isUp = false
        self.links[venue].backAt = now.nanoseconds + 1_000_000_000
        self.deliverPrivate(
            venue, .connection(VenueIndex(UInt8(truncatingIfNeeded: venue)), .down), now, delay: 0)
    }

    private mutating func reconnect(_ venue: Int, _ now: Timestamp) {
        self.links[venue].isUp = true
        self.links[venue].backAt = .max
        self.deliverPrivate(venue, .connection(VenueIndex(UInt8(truncatingIfNeeded: venue)), .up), now, delay: 0)
        for core in self.cores[venue] {
            self.venues[venue].snapshot(self.places[core].local, depth: 1_000, at: now, into: &self.out)
            self.emit(venue, now)
        }
    }

    private mutating func arrive(_ command: Command, _ venue: Int, _ now: Timestamp) {
        switch command {
        case .place(let instrument, let client, let side, let price, let quantity):
            let local = self.places[instrument.index].local
            self.venues[venue].place(
                local, self.account, client, side, .postOnly, price, quantity, at: now, into: &self.out)
        case .amend(let instrument, let client, _, let price, let quantity):
            let local = self.places[instrument.index].local
            self.venues[venue].amend(local, self.account, client, price, quantity, at: now, into: &self.out)
        case .cancel(let instrument, let client):
            let local = self.places[instrument.index].local
            self.venues[venue].cancel(local, self.account, client, at: now, into: &self.out)
        case .query(let instrument, let client):
            let local = self.places[instrument.index].local
            self.venues[venue].query(local, self.account, client, at: now, into: &self.out)
        case .resnapshot(let instrument):
            self.venues[venue].snapshot(self.places[instrument.index].local, depth: 1_000, at: now, into: &self.out)
        }
        self.emit(venue, now)
    }

    // MARK: To us

    /// Puts on the wire what a venue has said.
    private mutating func emit(_ venue: Int, _ now: Timestamp) {
        for report in self.out.reports where report.account == self.account {
            let core = self.cores[venue][report.instrument]
            let event = Event.order(
                OrderReport(
                    instrument: InstrumentIndex(UInt32(truncatingIfNeeded: core)), order: report.client,
                    outcome: report.outcome))
            var isFill = false
            if case .filled = report.outcome { isFill = true }
            if !isFill, self.faults.lostReport > 0, self.links[venue].random.chance(self.faults.lostReport) { continue }
            var extra: Int64 = 0
            if self.faults.slowReport > 0, self.links[venue].random.chance(self.faults.slowReport) {
                extra = self.faults.slowNanoseconds
            }
            self.deliverPrivate(venue, event, now, delay: self.delay(venue) + extra)
            if self.faults.doubledReport > 0, self.links[venue].random.chance(self.faults.doubledReport) {
                self.deliverPrivate(venue, event, now, delay: self.delay(venue))
            }
        }
        let hasGap = !self.out.depths.isEmpty && self.faults.gap > 0 && self.links[venue].random.chance(self.faults.gap)
        if self.links[venue].isUp, !self.out.depths.isEmpty || !self.out.trades.isEmpty {
            let arrival = max(self.links[venue].publicArrival, now.nanoseconds + self.delay(venue))
            self.links[venue].publicArrival = arrival
            let at = Timestamp(nanoseconds: arrival)
            for trade in self.out.trades {
                let core = InstrumentIndex(UInt32(truncatingIfNeeded: self.cores[venue][trade.instrument]))
                self.links[venue].publicStream.append(
                    Delivery(
                        at: at,
                        event: .market(
                            .trade(core, aggressor: trade.aggressor, trade.price, trade.quantity, venueTime: now))))
            }
            for depth in self.out.depths {
                let core = InstrumentIndex(UInt32(truncatingIfNeeded: self.cores[venue][depth.instrument]))
                if !depth.isSnapshot { self.published += UInt64(depth.levels.count) }
                if hasGap, !depth.isSnapshot {
                    self.links[venue].publicStream.append(Delivery(at: at, event: .market(.bookLost(core))))
                    self.sendAgain(core, venue, now)
                    continue
                }
                if depth.isSnapshot {
                    self.links[venue].publicStream.append(Delivery(at: at, event: .market(.snapshotBegan(core))))
                }
                for level in depth.levels {
                    let message = self.out.levels[level]
                    self.links[venue].publicStream.append(
                        Delivery(at: at, event: .market(.level(core, message.side, message.price, message.quantity))))
                }
                self.links[venue].publicStream.append(
                    Delivery(at: at, event: .market(.messageEnded(core, venueTime: now))))
            }
        }
        self.out.removeAll()
    }

    /// A client that found a gap asks for a snapshot at once, as a venue's sequencer does.
    private mutating func sendAgain(_ core: InstrumentIndex, _ venue: Int, _ now: Timestamp) {
        let arrival = max(self.links[venue].commandArrival, now.nanoseconds + 2 * self.delay(venue))
        self.links[venue].commandArrival = arrival
        self.links[venue].commands.append((arrival, .resnapshot(core)))
    }

    private mutating func deliverPrivate(_ venue: Int, _ event: Event, _ now: Timestamp, delay: Int64) {
        let arrival = max(self.links[venue].privateArrival, now.nanoseconds + delay)
        self.links[venue].privateArrival = arrival
        self.links[venue].privateStream.append(Delivery(at: Timestamp(nanoseconds: arrival), event: event))
    }

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

    /// How many fills our account has had at a venue.
    public func fillCount(_ venue: Int) -> UInt64 { self.venues[venue].fillCount(self.account) }

    /// Whether nothing of ours is on the way, in either direction.
    public var isQuiet: Bool {
        self.links.allSatisfy { $0.commands.isEmpty && $0.privateStream.isEmpty && $0.isUp }
    }
}
