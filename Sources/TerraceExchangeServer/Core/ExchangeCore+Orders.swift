import TerraceCore
import TerraceSimulation

extension ExchangeCore {
    // MARK: Orders

    /// Places an order. Its id has been checked for form; everything else is checked here.
    func place(_ request: PlaceRequest) -> PlaceOutcome {
        let earlier = self.accounts[request.account].byClientID[request.clientID]
        if let taken = earlier,
            self.clientIDsStayTaken || self.accounts[request.account].open.contains(taken)
        {
            return .refused(.duplicateOrder)
        }
        var request = request
        var limit = request.price
        var isHopeless = false
        if request.kind == .market {
            guard let sweep = self.sweep(request) else { return .refused(.lotSize) }
            request.quantity = sweep.quantity
            limit = sweep.price
            isHopeless = sweep.price == .zero
        } else if request.price > self.instruments[request.instrument].highestPrice {
            return .refused(.priceFilter)
        } else if request.kind == .fillOrKill {
            isHopeless = !self.covers(request)
        }
        self.lastOrder += 1
        let id = self.lastOrder
        let record = OrderRecord(
            id: id, account: request.account, instrument: request.instrument, clientID: request.clientID,
            side: request.side, kind: request.kind, price: request.kind == .market ? .zero : request.price,
            quantity: request.quantity, quoteQuantity: request.quoteQuantity, createdAt: self.now, updatedAt: self.now)
        self.remember(record)
        let fillsBefore = self.accounts[request.account].fillCount
        if isHopeless {
            self.events.append(.accepted(record))
            self.end(request.account, id, .expired, request: "")
        } else {
            let kind: OrderKind =
                switch request.kind {
                case .limit: .limit
                case .postOnly: .postOnly
                case .immediateOrCancel, .fillOrKill, .market: .immediateOrCancel
                }
            self.venue.place(
                request.instrument, self.accounts[request.account].index, Self.internalID(id), request.side, kind,
                limit, request.quantity, at: self.now, into: &self.out)
            self.settle(request.instrument)
        }
        guard let placed = self.accounts[request.account].orders[id] else { return .refused(.other) }
        if case .rejected(let reason) = placed.status {
            // The id goes on naming the order that had it before.
            self.forget(request.account, id)
            self.accounts[request.account].byClientID[request.clientID] = earlier
            return .refused(reason)
        }
        let count = self.accounts[request.account].fillCount - fillsBefore
        return .accepted(placed, Array(self.accounts[request.account].fills.suffix(count)))
    }

    /// Cancels an order by the venue's number: the order as it ended, or nil where none of that number stands.
    ///
    /// - Parameter request: What the owner called the cancel; empty for nothing.
    func cancel(_ account: Int, _ id: UInt64, request: String = "") -> OrderRecord? {
        guard let record = self.accounts[account].orders[id], record.isOpen else { return nil }
        self.cancelling = request
        self.venue.cancel(
            record.instrument, self.accounts[account].index, Self.internalID(id), at: self.now, into: &self.out)
        self.settle(record.instrument)
        self.cancelling = nil
        return self.accounts[account].orders[id]
    }

    /// Changes price and total quantity of a standing order; nil leaves one as it is.
    func amend(_ account: Int, _ id: UInt64, price: Price?, quantity: Quantity?) -> AmendOutcome {
        guard let record = self.accounts[account].orders[id], record.isOpen else { return .refused(.unknownOrder) }
        let price = price ?? record.price
        let quantity = quantity ?? record.quantity
        if price > self.instruments[record.instrument].highestPrice { return .refused(.priceFilter) }
        self.amendRefusal = nil
        self.venue.amend(
            record.instrument, self.accounts[account].index, Self.internalID(id), price, quantity, at: self.now,
            into: &self.out)
        self.settle(record.instrument)
        if let refusal = self.amendRefusal { return .refused(refusal) }
        return self.accounts[account].orders[id].map { .amended($0) } ?? .refused(.unknownOrder)
    }

    /// The matching engine knows an order by the venue's number alone: owners' ids may be any text.
    private static func internalID(_ id: UInt64) -> ClientOrderID { ClientOrderID(high: 0, low: id) }

    /// What a market order comes to in the book as it is: how much, and the worst price of it (zero in an empty book); nil
    /// where its money does not buy a lot.
    private func sweep(_ request: PlaceRequest) -> (quantity: Quantity, price: Price)? {
        let lot = self.instruments[request.instrument].rules.lot
        var price = Price.zero
        var quantity: Int64 = 0
        var money = request.quoteQuantity.units
        var position = 0
        while let level = self.level(request.instrument, request.side.opposite, at: position) {
            position += 1
            price = level.price
            if request.quoteQuantity > .zero {
                let buys = Int64(clamping: min(money / Int128(price.units), Int128(level.quantity.units)))
                quantity += buys
                money -= Int128(buys) * Int128(price.units)
                if buys < level.quantity.units { break }
            } else {
                quantity += level.quantity.units
                if quantity >= request.quantity.units { break }
            }
        }
        if request.quoteQuantity == .zero { return (request.quantity, price) }
        let whole = lot.roundedDown(quantity)
        return whole > 0 || price == .zero ? (Quantity(units: whole), price) : nil
    }

    /// Whether the book fills the whole of an order at its price or better.
    private func covers(_ request: PlaceRequest) -> Bool {
        var quantity: Int64 = 0
        var position = 0
        while let level = self.level(request.instrument, request.side.opposite, at: position),
            !request.side.isBetter(level.price, than: request.price), quantity < request.quantity.units
        {
            quantity += level.quantity.units
            position += 1
        }
        return quantity >= request.quantity.units
    }

    // MARK: What the matching engine says

    /// After an operation on an instrument: publishes what it changed, and takes in the reports.
    private func settle(_ instrument: Int) {
        self.venue.publish(instrument, at: self.now, into: &self.out)
        self.absorb()
    }

    /// Takes in the reports of the matching engine: records change, events follow.
    func absorb() {
        if self.out.reports.isEmpty { return }
        for index in self.out.reports.indices {
            let report = self.out.reports[index]
            self.absorb(report, Int(report.account.raw) - 1, report.client.low)
        }
        self.out.reports.removeAll(keepingCapacity: true)
        for (account, coins) in self.dirtyCoins {
            self.accounts[account].updatedAt = self.now
            self.events.append(.balances(account: account, coins: coins))
        }
        self.dirtyCoins.removeAll(keepingCapacity: true)
    }

    private func absorb(_ report: PrivateMessage, _ account: Int, _ id: UInt64) {
        guard self.accounts.indices.contains(account), var record = self.accounts[account].orders[id] else { return }
        switch report.outcome {
        case .accepted:
            self.accounts[account].open.insert(id)
            self.dirty(record)
            self.events.append(.accepted(record))
        case .rejected(let reason):
            record.status = .rejected(reason)
            self.accounts[account].orders[id] = record
            self.events.append(.rejected(record))
        case .filled(let fill):
            self.fill(record, fill, report.at)
        case .cancelled:
            let status: OrderRecord.Status =
                if self.cancelling != nil {
                    .cancelled
                } else {
                    switch record.kind {
                    case .limit, .postOnly: .expiredInMatch
                    case .immediateOrCancel, .fillOrKill, .market:
                        // It met its own account's order where there was still something to take.
                        self.wouldTake(record) ? .expiredInMatch : .expired
                    }
                }
            self.end(account, id, status, request: self.cancelling ?? "")
            self.dirty(record)
        case .amended(let price, let quantity):
            record.price = price
            record.quantity = quantity
            record.updatedAt = report.at
            self.accounts[account].orders[id] = record
            self.dirty(record)
            self.events.append(.amended(record))
        case .amendRejected(let reason):
            self.amendRefusal = reason
        case .cancelRejected, .found, .notFound, .unknown: break  // Cancels are of standing orders; nobody queries.
        }
    }

    private func wouldTake(_ record: OrderRecord) -> Bool {
        guard let best = self.best(record.instrument, record.side.opposite) else { return false }
        return record.kind == .market || !record.side.isBetter(best.price, than: record.price)
    }

    private func fill(_ before: OrderRecord, _ fill: Fill, _ at: Timestamp) {
        var record = before
        record.filled += fill.quantity
        record.filledNotional += Notional(of: fill.quantity, at: fill.price)
        record.updatedAt = at
        record.status = record.remaining == .zero ? .filled : .partlyFilled
        let coin = fill.feeAsset.index
        if let place = record.fees.firstIndex(where: { $0.coin == coin }) {
            record.fees[place].amount += fill.fee
        } else {
            record.fees.append((coin, fill.fee))
        }
        self.accounts[record.account].orders[record.id] = record
        if !record.isOpen { self.accounts[record.account].open.remove(record.id) }
        let told = FillRecord(
            instrument: record.instrument, order: record.id, clientID: record.clientID, fill: fill, at: at)
        self.accounts[record.account].fills.append(told)
        self.accounts[record.account].fillCount += 1
        if self.accounts[record.account].fills.count >= Self.mostFills + Self.mostFills / 8 {
            self.accounts[record.account].fills.removeFirst(Self.mostFills / 8)
        }
        self.dirty(record)
        self.events.append(.filled(record, told))
    }

    private func end(_ account: Int, _ id: UInt64, _ status: OrderRecord.Status, request: String) {
        guard var record = self.accounts[account].orders[id] else { return }
        record.status = status
        record.updatedAt = self.now
        self.accounts[account].orders[id] = record
        self.accounts[account].open.remove(id)
        self.events.append(.ended(record, request: request))
    }

    /// The coins of an order's pair have moved, or will be told as they are.
    private func dirty(_ record: OrderRecord) {
        let definition = self.instruments[record.instrument].definition
        let coins = [definition.base.index, definition.quote.index]
        if let place = self.dirtyCoins.firstIndex(where: { $0.account == record.account }) {
            for coin in coins where !self.dirtyCoins[place].coins.contains(coin) {
                self.dirtyCoins[place].coins.append(coin)
            }
        } else {
            self.dirtyCoins.append((record.account, coins))
        }
    }

    // MARK: Memory

    private func remember(_ record: OrderRecord) {
        let account = record.account
        self.accounts[account].orders[record.id] = record
        self.accounts[account].byClientID[record.clientID] = record.id
        self.accounts[account].arrived.append(record.id)
        while self.accounts[account].arrived.count - self.accounts[account].oldest > Self.mostOrders {
            let oldest = self.accounts[account].arrived[self.accounts[account].oldest]
            if self.accounts[account].open.contains(oldest) { break }
            self.forget(account, oldest)
            self.accounts[account].oldest += 1
        }
        if self.accounts[account].oldest > Self.mostOrders {
            self.accounts[account].arrived.removeFirst(self.accounts[account].oldest)
            self.accounts[account].oldest = 0
        }
    }

    private func forget(_ account: Int, _ id: UInt64) {
        guard let record = self.accounts[account].orders.removeValue(forKey: id) else { return }
        if self.accounts[account].byClientID[record.clientID] == id {
            self.accounts[account].byClientID[record.clientID] = nil
        }
    }
}
