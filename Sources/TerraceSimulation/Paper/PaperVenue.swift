public import TerraceCore

/// Fills of our orders beside a recorded or live book in which they do not stand.
///
/// Each order has a queue position: the quantity that was displayed at its price when it arrived. Trades at its price take
/// that down first and fill the order with what is left; trades through its price fill it; a decrease of the level that no
/// trade explains is cancels, spread over the queue in proportion, rounded against us. One trade's volume is used once, over
/// all our orders it reaches, in order of price and time. Where the recorded opposite side comes to stand at or through our
/// price, its displayed quantity fills us once. These are the assumptions of the proportional queue models described in the
/// documentation of hftbacktest ("Order fill", "Probability queue models"); market impact is not modelled.
public struct PaperVenue {
    private struct Order {
        let client: ClientOrderID
        let instrument: Int
        let side: Side
        var price: Int64
        var quantity: Int64
        var filled: Int64
        var ahead: Int64
        var remaining: Int64 { self.quantity - self.filled }
    }
    private struct Book {
        var levels: [[Int64: Int64]] = [[:], [:]]
        var traded: [[Int64: Int64]] = [[:], [:]]  // Since the venue last spoke of the level.
        var used: [[Int64: Int64]] = [[:], [:]]  // Of what is displayed, by our crossing fills.
        var best: [Int64] = [0, 0]
        var isLive = false
    }

    private let instruments: [SimulatedInstrument]
    private let venue: VenueIndex
    private let latency: Int64
    private var books: [Book]
    private var orders: [Order] = []
    private var total: [Amount]
    private var reserved: [Amount]
    private var finished: [ClientOrderID: Int64] = [:]
    private var commands = Conveyor<(at: Int64, command: Command)>()
    private var stream = Conveyor<Delivery>()
    private var trades: UInt64 = 0
    /// How many fills there were.
    public private(set) var fillCount: UInt64 = 0

    /// A venue with index `venue` whose instruments are the core's, in order; commands and reports take `latencyNanoseconds`.
    public init(
        _ instruments: [SimulatedInstrument], venue: VenueIndex, balances: [Amount], latencyNanoseconds: Int64 = 1_000_000
    ) {
        self.instruments = instruments
        self.venue = venue
        self.latency = latencyNanoseconds
        self.books = instruments.map { _ in Book() }
        self.total = balances
        self.reserved = balances.map { _ in .zero }
    }

    // MARK: Commands and reports

    /// A command leaves us now.
    public mutating func send(_ command: Command, at now: Timestamp) {
        self.commands.append((now.nanoseconds + self.latency, command))
    }

    /// When a command arrives at the venue or a report reaches us next.
    public var nextDue: Timestamp {
        min(
            self.commands.first.map { Timestamp(nanoseconds: $0.at) } ?? .distantFuture,
            self.stream.first?.at ?? .distantFuture)
    }

    /// Whether nothing is on its way.
    public var isQuiet: Bool { self.commands.isEmpty && self.stream.isEmpty }

    /// Carries out what has arrived by `now`, and appends the reports that have reached us.
    public mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        while let first = self.commands.first, first.at <= now.nanoseconds {
            self.commands.removeFirst()
            self.arrive(first.command, Timestamp(nanoseconds: first.at))
        }
        while let first = self.stream.first, first.at <= now {
            self.stream.removeFirst()
            deliveries.append(first)
        }
    }

    private mutating func report(_ instrument: Int, _ client: ClientOrderID, _ outcome: OrderOutcome, _ now: Timestamp) {
        self.stream.append(
            Delivery(
                at: now.advanced(by: self.latency),
                event: .order(
                    OrderReport(
                        instrument: InstrumentIndex(UInt32(truncatingIfNeeded: instrument)), order: client,
                        outcome: outcome))))
    }

    private mutating func arrive(_ command: Command, _ now: Timestamp) {
        switch command {
        case .place(let instrument, let client, let side, let price, let quantity):
            self.place(instrument.index, client, side, price.units, quantity.units, now)
        case .amend(let instrument, let client, _, let price, let quantity):
            self.amend(instrument.index, client, price.units, quantity.units, now)
        case .cancel(let instrument, let client):
            guard let index = self.orders.firstIndex(where: { $0.client == client }) else {
                return self.report(instrument.index, client, .cancelRejected(.unknownOrder), now)
            }
            let filled = self.orders[index].filled
            self.end(index)
            self.report(instrument.index, client, .cancelled(cumulative: Quantity(units: filled)), now)
        case .query(let instrument, let client):
            if let order = self.orders.first(where: { $0.client == client }) {
                self.report(
                    instrument.index, client,
                    .found(
                        Price(units: order.price), Quantity(units: order.quantity),
                        cumulative: Quantity(units: order.filled)), now)
            } else {
                self.report(
                    instrument.index, client,
                    .notFound(cumulative: Quantity(units: self.finished[client] ?? 0)), now)
            }
        case .resnapshot: break  // The recording brings its own snapshots.
        }
    }

    private func refusal(_ instrument: Int, _ side: Side, _ price: Int64, _ quantity: Int64, own: Amount) -> VenueRejection? {
        let definition = self.instruments[instrument]
        let rules = definition.rules
        if !self.books[instrument].isLive { return .marketClosed }
        guard price > 0, price <= Price.limit, rules.tick.exactSteps(price) > 0 else { return .priceFilter }
        guard quantity >= rules.minimumQuantity.units, quantity > 0, quantity <= rules.maximumQuantity.units,
            rules.lot.exactSteps(quantity) > 0
        else { return .lotSize }
        if Notional(of: Quantity(units: quantity), at: Price(units: price)) < rules.minimumNotional {
            return .minimumNotional
        }
        let opposite = self.books[instrument].best[side.opposite.index]
        if opposite != 0, side == .bid ? price >= opposite : price <= opposite { return .wouldTake }
        let (asset, needed) = definition.cost(side, price, quantity)
        if self.total[asset.index] - self.reserved[asset.index] + own < needed { return .insufficientBalance }
        return nil
    }

    private mutating func place(
        _ instrument: Int, _ client: ClientOrderID, _ side: Side, _ price: Int64, _ quantity: Int64, _ now: Timestamp
    ) {
        if let reason = self.refusal(instrument, side, price, quantity, own: .zero) {
            return self.report(instrument, client, .rejected(reason), now)
        }
        let (asset, needed) = self.instruments[instrument].cost(side, price, quantity)
        self.reserved[asset.index] += needed
        self.orders.append(
            Order(
                client: client, instrument: instrument, side: side, price: price, quantity: quantity, filled: 0,
                ahead: self.books[instrument].levels[side.index][price] ?? 0))
        self.report(instrument, client, .accepted, now)
    }

    private mutating func amend(
        _ instrument: Int, _ client: ClientOrderID, _ price: Int64, _ quantity: Int64, _ now: Timestamp
    ) {
        guard let index = self.orders.firstIndex(where: { $0.client == client }) else {
            return self.report(instrument, client, .amendRejected(.unknownOrder), now)
        }
        var order = self.orders[index]
        let (asset, old) = self.instruments[instrument].cost(order.side, order.price, order.remaining)
        let remaining = quantity - order.filled
        if let reason = self.refusal(instrument, order.side, price, remaining, own: old) {
            return self.report(instrument, client, .amendRejected(reason), now)
        }
        let (_, new) = self.instruments[instrument].cost(order.side, price, remaining)
        self.reserved[asset.index] += new - old
        let keepsPlace = price == order.price && quantity <= order.quantity
        order.price = price
        order.quantity = quantity
        if keepsPlace {
            self.orders[index] = order
        } else {
            order.ahead = self.books[instrument].levels[order.side.index][price] ?? 0
            self.orders.remove(at: index)
            self.orders.append(order)
        }
        self.report(instrument, client, .amended(Price(units: price), Quantity(units: quantity)), now)
    }

    private mutating func end(_ index: Int) {
        let order = self.orders[index]
        let (asset, needed) = self.instruments[order.instrument].cost(order.side, order.price, order.remaining)
        self.reserved[asset.index] -= needed
        self.finished[order.client] = order.filled
        self.orders.remove(at: index)
    }

    // MARK: The recorded market

    /// Takes an event of the recorded market, before or after the engine has.
    public mutating func observe(_ event: MarketEvent, at now: Timestamp) {
        switch event {
        case .snapshotBegan(let instrument), .bookLost(let instrument):
            self.books[instrument.index] = Book()
        case .level(let instrument, let side, let price, let quantity):
            self.level(instrument.index, side, price.units, quantity.units)
        case .messageEnded(let instrument, _):
            self.books[instrument.index].isLive = true
            self.cross(instrument.index, now)
        case .trade(let instrument, let aggressor, let price, let quantity, _):
            self.trade(instrument.index, aggressor.opposite, price.units, quantity.units, now)
        }
    }

    private mutating func level(_ instrument: Int, _ side: Side, _ price: Int64, _ quantity: Int64) {
        let old = self.books[instrument].levels[side.index][price] ?? 0
        let traded = self.books[instrument].traded[side.index].removeValue(forKey: price) ?? 0
        self.books[instrument].used[side.index][price] = nil
        if quantity == 0 {
            self.books[instrument].levels[side.index][price] = nil
        } else {
            self.books[instrument].levels[side.index][price] = quantity
        }
        self.updateBest(instrument, side, price, quantity)
        // What trades explain has been taken off the queue when they came; the rest was cancelled somewhere in it.
        let afterTrades = max(0, old - traded)
        let cancelled = max(0, afterTrades - quantity)
        for index in self.orders.indices
        where self.orders[index].instrument == instrument && self.orders[index].side == side
            && self.orders[index].price == price
        {
            let ahead = self.orders[index].ahead
            let share = afterTrades == 0 ? ahead : Int64(Int128(cancelled) * Int128(ahead) / Int128(max(afterTrades, ahead)))
            self.orders[index].ahead = max(0, min(ahead - share, quantity))
        }
    }

    private mutating func updateBest(_ instrument: Int, _ side: Side, _ price: Int64, _ quantity: Int64) {
        let best = self.books[instrument].best[side.index]
        if quantity > 0 {
            if best == 0 || side.isBetter(Price(units: price), than: Price(units: best)) {
                self.books[instrument].best[side.index] = price
            }
        } else if price == best {
            var next: Int64 = 0
            for (other, _) in self.books[instrument].levels[side.index]
            where next == 0 || side.isBetter(Price(units: other), than: Price(units: next)) { next = other }
            self.books[instrument].best[side.index] = next  // The extreme of a set, whatever the order of the walk.
        }
    }

    private mutating func trade(_ instrument: Int, _ side: Side, _ price: Int64, _ quantity: Int64, _ now: Timestamp) {
        self.books[instrument].traded[side.index][price, default: 0] += quantity
        var left = quantity
        // Better prices first, then time; the array is in order of time.
        var reached: [Int] = self.orders.indices.filter {
            self.orders[$0].instrument == instrument && self.orders[$0].side == side
                && (self.orders[$0].price == price
                    || side.isBetter(Price(units: self.orders[$0].price), than: Price(units: price)))
        }
        reached.sort {
            let (first, second) = (self.orders[$0], self.orders[$1])
            return first.price == second.price
                ? $0 < $1 : side.isBetter(Price(units: first.price), than: Price(units: second.price))
        }
        var done: [ClientOrderID] = []
        var publicPart: Int64 = 0  // What of the trade went to the queue ahead of us, at most once over all our orders.
        for index in reached where left > 0 {
            if self.orders[index].price == price {
                let taken = min(self.orders[index].ahead, quantity)
                self.orders[index].ahead -= taken
                if taken > publicPart {
                    left -= min(left, taken - publicPart)
                    publicPart = taken
                }
            }
            let filled = min(left, self.orders[index].remaining)
            if filled > 0 {
                left -= filled
                self.fill(index, filled, now)
                if self.orders[index].remaining == 0 { done.append(self.orders[index].client) }
            }
        }
        self.remove(done)
    }

    /// The recorded opposite side stands at or through our price: it would have traded with us.
    private mutating func cross(_ instrument: Int, _ now: Timestamp) {
        var done: [ClientOrderID] = []
        for index in self.orders.indices where self.orders[index].instrument == instrument {
            let order = self.orders[index]
            let opposite = order.side.opposite.index
            let best = self.books[instrument].best[opposite]
            guard best != 0, order.side == .bid ? best <= order.price : best >= order.price else { continue }
            let displayed = self.books[instrument].levels[opposite][best] ?? 0
            let used = self.books[instrument].used[opposite][best] ?? 0
            let filled = min(order.remaining, displayed - used)
            if filled <= 0 { continue }
            self.books[instrument].used[opposite][best] = used + filled
            self.fill(index, filled, now)
            if self.orders[index].remaining == 0 { done.append(order.client) }
        }
        self.remove(done)
    }

    private mutating func remove(_ done: [ClientOrderID]) {
        for client in done {
            if let index = self.orders.firstIndex(where: { $0.client == client }) { self.end(index) }
        }
    }

    private mutating func fill(_ index: Int, _ quantity: Int64, _ now: Timestamp) {
        let order = self.orders[index]
        let definition = self.instruments[order.instrument]
        let price = Price(units: order.price)
        let (reservedAsset, released) = definition.cost(order.side, order.price, quantity)
        self.reserved[reservedAsset.index] -= released
        let base = definition.units.amount(of: Quantity(units: quantity))
        let quote = definition.units.amount(of: Notional(of: Quantity(units: quantity), at: price))
        self.total[definition.base.index] += order.side == .bid ? base : -base
        self.total[definition.quote.index] += order.side == .bid ? -quote : quote
        let (fee, asset) = definition.fee(
            definition.rules.makerFee, order.side, price, quantity, chargesReceivedCoin: true)
        self.total[asset.index] -= fee
        self.orders[index].filled += quantity
        self.trades += 1
        self.fillCount += 1
        self.report(
            order.instrument, order.client,
            .filled(
                Fill(
                    trade: self.trades, side: order.side, price: price, quantity: Quantity(units: quantity), fee: fee,
                    feeAsset: asset, isMaker: true, cumulative: Quantity(units: order.filled + quantity))), now)
    }
}

extension PaperVenue: VenueTruth {
    public func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)] {
        venue != self.venue.index
            ? []
            : self.orders.map {
                (
                    InstrumentIndex(UInt32(truncatingIfNeeded: $0.instrument)),
                    OpenOrder(
                        instrument: $0.instrument, client: $0.client, side: $0.side, price: Price(units: $0.price),
                        quantity: Quantity(units: $0.quantity), filled: Quantity(units: $0.filled))
                )
            }
    }
    public func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        (self.total[asset.index], self.total[asset.index] - self.reserved[asset.index])
    }
    public func fillCount(_ venue: Int) -> UInt64 { venue == self.venue.index ? self.fillCount : 0 }
}
