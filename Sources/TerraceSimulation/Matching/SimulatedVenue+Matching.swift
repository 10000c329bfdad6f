import TerraceCore

extension SimulatedVenue {
    /// Trades an arriving order against the book. Returns whether what is left of it expires: it met an order of its own
    /// account (self-trade prevention, the taker gives way).
    mutating func match(_ order: inout Order, at now: Timestamp, _ out: inout VenueOutput) -> Bool {
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

    /// Remembers how an order ended, for queries and against doubled ids: the last 16,384 of an account.
    mutating func finish(_ owner: Int, _ client: ClientOrderID, _ filled: Int64) {
        self.accounts[owner].finished[client] = filled
        if self.accounts[owner].ended.count < Self.remembered {
            self.accounts[owner].ended.append(client)
        } else {
            let oldest = self.accounts[owner].oldestEnded
            self.accounts[owner].finished[self.accounts[owner].ended[oldest]] = nil
            self.accounts[owner].fillsOf[self.accounts[owner].ended[oldest]] = nil
            self.accounts[owner].ended[oldest] = client
            self.accounts[owner].oldestEnded = (oldest + 1) % Self.remembered
        }
    }

    /// Moves the coins of one side of a trade, charges the fee, and reports the fill.
    mutating func settle(
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
        let fill = Fill(
            trade: trade, side: order.side, price: price, quantity: Quantity(units: quantity), fee: fee,
            feeAsset: feeAsset, isMaker: isMaker, cumulative: Quantity(units: order.filled))
        self.accounts[owner].fills.book(fill, of: order.client, on: Int(order.instrument), definition)
        self.accounts[owner].fillsOf[order.client, default: []].append(fill)
        out.report(AccountIndex(order.account), Int(order.instrument), order.client, .filled(fill), now)
    }
}
