public import TerraceCore

/// An account at a simulated venue. Account 0 is the crowd: the order flow, without balances, limits and private reports.
public struct AccountIndex: Hashable, Sendable {
    /// The dense index.
    public let raw: UInt16
    /// The account at `raw`.
    public init(_ raw: UInt16) { self.raw = raw }
    /// The order flow.
    public static let crowd = AccountIndex(0)
}

/// One pair as a simulated venue trades it.
public struct SimulatedInstrument: Sendable {
    /// The coin that is traded.
    public var base: AssetIndex
    /// The coin it is priced in.
    public var quote: AssetIndex
    /// The pair's units.
    public var units: Units
    /// What the venue demands and charges.
    public var rules: TradingRules

    /// A pair under `rules`.
    public init(base: AssetIndex, quote: AssetIndex, units: Units, rules: TradingRules) {
        self.base = base
        self.quote = quote
        self.units = units
        self.rules = rules
    }
}

/// How a simulated venue behaves.
public struct VenueSettings: Sendable {
    /// How many orders and amendments an account may send in the window; zero for no limit.
    public var ordersPerWindow: Int
    /// The window, from its first order.
    public var windowNanoseconds: Int64
    /// How many orders an account may have open on one instrument.
    public var openOrdersPerInstrument: Int
    /// Whether fees are charged in the coin that is received (as spot venues do) or always in the quote coin.
    public var chargesReceivedCoin: Bool

    /// No order limit, 200 open orders an instrument, fees in the received coin.
    public init() {
        self.ordersPerWindow = 0
        self.windowNanoseconds = 10_000_000_000
        self.openOrdersPerInstrument = 200
        self.chargesReceivedCoin = true
    }
}

/// How an order trades.
public enum OrderKind: Sendable {
    /// Takes what it can, the rest stands.
    case limit
    /// Stands, or is refused where it would take.
    case postOnly
    /// Takes what it can, the rest is cancelled.
    case immediateOrCancel
}

/// An order that stands at a simulated venue.
public struct OpenOrder: Sendable, Equatable {
    /// The instrument, counted within the venue.
    public let instrument: Int
    /// The id its owner gave it.
    public let client: ClientOrderID
    /// Its side.
    public let side: Side
    /// Its price.
    public let price: Price
    /// The total quantity.
    public let quantity: Quantity
    /// What of it was filled.
    public let filled: Quantity
}

/// One trading venue: books with price-time priority, accounts with balances, fees and limits. A pure state machine: time
/// comes with each call, what it says goes to a buffer that the caller owns.
///
/// Orders live in a pool and hang on their level in order of arrival; levels are sorted arrays, best last.
public struct SimulatedVenue {
    struct Order {
        var id: UInt64 = 0
        var client = ClientOrderID.none
        var account: UInt16 = 0
        var instrument: Int32 = 0
        var side = Side.bid
        var price: Int64 = 0
        var quantity: Int64 = 0
        var filled: Int64 = 0
        var previous: Int32 = -1
        var next: Int32 = -1
        var remaining: Int64 { self.quantity - self.filled }
    }
    struct BookLevel {
        var price: Int64
        var total: Int64 = 0
        var first: Int32 = -1
        var last: Int32 = -1
        var count: Int32 = 0
    }
    struct Book {
        var bids: [BookLevel] = []
        var asks: [BookLevel] = []
        var changed: [(side: Side, price: Int64)] = []
        var sequence: UInt64 = 0
        var trades: UInt64 = 0
        var isHalted = false
    }
    struct Account {
        var total: [Amount]
        var reserved: [Amount]
        var byClient: [ClientOrderID: Int32] = [:]
        var finished: [ClientOrderID: Int64] = [:]  // Cumulative quantity of orders that ended.
        var ended: [ClientOrderID] = []
        var oldestEnded = 0
        var open: [Int]
        var windowStart = Timestamp.distantPast
        var windowOrders = 0
        var fills: UInt64 = 0
        var feesPaid: [Amount]
    }

    /// How it behaves.
    public let settings: VenueSettings
    /// What it trades.
    public let instruments: [SimulatedInstrument]
    var books: [Book]
    var pool: [Order] = []
    var free: [Int32] = []
    var accounts: [Account] = []
    var lastOrder: UInt64 = 0
    private let assets: Int

    /// A venue that trades `instruments`; coins have indices below `assets`.
    public init(settings: VenueSettings, instruments: [SimulatedInstrument], assets: Int) {
        self.settings = settings
        self.instruments = instruments
        self.assets = assets
        self.books = instruments.map { _ in Book() }
        self.accounts = [
            Account(
                total: [], reserved: [], open: Array(repeating: 0, count: instruments.count), feesPaid: [])
        ]
    }

    /// Opens an account with these balances.
    public mutating func openAccount(_ balances: [(AssetIndex, Amount)]) -> AccountIndex {
        var total = Array(repeating: Amount.zero, count: self.assets)
        for (asset, amount) in balances where asset.index < self.assets { total[asset.index] += amount }
        self.accounts.append(
            Account(
                total: total, reserved: Array(repeating: .zero, count: self.assets),
                open: Array(repeating: 0, count: self.instruments.count),
                feesPaid: Array(repeating: .zero, count: self.assets)))
        return AccountIndex(UInt16(truncatingIfNeeded: self.accounts.count - 1))
    }

    /// What an account holds of a coin, and how much of it no open order has reserved.
    public func balance(_ account: AccountIndex, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        let owner = self.accounts[Int(account.raw)]
        return (owner.total[asset.index], owner.total[asset.index] - owner.reserved[asset.index])
    }

    /// How many fills an account has had.
    public func fillCount(_ account: AccountIndex) -> UInt64 { self.accounts[Int(account.raw)].fills }

    /// The orders of an account that stand, by their number at the venue.
    public func openOrders(_ account: AccountIndex) -> [OpenOrder] {
        self.accounts[Int(account.raw)].byClient.values
            .map { self.pool[Int($0)] }.sorted { $0.id < $1.id }
            .map {
                OpenOrder(
                    instrument: Int($0.instrument), client: $0.client, side: $0.side, price: Price(units: $0.price),
                    quantity: Quantity(units: $0.quantity), filled: Quantity(units: $0.filled))
            }
    }

    // MARK: Orders

    /// Places an order. Reports go to `out`; the crowd gets none, but the place of its order in the pool where it stands.
    @discardableResult
    public mutating func place(
        _ instrument: Int, _ account: AccountIndex, _ client: ClientOrderID, _ side: Side, _ kind: OrderKind,
        _ price: Price, _ quantity: Quantity, at now: Timestamp, into out: inout VenueOutput
    ) -> Int? {
        let isCrowd = account == .crowd
        if let refusal = self.refusal(instrument, account, client, side, kind, price, quantity, at: now) {
            if !isCrowd { out.report(account, instrument, client, .rejected(refusal), now) }
            return nil
        }
        self.lastOrder += 1
        var order = Order()
        order.id = self.lastOrder
        order.client = client
        order.account = account.raw
        order.instrument = Int32(truncatingIfNeeded: instrument)
        order.side = side
        order.price = price.units
        order.quantity = quantity.units
        if !isCrowd {
            self.reserve(account, order, quantity.units)
            out.report(account, instrument, client, .accepted, now)
        }
        let isExpired = self.match(&order, at: now, &out)
        if order.remaining == 0 || isExpired || kind == .immediateOrCancel {
            if !isCrowd {
                self.reserve(account, order, -order.remaining)
                self.finish(Int(account.raw), client, order.filled)
                if order.remaining > 0 {
                    out.report(account, instrument, client, .cancelled(cumulative: Quantity(units: order.filled)), now)
                }
            }
            return nil
        }
        let place = self.rest(order)
        if !isCrowd {
            self.accounts[Int(account.raw)].byClient[client] = place
            self.accounts[Int(account.raw)].open[instrument] += 1
        }
        return Int(place)
    }

    private mutating func refusal(
        _ instrument: Int, _ account: AccountIndex, _ client: ClientOrderID, _ side: Side, _ kind: OrderKind,
        _ price: Price, _ quantity: Quantity, at now: Timestamp
    ) -> VenueRejection? {
        let definition = self.instruments[instrument]
        let rules = definition.rules
        if self.books[instrument].isHalted { return .marketClosed }
        guard price.units > 0, price.units <= Price.limit, rules.tick.exactSteps(price.units) > 0 else {
            return .priceFilter
        }
        guard quantity.units > 0, quantity.units <= rules.maximumQuantity.units,
            rules.lot.exactSteps(quantity.units) > 0, quantity >= rules.minimumQuantity
        else { return .lotSize }
        if Notional(of: quantity, at: price) < rules.minimumNotional { return .minimumNotional }
        if kind == .postOnly, self.wouldTake(instrument, side, price.units) { return .wouldTake }
        if account == .crowd { return nil }
        let owner = Int(account.raw)
        if self.accounts[owner].byClient[client] != nil || self.accounts[owner].finished[client] != nil {
            return .duplicateOrder
        }
        if !self.takeFromWindow(owner, now) { return .rateLimited }
        if self.accounts[owner].open[instrument] >= self.settings.openOrdersPerInstrument { return .tooManyOrders }
        let (asset, needed) = self.cost(definition, side, price.units, quantity.units)
        if self.accounts[owner].total[asset] - self.accounts[owner].reserved[asset] < needed {
            return .insufficientBalance
        }
        return nil
    }

    private mutating func takeFromWindow(_ owner: Int, _ now: Timestamp) -> Bool {
        if self.settings.ordersPerWindow == 0 { return true }
        if now.nanoseconds(since: self.accounts[owner].windowStart) >= self.settings.windowNanoseconds {
            self.accounts[owner].windowStart = now
            self.accounts[owner].windowOrders = 0
        }
        if self.accounts[owner].windowOrders >= self.settings.ordersPerWindow { return false }
        self.accounts[owner].windowOrders += 1
        return true
    }

    private func wouldTake(_ instrument: Int, _ side: Side, _ price: Int64) -> Bool {
        if side == .bid { return self.books[instrument].asks.last.map { price >= $0.price } ?? false }
        return self.books[instrument].bids.last.map { price <= $0.price } ?? false
    }

    private func cost(_ definition: SimulatedInstrument, _ side: Side, _ price: Int64, _ quantity: Int64) -> (
        Int, Amount
    ) {
        let (asset, amount) = definition.cost(side, price, quantity)
        return (asset.index, amount)
    }

    private mutating func reserve(_ account: AccountIndex, _ order: Order, _ quantity: Int64) {
        let (asset, amount) = self.cost(self.instruments[Int(order.instrument)], order.side, order.price, quantity)
        self.accounts[Int(account.raw)].reserved[asset] += amount
    }

    /// Cancels an order of an account by its client id.
    public mutating func cancel(
        _ instrument: Int, _ account: AccountIndex, _ client: ClientOrderID, at now: Timestamp,
        into out: inout VenueOutput
    ) {
        guard let place = self.accounts[Int(account.raw)].byClient[client] else {
            out.report(account, instrument, client, .cancelRejected(.unknownOrder), now)
            return
        }
        let filled = self.pool[Int(place)].filled
        self.remove(place)
        out.report(account, instrument, client, .cancelled(cumulative: Quantity(units: filled)), now)
    }

    /// Cancels every order of an account.
    public mutating func cancelAll(_ account: AccountIndex, at now: Timestamp, into out: inout VenueOutput) {
        for order in self.openOrders(account) {
            self.cancel(order.instrument, account, order.client, at: now, into: &out)
        }
    }

    /// Cancels an order of the crowd by its place in the pool.
    public mutating func cancelCrowd(_ place: Int) { self.remove(Int32(truncatingIfNeeded: place)) }

    /// Changes price and total quantity. Less at the same price keeps its place in the queue; everything else loses it.
    public mutating func amend(
        _ instrument: Int, _ account: AccountIndex, _ client: ClientOrderID, _ price: Price, _ quantity: Quantity,
        at now: Timestamp, into out: inout VenueOutput
    ) {
        func refuse(_ reason: VenueRejection) {
            out.report(account, instrument, client, .amendRejected(reason), now)
        }
        let owner = Int(account.raw)
        guard let place = self.accounts[owner].byClient[client] else { return refuse(.unknownOrder) }
        let definition = self.instruments[instrument]
        var order = self.pool[Int(place)]
        guard price.units > 0, price.units <= Price.limit, definition.rules.tick.exactSteps(price.units) > 0 else {
            return refuse(.priceFilter)
        }
        guard quantity.units > order.filled, quantity.units <= definition.rules.maximumQuantity.units,
            definition.rules.lot.exactSteps(quantity.units) > 0
        else { return refuse(.lotSize) }
        let remaining = quantity.units - order.filled
        if Notional(of: Quantity(units: remaining), at: price) < definition.rules.minimumNotional {
            return refuse(.minimumNotional)
        }
        if self.wouldTake(instrument, order.side, price.units) { return refuse(.wouldTake) }
        if !self.takeFromWindow(owner, now) { return refuse(.rateLimited) }
        let (asset, old) = self.cost(definition, order.side, order.price, order.remaining)
        let (_, new) = self.cost(definition, order.side, price.units, remaining)
        if self.accounts[owner].total[asset] - self.accounts[owner].reserved[asset] + old < new {
            return refuse(.insufficientBalance)
        }
        self.accounts[owner].reserved[asset] += new - old
        if price.units == order.price && quantity.units <= order.quantity {
            self.pool[Int(place)].quantity = quantity.units
            self.adjustLevel(instrument, order.side, order.price, by: quantity.units - order.quantity)
        } else {
            self.unlink(place)
            order.price = price.units
            order.quantity = quantity.units
            self.lastOrder += 1
            self.pool[Int(place)] = order
            self.link(place)
        }
        out.report(account, instrument, client, .amended(price, quantity), now)
    }

    /// Answers what became of an order.
    public mutating func query(
        _ instrument: Int, _ account: AccountIndex, _ client: ClientOrderID, at now: Timestamp,
        into out: inout VenueOutput
    ) {
        let owner = Int(account.raw)
        if let place = self.accounts[owner].byClient[client] {
            let order = self.pool[Int(place)]
            out.report(
                account, instrument, client,
                .found(
                    Price(units: order.price), Quantity(units: order.quantity),
                    cumulative: Quantity(units: order.filled)), now)
        } else {
            let filled = self.accounts[owner].finished[client] ?? 0
            out.report(account, instrument, client, .notFound(cumulative: Quantity(units: filled)), now)
        }
    }

    // MARK: Matching

    /// Trades an arriving order against the book. Returns whether what is left of it expires: it met an order of its own
    /// account (self-trade prevention, the taker gives way).
    private mutating func match(_ order: inout Order, at now: Timestamp, _ out: inout VenueOutput) -> Bool {
        let instrument = Int(order.instrument)
        while order.remaining > 0 {
            guard let best = order.side == .bid ? self.books[instrument].asks.last : self.books[instrument].bids.last,
                order.side == .bid ? best.price <= order.price : best.price >= order.price
            else { return false }
            let place = best.first
            let resting = self.pool[Int(place)]
            if resting.account == order.account, order.account != 0 { return true }
            let quantity = min(order.remaining, resting.remaining)
            self.books[instrument].trades += 1
            let trade = self.books[instrument].trades
            order.filled += quantity
            self.pool[Int(place)].filled += quantity
            self.adjustLevel(instrument, resting.side, resting.price, by: -quantity)
            out.trades.append(
                TradeMessage(
                    instrument: instrument, trade: trade, aggressor: order.side, price: Price(units: resting.price),
                    quantity: Quantity(units: quantity), at: now))
            if order.account != 0 {
                self.settle(order, Price(units: resting.price), quantity, trade, isMaker: false, now, &out)
            }
            if resting.account != 0 {
                self.settle(
                    self.pool[Int(place)], Price(units: resting.price), quantity, trade, isMaker: true, now, &out)
            }
            if self.pool[Int(place)].remaining == 0 { self.remove(place) }
        }
        return false
    }

    /// Remembers how an order ended, for queries and against doubled ids: the last 65,536 of an account.
    private mutating func finish(_ owner: Int, _ client: ClientOrderID, _ filled: Int64) {
        self.accounts[owner].finished[client] = filled
        if self.accounts[owner].ended.count < 65_536 {
            self.accounts[owner].ended.append(client)
        } else {
            let oldest = self.accounts[owner].oldestEnded
            self.accounts[owner].finished[self.accounts[owner].ended[oldest]] = nil
            self.accounts[owner].ended[oldest] = client
            self.accounts[owner].oldestEnded = (oldest + 1) % 65_536
        }
    }

    /// Moves the coins of one side of a trade, charges the fee, and reports the fill.
    private mutating func settle(
        _ order: Order, _ price: Price, _ quantity: Int64, _ trade: UInt64, isMaker: Bool, _ now: Timestamp,
        _ out: inout VenueOutput
    ) {
        let definition = self.instruments[Int(order.instrument)]
        let owner = Int(order.account)
        let (reservedAsset, released) = self.cost(definition, order.side, order.price, quantity)
        self.accounts[owner].reserved[reservedAsset] -= released
        let base = definition.units.amount(of: Quantity(units: quantity))
        let quote = definition.units.amount(of: Notional(of: Quantity(units: quantity), at: price))
        let isBuy = order.side == .bid
        self.accounts[owner].total[definition.base.index] += isBuy ? base : -base
        self.accounts[owner].total[definition.quote.index] += isBuy ? -quote : quote
        let (fee, feeAsset) = definition.fee(
            isMaker ? definition.rules.makerFee : definition.rules.takerFee, order.side, price, quantity,
            chargesReceivedCoin: self.settings.chargesReceivedCoin)
        self.accounts[owner].total[feeAsset.index] -= fee
        self.accounts[owner].feesPaid[feeAsset.index] += fee
        self.accounts[owner].fills += 1
        out.report(
            AccountIndex(order.account), Int(order.instrument), order.client,
            .filled(
                Fill(
                    trade: trade, side: order.side, price: price, quantity: Quantity(units: quantity), fee: fee,
                    feeAsset: feeAsset, isMaker: isMaker, cumulative: Quantity(units: order.filled))), now)
    }

    // MARK: Levels

    private mutating func rest(_ order: Order) -> Int32 {
        let place: Int32
        if let reused = self.free.popLast() {
            place = reused
            self.pool[Int(place)] = order
        } else {
            place = Int32(truncatingIfNeeded: self.pool.count)
            self.pool.append(order)
        }
        self.link(place)
        return place
    }

    private mutating func link(_ place: Int32) {
        let order = self.pool[Int(place)]
        let instrument = Int(order.instrument)
        let (position, isThere) = self.find(instrument, order.side, order.price)
        self.pool[Int(place)].next = -1
        if !isThere {
            let level = BookLevel(price: order.price)
            if order.side == .bid {
                self.books[instrument].bids.insert(level, at: position)
            } else {
                self.books[instrument].asks.insert(level, at: position)
            }
        }
        var level = self.level(instrument, order.side, position)
        self.pool[Int(place)].previous = level.last
        if level.last >= 0 { self.pool[Int(level.last)].next = place } else { level.first = place }
        level.last = place
        level.count += 1
        level.total += order.remaining
        self.setLevel(instrument, order.side, position, level)
        self.books[instrument].changed.append((order.side, order.price))
    }

    private mutating func unlink(_ place: Int32) {
        let order = self.pool[Int(place)]
        let instrument = Int(order.instrument)
        let (position, isThere) = self.find(instrument, order.side, order.price)
        guard isThere else { return }
        var level = self.level(instrument, order.side, position)
        if order.previous >= 0 { self.pool[Int(order.previous)].next = order.next } else { level.first = order.next }
        if order.next >= 0 { self.pool[Int(order.next)].previous = order.previous } else { level.last = order.previous }
        level.count -= 1
        level.total -= order.remaining
        self.setLevel(instrument, order.side, position, level)
        if level.count == 0 {
            if order.side == .bid {
                self.books[instrument].bids.remove(at: position)
            } else {
                self.books[instrument].asks.remove(at: position)
            }
        }
        self.books[instrument].changed.append((order.side, order.price))
    }

    private mutating func remove(_ place: Int32) {
        let order = self.pool[Int(place)]
        self.unlink(place)
        self.free.append(place)
        if order.account != 0 {
            let owner = Int(order.account)
            self.reserve(AccountIndex(order.account), order, -order.remaining)
            self.accounts[owner].byClient[order.client] = nil
            self.finish(owner, order.client, order.filled)
            self.accounts[owner].open[Int(order.instrument)] -= 1
        }
    }

    private mutating func adjustLevel(_ instrument: Int, _ side: Side, _ price: Int64, by change: Int64) {
        let (position, isThere) = self.find(instrument, side, price)
        guard isThere else { return }
        if side == .bid {
            self.books[instrument].bids[position].total += change
        } else {
            self.books[instrument].asks[position].total += change
        }
        self.books[instrument].changed.append((side, price))
    }

    private func level(_ instrument: Int, _ side: Side, _ position: Int) -> BookLevel {
        side == .bid ? self.books[instrument].bids[position] : self.books[instrument].asks[position]
    }

    private mutating func setLevel(_ instrument: Int, _ side: Side, _ position: Int, _ level: BookLevel) {
        if side == .bid {
            self.books[instrument].bids[position] = level
        } else {
            self.books[instrument].asks[position] = level
        }
    }

    /// Bids rise to the best at the end, asks fall to it.
    private func find(_ instrument: Int, _ side: Side, _ price: Int64) -> (position: Int, isThere: Bool) {
        let count = side == .bid ? self.books[instrument].bids.count : self.books[instrument].asks.count
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let other = self.level(instrument, side, middle).price
            if side == .bid ? other < price : other > price { low = middle + 1 } else { high = middle }
        }
        return (low, low < count && self.level(instrument, side, low).price == price)
    }

    // MARK: Public data

    /// How many levels a side has.
    public func depth(_ instrument: Int, _ side: Side) -> Int {
        side == .bid ? self.books[instrument].bids.count : self.books[instrument].asks.count
    }

    /// The level at `position` of a side, 0 the best; nil beyond the last.
    public func level(_ instrument: Int, _ side: Side, at position: Int) -> Level? {
        let count = self.depth(instrument, side)
        guard position < count else { return nil }
        let level: BookLevel = self.level(instrument, side, count - 1 - position)
        return Level(price: Price(units: level.price), quantity: Quantity(units: level.total))
    }

    /// The newest order of the crowd at the level at `position` of a side, by its place in the pool.
    public func newestCrowdOrder(_ instrument: Int, _ side: Side, at position: Int) -> Int? {
        let count = self.depth(instrument, side)
        guard position < count else { return nil }
        let level: BookLevel = self.level(instrument, side, count - 1 - position)
        var place = level.last
        while place >= 0 {
            if self.pool[Int(place)].account == 0 { return Int(place) }
            place = self.pool[Int(place)].previous
        }
        return nil
    }

    /// Appends one depth message with every level that changed since the last one; nothing where none did.
    public mutating func publish(_ instrument: Int, at now: Timestamp, into out: inout VenueOutput) {
        if self.books[instrument].changed.isEmpty { return }
        let start = out.levels.count
        let first = self.books[instrument].sequence + 1
        for index in 0..<self.books[instrument].changed.count {
            let (side, price) = self.books[instrument].changed[index]
            var isAgain = false
            for earlier in start..<out.levels.count
            where out.levels[earlier].side == side && out.levels[earlier].price.units == price {
                isAgain = true
                break
            }
            if isAgain { continue }
            let (position, isThere) = self.find(instrument, side, price)
            let total = isThere ? self.level(instrument, side, position).total : 0
            out.levels.append(
                LevelMessage(side: side, price: Price(units: price), quantity: Quantity(units: total)))
        }
        self.books[instrument].sequence += UInt64(self.books[instrument].changed.count)
        self.books[instrument].changed.removeAll(keepingCapacity: true)
        out.depths.append(
            DepthMessage(
                instrument: instrument, isSnapshot: false, first: first, last: self.books[instrument].sequence,
                levels: start..<out.levels.count, at: now))
    }

    /// Appends a snapshot of the best `depth` levels a side, as of the last published sequence or later.
    public mutating func snapshot(_ instrument: Int, depth: Int, at now: Timestamp, into out: inout VenueOutput) {
        self.publish(instrument, at: now, into: &out)
        let start = out.levels.count
        for side in Side.allCases {
            for position in 0..<min(depth, self.depth(instrument, side)) {
                if let level = self.level(instrument, side, at: position) {
                    out.levels.append(LevelMessage(side: side, price: level.price, quantity: level.quantity))
                }
            }
        }
        out.depths.append(
            DepthMessage(
                instrument: instrument, isSnapshot: true, first: self.books[instrument].sequence,
                last: self.books[instrument].sequence, levels: start..<out.levels.count, at: now))
    }
}
