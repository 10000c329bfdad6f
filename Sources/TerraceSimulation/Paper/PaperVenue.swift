public import TerraceCore

/// Fills of our orders beside a recorded or live market in which they do not stand.
///
/// An order joins the queue at its price behind what is displayed there. Prints at its price take from the queue ahead first
/// and fill the order with the rest; prints through its price fill it; a decrease of the level that no print explains is
/// cancels, spread over the queue in proportion and rounded against us; what joins the level later stands behind. Where the
/// recorded other side comes to stand at or through our price, what it displays would have met us, and fills us once. The
/// volume of one print, and what one level displays, is used once over all our orders, in order of price and time. Cancels in
/// proportion are the `ProbQueueModel` of hftbacktest with the identity function (its documentation, "Queue Models"). Market
/// impact is not modelled: the recorded market goes on as if we had not traded. docs/replay.md says what that means.
///
/// A pure state machine. `observe` takes the market as it reaches us, which is also taken to be when it happens; commands and
/// reports take the latency each way.
public struct PaperVenue: ~Copyable {
    private struct State {
        var queues = [PaperQueue(side: .bid), PaperQueue(side: .ask)]
        /// What of displayed levels has met our orders, by the side that displays.
        var used: [[(price: Int64, quantity: Int64)]] = [[], []]
        var isSnapshot = false
        var isBlind = false  // A snapshot without a venue time: until the next change prints can't be put in order.
        var bookTime = Timestamp.distantPast  // The venue's time of the last book message.
        var heardAt = Timestamp.distantPast
        var snapshotAskedAt: Timestamp?
    }

    /// How many orders we may have open on one instrument.
    public static let openOrdersPerInstrument = 200

    /// The recorded books.
    public private(set) var books: BookTable
    /// How many fills there were.
    public private(set) var fillCount: UInt64 = 0

    private let instruments: [SimulatedInstrument]
    private let venue: VenueIndex
    private let definition: VenueDefinition
    private let chargesReceivedCoin: Bool
    private let latency: Int64
    private var states: [State]
    private var clock = VenueClock()
    private var account: PaperAccount
    private var commands = Conveyor<(at: Int64, command: Command)>()
    private var stream = Conveyor<Delivery>()
    private var fills: [PaperFill] = []
    private var snapshotsAsked = 0

    /// A paper venue.
    ///
    /// - Parameters:
    ///   - instruments: What it trades, by the engine's `InstrumentIndex`.
    ///   - venue: Its place among the engine's venues.
    ///   - definition: Its limit of orders.
    ///   - balances: What the account holds at the start.
    ///   - assets: How many coins there are.
    ///   - chargesReceivedCoin: Whether fees are charged in the coin that is received, as on spot, or in the quote coin.
    ///   - levelSteps: By instrument, the step of the prices at which its book may have levels, of which the tick is a whole
    ///     multiple: old orders may stand between today's ticks. Nil for the ticks.
    ///   - latencyNanoseconds: How long commands and reports take, each way.
    public init(
        _ instruments: [SimulatedInstrument], venue: VenueIndex, definition: VenueDefinition,
        balances: [(AssetIndex, Amount)], assets: Int, chargesReceivedCoin: Bool = true,
        levelSteps: [Grid]? = nil, latencyNanoseconds: Int64 = 5_000_000
    ) {
        self.instruments = instruments
        self.venue = venue
        self.definition = definition
        self.chargesReceivedCoin = chargesReceivedCoin
        self.latency = max(0, latencyNanoseconds)
        self.states = instruments.map { _ in State() }
        self.account = PaperAccount(balances, assets: assets, venue: definition)
        // Far levels are few and cost memory only where a feed has them; none may be missing in a count of levels.
        self.books = BookTable(depthLimit: 1 << 18)
        for (index, instrument) in instruments.enumerated() {
            var rules = instrument.rules
            if let levelSteps { rules.tick = levelSteps[index] }
            _ = self.books.addPair(
                PairDefinition(
                    base: instrument.base, quote: instrument.quote, units: instrument.units,
                    instruments: [InstrumentDefinition(venue: venue, rules: rules, showsOwnOrders: false)]))
        }
    }

    // MARK: Commands and reports

    /// A command leaves us now.
    public mutating func send(_ command: Command, at now: Timestamp) {
        self.commands.append((now.advanced(by: self.latency).nanoseconds, command))
    }

    /// When a command arrives at the venue or a report reaches us next.
    public var nextDue: Timestamp {
        min(
            self.commands.first.map { Timestamp(nanoseconds: $0.at) } ?? .distantFuture,
            self.stream.first?.at ?? .distantFuture)
    }

    /// Whether no command and no report is on its way.
    public var isQuiet: Bool { self.commands.isEmpty && self.stream.isEmpty }

    /// Carries out what has arrived by `now`, and appends the reports that have reached us, in order of arrival.
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

    /// The account's coins as they are at the start, for the engine.
    public func openingBalances() -> [Event] {
        self.account.total.indices.map {
            let asset = AssetIndex(UInt16(truncatingIfNeeded: $0))
            return .balance(self.venue, asset, total: self.account.total[$0])
        }
    }

    private mutating func report(_ instrument: Int, _ client: ClientOrderID, _ outcome: OrderOutcome, _ now: Timestamp)
    {
        self.stream.append(
            Delivery(
                at: now.advanced(by: self.latency),
                event: .order(OrderReport(instrument: Self.index(instrument), order: client, outcome: outcome))))
    }

    private static func index(_ instrument: Int) -> InstrumentIndex {
        InstrumentIndex(UInt32(truncatingIfNeeded: instrument))
    }

    private mutating func arrive(_ command: Command, _ now: Timestamp) {
        switch command {
        case .place(let instrument, let client, let side, let price, let quantity):
            self.place(instrument.index, client, side, price.units, quantity.units, now)
        case .amend(let instrument, let client, _, let price, let quantity):
            self.amend(instrument.index, client, price.units, quantity.units, now)
        case .cancel(let instrument, let client):
            self.cancel(instrument.index, client, now)
        case .query(let instrument, let client):
            self.query(instrument.index, client, now)
        case .resnapshot(let instrument):
            if self.states[instrument.index].snapshotAskedAt == nil { self.snapshotsAsked += 1 }
            self.states[instrument.index].snapshotAskedAt = now
        }
    }

    /// Where an order stands.
    ///
    /// - Complexity: O(our orders on the instrument).
    private func find(_ instrument: Int, _ client: ClientOrderID) -> (side: Side, place: PaperQueue.Place)? {
        for side in Side.allCases {
            if let place = self.states[instrument].queues[side.index].place(of: client) { return (side, place) }
        }
        return nil
    }

    // MARK: Orders

    private mutating func place(
        _ instrument: Int, _ client: ClientOrderID, _ side: Side, _ price: Int64, _ quantity: Int64, _ now: Timestamp
    ) {
        if let reason = self.refusal(ofNew: client, instrument, side, price, quantity, now) {
            return self.report(instrument, client, .rejected(reason), now)
        }
        let (asset, needed) = self.instruments[instrument].cost(side, price, quantity)
        self.account.reserve(asset, needed)
        self.join(instrument, side, client, price: price, quantity: quantity, filled: 0, now)
        self.report(instrument, client, .accepted, now)
    }

    private mutating func join(
        _ instrument: Int, _ side: Side, _ client: ClientOrderID, price: Int64, quantity: Int64, filled: Int64,
        _ now: Timestamp
    ) {
        let shown = self.books.quantity(Self.index(instrument), side, Price(units: price)).units
        self.states[instrument].queues[side.index].join(
            client, price: price, quantity: quantity, filled: filled, shown: shown,
            bookTime: self.states[instrument].bookTime, arrivedAt: self.clock.venueTime(at: now))
    }

    private mutating func refusal(
        ofNew client: ClientOrderID, _ instrument: Int, _ side: Side, _ price: Int64, _ quantity: Int64,
        _ now: Timestamp
    ) -> VenueRejection? {
        let rules = self.instruments[instrument].rules
        guard self.books.isLive(Self.index(instrument)) else { return .marketClosed }
        guard price > 0, price <= Price.limit, rules.tick.exactSteps(price) > 0 else { return .priceFilter }
        guard quantity > 0, quantity <= rules.maximumQuantity.units, rules.lot.exactSteps(quantity) > 0,
            quantity >= rules.minimumQuantity.units
        else { return .lotSize }
        if Notional(of: Quantity(units: quantity), at: Price(units: price)) < rules.minimumNotional {
            return .minimumNotional
        }
        if self.wouldTake(instrument, side, price) { return .wouldTake }
        if self.account.ended(client) != nil || self.find(instrument, client) != nil { return .duplicateOrder }
        if !self.account.takeFromWindow(now) { return .rateLimited }
        let queues = self.states[instrument].queues
        if queues[0].count + queues[1].count >= Self.openOrdersPerInstrument { return .tooManyOrders }
        let (asset, needed) = self.instruments[instrument].cost(side, price, quantity)
        return self.account.free(asset) < needed ? .insufficientBalance : nil
    }

    /// Whether a post-only order would trade with the recorded other side.
    private func wouldTake(_ instrument: Int, _ side: Side, _ price: Int64) -> Bool {
        let touch = self.books.touch(Self.index(instrument))
        if side == .bid { return !touch.ask.isNone && price >= touch.ask.price.units }
        return !touch.bid.isNone && price <= touch.bid.price.units
    }

    private mutating func amend(
        _ instrument: Int, _ client: ClientOrderID, _ price: Int64, _ quantity: Int64, _ now: Timestamp
    ) {
        guard let (side, place) = self.find(instrument, client) else {
            return self.report(instrument, client, .amendRejected(.unknownOrder), now)
        }
        let order = self.states[instrument].queues[side.index].order(at: place)
        let oldPrice = self.states[instrument].queues[side.index].price(at: place)
        let remaining = quantity - order.filled
        if let reason = self.refusal(ofAmending: order, instrument, side, price, quantity, now) {
            return self.report(instrument, client, .amendRejected(reason), now)
        }
        let (asset, old) = self.instruments[instrument].cost(side, oldPrice, order.remaining)
        let (_, new) = self.instruments[instrument].cost(side, price, remaining)
        if self.account.free(asset) + old < new {
            return self.report(instrument, client, .amendRejected(.insufficientBalance), now)
        }
        self.account.reserve(asset, new - old)
        if price == oldPrice, quantity <= order.quantity {
            self.states[instrument].queues[side.index].shrink(place, to: quantity)
        } else {
            self.states[instrument].queues[side.index].remove(place)
            self.join(instrument, side, client, price: price, quantity: quantity, filled: order.filled, now)
        }
        self.report(instrument, client, .amended(Price(units: price), Quantity(units: quantity)), now)
    }

    private mutating func refusal(
        ofAmending order: PaperQueue.Order, _ instrument: Int, _ side: Side, _ price: Int64, _ quantity: Int64,
        _ now: Timestamp
    ) -> VenueRejection? {
        let rules = self.instruments[instrument].rules
        guard self.books.isLive(Self.index(instrument)) else { return .marketClosed }
        guard price > 0, price <= Price.limit, rules.tick.exactSteps(price) > 0 else { return .priceFilter }
        guard quantity > order.filled, quantity <= rules.maximumQuantity.units, rules.lot.exactSteps(quantity) > 0
        else { return .lotSize }
        let remaining = Quantity(units: quantity - order.filled)
        if Notional(of: remaining, at: Price(units: price)) < rules.minimumNotional { return .minimumNotional }
        if self.wouldTake(instrument, side, price) { return .wouldTake }
        return self.account.takeFromWindow(now) ? nil : .rateLimited
    }

    private mutating func cancel(_ instrument: Int, _ client: ClientOrderID, _ now: Timestamp) {
        guard let (side, place) = self.find(instrument, client) else {
            return self.report(instrument, client, .cancelRejected(.unknownOrder), now)
        }
        if self.definition.cancelsCount, !self.account.takeFromWindow(now) {
            return self.report(instrument, client, .cancelRejected(.rateLimited), now)
        }
        let order = self.states[instrument].queues[side.index].order(at: place)
        let price = self.states[instrument].queues[side.index].price(at: place)
        self.states[instrument].queues[side.index].remove(place)
        let (asset, needed) = self.instruments[instrument].cost(side, price, order.remaining)
        self.account.reserve(asset, -needed)
        self.account.end(client, filled: order.filled)
        self.report(instrument, client, .cancelled(cumulative: Quantity(units: order.filled)), now)
    }

    private mutating func query(_ instrument: Int, _ client: ClientOrderID, _ now: Timestamp) {
        guard let (side, place) = self.find(instrument, client) else {
            let filled = self.account.ended(client) ?? 0
            return self.report(instrument, client, .notFound(cumulative: Quantity(units: filled)), now)
        }
        let order = self.states[instrument].queues[side.index].order(at: place)
        let price = self.states[instrument].queues[side.index].price(at: place)
        self.report(
            instrument, client,
            .found(
                Price(units: price), Quantity(units: order.quantity), cumulative: Quantity(units: order.filled)), now)
    }

    // MARK: The recorded market

    /// Takes an event of the recorded market.
    ///
    /// - Complexity: Of a level, that of `BookTable.set`, and O(log our levels) where we have orders on its side.
    public mutating func observe(_ event: MarketEvent, at now: Timestamp) {
        switch event {
        case .snapshotBegan(let instrument):
            self.books.beginSnapshot(instrument)
            self.states[instrument.index].isSnapshot = true
            self.dropRequest(instrument.index)
        case .level(let instrument, let side, let price, let quantity):
            self.level(instrument, side, price, quantity)
        case .messageEnded(let instrument, let venueTime):
            self.clock.observe(venueTime, at: now)
            self.messageEnded(instrument, venueTime, now)
        case .trade(let instrument, let aggressor, let price, let quantity, let venueTime):
            self.clock.observe(venueTime, at: now)
            guard self.books.isLive(instrument), !self.states[instrument.index].isBlind else { return }
            let side = aggressor.opposite
            self.states[instrument.index].queues[side.index].trade(
                price.units, quantity.units, printTime: venueTime, bookTime: self.states[instrument.index].bookTime,
                at: now, into: &self.fills)
            self.bookFills(instrument.index, side, now)
        case .bookLost(let instrument):
            self.lose(instrument)
        }
    }

    private mutating func level(_ instrument: InstrumentIndex, _ side: Side, _ price: Price, _ quantity: Quantity) {
        let index = instrument.index
        switch self.books.set(instrument, side, price, quantity) {
        case .applied: break
        case .ignored: return
        case .offTick, .outOfRange: return self.lose(instrument)
        }
        if !self.states[index].queues[side.index].isEmpty {
            self.states[index].queues[side.index].mention(price.units, quantity.units)
        }
        // What is left of a level that met us is what we have met, until the level grows: it is used once.
        if !self.states[index].used[side.index].isEmpty, !self.states[index].isSnapshot {
            self.limitUsed(index, side, price.units, quantity.units)
        }
    }

    private mutating func limitUsed(_ index: Int, _ side: Side, _ price: Int64, _ quantity: Int64) {
        let place = self.states[index].used[side.index].firstIndex { $0.price == price }
        guard let place else { return }
        if quantity == 0 {
            self.states[index].used[side.index].remove(at: place)
        } else {
            let used = self.states[index].used[side.index][place].quantity
            self.states[index].used[side.index][place].quantity = min(used, quantity)
        }
    }

    private mutating func messageEnded(_ instrument: InstrumentIndex, _ venueTime: Timestamp, _ now: Timestamp) {
        let index = instrument.index
        guard self.books.endMessage(instrument, at: now).isLive else { return }
        self.states[index].heardAt = now
        if venueTime > self.states[index].bookTime { self.states[index].bookTime = venueTime }
        if self.states[index].isSnapshot {
            self.states[index].isSnapshot = false
            self.states[index].isBlind = venueTime == .distantPast && self.states[index].bookTime != .distantPast
            self.restart(instrument)
        } else {
            self.states[index].isBlind = false
            for side in Side.allCases where !self.states[index].queues[side.index].isEmpty {
                self.states[index].queues[side.index].settle(bookTime: self.states[index].bookTime, at: now)
            }
        }
        for side in Side.allCases where !self.states[index].queues[side.index].isEmpty {
            self.cross(instrument, side, now)
        }
    }

    /// A snapshot is whole: places in queues, and what displayed levels have given us, can only have become less.
    private mutating func restart(_ instrument: InstrumentIndex) {
        let index = instrument.index
        for side in Side.allCases {
            for level in self.states[index].queues[side.index].levels.indices {
                let price = self.states[index].queues[side.index].levels[level].price
                let shown = self.books.quantity(instrument, side, Price(units: price)).units
                self.states[index].queues[side.index].restart(level: level, shown: shown)
            }
            for used in self.states[index].used[side.index] {
                let shown = self.books.quantity(instrument, side, Price(units: used.price)).units
                self.limitUsed(index, side, used.price, shown)
            }
        }
    }

    private mutating func lose(_ instrument: InstrumentIndex) {
        _ = self.books.lose(instrument)
        self.states[instrument.index].isSnapshot = false
        for side in Side.allCases { self.states[instrument.index].queues[side.index].forgetMessage() }
    }

    /// Our orders on `side` meet what the recorded other side displays at or through their prices.
    private mutating func cross(_ instrument: InstrumentIndex, _ side: Side, _ now: Timestamp) {
        let index = instrument.index
        let touch = self.books.touch(instrument)
        // A recorded book that crosses itself is bad data, or a venue between two states: nothing is filled by it.
        if touch.isCrossed { return }
        let other = side.opposite
        var position = 0
        while let level = self.books.level(instrument, other, position) {
            let best = self.states[index].queues[side.index].best
            let price = level.price.units
            if best == 0 || (side == .bid ? price > best : price < best) { break }
            position += 1
            let place = self.states[index].used[other.index].firstIndex { $0.price == price }
            let used = place.map { self.states[index].used[other.index][$0].quantity } ?? 0
            let available = level.quantity.units - used
            if available <= 0 { continue }
            let taken = self.states[index].queues[side.index].meet(price, available, into: &self.fills)
            if let place {
                self.states[index].used[other.index][place].quantity += taken
            } else {
                self.states[index].used[other.index].append((price, taken))
            }
        }
        self.bookFills(index, side, now)
    }

    /// Moves the coins, charges the maker's fee, and reports.
    private mutating func bookFills(_ instrument: Int, _ side: Side, _ now: Timestamp) {
        if self.fills.isEmpty { return }
        let definition = self.instruments[instrument]
        for fill in self.fills {
            let price = Price(units: fill.price)
            let (reservedAsset, released) = definition.cost(side, fill.price, fill.quantity)
            self.account.reserve(reservedAsset, -released)
            let base = definition.units.amount(of: Quantity(units: fill.quantity))
            let quote = definition.units.amount(of: Notional(of: Quantity(units: fill.quantity), at: price))
            self.account.add(definition.base, side == .bid ? base : -base)
            self.account.add(definition.quote, side == .bid ? -quote : quote)
            let (fee, asset) = definition.fee(
                definition.rules.makerFee, side, price, fill.quantity, chargesReceivedCoin: self.chargesReceivedCoin)
            self.account.add(asset, -fee)
            if fill.isLast { self.account.end(fill.client, filled: fill.cumulative) }
            self.fillCount += 1
            self.report(
                instrument, fill.client,
                .filled(
                    Fill(
                        trade: self.fillCount, side: side, price: price, quantity: Quantity(units: fill.quantity),
                        fee: fee, feeAsset: asset, isMaker: true, cumulative: Quantity(units: fill.cumulative))), now)
        }
        self.fills.removeAll(keepingCapacity: true)
    }

    // MARK: Snapshots for the engine

    /// Appends the recorded book of each instrument of which a snapshot was asked for, as a message to the engine.
    ///
    /// A recording can't be asked; but where its book is whole and a message has continued it since the reply could have come,
    /// it is what a venue would have answered. A silent book is not: the request waits until the instrument is heard of.
    /// Call it between messages.
    public mutating func answerSnapshots(into events: inout [Event]) {
        if self.snapshotsAsked == 0 { return }
        for index in self.states.indices {
            guard let asked = self.states[index].snapshotAskedAt, self.books.isLive(Self.index(index)),
                self.states[index].heardAt >= asked.advanced(by: self.latency)
            else { continue }
            self.dropRequest(index)
            let instrument = Self.index(index)
            events.append(.market(.snapshotBegan(instrument)))
            for side in Side.allCases {
                self.books.forEachLevel(instrument, side) { level in
                    events.append(.market(.level(instrument, side, level.price, level.quantity)))
                }
            }
            events.append(.market(.messageEnded(instrument, venueTime: self.states[index].bookTime)))
        }
    }

    private mutating func dropRequest(_ index: Int) {
        if self.states[index].snapshotAskedAt != nil { self.snapshotsAsked -= 1 }
        self.states[index].snapshotAskedAt = nil
    }

    // MARK: For tests

    /// What stands ahead of an order at its price; nil where it does not stand.
    func ahead(of client: ClientOrderID, on instrument: InstrumentIndex) -> Int64? {
        self.find(instrument.index, client).map {
            self.states[instrument.index].queues[$0.side.index].order(at: $0.place).ahead
        }
    }
}

extension PaperVenue: VenueTruth {
    /// Our orders that stand; none at another venue than this one.
    public func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)] {
        guard venue == self.venue.index else { return [] }
        var found: [(instrument: InstrumentIndex, order: OpenOrder)] = []
        for instrument in self.states.indices {
            for queue in self.states[instrument].queues {
                for level in queue.levels {
                    for order in level.orders {
                        found.append(
                            (
                                Self.index(instrument),
                                OpenOrder(
                                    instrument: instrument, client: order.client, side: queue.side,
                                    price: Price(units: level.price), quantity: Quantity(units: order.quantity),
                                    filled: Quantity(units: order.filled))
                            ))
                    }
                }
            }
        }
        return found
    }

    /// What the account holds of a coin; nothing at another venue than this one.
    public func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        guard venue == self.venue.index else { return (.zero, .zero) }
        return (self.account.total[asset.index], self.account.free(asset))
    }

    /// How many fills there were; none at another venue than this one.
    public func fillCount(_ venue: Int) -> UInt64 { venue == self.venue.index ? self.fillCount : 0 }
}
