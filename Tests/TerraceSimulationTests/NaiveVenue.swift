import TerraceCore
import TerraceSimulation

/// The matching engine the slow, obvious way: one list of orders in order of arrival, searched from end to end for everything.
/// One instrument; the crowd is account 0.
struct NaiveVenue {
    struct Order: Equatable {
        let account: UInt16
        let client: ClientOrderID
        let side: Side
        var price: Int64
        var quantity: Int64
        var filled: Int64
        var arrival: Int
        var remaining: Int64 { self.quantity - self.filled }
    }
    struct Trade: Equatable {
        let price: Int64
        let quantity: Int64
        let aggressor: Side
        let maker: ClientOrderID
        let taker: ClientOrderID
    }

    let definition: SimulatedInstrument
    var orders: [Order] = []
    var used: Set<ClientOrderID> = []
    var totals: [[Int128]]  // By account, then coin.
    var isHalted = false
    private var arrivals = 0

    init(_ definition: SimulatedInstrument, accounts: [[Int128]]) {
        self.definition = definition
        self.totals = [[0, 0]] + accounts
    }

    private func value(_ quantity: Int64, _ price: Int64) -> Int128 {
        Int128(quantity) * Int128(price) * self.definition.units.amountPerNotional
    }

    private func coins(_ quantity: Int64) -> Int128 { Int128(quantity) * self.definition.units.amountPerQuantity }

    func reserved(_ account: UInt16, _ asset: Int) -> Int128 {
        self.orders.filter { $0.account == account }.reduce(0) {
            if asset == 1 { return $0 + ($1.side == .bid ? self.value($1.remaining, $1.price) : 0) }
            return $0 + ($1.side == .ask ? self.coins($1.remaining) : 0)
        }
    }

    /// The best order that `side` at `price` would trade with: the best price, then the first to arrive.
    private func counterparty(_ side: Side, _ price: Int64) -> Int? {
        let reachable = self.orders.indices.filter {
            self.orders[$0].side != side
                && (side == .bid ? self.orders[$0].price <= price : self.orders[$0].price >= price)
        }
        return reachable.min {
            let (left, right) = (self.orders[$0], self.orders[$1])
            if left.price != right.price { return (left.price < right.price) == (side == .bid) }
            return left.arrival < right.arrival
        }
    }

    private func isWellFormed(_ price: Int64, _ quantity: Int64, _ open: Int64) -> VenueRejection? {
        let rules = self.definition.rules
        if price <= 0 || price % rules.tick.step != 0 { return .priceFilter }
        if quantity <= 0 || quantity % rules.lot.step != 0 || quantity < rules.minimumQuantity.units { return .lotSize }
        if Int128(price) * Int128(open) < rules.minimumNotional.units { return .minimumNotional }
        return nil
    }

    mutating func place(
        _ account: UInt16, _ client: ClientOrderID, _ side: Side, _ kind: OrderKind, _ price: Int64, _ quantity: Int64
    ) -> (refusal: VenueRejection?, trades: [Trade]) {
        if self.isHalted { return (.marketClosed, []) }
        if let refusal = self.isWellFormed(price, quantity, quantity) { return (refusal, []) }
        if kind == .postOnly, self.counterparty(side, price) != nil { return (.wouldTake, []) }
        if account != 0 {
            if self.used.contains(client) { return (.duplicateOrder, []) }
            let asset = side == .bid ? 1 : 0
            let needed = side == .bid ? self.value(quantity, price) : self.coins(quantity)
            if self.totals[Int(account)][asset] - self.reserved(account, asset) < needed {
                return (.insufficientBalance, [])
            }
            self.used.insert(client)
        }
        self.arrivals += 1
        var order = Order(
            account: account, client: client, side: side, price: price, quantity: quantity, filled: 0,
            arrival: self.arrivals)
        var trades: [Trade] = []
        var isExpired = false
        while order.remaining > 0, let best = self.counterparty(side, price) {
            if account != 0, self.orders[best].account == account {
                isExpired = true
                break
            }
            let traded = min(order.remaining, self.orders[best].remaining)
            order.filled += traded
            self.orders[best].filled += traded
            let maker = self.orders[best]
            trades.append(
                Trade(price: maker.price, quantity: traded, aggressor: side, maker: maker.client, taker: client))
            self.settle(account, side, maker.price, traded, self.definition.rules.takerFee)
            self.settle(maker.account, maker.side, maker.price, traded, self.definition.rules.makerFee)
            if maker.remaining == 0 { self.orders.remove(at: best) }
        }
        if order.remaining > 0, !isExpired, kind != .immediateOrCancel { self.orders.append(order) }
        return (nil, trades)
    }

    /// Fees in the received coin, rebates in the quote coin, rounded against the account.
    private mutating func settle(_ account: UInt16, _ side: Side, _ price: Int64, _ quantity: Int64, _ rate: Millibps) {
        if account == 0 { return }
        let (base, quote) = (self.coins(quantity), self.value(quantity, price))
        self.totals[Int(account)][0] += side == .bid ? base : -base
        self.totals[Int(account)][1] += side == .bid ? -quote : quote
        let inBase = side == .bid && rate.units > 0
        let step = inBase ? self.definition.units.amountPerQuantity : 100_000_000
        let exact = (inBase ? base : quote) * Int128(rate.units)
        let whole = Int128(Millibps.whole) * step
        let steps = exact > 0 ? (exact + whole - 1) / whole : -(-exact / whole)
        self.totals[Int(account)][inBase ? 0 : 1] -= steps * step
    }

    mutating func cancel(_ account: UInt16, _ client: ClientOrderID) -> Int64? {
        guard let index = self.orders.firstIndex(where: { $0.account == account && $0.client == client }) else {
            return nil
        }
        return self.orders.remove(at: index).filled
    }

    mutating func amend(
        _ account: UInt16, _ client: ClientOrderID, _ price: Int64, _ quantity: Int64
    ) -> VenueRejection? {
        guard let index = self.orders.firstIndex(where: { $0.account == account && $0.client == client }) else {
            return .unknownOrder
        }
        if self.isHalted { return .marketClosed }
        var order = self.orders[index]
        if price > 0, price % self.definition.rules.tick.step == 0, quantity <= order.filled { return .lotSize }
        if let refusal = self.isWellFormed(price, quantity, quantity - order.filled) { return refusal }
        if self.counterparty(order.side, price) != nil { return .wouldTake }
        let asset = order.side == .bid ? 1 : 0
        let old = order.side == .bid ? self.value(order.remaining, order.price) : self.coins(order.remaining)
        let new =
            order.side == .bid ? self.value(quantity - order.filled, price) : self.coins(quantity - order.filled)
        if self.totals[Int(account)][asset] - self.reserved(account, asset) + old < new { return .insufficientBalance }
        if price != order.price || quantity > order.quantity {
            self.arrivals += 1
            order.arrival = self.arrivals
        }
        order.price = price
        order.quantity = quantity
        self.orders[index] = order
        return nil
    }

    /// The quantity at each price of a side, best first.
    func levels(_ side: Side) -> [(price: Int64, quantity: Int64)] {
        var sums: [Int64: Int64] = [:]
        for order in self.orders where order.side == side { sums[order.price, default: 0] += order.remaining }
        return sums.sorted { ($0.key > $1.key) == (side == .bid) }.map { ($0.key, $0.value) }
    }
}
