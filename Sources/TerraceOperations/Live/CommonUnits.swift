import TerraceCore
import TerraceVenues

/// Units in which the rules of one pair on several venues are all whole numbers.
///
/// Each venue's list has units of its own, chosen so that the largest price and a thousand times the largest order are below
/// the limits of a `Price` and a `Quantity`; so the coarsest of them keep every venue's books within the limits. Only where a
/// tick or a lot does not fit them, they are made finer, a digit at a time.
enum CommonUnits {
    /// The units, and the rules in the order of `listed`; nil where none hold them all.
    static func of(_ listed: [ListedInstrument]) -> (units: Units, rules: [TradingRules])? {
        guard let price = listed.map({ $0.units.priceExponent }).max(),
            let quantity = listed.map({ $0.units.quantityExponent }).max()
        else { return nil }
        let finestPrice = listed.map { $0.units.priceExponent }.min() ?? price
        let finestQuantity = listed.map { $0.units.quantityExponent }.min() ?? quantity
        for priceExponent in stride(from: price, through: finestPrice, by: -1) {
            for quantityExponent in stride(from: quantity, through: finestQuantity, by: -1) {
                guard let units = try? Units(priceExponent: priceExponent, quantityExponent: quantityExponent) else {
                    continue
                }
                let rules = listed.compactMap { self.rules($0.rules, from: $0.units, to: units) }
                if rules.count == listed.count { return (units, rules) }
            }
        }
        return nil
    }

    /// `rules` in other units; nil where tick, lot or least quantity are no whole numbers of them, or pass a limit.
    ///
    /// A least notional is rounded up and a largest quantity down, both to the side on which the venue takes the order.
    static func rules(_ rules: TradingRules, from: Units, to: Units) -> TradingRules? {
        let priceShift = from.priceExponent - to.priceExponent
        let quantityShift = from.quantityExponent - to.quantityExponent
        guard let tick = self.exact(rules.tick.step, priceShift, Price.limit),
            let lot = self.exact(rules.lot.step, quantityShift, Quantity.limit),
            let least = self.exact(rules.minimumQuantity.units, quantityShift, Quantity.limit),
            let notional = self.roundedUp(rules.minimumNotional.units, priceShift + quantityShift)
        else { return nil }
        var converted = rules
        converted.tick = Grid(step: tick)
        converted.lot = Grid(step: lot)
        converted.minimumQuantity = Quantity(units: least)
        let most = self.roundedDown(rules.maximumQuantity.units, quantityShift, Quantity.limit)
        converted.maximumQuantity = Quantity(units: converted.lot.roundedDown(most))
        converted.minimumNotional = Notional(units: notional)
        return converted
    }

    /// `value`, which is not negative, times 10^`shift`; a shift is within -26...26.
    private static func exact(_ value: Int64, _ shift: Int, _ limit: Int64) -> Int64? {
        if shift >= 0 {
            let (product, overflow) = Int128(value).multipliedReportingOverflow(by: DecimalText.powerOfTen(shift))
            return !overflow && product <= Int128(limit) ? Int64(truncatingIfNeeded: product) : nil
        }
        let (quotient, remainder) = Int128(value).quotientAndRemainder(dividingBy: DecimalText.powerOfTen(-shift))
        return remainder == 0 ? Int64(truncatingIfNeeded: quotient) : nil
    }

    private static func roundedDown(_ value: Int64, _ shift: Int, _ limit: Int64) -> Int64 {
        if shift < 0 { return Int64(truncatingIfNeeded: Int128(value) / DecimalText.powerOfTen(-shift)) }
        let (product, overflow) = Int128(value).multipliedReportingOverflow(by: DecimalText.powerOfTen(shift))
        return overflow ? limit : Int64(truncatingIfNeeded: min(product, Int128(limit)))
    }

    private static func roundedUp(_ value: Int128, _ shift: Int) -> Int128? {
        if shift >= 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: DecimalText.powerOfTen(shift))
            return overflow ? nil : product
        }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: DecimalText.powerOfTen(-shift))
        return quotient + (remainder > 0 ? 1 : 0)
    }
}
