import TerraceCore

extension FactFold {
    /// What was sent to a venue.
    mutating func take(_ command: Command, _ moment: Moment) {
        self.ledger.apply(command)
        guard moment.isNew, let id = command.order, command.instrument.index < self.instruments.count else { return }
        let instrument = self.instruments[command.instrument.index]
        var change = StoreBatch.OrderChange(sequence: moment.sequence, time: moment.time, order: id, change: "")
        switch command {
        case .place(_, _, _, let price, let quantity):
            change.change = "place"
            change.price = instrument.price(price)
            change.quantity = instrument.quantity(quantity)
        case .amend(_, _, _, let price, let quantity):
            change.change = "amend"
            change.price = instrument.price(price)
            change.quantity = instrument.quantity(quantity)
        case .cancel: change.change = "cancel"
        case .query: change.change = "query"
        case .resnapshot: return
        }
        self.batch.orderChanges.append(change)
        self.touch(id, instrument, moment)
    }

    /// What a venue said of an order of ours.
    mutating func take(_ report: OrderReport, _ moment: Moment) {
        guard moment.isNew, report.instrument.index < self.instruments.count else {
            return self.ledger.apply(.event(.order(report)))
        }
        let instrument = self.instruments[report.instrument.index]
        let before = self.ledger.open[report.order]?.order
        let strategy = self.ledgerStrategy(of: report.order, instrument)
        let volume = strategy.map { self.ledger.strategies[$0].total.volume }
        self.ledger.apply(.event(.order(report)))
        guard report.order.instance == self.ledger.instance else { return }
        if case .filled(let fill) = report.outcome {
            self.keep(fill, of: report.order, instrument, moment)
            if let strategy, self.ledger.strategies[strategy].total.volume != volume {
                self.keepPosition(of: strategy, instrument, moment)
            }
        } else {
            self.batch.orderChanges.append(Self.change(report, instrument, moment))
        }
        if self.ledger.open[report.order] != nil {
            self.touch(report.order, instrument, moment)
        } else if let before {
            self.end(before, report.outcome, instrument, moment)
        }
    }

    private func ledgerStrategy(of order: ClientOrderID, _ instrument: Instrument) -> Int? {
        guard
            let place = self.ledger.run?.byHash[order.strategy]
                ?? self.ledger.strategies.firstIndex(where: {
                    $0.hash == order.strategy && $0.symbol == instrument.symbol
                }), self.ledger.strategies[place].symbol == instrument.symbol
        else { return nil }
        return place
    }

    /// The name of the strategy whose order it is; where that was never configured, the hash that the order carries.
    private mutating func strategyName(of order: ClientOrderID, _ instrument: Instrument) -> Int {
        if let place = self.ledgerStrategy(of: order, instrument) {
            return self.strategyPlace(self.ledger.strategies[place].id)
        }
        return self.strategyPlace("#" + String(order.strategy, radix: 16))
    }

    private mutating func keep(_ fill: Fill, of order: ClientOrderID, _ instrument: Instrument, _ moment: Moment) {
        let coins = self.ledger.run?.coins ?? []
        self.batch.fills.append(
            StoreBatch.Fill(
                instrument: instrument.place, trade: Int64(bitPattern: fill.trade),
                strategy: self.strategyName(of: order, instrument), order: order, side: fill.side,
                price: instrument.price(fill.price), quantity: instrument.quantity(fill.quantity),
                fee: ExactDecimal(fill.fee),
                feeCoin: fill.feeAsset.index < coins.count ? coins[fill.feeAsset.index] : "#\(fill.feeAsset.index)",
                isMaker: fill.isMaker, time: moment.time, sequence: moment.sequence))
    }

    private mutating func keepPosition(of strategy: Int, _ instrument: Instrument, _ moment: Moment) {
        let exponents = self.ledger.strategies[strategy].units
        let share = self.ledger.strategies[strategy].shares.first { $0.venue == instrument.venue }?.position
        self.batch.positions.append(
            StoreBatch.Position(
                sequence: moment.sequence, time: moment.time,
                strategy: self.strategyPlace(self.ledger.strategies[strategy].id), instrument: instrument.place,
                venue: share.map { Self.holding($0, exponents) } ?? StoreBatch.Holding(),
                total: Self.holding(self.ledger.strategies[strategy].total, exponents)))
    }

    private static func holding(_ position: Position, _ units: Units) -> StoreBatch.Holding {
        let exponent = units.priceExponent + units.quantityExponent
        return StoreBatch.Holding(
            quantity: ExactDecimal(units: Int128(position.quantity.units), exponent: units.quantityExponent),
            cost: ExactDecimal(units: position.cost.units, exponent: exponent),
            realised: ExactDecimal(units: position.realised.units, exponent: exponent),
            fees: ExactDecimal(position.fees))
    }

    private static func change(
        _ report: OrderReport, _ instrument: Instrument, _ moment: Moment
    ) -> StoreBatch.OrderChange {
        var row = StoreBatch.OrderChange(sequence: moment.sequence, time: moment.time, order: report.order, change: "")
        switch report.outcome {
        case .accepted: row.change = "accepted"
        case .rejected(let reason):
            row.change = "rejected"
            row.reason = "\(reason)"
        case .filled: row.change = "filled"
        case .cancelled(let cumulative):
            row.change = "cancelled"
            row.filled = instrument.quantity(cumulative)
        case .cancelRejected(let reason):
            row.change = "cancel_rejected"
            row.reason = "\(reason)"
        case .amended(let price, let quantity):
            row.change = "amended"
            row.price = instrument.price(price)
            row.quantity = instrument.quantity(quantity)
        case .amendRejected(let reason):
            row.change = "amend_rejected"
            row.reason = "\(reason)"
        case .found(let price, let quantity, let cumulative):
            row.change = "found"
            row.price = instrument.price(price)
            row.quantity = instrument.quantity(quantity)
            row.filled = instrument.quantity(cumulative)
        case .notFound(let cumulative):
            row.change = "not_found"
            row.filled = instrument.quantity(cumulative)
        case .unknown: row.change = "unknown"
        }
        return row
    }

    // MARK: Last states

    /// Keeps what is known of an order that may stand.
    private mutating func touch(_ id: ClientOrderID, _ instrument: Instrument, _ moment: Moment) {
        guard let order = self.ledger.open[id]?.order else { return }
        self.keep(order, state: "\(order.state)", isOpen: true, filled: order.filled, instrument, moment)
    }

    /// All orders at a venue, or everywhere, became doubtful.
    mutating func touchAll(at venue: VenueIndex?, _ moment: Moment) {
        let name = venue.flatMap { venue in
            self.ledger.run.flatMap { venue.index < $0.venues.count ? $0.venues[venue.index] : nil }
        }
        if venue != nil, name == nil { return }
        for (id, open) in self.ledger.open {
            let place = open.instrument
            guard let known = self.ledger.run?.instruments.firstIndex(where: { $0.place == place }),
                known < self.instruments.count, name == nil || self.instruments[known].venue == name
            else { continue }
            self.touch(id, self.instruments[known], moment)
        }
    }

    private mutating func end(
        _ order: WorkingOrder, _ outcome: OrderOutcome, _ instrument: Instrument, _ moment: Moment
    ) {
        var filled = order.filled
        let state: String
        switch outcome {
        case .rejected: state = "rejected"
        case .cancelled(let cumulative):
            state = "cancelled"
            filled = max(filled, cumulative)
        case .notFound(let cumulative):
            state = "gone"
            filled = max(filled, cumulative)
        case .filled(let fill):
            filled.units += fill.quantity.units
            state = filled >= order.quantity ? "filled" : "cancelled"
        case .cancelRejected, .amendRejected: state = "gone"
        case .accepted, .amended, .found, .unknown: state = filled >= order.quantity ? "filled" : "gone"
        }
        self.keep(order, state: state, isOpen: false, filled: filled, instrument, moment)
    }

    private mutating func keep(
        _ order: WorkingOrder, state: String, isOpen: Bool, filled: Quantity, _ instrument: Instrument, _ moment: Moment
    ) {
        self.batch.orders[order.id] = StoreBatch.Order(
            id: order.id, strategy: self.strategyName(of: order.id, instrument), instrument: instrument.place,
            side: order.side, price: instrument.price(order.price), quantity: instrument.quantity(order.quantity),
            filled: instrument.quantity(filled), state: state, isOpen: isOpen, time: moment.time,
            sequence: moment.sequence)
    }

    // MARK: Operators and the engine

    /// What a person or the desk's automation wanted.
    mutating func take(_ control: Control, _ moment: Moment) {
        var row = StoreBatch.Action(sequence: moment.sequence, time: moment.time, actor: "operator", action: "")
        switch control {
        case .kill: row.action = "kill"
        case .liftKillSwitch: row.action = "lift_kill_switch"
        case .liftLossStop(let strategy):
            row.action = "lift_loss_stop"
            row.strategy = self.strategyPlace(strategy)
        case .shed(let keepingUpTo): row.action = "shed_keeping_up_to_\(keepingUpTo)"
        case .stopRecording: row.action = "stop_recording"
        case .recordAgain: row.action = "record_again"
        case .pause(let strategy):
            row.action = "pause"
            row.strategy = self.strategyPlace(strategy)
        case .resume(let strategy):
            row.action = "resume"
            row.strategy = self.strategyPlace(strategy)
        }
        self.batch.actions.append(row)
    }

    /// What the engine did of itself.
    mutating func take(_ fact: EngineFact, _ moment: Moment) {
        var row = StoreBatch.Action(sequence: moment.sequence, time: moment.time, actor: "engine", action: "")
        let coins = self.ledger.run?.coins ?? []
        switch fact {
        case .seeded(let strategy, let quantity, let price):
            row.action = "seeded"
            row.strategy = self.strategyPlace(strategy)
            guard let places = self.ledger.run?.strategies, strategy.index < places.count else { break }
            let held = self.ledger.strategies[places[strategy.index]]
            row.quantity = ExactDecimal(units: Int128(quantity.units), exponent: held.units.quantityExponent)
            row.price = ExactDecimal(units: Int128(price.units), exponent: held.units.priceExponent)
            if quantity == .zero { break }
            self.batch.positions.append(
                StoreBatch.Position(
                    sequence: moment.sequence, time: moment.time, strategy: self.strategyPlace(held.id),
                    instrument: nil, venue: StoreBatch.Holding(), total: Self.holding(held.total, held.units)))
        case .lossStopped(let strategy, let profit):
            row.action = "loss_stopped"
            row.strategy = self.strategyPlace(strategy)
            row.profit = ExactDecimal(profit)
        case .lossLifted(let strategy, let profit):
            row.action = "loss_lifted"
            row.strategy = self.strategyPlace(strategy)
            row.profit = ExactDecimal(profit)
        case .deskLossStopped(let coin, let profit):
            row.action = "desk_loss_stopped"
            row.coin = coin.index < coins.count ? coins[coin.index] : "#\(coin.index)"
            row.profit = ExactDecimal(profit)
        case .deskLossLifted(let coin, let profit):
            row.action = "desk_loss_lifted"
            row.coin = coin.index < coins.count ? coins[coin.index] : "#\(coin.index)"
            row.profit = ExactDecimal(profit)
        case .shed(let keepingUpTo): row.action = "shed_keeping_up_to_\(keepingUpTo)"
        }
        self.batch.actions.append(row)
    }

    private mutating func strategyPlace(_ index: StrategyIndex) -> Int {
        guard let places = self.ledger.run?.strategies, index.index < places.count else {
            return self.strategyPlace("#\(index.index)")
        }
        return self.strategyPlace(self.ledger.strategies[places[index.index]].id)
    }
}
