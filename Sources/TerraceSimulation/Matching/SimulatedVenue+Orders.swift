public import TerraceCore

extension SimulatedVenue {
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

    mutating func refusal(
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
        if self.accounts[owner].open[instrument] >= self.settings.openOrdersPerInstrument { return .tooManyOrders }
        let (asset, needed) = self.cost(definition, side, price.units, quantity.units)
        if self.accounts[owner].total[asset] - self.accounts[owner].reserved[asset] < needed {
            return .insufficientBalance
        }
        return self.takeFromWindow(owner, now) ? nil : .rateLimited
    }

    mutating func takeFromWindow(_ owner: Int, _ now: Timestamp) -> Bool {
        if self.settings.ordersPerWindow == 0 { return true }
        if now.nanoseconds(since: self.accounts[owner].windowStart) >= self.settings.windowNanoseconds {
            self.accounts[owner].windowStart = now
            self.accounts[owner].windowOrders = 0
        }
        if self.accounts[owner].windowOrders >= self.settings.ordersPerWindow { return false }
        self.accounts[owner].windowOrders += 1
        return true
    }

    func wouldTake(_ instrument: Int, _ side: Side, _ price: Int64) -> Bool {
        if side == .bid { return self.books[instrument].asks.last.map { price >= $0.price } ?? false }
        return self.books[instrument].bids.last.map { price <= $0.price } ?? false
    }

    func cost(_ definition: SimulatedInstrument, _ side: Side, _ price: Int64, _ quantity: Int64) -> (
        Int, Amount
    ) {
        let (asset, amount) = definition.cost(side, price, quantity)
        return (asset.index, amount)
    }

    mutating func reserve(_ account: AccountIndex, _ order: Order, _ quantity: Int64) {
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
        if self.settings.cancelsCount, !self.takeFromWindow(Int(account.raw), now) {
            out.report(account, instrument, client, .cancelRejected(.rateLimited), now)
            return
        }
        let filled = self.pool[Int(place)].filled
        self.remove(place)
        out.report(account, instrument, client, .cancelled(cumulative: Quantity(units: filled)), now)
    }

    /// Cancels every order of an account; whatever their number it is one request, and no limit holds it up.
    public mutating func cancelAll(_ account: AccountIndex, at now: Timestamp, into out: inout VenueOutput) {
        for order in self.openOrders(account) {
            guard let place = self.accounts[Int(account.raw)].byClient[order.client] else { continue }
            self.remove(place)
            out.report(account, order.instrument, order.client, .cancelled(cumulative: order.filled), now)
        }
    }

    /// Halts an instrument, or opens it again. While it is halted nothing is placed, amended or traded; cancels go on.
    public mutating func setHalted(_ isHalted: Bool, _ instrument: Int) { self.books[instrument].isHalted = isHalted }

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
        if self.books[instrument].isHalted { return refuse(.marketClosed) }
        let definition = self.instruments[instrument]
        var order = self.pool[Int(place)]
        guard price.units > 0, price.units <= Price.limit, definition.rules.tick.exactSteps(price.units) > 0 else {
            return refuse(.priceFilter)
        }
        guard quantity.units > order.filled, quantity.units <= definition.rules.maximumQuantity.units,
            definition.rules.lot.exactSteps(quantity.units) > 0, quantity >= definition.rules.minimumQuantity
        else { return refuse(.lotSize) }
        let remaining = quantity.units - order.filled
        if Notional(of: Quantity(units: remaining), at: price) < definition.rules.minimumNotional {
            return refuse(.minimumNotional)
        }
        if self.wouldTake(instrument, order.side, price.units) { return refuse(.wouldTake) }
        let (asset, old) = self.cost(definition, order.side, order.price, order.remaining)
        let (_, new) = self.cost(definition, order.side, price.units, remaining)
        if self.accounts[owner].total[asset] - self.accounts[owner].reserved[asset] + old < new {
            return refuse(.insufficientBalance)
        }
        if !self.takeFromWindow(owner, now) { return refuse(.rateLimited) }
        self.accounts[owner].reserved[asset] += new - old
        if price.units == order.price && quantity.units <= order.quantity {
            self.pool[Int(place)].quantity = quantity.units
            self.adjustLevel(instrument, order.side, order.price, by: quantity.units - order.quantity)
        } else {
            self.unlink(place)
            order.price = price.units
            order.quantity = quantity.units
            self.lastOrder += 1
            order.id = self.lastOrder
            self.pool[Int(place)] = order
            self.link(place)
        }
        out.report(account, instrument, client, .amended(price, quantity), now)
    }

    /// Answers what became of an order: its fills again, then whether it stands.
    public mutating func query(
        _ instrument: Int, _ account: AccountIndex, _ client: ClientOrderID, at now: Timestamp,
        into out: inout VenueOutput
    ) {
        let owner = Int(account.raw)
        for fill in self.accounts[owner].fillsOf[client] ?? [] {
            out.report(account, instrument, client, .filled(fill), now)
        }
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
}
