import TerraceCore

extension ListingNumbers {
    /// Units that hold tick and lot exactly.
    ///
    /// Eight decimals where they do, because old orders may stand in a book at finer steps than today's rules have. A unit is
    /// coarser where the largest price, or a thousand times the largest order (what a level may hold), would pass the limit;
    /// and finer where tick or lot are. All amounts are in 10^-20; zero says that the venue has no such limit.
    ///
    /// - Throws: `ListingRefusal.noUnits` where what is needed is out of the range of `Units`.
    static func units(
        tick: Int128, highest: Int128, lot: Int128, least: Int128, most: Int128
    ) throws(ListingRefusal) -> Units {
        let coarsestPrice = min(0, self.exponent(of: tick) ?? 0)
        let coarsestQuantity = min(0, min(self.exponent(of: lot) ?? 0, self.exponent(of: least) ?? 0))
        let (room, overflow) = most.multipliedReportingOverflow(by: 1_000)
        let price = self.finest(holding: highest, limit: Price.limit, coarsest: coarsestPrice)
        let quantity = self.finest(holding: overflow ? .max : room, limit: Quantity.limit, coarsest: coarsestQuantity)
        if let units = try? Units(priceExponent: price, quantityExponent: quantity) { return units }
        // Together too fine for an `Amount`: as coarse as the rules allow.
        if let units = try? Units(priceExponent: price, quantityExponent: coarsestQuantity) { return units }
        if let units = try? Units(priceExponent: coarsestPrice, quantityExponent: coarsestQuantity) { return units }
        throw .noUnits(price: coarsestPrice, quantity: coarsestQuantity)
    }

    /// The power of ten of the last digit of `amount` that is not zero; nil for zero.
    private static func exponent(of amount: Int128) -> Int? {
        guard amount != 0 else { return nil }
        var exponent = Amount.exponent
        var rest = amount
        while rest % 10 == 0 {
            rest /= 10
            exponent += 1
        }
        return exponent
    }

    /// -8, or finer where `coarsest` is; coarser, down to `coarsest`, where `largest` would pass `limit` units.
    private static func finest(holding largest: Int128, limit: Int64, coarsest: Int) -> Int {
        var exponent = min(-8, coarsest)
        while exponent < coarsest {
            let unit = DecimalText.powerOfTen(exponent - Amount.exponent)
            if largest / unit <= Int128(limit) { break }
            exponent += 1
        }
        return exponent
    }
}
