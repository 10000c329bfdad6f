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
    struct State {
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
    public internal(set) var books: BookTable
    /// How many fills there were.
    public internal(set) var fillCount: UInt64 = 0
    var ledger = FillLedger()

    let instruments: [SimulatedInstrument]
    let venue: VenueIndex
    private let definition: VenueDefinition
    let chargesReceivedCoin: Bool
    let latency: Int64
    var states: [State]
    var clock = VenueClock()
    var account: PaperAccount
    private var commands = Conveyor<(at: Int64, command: Command)>()
    private var stream = Conveyor<Delivery>()
    var fills: [PaperFill] = []
    var snapshotsAsked = 0

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

    mutating func report(_ instrument: Int, _ client: ClientOrderID, _ outcome: OrderOutcome, _ now: Timestamp) {
        self.stream.append(
            Delivery(
                at: now.advanced(by: self.latency),
                event: .order(OrderReport(instrument: Self.index(instrument), order: client, outcome: outcome))))
    }

    static func index(_ instrument: Int) -> InstrumentIndex {
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
        case .follow, .unfollow: break  // Market data comes past here, and is nobody's to ask for.
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

    // MARK: For tests

    /// What stands ahead of an order at its price; nil where it does not stand.
    func ahead(of client: ClientOrderID, on instrument: InstrumentIndex) -> Int64? {
        self.find(instrument.index, client).map {
            self.states[instrument.index].queues[$0.side.index].order(at: $0.place).ahead
        }
    }
}
