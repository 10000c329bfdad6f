import TerraceCore

/// The way from one pair's units to others of it; whatever can't be told exactly in the new ones is nil.
struct UnitScale {
    let from: Units
    let to: Units

    private func scaled(_ value: Int128, by exponent: Int) -> Int128? {
        if value == 0 { return 0 }
        guard abs(exponent) <= 36 else { return nil }
        var factor: Int128 = 1
        for _ in 0..<abs(exponent) { factor *= 10 }
        if exponent < 0 {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: factor)
            return remainder == 0 ? quotient : nil
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// What a count of quantity units grows by, as a power of ten.
    private var quantityShift: Int { self.from.quantityExponent - self.to.quantityExponent }
    private var priceShift: Int { self.from.priceExponent - self.to.priceExponent }

    /// A quantity or a position, within 2^61.
    func quantity(_ value: Quantity) -> Quantity? {
        guard let units = self.scaled(Int128(value.units), by: self.quantityShift), abs(units) <= 1 << 61 else {
            return nil
        }
        return Quantity(units: Int64(units))
    }

    func price(_ value: Price) -> Price? {
        guard let units = self.scaled(Int128(value.units), by: self.priceShift), abs(units) <= Int128(Price.limit)
        else { return nil }
        return Price(units: Int64(units))
    }

    private func notional(_ value: Notional) -> Notional? {
        self.scaled(value.units, by: self.quantityShift + self.priceShift).map { Notional(units: $0) }
    }

    /// Fees are amounts of coins, whatever the units. A remainder of base fees above the new unit is taken with the next fee.
    func position(_ value: Position) -> Position? {
        guard let quantity = self.quantity(value.quantity), let cost = self.notional(value.cost),
            let realised = self.notional(value.realised), let volume = self.notional(value.volume)
        else { return nil }
        return Position(
            quantity: quantity, cost: cost, realised: realised, fees: value.fees, thirdFees: value.thirdFees,
            volume: volume, feeRemainder: value.feeRemainder)
    }

    func order(_ value: WorkingOrder) -> WorkingOrder? {
        guard let price = self.price(value.price), let quantity = self.quantity(value.quantity),
            let filled = self.quantity(value.filled), let pendingPrice = self.price(value.pendingPrice),
            let pendingQuantity = self.quantity(value.pendingQuantity)
        else { return nil }
        return WorkingOrder(
            state: value.state, side: value.side, id: value.id, price: price, quantity: quantity, filled: filled,
            pendingPrice: pendingPrice, pendingQuantity: pendingQuantity, isAcknowledged: value.isAcknowledged,
            isEnded: value.isEnded)
    }

    func error(_ what: String, _ symbol: String) -> LedgerError {
        .unitsTooCoarse(
            what: what, symbol: symbol,
            recorded: "10^\(self.from.priceExponent) and 10^\(self.from.quantityExponent)",
            asked: "10^\(self.to.priceExponent) and 10^\(self.to.quantityExponent)")
    }
}
