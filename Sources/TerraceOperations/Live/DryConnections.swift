import TerraceCore

/// Real market data, and commands that are shown instead of sent: each is taken as carried out, and nothing is ever filled.
struct DryConnections<Base: VenueConnections & ~Copyable>: ~Copyable, VenueConnections {
    /// An order as it would stand.
    private struct Standing {
        var price: Price
        var quantity: Quantity
    }

    private var base: Base
    // Looked up, never walked through. As many as there are slots.
    private var standing: [ClientOrderID: Standing] = [:]
    private var waiting: [Delivery] = []
    private let show: (Command, Timestamp) -> Void

    /// The market data of `base`, which is told of no order; `balances` are what the accounts are taken to hold.
    init(
        _ base: consuming Base, balances: [[(AssetIndex, Amount)]], show: @escaping (Command, Timestamp) -> Void
    ) {
        self.base = base
        self.show = show
        self.waiting = Self.opening(balances)
    }

    /// What the accounts hold, as an engine is told of it.
    static func opening(_ balances: [[(AssetIndex, Amount)]]) -> [Delivery] {
        balances.enumerated().flatMap { venue, coins in
            coins.map { asset, amount in
                Delivery(
                    at: .distantPast,
                    event: .balance(VenueIndex(UInt8(truncatingIfNeeded: venue)), asset, total: amount))
            }
        }
    }

    mutating func open(waking wake: @escaping () -> Void) { self.base.open(waking: wake) }

    var nextDue: Timestamp { self.waiting.isEmpty ? self.base.nextDue : .distantPast }

    var isQuiet: Bool { self.waiting.isEmpty }

    mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        deliveries += self.waiting
        self.waiting.removeAll(keepingCapacity: true)
        let first = deliveries.count
        self.base.advance(to: now, into: &deliveries)
        deliveries.keepMarket(from: first)
    }

    mutating func flush(at now: Timestamp) { self.base.flush(at: now) }

    mutating func send(_ command: Command, at now: Timestamp) {
        switch command {
        case .resnapshot, .follow, .unfollow:
            self.base.send(command, at: now)
            return
        case .place(let instrument, let order, _, let price, let quantity):
            self.standing[order] = Standing(price: price, quantity: quantity)
            self.answer(instrument, order, .accepted, now)
        case .amend(let instrument, let order, _, let price, let quantity):
            if self.standing[order] == nil {
                self.answer(instrument, order, .amendRejected(.unknownOrder), now)
            } else {
                self.standing[order] = Standing(price: price, quantity: quantity)
                self.answer(instrument, order, .amended(price, quantity), now)
            }
        case .cancel(let instrument, let order):
            let stood = self.standing.removeValue(forKey: order) != nil
            self.answer(
                instrument, order, stood ? .cancelled(cumulative: .zero) : .cancelRejected(.unknownOrder), now)
        case .query(let instrument, let order):
            let outcome = self.standing[order].map { OrderOutcome.found($0.price, $0.quantity, cumulative: .zero) }
            self.answer(instrument, order, outcome ?? .notFound(cumulative: .zero), now)
            return
        }
        self.show(command, now)
    }

    private mutating func answer(
        _ instrument: InstrumentIndex, _ order: ClientOrderID, _ outcome: OrderOutcome, _ now: Timestamp
    ) {
        self.waiting.append(
            Delivery(at: now, event: .order(OrderReport(instrument: instrument, order: order, outcome: outcome))))
    }
}

extension [Delivery] {
    /// Takes away, from `first` on, what venues tell of the account: where no order is sent, it is somebody else's.
    mutating func keepMarket(from first: Int) {
        var kept = first
        for place in first..<self.count {
            switch self[place].event {
            case .market, .connection:
                self[kept] = self[place]
                kept += 1
            case .order, .balance, .fillsKnown, .turn, .control: break
            }
        }
        self.removeSubrange(kept...)
    }
}
