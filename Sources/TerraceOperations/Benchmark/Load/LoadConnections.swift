import NIOCore
import Synchronization
import TerraceCore
import TerraceRuntime
import TerraceVenues

/// Two real sessions that bring market data, and orders that stand at once: what is measured is the way from the sockets to
/// the quotes. It notes how late each message is taken in.
struct LoadConnections: ~Copyable, VenueConnections {
    /// What was noted in a third of the run.
    struct Third: Sendable {
        var messages = 0
        var lateness: [UInt32] = []  // In microseconds.
    }

    private var base: NetworkConnections
    private let scripts: [LoadScript]
    private let perThird: Int
    private var taken: [Int]
    private var answers: [Delivery] = []
    private(set) var thirds = [Third(), Third(), Third()]
    private(set) var commands = 0

    /// The connections of `base`, one for each of `scripts`, which send `count` messages each.
    init(_ base: NetworkConnections, _ scripts: [LoadScript], count: Int) {
        self.base = base
        self.scripts = scripts
        self.perThird = max(1, count / 3)
        self.taken = scripts.map { _ in 0 }
        for venue in scripts.indices {
            for asset in 0..<2 {
                // A sixteenth of what an amount can be: no order is short of coins.
                let event = Event.balance(
                    VenueIndex(UInt8(truncatingIfNeeded: venue)), AssetIndex(UInt16(asset)),
                    total: Amount(units: Int128.max / 16))
                self.answers.append(Delivery(at: .distantPast, event: event))
            }
        }
        for place in self.thirds.indices { self.thirds[place].lateness.reserveCapacity(2 * (count / 3 + 3)) }
    }

    mutating func open(waking wake: @escaping () -> Void) { self.base.open(waking: wake) }

    var nextDue: Timestamp { self.answers.isEmpty ? self.base.nextDue : .distantPast }

    var isQuiet: Bool { self.answers.isEmpty }

    mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        deliveries += self.answers
        self.answers.removeAll(keepingCapacity: true)
        let start = deliveries.count
        self.base.advance(to: now, into: &deliveries)
        let time = NIODeadline.now().uptimeNanoseconds
        for place in start..<deliveries.count {
            guard case .market(.messageEnded(let instrument, _)) = deliveries[place].event else { continue }
            self.note(instrument.index % self.scripts.count, at: time)
        }
    }

    private mutating func note(_ venue: Int, at time: UInt64) {
        let first = self.scripts[venue].first.load(ordering: .relaxed)
        if first == 0 || time < first { return }  // A snapshot before the run.
        let due = first + UInt64(self.taken[venue]) * self.scripts[venue].interval
        let third = min(2, self.taken[venue] / self.perThird)
        self.taken[venue] += 1
        self.thirds[third].messages += 1
        self.thirds[third].lateness.append(UInt32(clamping: (time > due ? time - due : 0) / 1_000))
    }

    mutating func send(_ command: Command, at now: Timestamp) {
        if command.order != nil { self.commands += 1 }
        switch command {
        case .place(let instrument, let order, _, _, _): self.answer(instrument, order, .accepted, now)
        case .cancel(let instrument, let order): self.answer(instrument, order, .cancelled(cumulative: .zero), now)
        case .amend(let instrument, let order, _, let price, let quantity):
            self.answer(instrument, order, .amended(price, quantity), now)
        case .query(let instrument, let order): self.answer(instrument, order, .notFound(cumulative: .zero), now)
        case .resnapshot, .follow, .unfollow: self.base.send(command, at: now)
        }
    }

    private mutating func answer(
        _ instrument: InstrumentIndex, _ order: ClientOrderID, _ outcome: OrderOutcome, _ now: Timestamp
    ) {
        let report = OrderReport(instrument: instrument, order: order, outcome: outcome)
        self.answers.append(Delivery(at: now, event: .order(report)))
    }

    mutating func flush(at now: Timestamp) { self.base.flush(at: now) }
}
