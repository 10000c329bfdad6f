import TerraceCore
import TerraceSimulation

/// Binds a configuration to units, rules and indices, to the end, whatever is wrong on the way.
struct DeskBinder {
    let desk: DeskConfiguration
    let known: [String: KnownPair]  // Looked up, never walked through.
    let showsOwnOrders: Bool
    let findings: Findings
    private let venues: [String: Int]  // Looked up, never walked through.
    private let pairs: [String: PairConfiguration]  // Looked up, never walked through.

    init(_ desk: DeskConfiguration, known: [KnownPair], showsOwnOrders: Bool, _ findings: Findings) {
        self.desk = desk
        self.known = Dictionary(known.map { ($0.symbol, $0) }) { first, _ in first }
        self.showsOwnOrders = showsOwnOrders
        self.findings = findings
        self.pairs = Dictionary(desk.pairs.map { ($0.symbol, $0) }) { first, _ in first }
        self.venues = Dictionary(desk.venues.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    func bind() -> BoundDesk {
        var assets = AssetTable()
        var pairs: [BoundPair] = []
        var places: [String: Int] = [:]  // Looked up, never walked through.
        var strategies: [StrategyDefinition] = []
        let wanted = self.venuesBySymbol()
        for strategy in self.desk.strategies {
            guard let coins = PairConfiguration.coins(strategy.symbol.name) else { continue }
            if places[strategy.symbol.name] == nil {
                let venues = wanted[strategy.symbol.name] ?? []
                guard let pair = self.pair(strategy.symbol, coins, venues, &assets) else { continue }
                places[strategy.symbol.name] = pairs.count
                pairs.append(pair)
            }
            guard let place = places[strategy.symbol.name] else { continue }
            let index = PairIndex(UInt32(truncatingIfNeeded: place))
            let binder = StrategyBinder(strategy, pairs[place], index, venues: self.venues, self.findings)
            if let definition = binder.definition() { strategies.append(definition) }
        }
        let balances = self.desk.venues.map { venue in
            venue.balances.map { (assets.index(of: $0.coin), $0.amount) }
        }
        let setup = MarketSetup(
            assets: assets.names, venues: self.desk.venues.map { $0.definition }, pairs: pairs.map { $0.definition },
            symbols: pairs.map { $0.symbol }, prices: pairs.map { $0.price }, balances: balances)
        return BoundDesk(
            engine: self.engine(assets), setup: setup, strategies: strategies, warnings: self.findings.warnings)
    }

    private func engine(_ assets: AssetTable) -> EngineConfiguration {
        var engine = EngineConfiguration(
            venues: self.desk.venues.map { $0.definition }, assetCount: assets.names.count)
        let limits = self.desk.limits
        engine.instance = self.desk.instance
        engine.bookAgeLimitNanoseconds = limits.bookAgeLimitNanoseconds
        engine.feedSilenceNanoseconds = limits.feedSilenceNanoseconds
        engine.responseTimeoutNanoseconds = limits.responseTimeoutNanoseconds
        engine.refusalHoldNanoseconds = limits.refusalHoldNanoseconds
        engine.shedLatenessNanoseconds = limits.shedLatenessNanoseconds
        for limit in limits.maximumLoss {
            if let asset = assets.known(limit.coin.name) { engine.maximumLoss.append((asset, limit.loss)) }
        }
        return engine
    }

    /// The venues on which each pair is looked at: those of all its strategies, in the order of the desk's venues.
    private func venuesBySymbol() -> [String: [String]] {
        var named: [String: Set<String>] = [:]
        for strategy in self.desk.strategies {
            for venue in strategy.exchanges + strategy.pricing.venues {
                named[strategy.symbol.name, default: []].insert(venue.name)
            }
        }
        return named.mapValues { names in self.desk.venues.map { $0.name }.filter { names.contains($0) } }
    }

    // MARK: Pairs

    private func pair(
        _ symbol: ConfiguredName, _ coins: (base: String, quote: String), _ wanted: [String], _ assets: inout AssetTable
    ) -> BoundPair? {
        let base = assets.index(of: coins.base)
        let quote = assets.index(of: coins.quote)
        let configured = self.pairs[symbol.name]
        if let known = self.known[symbol.name] {
            let instruments = known.rules.compactMap { rules in
                self.venues[rules.venue].map { self.instrument($0, rules.rules) }
            }
            let price = known.price ?? configured?.price.flatMap { try? known.units.price($0.text) } ?? .zero
            return BoundPair(
                symbol: symbol.name, units: known.units, price: price, isListed: true, pairPlace: configured?.place,
                definition: PairDefinition(base: base, quote: quote, units: known.units, instruments: instruments))
        }
        if configured == nil, !self.desk.pairs.isEmpty {
            let hint = NearestWord.hint(symbol.name, among: self.desk.pairs.map { $0.symbol })
            self.findings.warning(
                symbol.place, "\"pairs\" has no rules for \"\(symbol.name)\": default ones are taken\(hint)")
        }
        let venues = configured?.venues.map { $0.map { $0.name.name } } ?? wanted
        let rules = venues.map { self.desk.rules(of: configured, on: $0) }
        let pair = configured ?? PairConfiguration(symbol: symbol.name, place: symbol.place)
        guard let units = self.units(pair, rules) else { return nil }
        let binder = RulesBinder(pair, units, self.findings)
        let price = binder.price()
        let instruments = zip(venues, rules).compactMap { venue, rules in
            self.venues[venue].map { self.instrument($0, binder.rules(rules, near: price)) }
        }
        return BoundPair(
            symbol: symbol.name, units: units, price: price ?? .zero, isListed: false, pairPlace: configured?.place,
            definition: PairDefinition(base: base, quote: quote, units: units, instruments: instruments))
    }

    private func instrument(_ venue: Int, _ rules: TradingRules) -> InstrumentDefinition {
        InstrumentDefinition(
            venue: VenueIndex(UInt8(truncatingIfNeeded: venue)), rules: rules, showsOwnOrders: self.showsOwnOrders)
    }

    /// The pair's units as given, or eight decimals, or as many more as its ticks and lots have.
    private func units(_ pair: PairConfiguration, _ rules: [RulesConfiguration]) -> Units? {
        let steps = rules.flatMap { [$0.tick] } + [pair.price]
        let sizes = rules.flatMap { [$0.lot, $0.minimumQuantity] }
        let price = pair.priceDecimals ?? max(8, steps.compactMap { $0?.decimalCount }.max() ?? 0)
        let quantity = pair.quantityDecimals ?? max(8, sizes.compactMap { $0?.decimalCount }.max() ?? 0)
        do throws(MoneyError) {
            return try Units(priceExponent: -price, quantityExponent: -quantity)
        } catch {
            self.findings.error(
                pair.place,
                "\(pair.symbol) has \(price) price decimals and \(quantity) quantity decimals, more than 20 together: give it "
                    + "fewer \"price_decimals\" or \"quantity_decimals\"")
            return nil
        }
    }
}
