import TerraceCore

extension JournalNames {
    /// What happened in a shard.
    func describe(_ content: JournalContent, _ row: inout JournalRow) {
        switch content {
        case .event(let event): self.describe(event, &row)
        case .command(let command): self.describe(command, &row)
        case .fact(let fact): self.describe(fact, &row)
        case .stateHash(let hash): row.add(.detail, String(hash, radix: 16))
        }
    }

    private func begin(_ index: InstrumentIndex, _ row: inout JournalRow) -> Instrument? {
        let instrument = self.instrument(index)
        row.add(.venue, instrument?.venue)
        row.add(.symbol, instrument?.symbol ?? "instrument-\(index.raw)")
        return instrument
    }

    private static func word(_ side: Side) -> String { side == .bid ? "buy" : "sell" }

    private func describe(_ event: Event, _ row: inout JournalRow) {
        switch event {
        case .market(let market): self.describe(market, &row)
        case .order(let report): self.describe(report, &row)
        case .balance(let venue, let coin, let total):
            row.add(.venue, self.venue(venue))
            row.add(.amount, ExactDecimal(total).description)
            row.add(.coin, self.coin(coin))
        case .fillsKnown(let index, let through, let milliseconds):
            _ = self.begin(index, &row)
            row.add(.trade, through.map { String($0) })
            let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
            row.add(.venueTime, overflow ? nil : UTCTime.text(Timestamp(nanoseconds: nanoseconds)))
            row.add(.detail, "all fills up to here are known")
        case .connection(let venue, let change):
            row.add(.venue, self.venue(venue))
            row.add(.what, Self.word(change))
        case .turn(let limit): row.add(.detail, "at most \(limit) evaluations")
        case .control(let control): self.describe(control, &row)
        }
    }

    private static func word(_ change: ConnectionEvent) -> String {
        switch change {
        case .up: "up"
        case .down: "down"
        case .heartbeat: "heartbeat"
        case .accountLost: "account_lost"
        case .accountBack: "account_back"
        case .accountDoubted: "account_doubted"
        }
    }

    private func describe(_ market: MarketEvent, _ row: inout JournalRow) {
        switch market {
        case .trade(let index, let aggressor, let price, let quantity, let venueTime, let id):
            let instrument = self.begin(index, &row)
            row.add(.side, Self.word(aggressor))
            row.add(.quantity, self.quantity(quantity, instrument))
            row.add(.price, self.price(price, instrument))
            row.add(.trade, id == 0 ? nil : String(id))
            row.add(.venueTime, venueTime == .distantPast ? nil : UTCTime.text(venueTime))
        case .level(let index, let side, let price, let quantity):
            let instrument = self.begin(index, &row)
            row.add(.what, "level")
            row.add(.side, side == .bid ? "bid" : "ask")
            row.add(.quantity, self.quantity(quantity, instrument))
            row.add(.price, self.price(price, instrument))
        case .snapshotBegan(let index):
            _ = self.begin(index, &row)
            row.add(.what, "snapshot")
        case .messageEnded(let index, let venueTime):
            _ = self.begin(index, &row)
            row.add(.what, "message")
            row.add(.venueTime, venueTime == .distantPast ? nil : UTCTime.text(venueTime))
        case .bookLost(let index):
            _ = self.begin(index, &row)
            row.add(.what, "lost")
        }
    }

    private func describe(_ report: OrderReport, _ row: inout JournalRow) {
        let instrument = self.begin(report.instrument, &row)
        row.add(.strategy, self.strategy(report.order))
        row.add(.order, Self.text(report.order))
        func told(_ quantity: Quantity) -> String? {
            quantity == .zero ? nil : self.quantity(quantity, instrument)
        }
        switch report.outcome {
        case .accepted: row.add(.what, "accepted")
        case .rejected(let reason):
            row.add(.what, "rejected")
            row.add(.reason, Self.word(reason))
        case .filled(let fill):
            row.add(.what, "filled")
            row.add(.side, Self.word(fill.side))
            row.add(.quantity, self.quantity(fill.quantity, instrument))
            row.add(.price, self.price(fill.price, instrument))
            row.add(.cumulative, told(fill.cumulative))
            row.add(.fee, ExactDecimal(fill.fee).description)
            row.add(.feeCoin, self.coin(fill.feeAsset))
            row.add(.liquidity, fill.isMaker ? "maker" : "taker")
            row.add(.trade, String(fill.trade))
        case .cancelled(let cumulative):
            row.add(.what, "cancelled")
            row.add(.cumulative, told(cumulative))
        case .cancelRejected(let reason):
            row.add(.what, "cancel_rejected")
            row.add(.reason, Self.word(reason))
        case .amended(let price, let quantity):
            row.add(.what, "amended")
            row.add(.quantity, self.quantity(quantity, instrument))
            row.add(.price, self.price(price, instrument))
        case .amendRejected(let reason):
            row.add(.what, "amend_rejected")
            row.add(.reason, Self.word(reason))
        case .found(let price, let quantity, let cumulative):
            row.add(.what, "found")
            row.add(.quantity, self.quantity(quantity, instrument))
            row.add(.price, self.price(price, instrument))
            row.add(.cumulative, told(cumulative))
        case .notFound(let cumulative):
            row.add(.what, "not_found")
            row.add(.cumulative, told(cumulative))
        case .unknown: row.add(.what, "unknown")
        }
    }

    private static func word(_ reason: VenueRejection) -> String {
        switch reason {
        case .wouldTake: "would_take"
        case .insufficientBalance: "insufficient_balance"
        case .priceFilter: "price_filter"
        case .lotSize: "lot_size"
        case .minimumNotional: "minimum_notional"
        case .rateLimited: "rate_limited"
        case .duplicateOrder: "duplicate_order"
        case .unknownOrder: "unknown_order"
        case .marketClosed: "market_closed"
        case .tooManyOrders: "too_many_orders"
        case .other: "other"
        }
    }

    private func describe(_ command: Command, _ row: inout JournalRow) {
        func order(_ what: String, _ index: InstrumentIndex, _ id: ClientOrderID) -> Instrument? {
            let instrument = self.begin(index, &row)
            row.add(.strategy, self.strategy(id))
            row.add(.what, what)
            row.add(.order, Self.text(id))
            return instrument
        }
        func market(_ what: String, _ index: InstrumentIndex) {
            _ = self.begin(index, &row)
            row.add(.what, what)
        }
        switch command {
        case .place(let index, let id, let side, let price, let quantity),
            .amend(let index, let id, let side, let price, let quantity):
            var what = "amend"
            if case .place = command { what = "place" }
            let instrument = order(what, index, id)
            row.add(.side, Self.word(side))
            row.add(.quantity, self.quantity(quantity, instrument))
            row.add(.price, self.price(price, instrument))
        case .cancel(let index, let id): _ = order("cancel", index, id)
        case .query(let index, let id): _ = order("query", index, id)
        case .resnapshot(let index): market("resnapshot", index)
        case .follow(let index, _): market("follow", index)
        case .unfollow(let index): market("unfollow", index)
        }
    }

    private func describe(_ control: Control, _ row: inout JournalRow) {
        func strategy(_ what: String, _ index: StrategyIndex) {
            row.add(.what, what)
            row.add(.symbol, self.symbol(of: index))
            row.add(.strategy, self.strategy(index))
        }
        switch control {
        case .kill: row.add(.what, "kill")
        case .liftKillSwitch: row.add(.what, "lift_kill_switch")
        case .liftLossStop(let index): strategy("lift_loss_stop", index)
        case .shed(let kept):
            row.add(.what, "shed")
            row.add(.detail, "classes above \(kept)")
        case .stopRecording:
            row.add(.what, "stop_recording")
            row.add(.detail, "the journal could not be written: quotes were pulled")
        case .recordAgain: row.add(.what, "record_again")
        case .pause(let index): strategy("pause", index)
        case .resume(let index): strategy("resume", index)
        }
    }

    private func describe(_ fact: EngineFact, _ row: inout JournalRow) {
        func strategy(_ what: String, _ index: StrategyIndex, _ profit: Amount?) {
            row.add(.what, what)
            row.add(.symbol, self.symbol(of: index))
            row.add(.strategy, self.strategy(index))
            row.add(.amount, profit.map { ExactDecimal($0).description })
        }
        func desk(_ what: String, _ coin: AssetIndex, _ profit: Amount) {
            row.add(.what, what)
            row.add(.amount, ExactDecimal(profit).description)
            row.add(.coin, self.coin(coin))
        }
        switch fact {
        case .seeded(let index, let quantity, let price):
            strategy("seeded", index, nil)
            let symbol = self.symbol(of: index)
            let instrument = symbol.flatMap { symbol in self.instrument(named: symbol) }
            row.add(.quantity, self.quantity(quantity, instrument))
            row.add(.price, self.price(price, instrument))
        case .lossStopped(let index, let profit): strategy("loss_stopped", index, profit)
        case .lossLifted(let index, let profit): strategy("loss_lifted", index, profit)
        case .deskLossStopped(let coin, let profit): desk("desk_loss_stopped", coin, profit)
        case .deskLossLifted(let coin, let profit): desk("desk_loss_lifted", coin, profit)
        case .shed(let kept):
            row.add(.what, "shed")
            row.add(.detail, "classes above \(kept)")
        }
    }
}
