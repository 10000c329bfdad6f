import TerraceCore
import TerraceSimulation

/// Real market data, and orders that are filled on paper beside it: a `PaperVenue` for each venue.
struct PaperConnections<Base: VenueConnections & ~Copyable>: ~Copyable, VenueConnections {
    /// Owns a venue, since arrays hold nothing that can't be copied.
    private final class Account {
        var venue: PaperVenue
        /// What the engine calls the instruments of this venue.
        let instruments: [InstrumentIndex]

        init(_ venue: consuming PaperVenue, _ instruments: [InstrumentIndex]) {
            self.venue = venue
            self.instruments = instruments
        }
    }

    private var base: Base
    private var accounts: [Account]
    private let places: [(account: Int, slot: InstrumentIndex)]  // By the engine's instrument.
    private var opening: [Delivery]
    private var told: [Delivery] = []

    /// The market data of `base`, which is told of no order, and paper accounts with the balances of `setup`.
    init(
        _ base: consuming Base, _ setup: MarketSetup, chargesReceivedCoin: [Bool], latencyNanoseconds: Int64
    ) {
        var listed: [[SimulatedInstrument]] = setup.venues.map { _ in [] }
        var names: [[InstrumentIndex]] = setup.venues.map { _ in [] }
        var places: [(account: Int, slot: InstrumentIndex)] = []
        for pair in setup.pairs {
            for instrument in pair.instruments {
                let venue = instrument.venue.index
                names[venue].append(InstrumentIndex(UInt32(truncatingIfNeeded: places.count)))
                places.append((venue, InstrumentIndex(UInt32(truncatingIfNeeded: listed[venue].count))))
                listed[venue].append(
                    SimulatedInstrument(
                        base: pair.base, quote: pair.quote, units: pair.units, rules: instrument.rules))
            }
        }
        self.base = base
        self.places = places
        self.accounts = setup.venues.indices.map { venue in
            Account(
                PaperVenue(
                    listed[venue], venue: VenueIndex(UInt8(truncatingIfNeeded: venue)),
                    definition: setup.venues[venue], balances: setup.balances[venue], assets: setup.assets.count,
                    chargesReceivedCoin: chargesReceivedCoin[venue], latencyNanoseconds: latencyNanoseconds),
                names[venue])
        }
        self.opening = DryConnections<Base>.opening(setup.balances)
    }

    mutating func open(waking wake: @escaping () -> Void) { self.base.open(waking: wake) }

    var nextDue: Timestamp {
        if !self.opening.isEmpty { return .distantPast }
        return self.accounts.reduce(self.base.nextDue) { min($0, $1.venue.nextDue) }
    }

    var isQuiet: Bool { self.opening.isEmpty && self.accounts.allSatisfy { $0.venue.isQuiet } }

    mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        deliveries += self.opening
        self.opening.removeAll()
        let first = deliveries.count
        self.base.advance(to: now, into: &deliveries)
        deliveries.keepMarket(from: first)
        for place in first..<deliveries.count {
            guard case .market(let event) = deliveries[place].event else { continue }
            let (account, slot) = self.places[event.instrument.index]
            self.accounts[account].venue.observe(event.moved(to: slot), at: now)
        }
        for account in self.accounts {
            self.told.removeAll(keepingCapacity: true)
            account.venue.advance(to: now, into: &self.told)
            for delivery in self.told {
                guard case .order(var report) = delivery.event else { continue }
                report.instrument = account.instruments[report.instrument.index]
                deliveries.append(Delivery(at: delivery.at, event: .order(report)))
            }
        }
    }

    mutating func flush(at now: Timestamp) { self.base.flush(at: now) }

    mutating func send(_ command: Command, at now: Timestamp) {
        switch command {
        case .resnapshot, .follow, .unfollow: return self.base.send(command, at: now)
        case .place, .amend, .cancel, .query: break
        }
        let (account, slot) = self.places[command.instrument.index]
        self.accounts[account].venue.send(command.moved(to: slot), at: now)
    }
}

extension PaperConnections: VenueTruth {
    func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)] {
        let account = self.accounts[venue]
        return account.venue.openOrders(venue).map { (account.instruments[$0.instrument.index], $0.order) }
    }

    func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        self.accounts[venue].venue.balance(venue, asset)
    }

    func fills(_ venue: Int) -> [(instrument: InstrumentIndex, entry: FillLedger.Entry)] {
        let account = self.accounts[venue]
        return account.venue.fills(venue).map { (account.instruments[$0.instrument.index], $0.entry) }
    }
}

extension MarketEvent {
    /// What it is about.
    var instrument: InstrumentIndex {
        switch self {
        case .snapshotBegan(let instrument), .level(let instrument, _, _, _), .messageEnded(let instrument, _),
            .trade(let instrument, _, _, _, _, _), .bookLost(let instrument):
            instrument
        }
    }

    /// The same of another instrument.
    func moved(to instrument: InstrumentIndex) -> MarketEvent {
        switch self {
        case .snapshotBegan: .snapshotBegan(instrument)
        case .level(_, let side, let price, let quantity): .level(instrument, side, price, quantity)
        case .messageEnded(_, let time): .messageEnded(instrument, venueTime: time)
        case .trade(_, let aggressor, let price, let quantity, let time, let id):
            .trade(instrument, aggressor: aggressor, price, quantity, venueTime: time, id: id)
        case .bookLost: .bookLost(instrument)
        }
    }
}

extension Command {
    /// The same of another instrument.
    func moved(to instrument: InstrumentIndex) -> Command {
        switch self {
        case .place(_, let order, let side, let price, let quantity): .place(instrument, order, side, price, quantity)
        case .amend(_, let order, let side, let price, let quantity): .amend(instrument, order, side, price, quantity)
        case .cancel(_, let order): .cancel(instrument, order)
        case .query(_, let order): .query(instrument, order)
        case .resnapshot: .resnapshot(instrument)
        case .follow(_, let priority): .follow(instrument, priority)
        case .unfollow: .unfollow(instrument)
        }
    }
}
