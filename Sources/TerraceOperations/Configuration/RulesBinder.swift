import TerraceCore

/// Brings what the file says of a pair's rules into the pair's units, with defaults where it says nothing.
struct RulesBinder {
    private let pair: BoundPair
    private let configured: PairConfiguration
    private let findings: Findings

    init(_ configured: PairConfiguration, _ units: Units, _ findings: Findings) {
        self.configured = configured
        self.findings = findings
        self.pair = BoundPair(
            symbol: configured.symbol, units: units, price: .zero, isListed: false, pairPlace: configured.place,
            definition: PairDefinition(base: AssetIndex(0), quote: AssetIndex(0), units: units, instruments: []))
    }

    /// About where the pair trades, where the file says it.
    func price() -> Price? { self.configured.price.flatMap { self.pair.price($0, self.findings) } }

    /// Rules on one venue. Without a tick, a price has five digits; without a lot, a lot is worth about a hundredth of the quote
    /// coin, and at most one coin; without a price, both are one unit.
    func rules(_ rules: RulesConfiguration, near price: Price?) -> TradingRules {
        let digits = price.map { String($0.units).count }
        let tick =
            rules.tick.flatMap { self.pair.price($0, self.findings) }?.units
            ?? digits.map { Self.power($0 - 5) } ?? 1
        // The price is at least 10 to this power, in whole coins.
        let magnitude = (digits ?? 0) - 1 + self.pair.units.priceExponent
        let lotExponent = min(0, -magnitude - 2) - self.pair.units.quantityExponent
        let lot =
            rules.lot.flatMap { self.pair.quantity($0, self.findings) }?.units
            ?? (digits == nil ? 1 : Self.power(lotExponent))
        if let price, let given = rules.tick, price.units < tick {
            self.findings.error(
                given.place,
                "\(given.name) is \(given.text), above the price of \(self.pair.symbol), \(self.pair.units.text(price))"
            )
        }
        let lotGrid = Grid(step: lot)
        let most = rules.maximumQuantity.flatMap { self.pair.quantity($0, self.findings) }?.units ?? Quantity.limit
        if let given = rules.maximumQuantity, most < lot {
            self.findings.error(given.place, "\(given.name) is \(given.text), less than one lot")
        }
        rules.checkQuantities(self.findings)
        return TradingRules(
            tick: Grid(step: tick), lot: lotGrid,
            minimumQuantity: rules.minimumQuantity.flatMap { self.pair.quantity($0, self.findings) } ?? .zero,
            maximumQuantity: Quantity(units: lotGrid.roundedDown(most)),
            minimumNotional: rules.minimumNotional.flatMap { self.pair.notional($0, self.findings) } ?? .zero,
            makerFee: rules.makerFee ?? .zero, takerFee: rules.takerFee ?? .zero, canAmend: rules.canAmend ?? false)
    }

    /// 10 to the power `exponent`, held within 1 and 10^16, which is below the limit of prices and quantities.
    private static func power(_ exponent: Int) -> Int64 {
        Int64(truncatingIfNeeded: DecimalText.powerOfTen(min(max(exponent, 0), 16)))
    }
}
