import TerraceCore

extension Ledger {
    /// What was sent to a venue: an order may stand from the moment on at which the engine wanted it.
    mutating func apply(_ command: Command) {
        switch command {
        case .place(let instrument, let id, let side, let price, let quantity):
            guard let run = self.run, instrument.index < run.instruments.count,
                quantity.units.magnitude <= UInt64(Quantity.limit)
            else { return }
            if id.instance == run.instance { self.highestSequence = max(self.highestSequence, id.sequence) }
            guard self.open[id] == nil else { return }
            var order = WorkingOrder(side: side)
            order.place(id, price: price, quantity: quantity)
            self.open[id] = Open(instrument: run.instruments[instrument.index].place, order: order)
        case .amend(_, let id, _, let price, let quantity):
            guard quantity.units.magnitude <= UInt64(Quantity.limit) else { return }
            if self.open[id]?.order.state == .working { self.open[id]?.order.amend(price: price, quantity: quantity) }
        case .cancel(_, let id):
            if self.open[id]?.order.state == .working { self.open[id]?.order.cancel() }
        case .query(_, let id):
            _ = self.open[id]?.order.expire()
        case .resnapshot, .follow, .unfollow:
            break
        }
    }

    /// What a venue said of an order.
    mutating func apply(_ report: OrderReport) {
        guard let run = self.run, report.instrument.index < run.instruments.count else { return }
        let instrument = run.instruments[report.instrument.index]
        guard report.isWithinLimits else { return }
        if case .filled(let fill) = report.outcome {
            guard
                self.seen.insert(
                    SeenFills.Key(instrument: UInt32(truncatingIfNeeded: instrument.place), trade: fill.trade))
            else { return }
        }
        guard report.order.instance == run.instance else { return }
        if case .filled(let fill) = report.outcome { self.book(fill, of: report.order, on: instrument, run) }
        self.follow(report, on: instrument.place)
    }

    /// A fill moves the position of the strategy whose order it was, also where the strategy is no longer configured.
    private mutating func book(
        _ fill: Fill, of order: ClientOrderID, on instrument: LedgerRun.Instrument, _ run: LedgerRun
    ) {
        guard
            let place = run.byHash[order.strategy]
                ?? self.strategies.firstIndex(where: { $0.hash == order.strategy && $0.symbol == instrument.symbol }),
            self.strategies[place].symbol == instrument.symbol
        else { return }
        let coin = fill.feeAsset.index < run.coins.count ? run.coins[fill.feeAsset.index] : "#\(fill.feeAsset.index)"
        let fee: FeeKind
        if coin == instrument.base {
            fee = .base
        } else if coin == instrument.quote {
            fee = .quote
        } else {
            fee = .third(AssetIndex(UInt16(truncatingIfNeeded: self.place(ofCoin: coin))))
        }
        self.strategies[place].book(fill, of: order, venue: instrument.venue, fee: fee)
    }

    /// What is known of the order itself: the same machine as the engine's, so that an order leaves when the engine would let its
    /// slot go, and no sooner.
    private mutating func follow(_ report: OrderReport, on instrument: Int) {
        if var open = self.open[report.order], open.instrument == instrument {
            _ = open.order.apply(report.outcome)
            if open.order.state == .idle {
                self.open[report.order] = nil
                self.remember(Ended(id: report.order, isAcknowledged: open.order.isAcknowledged))
            } else {
                self.open[report.order] = open
            }
            return
        }
        switch report.outcome {
        case .accepted:
            // Behind the fill that ended it; or of an order of which nothing else is known.
            if self.ended.contains(where: { $0.id == report.order && $0.isAcknowledged }) { return }
            self.adopt(report.order, .bid, .zero, Quantity(units: Quantity.limit), .zero, on: instrument)
        case .found(let price, let quantity, let cumulative):
            self.adopt(report.order, .bid, price, quantity, cumulative, on: instrument)
        case .amended(let price, let quantity):
            self.adopt(report.order, .bid, price, quantity, .zero, on: instrument)
        case .rejected, .filled, .cancelled, .cancelRejected, .amendRejected, .notFound, .unknown:
            break
        }
    }

    /// An order that nothing here sent, by what was recorded: it stands until the venue proves that it does not.
    private mutating func adopt(
        _ id: ClientOrderID, _ side: Side, _ price: Price, _ quantity: Quantity, _ filled: Quantity, on instrument: Int
    ) {
        guard self.open.count < Self.adoptedLimit, self.open[id] == nil else { return }
        self.open[id] = Open(
            instrument: instrument,
            order: WorkingOrder(
                state: .unknown, side: side, id: id, price: price, quantity: quantity, filled: filled,
                pendingPrice: .zero, pendingQuantity: .zero, isAcknowledged: true, isEnded: false))
    }

    mutating func remember(_ ended: Ended) {
        if self.ended.count < Self.endedCapacity {
            self.ended.append(ended)
        } else {
            self.ended[self.oldestEnded] = ended
            self.oldestEnded = (self.oldestEnded + 1) % Self.endedCapacity
        }
    }
}

extension OrderReport {
    /// Whether its numbers are such as a codec lets in. Others come only from a journal that somebody has made up, and must not
    /// overflow anything.
    fileprivate var isWithinLimits: Bool {
        func isQuantity(_ quantity: Quantity) -> Bool { quantity.units >= 0 && quantity.units <= Quantity.limit }
        func isPrice(_ price: Price) -> Bool { price.units >= 0 && price.units <= Price.limit }
        switch self.outcome {
        case .accepted, .rejected, .cancelRejected, .amendRejected, .unknown: return true
        case .filled(let fill):
            return fill.price.units > 0 && isPrice(fill.price) && fill.quantity.units > 0 && isQuantity(fill.quantity)
                && isQuantity(fill.cumulative) && fill.fee.units.magnitude <= 1 << 110
        case .cancelled(let cumulative), .notFound(let cumulative): return isQuantity(cumulative)
        case .amended(let price, let quantity): return isPrice(price) && isQuantity(quantity)
        case .found(let price, let quantity, let cumulative):
            return isPrice(price) && isQuantity(quantity) && isQuantity(cumulative)
        }
    }
}
