import TerraceCore
import TerraceVenues

/// One pair of a replay: its names, units and rules, and how its feed writes numbers.
struct ReplayInstrument {
    /// Where its rules are from.
    enum Source: Equatable {
        /// The list of instruments in the recordings.
        case recorded
        /// The configuration.
        case configured
        /// The steps of the recorded book.
        case derived
    }

    /// The pair, `BASE/QUOTE`.
    let pair: String
    /// What the venue calls it.
    let name: String
    let units: Units
    let rules: TradingRules
    /// The step of the prices at which the book has levels: old orders may stand between today's ticks.
    let levelStep: Grid
    let source: Source
    /// About where it trades at the beginning.
    let price: Price
    /// What a level of the book typically holds, in whole lots and enough for an order.
    let typicalQuantity: Quantity
    let priceDecimals: Int
    let quantityDecimals: Int

    var base: String { String(self.pair.prefix { $0 != "/" }) }
    var quote: String { String(self.pair.drop { $0 != "/" }.dropFirst()) }

    /// What a maker of the lowest tier pays: 10 bps on spot, 2 bps on perpetuals (Binance, "Fee schedule").
    static func makerFee(_ market: BinanceMarket) -> Millibps {
        switch market {
        case .spot: Millibps(10_000)
        case .perpetual: Millibps(2_000)
        }
    }

    /// What a taker of the lowest tier pays: 10 bps on spot, 5 bps on perpetuals.
    static func takerFee(_ market: BinanceMarket) -> Millibps {
        switch market {
        case .spot: Millibps(10_000)
        case .perpetual: Millibps(5_000)
        }
    }

    /// How many orders an account may send: 100 in 10 s on spot, 300 in 10 s on perpetuals (`rateLimits` of exchangeInfo).
    static func definition(_ market: BinanceMarket) -> VenueDefinition {
        switch market {
        case .spot: VenueDefinition(name: market.venue, ordersPerWindow: 100, windowNanoseconds: 10_000_000_000)
        case .perpetual: VenueDefinition(name: market.venue, ordersPerWindow: 300, windowNanoseconds: 10_000_000_000)
        }
    }

    /// The instrument of a symbol that a survey found: by the recorded list of instruments, or by the steps of its book and
    /// what a configuration says of it. Its fees are the configuration's, where that has them.
    init(
        _ found: RecordingSurvey.Symbol, _ list: BinanceInstrumentList?, _ market: BinanceMarket,
        _ configuration: DeskConfiguration?
    ) {
        let configured = configuration?.rules(of: found.pair, on: market.venue) ?? RulesConfiguration()
        let listed = list?.instrument(trading: found.pair).flatMap { Self.fitting($0, found) }
        let units = listed?.units ?? .standard
        var rules = listed?.rules ?? Self.derivedRules(found, market)
        var source = listed == nil ? Source.derived : .recorded
        if listed == nil, Self.take(configured, into: &rules) { source = .configured }
        rules.makerFee = configured.makerFee ?? rules.makerFee
        rules.takerFee = configured.takerFee ?? rules.takerFee
        rules.canAmend = configured.canAmend ?? rules.canAmend
        self.init(found, units: units, rules: rules, source: source)
    }

    /// Takes what a configuration says of steps and minimums, in eight decimals; what does not fit them stays derived.
    ///
    /// - Returns: Whether it says anything.
    private static func take(
        _ configured: RulesConfiguration, into rules: inout TradingRules
    ) -> Bool {
        func count(_ decimal: ConfiguredDecimal?, _ exponent: Int, _ limit: Int128) -> Int128? {
            decimal.flatMap { try? $0.count(exponent: exponent, limit: limit) }
        }
        let tick = count(configured.tick, -8, Int128(Price.limit)).map { Int64($0) }
        let lot = count(configured.lot, -8, Int128(Quantity.limit)).map { Int64($0) }
        let least = count(configured.minimumQuantity, -8, Int128(Quantity.limit)).map { Int64($0) }
        let most = count(configured.maximumQuantity, -8, Int128(Quantity.limit)).map { Int64($0) }
        let notional = count(configured.minimumNotional, -16, 1 << 112)
        if let tick, tick > 0 { rules.tick = Grid(step: tick) }
        if let lot, lot > 0 {
            rules.lot = Grid(step: lot)
            rules.minimumQuantity = Quantity(units: lot)
        }
        if let least { rules.minimumQuantity = Quantity(units: least) }
        rules.maximumQuantity = Quantity(units: rules.lot.roundedDown(most ?? rules.maximumQuantity.units))
        if let notional { rules.minimumNotional = Notional(units: notional) }
        return tick != nil || lot != nil || least != nil || most != nil || notional != nil
    }

    /// The instrument under rules from elsewhere.
    init(_ found: RecordingSurvey.Symbol, units: Units, rules: TradingRules, source: Source) {
        self.pair = found.pair
        self.name = found.name
        self.units = units
        self.rules = rules
        let recorded = Self.scaled(found.priceStep, to: units.priceExponent)
        self.levelStep = Grid(step: max(1, RecordingSurvey.commonStep(rules.tick.step, recorded)))
        self.source = source
        self.priceDecimals = found.priceDecimals
        self.quantityDecimals = found.quantityDecimals
        let isTwoSided = found.bid > 0 && found.ask > 0
        let middle = isTwoSided ? (found.bid + found.ask) / 2 : max(found.bid, found.ask)
        let mid = Self.scaled(middle, to: units.priceExponent)
        self.price = Price(units: max(rules.tick.step, rules.tick.roundedDown(mid)))
        let sizes = found.sizes.sorted()
        let median = sizes.isEmpty ? 0 : Self.scaled(sizes[sizes.count / 2], to: units.quantityExponent)
        let least = Self.leastQuantity(rules, self.price)
        let size = max(rules.lot.roundedDown(median), min(least, Quantity.limit / 4) * 4)
        self.typicalQuantity = Quantity(
            units: max(1, min(size, rules.lot.roundedDown(rules.maximumQuantity.units))))
    }

    /// A listed instrument, where its units hold what the book has.
    private static func fitting(_ listed: ListedInstrument, _ found: RecordingSurvey.Symbol) -> ListedInstrument? {
        let holds =
            self.isWhole(found.priceStep, listed.units.priceExponent)
            && self.isWhole(found.quantityStep, listed.units.quantityExponent)
        return holds ? listed : nil
    }

    /// Rules by what the book holds: the largest powers of ten that divide the prices and quantities around its touch, one lot
    /// at least, and five of a dollar coin.
    private static func derivedRules(_ found: RecordingSurvey.Symbol, _ market: BinanceMarket) -> TradingRules {
        let lot = self.powerOfTen(dividing: found.nearQuantityStep)
        let isDollar = ["USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USD"].contains { found.pair.hasSuffix("/\($0)") }
        let least = isDollar ? (try? Units.standard.notional("5")) ?? .zero : .zero
        return TradingRules(
            tick: Grid(step: self.powerOfTen(dividing: found.nearPriceStep)), lot: Grid(step: lot),
            minimumQuantity: Quantity(units: lot),
            maximumQuantity: Quantity(units: Grid(step: lot).roundedDown(Quantity.limit)), minimumNotional: least,
            makerFee: self.makerFee(market), takerFee: self.takerFee(market), canAmend: market == .perpetual)
    }

    private static func powerOfTen(dividing step: Int64) -> Int64 {
        var power: Int64 = 1
        while step > 0, step % (power * 10) == 0, power < 1_000_000_000_000_000 { power *= 10 }
        return power
    }

    /// A count of 10^-8 as one of 10^`exponent`, rounded down; held at the limit of what is let in.
    static func scaled(_ count: Int64, to exponent: Int) -> Int64 {
        let shift = -8 - exponent
        if shift <= 0 { return count / Int64(truncatingIfNeeded: DecimalText.powerOfTen(min(18, -shift))) }
        let product = Int128(count) * DecimalText.powerOfTen(min(18, shift))
        return Int64(min(product, Int128(Price.limit)))
    }

    /// Whether a count of 10^-8 is a whole count of 10^`exponent`, within what is let in.
    static func isWhole(_ count: Int64, _ exponent: Int) -> Bool {
        let shift = -8 - exponent
        if shift >= 0 { return Int128(count) * DecimalText.powerOfTen(min(18, shift)) <= Int128(Price.limit) }
        return Int128(count) % DecimalText.powerOfTen(min(18, -shift)) == 0
    }

    /// The least quantity that the venue takes at `price`, in whole lots.
    private static func leastQuantity(_ rules: TradingRules, _ price: Price) -> Int64 {
        let byNotional = (rules.minimumNotional.units + Int128(price.units) - 1) / Int128(max(1, price.units))
        let least = max(Int128(max(1, rules.minimumQuantity.units)), byNotional)
        return rules.lot.roundedUp(Int64(min(least, Int128(Quantity.limit))))
    }

    // MARK: The stack that is quoted where nobody says what

    /// One top-of-book line and two passive lines, sized by what a level of the book holds.
    func stack(pair: PairIndex, venue: VenueIndex) -> StrategyDefinition {
        // So that 240 of it are a quantity, and so that what an absurd book would ask for is an amount with room to spare.
        let most = min(Int128(Quantity.limit / 256), (1 << 90) / Int128(self.price.units))
        let size = max(1, min(self.typicalQuantity.units, Int64(most)))
        var inventory = InventorySettings(
            target: Quantity(units: size * 40), maximumDeviation: Quantity(units: size * 40))
        inventory.initial = inventory.target
        var strategy = StrategyDefinition(
            id: "stack_\(self.name.lowercased())", pair: pair, venues: VenueSet(venue), inventory: inventory)
        strategy.priority = .important
        var top = TopOfBookLine(hourlyQuantity: Quantity(units: size * 240), spread: Millibps(1_000))
        top.timeoutNanoseconds = 15_000_000_000
        var near = PassiveLine(spread: Millibps(20_000), quantity: Quantity(units: size))
        near.coefficientMethod = .inventory
        var far = PassiveLine(spread: Millibps(60_000), quantity: Quantity(units: size * 2))
        far.coefficientMethod = .inventory
        far.timeoutNanoseconds = 60_000_000_000
        strategy.topOfBookLines = [top]
        strategy.passiveLines = [near, far]
        return strategy
    }
}
