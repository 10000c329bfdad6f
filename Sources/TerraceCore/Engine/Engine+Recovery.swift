// What a run begins with that follows another. All of it belongs behind registration and before the first event; none of it
// makes a command. The venues have the last word: positions move on by the fills that they tell since, and every order that
// is restored here is unknown until its venue has shown what became of it.
extension Engine {
    /// Goes on with what a strategy holds, and with where its loss limit stands.
    ///
    /// - Precondition: the strategy is registered, and has had no fill yet.
    public mutating func restore(_ strategy: StrategyIndex, _ state: RestoredStrategy) {
        let index = strategy.index
        self.strategies[index].total = state.total
        for share in state.shares {
            guard let ordinal = self.strategies[index].ordinal(of: share.instrument) else { continue }
            self.strategies[index].venues[ordinal].position = share.position
            self.strategies[index].venues[ordinal].fills = share.fills
        }
        self.strategies[index].isSeeded = state.isSeeded
        self.strategies[index].isStopped = state.isStopped
        self.strategies[index].profitAtLift = state.lossBaseline
        self.strategies[index].positionChanged = true
        if self.desk.watches[index].watchesLoss {
            // Until there is a reference price the position counts at its cost; the desk's limit waits for all of them.
            let pair = self.desk.pairs[self.strategies[index].pair.index]
            let profit = pair.units.amount(of: state.total.realised) - state.total.fees
            self.desk.profit[pair.quote.index] += profit - self.strategies[index].profit
            self.strategies[index].profit = profit
            if !self.strategies[index].isMarkAwaited {
                self.strategies[index].isMarkAwaited = true
                self.desk.marksAwaited[pair.quote.index] += 1
            }
        }
        self.desk.markReady(strategy, look: true)
    }

    /// Goes on with the desk's loss limit in a quote coin: the profit from which it counts, and whether it has stopped what is
    /// quoted in the coin.
    ///
    /// - Precondition: the coin is within what the configuration named.
    public mutating func restoreDeskLoss(_ asset: AssetIndex, baseline: Amount, isStopped: Bool) {
        self.desk.profitAtLift[asset.index] = baseline
        self.desk.isStopped[asset.index] = isStopped
    }

    /// What strategies that this run does not have have gained or lost before, in a quote coin: the desk's limit goes on counting it, so
    /// that a strategy which is taken out of the file takes no loss with it.
    ///
    /// - Precondition: the coin is within what the configuration named.
    public mutating func restoreDeskProfit(_ asset: AssetIndex, ofOthers profit: Amount) {
        self.desk.profit[asset.index] += profit
    }

    /// A fill that is booked already: told again, it moves nothing.
    public mutating func restoreSeen(trade: UInt64, instrument: InstrumentIndex) {
        _ = self.seenTrades.insert(trade, instrument)
    }

    /// An order of an earlier run that stands, or may: it counts against all limits with whatever may still fill, and its venue
    /// is asked for it as soon as that is up. It goes to the slot that its id names, where that is idle and of the same
    /// instrument and side; the strategy then keeps it, or changes it, as if it had sent it itself.
    ///
    /// One that no slot takes is cancelled when its venue is up, until that says that it is gone. Beyond the thousand that are
    /// remembered, and for those that reach a venue later, the venue's list of open orders shows what stands.
    ///
    /// - Returns: whether a slot took it.
    @discardableResult
    public mutating func restore(_ order: WorkingOrder, on instrument: InstrumentIndex) -> Bool {
        guard order.state != .idle, order.id.instance == self.desk.configuration.instance,
            instrument.index < self.desk.instruments.count
        else { return false }
        if let index = self.directory[order.id.strategy], order.isPlausible,
            self.strategies[index].takesUp(order.id, instrument, order.side)
        {
            let slot = Int(order.id.slot)
            self.strategies[index].slots[slot].order = WorkingOrder(
                state: .unknown, side: order.side, id: order.id, price: order.price, quantity: order.quantity,
                filled: order.filled, pendingPrice: order.pendingPrice, pendingQuantity: order.pendingQuantity,
                isAcknowledged: order.isAcknowledged, isEnded: order.isEnded)
            self.strategies[index].settle(slot, &self.desk)
            self.desk.markReady(self.strategies[index].index, look: true)
            return true
        }
        _ = self.orphans.add(instrument, order.id)
        return false
    }
}

extension WorkingOrder {
    /// Whether prices and quantities are within what is let in. What was only heard of may lack them.
    var isPlausible: Bool {
        self.price.units > 0 && self.price.units <= Price.limit && self.quantity.units > 0
            && self.quantity.units <= Quantity.limit && self.filled.units >= 0 && self.filled.units <= Quantity.limit
            && self.pendingPrice.units >= 0 && self.pendingPrice.units <= Price.limit
            && self.pendingQuantity.units >= 0 && self.pendingQuantity.units <= Quantity.limit
    }
}

extension StrategyState {
    /// Whether the slot that `order` names is there, quotes `instrument` on `side`, and has no order.
    func takesUp(_ order: ClientOrderID, _ instrument: InstrumentIndex, _ side: Side) -> Bool {
        let slot = Int(order.slot)
        return !self.isRemoved && slot < self.slots.count && !self.slots[slot].isRetired
            && self.slots[slot].instrument == instrument && self.slots[slot].order.side == side
            && self.slots[slot].order.state == .idle
    }

    /// Takes up an order of an earlier run of which nothing was written down: the venue shows that it stands, whole, and the
    /// slot that its id names is idle. Its side is the slot's.
    ///
    /// One that was filled in part is not taken up: which of its fills are booked can't be told from what the venue counts.
    ///
    /// - Returns: whether the slot took it.
    mutating func takeUp(_ report: OrderReport, _ desk: inout Desk) -> Bool {
        guard case .found(let price, let quantity, let cumulative) = report.outcome, cumulative == .zero,
            report.order.sequence < desk.configuration.firstSequence
        else { return false }
        let slot = Int(report.order.slot)
        guard slot < self.slots.count else { return false }
        let order = WorkingOrder(
            state: .working, side: self.slots[slot].order.side, id: report.order, price: price, quantity: quantity,
            filled: .zero, pendingPrice: .zero, pendingQuantity: .zero, isAcknowledged: true, isEnded: false)
        guard order.isPlausible, self.takesUp(report.order, report.instrument, order.side) else { return false }
        self.slots[slot].order = order
        self.slots[slot].pricedAt = .distantPast
        self.slots[slot].reference = .zero
        return true
    }

    /// Whether an order of an earlier run can't be explained: asked again and again, the venue counts fills of it that were all
    /// told and are all booked, but not to this order. Its fills are in the position; the order itself is let go, and cancelled
    /// where it stands.
    func isBeyondExplaining(_ slot: Int, _ outcome: OrderOutcome, _ desk: borrowing Desk) -> Bool {
        let order = self.slots[slot].order
        guard order.state == .unknown, self.slots[slot].queries >= Self.patience,
            order.id.sequence < desk.configuration.firstSequence
        else { return false }
        switch outcome {
        case .found(_, _, let cumulative), .notFound(let cumulative), .cancelled(let cumulative):
            return cumulative > order.filled
        case .accepted, .rejected, .filled, .cancelRejected, .amended, .amendRejected, .unknown: return false
        }
    }
}
