import TerraceCore

/// The numbers of a listed instrument's rules, as the venue's text has them, before units are chosen that hold them.
struct ListingNumbers {
    /// A number and what the venue calls it, for people.
    struct Field {
        var name: String
        var text: String?

        /// `text`, which stands in the field `name`.
        init(_ name: String, _ text: String?) {
            self.name = name
            self.text = text
        }
    }

    /// The price step; zero for none.
    var tick: Field
    /// The highest price; zero for none.
    var highestPrice: Field
    /// The quantity step; zero for none.
    var lot: Field
    /// The least quantity of an order.
    var minimumQuantity: Field
    /// The largest quantity of an order; zero for none.
    var maximumQuantity: Field
    /// The least price times quantity of an order.
    var minimumNotional: Field

    /// Units that hold the numbers exactly, and the rules in them.
    ///
    /// - Throws: `ListingRefusal` where a number is missing or none, or no units hold it.
    func rules(
        makerFee: Millibps, takerFee: Millibps, canAmend: Bool
    ) throws(ListingRefusal) -> (Units, TradingRules) {
        let tick = try Self.amount(self.tick)
        let lot = try Self.amount(self.lot)
        let least = try Self.amount(self.minimumQuantity)
        let most = try Self.amount(self.maximumQuantity)
        let highest = try Self.amount(self.highestPrice)
        let leastNotional = try Self.amount(self.minimumNotional)
        let units = try Self.units(tick: tick, highest: highest, lot: lot, least: least, most: most)

        let priceUnit = DecimalText.powerOfTen(units.priceExponent - Amount.exponent)
        let quantityUnit = DecimalText.powerOfTen(units.quantityExponent - Amount.exponent)
        // A step of zero disables the filter: then one unit is the step.
        let tickUnits = tick == 0 ? 1 : try Self.whole(tick, priceUnit, Price.limit, self.tick.name)
        let lotUnits = lot == 0 ? 1 : try Self.whole(lot, quantityUnit, Quantity.limit, self.lot.name)
        let lotGrid = Grid(step: lotUnits)
        let leastUnits = try Self.whole(least, quantityUnit, Quantity.limit, self.minimumQuantity.name)
        // What passes the limit is never reached: the limit, in whole lots, stands for it, as for no maximum.
        let mostUnits = most == 0 ? Quantity.limit : Int64(clamping: min(most / quantityUnit, Int128(Quantity.limit)))
        let rules = TradingRules(
            tick: Grid(step: tickUnits), lot: lotGrid, minimumQuantity: Quantity(units: leastUnits),
            maximumQuantity: Quantity(units: lotGrid.roundedDown(mostUnits)),
            minimumNotional: Notional(units: Self.roundedUp(leastNotional, units.amountPerNotional)),
            makerFee: makerFee, takerFee: takerFee, canAmend: canAmend)
        return (units, rules)
    }

    /// A number in 10^-20, from which every unit is a whole multiple; at most 10^38.
    private static func amount(_ field: Field) throws(ListingRefusal) -> Int128 {
        guard let text = field.text else { throw .missing(field.name) }
        let amount: Amount
        do throws(MoneyError) {
            amount = try Amount(text)
        } catch {
            throw .impossible(field.name, error)
        }
        guard amount >= .zero else { throw .negative(field.name) }
        return amount.units
    }

    /// How many whole `unit`s `amount` is.
    private static func whole(
        _ amount: Int128, _ unit: Int128, _ limit: Int64, _ field: String
    ) throws(ListingRefusal) -> Int64 {
        guard amount % unit == 0 else { throw .impossible(field, .finerThanUnit(exponent: 0)) }
        guard amount / unit <= Int128(limit) else { throw .impossible(field, .tooLarge) }
        return Int64(truncatingIfNeeded: amount / unit)
    }

    private static func roundedUp(_ amount: Int128, _ unit: Int128) -> Int128 {
        amount / unit + (amount % unit == 0 ? 0 : 1)
    }
}
