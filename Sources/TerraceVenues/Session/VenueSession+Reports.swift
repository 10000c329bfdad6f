import TerraceCore

// What the venue tells of orders and fills, and what the engine hears of it.
extension VenueSession {
    /// Where an account event came from.
    enum Source { case stream, answer, search }

    /// Takes an order's state or a fill, wherever it came from: answer and stream tell the same, and the first counts.
    func take(_ event: AccountEvent, from source: Source) {
        switch event {
        case .order(let order):
            guard let slot = order.slot, order.order.instance == self.settings.instance else {
                self.statistics.foreign += 1
                return
            }
            self.take(order, slot)
        case .fill(let fill):
            guard let slot = fill.slot else {
                self.statistics.foreign += 1
                return
            }
            self.take(fill, slot, from: source)
        case .balance, .balancesEnded, .stepDone, .stepRefused, .streamEnded, .listenKey, .permissions: return
        }
    }

    private func take(_ order: AccountOrder, _ slot: Int) {
        switch order.state {
        case .standing, .amended:
            guard let entry = self.register[order.order] else { return self.adopt(order, slot) }
            let isNew = order.price != .zero && (order.price != entry.price || order.quantity != entry.quantity)
            self.accepted(slot, order.order, venueOrder: order.venueOrder)
            if isNew || order.state == .amended {
                self.register.changed(order.order, price: order.price, quantity: order.quantity)
                self.report(slot, order.order, .amended(order.price, order.quantity))
            }
        case .cancelled:
            self.register.shown(order.order, venueOrder: order.venueOrder)
            self.register.end(order.order, at: self.now)
            self.report(slot, order.order, .cancelled(cumulative: order.cumulative))
        case .rejected(.duplicateOrder):
            // A copy of the order was refused; whether the first one stands is for the venue to say.
            self.report(slot, order.order, .unknown)
        case .rejected(let reason):
            self.register.end(order.order, at: self.now)
            self.report(slot, order.order, .rejected(reason))
        case .filled:
            // Its fills are told by themselves; should one be missing after a while, it is asked for.
            self.accepted(slot, order.order, venueOrder: order.venueOrder)
            let due = self.now.advanced(by: 1_000_000_000)
            self.delayedQueries.append((due, OrderReference(slot: slot, order: order.order)))
            self.wake(by: due)
        }
    }

    /// An order of ours that nothing here has sent: an earlier run's, which reached the venue late. The engine must hear of it,
    /// or it stands for good.
    func adopt(_ order: AccountOrder, _ slot: Int) {
        self.statistics.ordersFound += 1
        self.register.adopt(order, slot: slot, at: self.now)
        self.activeSlots[slot] = true
        self.report(slot, order.order, .found(order.price, order.quantity, cumulative: order.cumulative))
    }

    /// Takes a fill. Which order it is of is told by its id, or else by the venue's number of the order.
    private func take(_ fill: AccountFill, _ slot: Int, from source: Source, of known: ClientOrderID = .none) {
        var order = fill.order == .none ? known : fill.order
        if order == .none { order = self.register.order(fill.venueOrder, slot) ?? .none }
        let instrument = self.dialect.instruments[slot].instrument
        if self.seen.insert(fill.trade, instrument) {
            self.fillsKnown += 1
            if source == .search { self.statistics.fillsFound += 1 }
            if order.instance == self.settings.instance {
                self.register.shown(order, venueOrder: fill.venueOrder)
                self.register.filled(order, fill.quantity)
                if let entry = self.register[order], entry.filled >= entry.quantity {
                    self.register.end(order, at: self.now)
                }
            } else {
                self.statistics.foreign += 1
            }
        } else if source == .search, known == .none {
            return  // The engine has it.
        }
        // A coin that the desk does not know has an index beyond all that it does: kept by coin, moves no balance.
        let coin = self.settings.coins.firstIndex(of: fill.feeCoin) ?? Int(UInt16.max)
        self.report(
            slot, order,
            .filled(
                Fill(
                    trade: fill.trade, side: fill.side, price: fill.price, quantity: fill.quantity, fee: fill.fee,
                    feeAsset: AssetIndex(UInt16(truncatingIfNeeded: coin)), isMaker: fill.isMaker,
                    cumulative: fill.cumulative)))
    }

    /// Fills that were asked for. One of an order that is not known here may be of one whose number was never told: it is
    /// taken once no such order is left.
    ///
    /// - Returns: false where one was left for later.
    func take(fills: [AccountEvent], _ slot: Int, of known: ClientOrderID) -> Bool {
        var isWhole = true
        for event in fills {
            guard case .fill(let fill) = event, let slot = fill.slot else { continue }
            // What an earlier run's orders had filled before is known from it, or is in the first balances.
            let order =
                known != .none ? known : fill.order != .none ? fill.order : self.register.order(fill.venueOrder, slot)
            let isSent = order.flatMap { self.register[$0]?.isSent } ?? false
            if fill.milliseconds < self.fillsFrom[slot], !isSent { continue }
            if order == nil, self.mayBeOurs(fill, slot) {
                isWhole = false
                continue
            }
            self.take(fill, slot, from: .search, of: known)
        }
        return isWhole
    }

    /// Whether a fill, of an order whose number is not known here, may be of one of ours: of one that was sent and not shown yet,
    /// or of an earlier run's, whose record may be lost. Its order is asked for by the number then.
    private func mayBeOurs(_ fill: AccountFill, _ slot: Int) -> Bool {
        let number = OrderNumber(slot: slot, number: fill.venueOrder)
        if self.register.isStranger(number) { return false }
        if !self.traits.fillsNameOrders, fill.venueOrder != 0, fill.milliseconds < self.strangersUntil {
            let mayAsk = self.numbersWaiting[number].map { self.now >= $0 } ?? true
            if mayAsk, !self.numbersAsked.contains(number), !self.numbers.contains(number) {
                self.numbers.append(number)
            }
            return true
        }
        return self.register.hasUnshown(slot)
    }
}
