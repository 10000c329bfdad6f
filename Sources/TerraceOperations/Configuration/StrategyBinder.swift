import TerraceCore

/// Binds one strategy to the units and rules of its pair, and holds it against them.
struct StrategyBinder {
    private let strategy: StrategyConfiguration
    private let pair: BoundPair
    private let index: PairIndex
    private let venues: [String: Int]
    private let findings: Findings
    private let instruments: [(name: String, rules: TradingRules)]

    init(
        _ strategy: StrategyConfiguration, _ pair: BoundPair, _ index: PairIndex, venues: [String: Int],
        _ findings: Findings
    ) {
        self.strategy = strategy
        self.pair = pair
        self.index = index
        self.venues = venues
        self.findings = findings
        self.instruments = strategy.exchanges.compactMap { exchange in
            guard let venue = venues[exchange.name] else { return nil }
            return pair.definition.instruments.first { $0.venue.index == venue }.map { (exchange.name, $0.rules) }
        }
    }

    /// The strategy as an engine takes it; nil where something does not fit, which has been reported then.
    func definition() -> StrategyDefinition? {
        let errors = self.findings.errors
        let venues = self.venueSet(self.strategy.exchanges)
        let inventory = self.inventory()
        let pricing = self.pricing()
        let topOfBook = self.strategy.topOfBookLines.compactMap { self.line($0) }
        let passive = self.strategy.passiveLines.compactMap { self.line($0) }
        let largest = self.strategy.maximumOrderNotional.flatMap { self.pair.notional($0, self.findings) }
        if let given = self.strategy.maximumOrderNotional, let largest { self.check(largest, given) }
        guard self.findings.errors == errors, let inventory, let pricing else { return nil }
        var definition = StrategyDefinition(
            id: self.strategy.id, pair: self.index, venues: venues, inventory: inventory)
        definition.priority = self.strategy.priority
        definition.pricing = pricing
        definition.volume = self.strategy.volume
        definition.topOfBookLines = topOfBook
        definition.passiveLines = passive
        definition.requoteTolerance = self.strategy.requoteTolerance
        definition.priceCollar = self.strategy.priceCollar
        definition.maximumCross = self.strategy.maximumCross
        definition.maximumOrderNotional = largest
        definition.maximumLoss = self.strategy.maximumLoss
        return definition
    }

    /// The set of venues that `names` name. A venue that is not the desk's has been reported before; one that does not trade the
    /// pair is reported here.
    private func venueSet(_ names: [ConfiguredName]) -> VenueSet {
        var set = VenueSet.none
        for name in names {
            guard let venue = self.venues[name.name] else { continue }
            if self.pair.definition.instruments.contains(where: { $0.venue.index == venue }) {
                set.insert(VenueIndex(UInt8(truncatingIfNeeded: venue)))
            } else {
                let line = self.pair.pairPlace.map { " (see \"pairs\", line \($0.line))" } ?? ""
                self.findings.error(
                    name.place,
                    "\(name.name) does not trade \(self.pair.symbol)\(self.pair.isListed ? "" : line): take it off, or give the "
                        + "pair rules there")
            }
        }
        return set
    }

    private func inventory() -> InventorySettings? {
        let given = self.strategy.inventory
        let target = self.pair.quantity(given.target, self.findings)
        let deviation = self.pair.quantity(given.maximumDeviation, self.findings)
        let initial = given.initial.map { self.pair.quantity($0, self.findings) }
        var price: InventoryPriceSource? = .accounting
        switch given.price {
        case .accounting: break
        case .markToMarket: price = .markToMarket
        case .manual(let decimal): price = self.pair.price(decimal, self.findings).map { .manual($0) }
        }
        guard let target, let deviation, let price else { return nil }
        // A band of twice the deviation is the most that one order can ever be.
        for (venue, rules) in self.instruments where deviation.units < (self.least(rules) + 1) / 2 {
            self.findings.error(
                given.maximumDeviation.place,
                "\(given.maximumDeviation.name) is \(given.maximumDeviation.text): no order of the least quantity on \(venue), "
                    + "\(self.pair.units.text(Quantity(units: self.least(rules)))), fits twice that")
        }
        var settings = InventorySettings(target: target, maximumDeviation: deviation)
        settings.initial = (initial ?? nil) ?? settings.initial
        settings.coefficient = given.coefficient
        settings.price = price
        return settings
    }

    private func pricing() -> PricingSource? {
        switch self.strategy.pricing {
        case .aggregated: return .aggregated
        case .liquidityWeighted: return .liquidityWeighted
        case .microprice: return .microprice
        case .component(let names): return .component(self.venueSet(names))
        case .singleVenue(let name):
            _ = self.venueSet([name])
            return self.venues[name.name].map { .singleVenue(VenueIndex(UInt8(truncatingIfNeeded: $0))) }
        case .wapq(let decimal): return self.pair.quantity(decimal, self.findings).map { .wapq($0) }
        }
    }

    // MARK: Lines

    private func line(_ given: TopOfBookLineConfiguration) -> TopOfBookLine? {
        guard let quantity = self.pair.quantity(given.hourlyQuantity, self.findings) else { return nil }
        for (venue, rules) in self.instruments where quantity.units < self.least(rules) {
            self.findings.warning(
                given.hourlyQuantity.place,
                "\(given.hourlyQuantity.name) is \(given.hourlyQuantity.text), less than one order in an hour: the least on "
                    + "\(venue) is \(self.pair.units.text(Quantity(units: self.least(rules))))")
        }
        var line = TopOfBookLine(hourlyQuantity: quantity, spread: given.spread)
        line.timeoutNanoseconds = given.limits.timeoutNanoseconds ?? line.timeoutNanoseconds
        line.coefficientMethod = given.limits.coefficientMethod ?? line.coefficientMethod
        line.drift = given.limits.drift ?? line.drift
        line.minimumPrice = self.bound(given.limits.minimumPrice)
        line.maximumPrice = self.bound(given.limits.maximumPrice)
        line.sides = given.limits.sides ?? line.sides
        return line
    }

    private func line(_ given: PassiveLineConfiguration) -> PassiveLine? {
        guard let quantity = self.pair.quantity(given.quantity, self.findings) else { return nil }
        self.check(quantity, given.quantity)
        var line = PassiveLine(spread: given.spread, quantity: quantity)
        line.minimumSpread = given.minimumSpread ?? line.minimumSpread
        line.maximumSpread = given.maximumSpread ?? line.maximumSpread
        line.randomization = given.randomization ?? line.randomization
        line.timeoutNanoseconds = given.limits.timeoutNanoseconds ?? line.timeoutNanoseconds
        line.coefficientMethod = given.limits.coefficientMethod ?? line.coefficientMethod
        line.drift = given.limits.drift ?? line.drift
        line.minimumPrice = self.bound(given.limits.minimumPrice)
        line.maximumPrice = self.bound(given.limits.maximumPrice)
        line.sides = given.limits.sides ?? line.sides
        return line
    }

    private func bound(_ decimal: ConfiguredDecimal?) -> Price? {
        guard let decimal, let price = self.pair.price(decimal, self.findings) else { return nil }
        for (venue, rules) in self.instruments where rules.tick.exactSteps(price.units) < 0 {
            self.findings.warning(
                decimal.place,
                "\(decimal.name) is \(decimal.text), between the ticks of "
                    + "\(self.pair.units.text(Price(units: rules.tick.step))) on \(venue): quotes keep to the tick within it"
            )
        }
        return price
    }

    // MARK: Checks

    /// The least quantity of an order, in whole lots.
    private func least(_ rules: TradingRules) -> Int64 {
        rules.lot.roundedUp(max(rules.minimumQuantity.units, 1))
    }

    private func check(_ quantity: Quantity, _ given: ConfiguredDecimal) {
        for (venue, rules) in self.instruments {
            let least = self.least(rules)
            if quantity.units < least {
                self.findings.error(
                    given.place,
                    "\(given.name) is \(given.text), below the least quantity of an order on \(venue), "
                        + self.pair.units.text(Quantity(units: least)))
            } else if self.pair.price != .zero, Notional(of: quantity, at: self.pair.price) < rules.minimumNotional {
                self.findings.warning(
                    given.place,
                    "\(given.name) is \(given.text), worth less than the least notional of an order on \(venue), "
                        + "\(self.pair.units.text(rules.minimumNotional)), at a price of "
                        + self.pair.units.text(self.pair.price))
            }
        }
        let deviation = self.strategy.inventory.maximumDeviation
        if deviation.isGiven, deviation.units < given.units {
            self.findings.warning(
                given.place,
                "\(given.name) is \(given.text), more than \"max_inventory_deviation\", which is \(deviation.text): orders will "
                    + "be cut to it")
        }
    }

    private func check(_ largest: Notional, _ given: ConfiguredDecimal) {
        for (venue, rules) in self.instruments where largest < rules.minimumNotional {
            self.findings.error(
                given.place,
                "\(given.name) is \(given.text), below the least notional of an order on \(venue), "
                    + self.pair.units.text(rules.minimumNotional))
        }
    }
}
