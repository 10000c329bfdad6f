import TerraceCore
import TerraceSimulation
import TerraceVenues

/// What a replay runs: pairs with their rules, strategies, the account, made from what the recordings hold.
struct ReplayPlan {
    /// By `InstrumentIndex`, which is also the index of the pair.
    let instruments: [ReplayInstrument]
    let strategies: [StrategyDefinition]
    let setup: MarketSetup
    let records: Int
    /// What a reader should know of the choices that were made.
    private(set) var notes: [String] = []
    private let engine: EngineConfiguration
    private let market: BinanceMarket
    private let latencyNanoseconds: Int64

    /// Reads the recordings of `run` once.
    init(_ run: ReplayRun) throws(ReplayError) {
        let survey = try RecordingSurvey(files: run.files, market: run.market, pairs: run.symbols)
        for symbol in survey.symbols {
            if symbol.messages == 0 { throw .unknownSymbol(symbol.pair, hint: Self.hint(survey, symbol)) }
            if symbol.bid == 0 && symbol.ask == 0 { throw .noBook(symbol.pair) }
        }
        self.market = run.market
        self.latencyNanoseconds = run.latencyNanoseconds
        self.records = survey.records
        let instruments = survey.symbols.map { ReplayInstrument($0, survey.list, run.market, run.configuration) }
        if let error = survey.listError {
            self.notes.append("the recorded list of instruments can't be read: \(error)")
        }
        if let configuration = run.configuration {
            let bound = try Self.bound(configuration, instruments, run.market, &self.notes)
            self.instruments = bound.setup.symbols.compactMap { symbol in instruments.first { $0.pair == symbol } }
            self.strategies = bound.strategies
            self.setup = Self.completed(bound, self.instruments, run.market)
            var engine = bound.engine
            engine.venues = self.setup.venues
            self.engine = engine
        } else {
            self.instruments = instruments
            self.strategies = instruments.enumerated().map {
                $1.stack(pair: PairIndex(UInt32(truncatingIfNeeded: $0)), venue: VenueIndex(0))
            }
            self.setup = Self.setup(instruments, self.strategies, run.market)
            self.engine = EngineConfiguration(venues: self.setup.venues, assetCount: self.setup.assets.count)
        }
        for instrument in self.instruments { self.notes.append(instrument.note) }
    }

    /// The nearest of the symbols that the recordings have, and all of them where they are few.
    private static func hint(_ survey: RecordingSurvey, _ symbol: RecordingSurvey.Symbol) -> String {
        let names = survey.others + survey.symbols.filter { $0.messages > 0 }.map { $0.name }
        if names.isEmpty { return ": they have no messages of this venue's feed" }
        let listed =
            ": they have \(names.sorted().prefix(16).joined(separator: ", "))\(names.count > 16 ? " and others" : "")"
        guard let nearest = NearestWord.of(symbol.name, among: names) else { return listed }
        return "\(listed); did you mean \(Self.pair(nearest))?"
    }

    /// A venue's symbol as a pair, where its quote coin is a usual one.
    static func pair(_ name: String) -> String {
        let quotes = ["USDT", "USDC", "FDUSD", "BUSD", "TUSD", "BTC", "ETH", "BNB", "EUR", "TRY", "BRL", "JPY", "USD"]
        guard let quote = quotes.first(where: { name.hasSuffix($0) && name.count > $0.count }) else { return name }
        return "\(name.dropLast(quote.count))/\(quote)"
    }

    /// The world, beginning at `start`.
    func world(start: Timestamp) throws(ReplayError) -> ReplayWorld {
        try ReplayWorld(
            self.setup, self.instruments, market: self.market, strategies: self.strategies,
            configuration: self.engine, latencyNanoseconds: self.latencyNanoseconds, start: start)
    }

    // MARK: The configuration

    /// What of a configuration can be replayed, bound to the instruments.
    private static func bound(
        _ configuration: DeskConfiguration, _ instruments: [ReplayInstrument], _ market: BinanceMarket,
        _ notes: inout [String]
    ) throws(ReplayError) -> BoundDesk {
        let desk = configuration.restricted(symbols: instruments.map { $0.pair }, venues: [market.venue])
        for instrument in instruments where !desk.strategies.contains(where: { $0.symbol.name == instrument.pair }) {
            throw .nothingToReplay(
                "\(configuration.file) has no strategy on \(instrument.pair) at \(market.venue): add one, or leave "
                    + "--symbol \(instrument.pair) out")
        }
        let kept = Set(desk.strategies.map { $0.id })
        let skipped = configuration.strategies.map { $0.id }.filter { !kept.contains($0) }
        if !skipped.isEmpty {
            let names = skipped.prefix(8).joined(separator: ", ") + (skipped.count > 8 ? " and others" : "")
            notes.append(
                "\(configuration.file): \(skipped.count) of \(configuration.strategies.count) strategies are for other "
                    + "symbols or venues and are skipped: \(names)")
        }
        let known = instruments.map {
            KnownPair(symbol: $0.pair, units: $0.units, rules: [(market.venue, $0.rules)], price: $0.price)
        }
        do throws(ConfigurationError) {
            let bound = try desk.bind(to: known, showsOwnOrders: false)
            notes += bound.warnings.map { $0.description }
            return bound
        } catch {
            throw .configuration(error)
        }
    }

    /// The bound setup with the venue's own order limit and an account that suffices, where the file says nothing of them.
    private static func completed(
        _ bound: BoundDesk, _ instruments: [ReplayInstrument], _ market: BinanceMarket
    ) -> MarketSetup {
        var setup = bound.setup
        if setup.venues[0].ordersPerWindow == 0 {
            let own = ReplayInstrument.definition(market)
            setup.venues[0].ordersPerWindow = own.ordersPerWindow
            setup.venues[0].windowNanoseconds = own.windowNanoseconds
        }
        if setup.balances[0].isEmpty {
            setup.balances = [
                Self.balances(bound.strategies, setup.pairs, instruments, assets: setup.assets.count)
            ]
        }
        return setup
    }

    // MARK: The account

    private static func setup(
        _ instruments: [ReplayInstrument], _ strategies: [StrategyDefinition], _ market: BinanceMarket
    ) -> MarketSetup {
        var assets: [String] = []
        func index(of coin: String) -> AssetIndex {
            let place = assets.firstIndex(of: coin) ?? assets.count
            if place == assets.count { assets.append(coin) }
            return AssetIndex(UInt16(truncatingIfNeeded: place))
        }
        let pairs = instruments.map { instrument in
            PairDefinition(
                base: index(of: instrument.base), quote: index(of: instrument.quote), units: instrument.units,
                instruments: [
                    InstrumentDefinition(venue: VenueIndex(0), rules: instrument.rules, showsOwnOrders: false)
                ])
        }
        return MarketSetup(
            assets: assets, venues: [ReplayInstrument.definition(market)], pairs: pairs,
            symbols: instruments.map { $0.pair }, prices: instruments.map { $0.price },
            balances: [Self.balances(strategies, pairs, instruments, assets: assets.count)])
    }

    /// Enough of each coin to reach either end of what the strategies may hold, twice over: balances are not what is tried.
    private static func balances(
        _ strategies: [StrategyDefinition], _ pairs: [PairDefinition], _ instruments: [ReplayInstrument], assets: Int
    ) -> [(AssetIndex, Amount)] {
        var balances = Array(repeating: Amount.zero, count: assets)
        for strategy in strategies {
            let pair = pairs[strategy.pair.index]
            let inventory = strategy.inventory
            // Both are below 2^57 in size, and so is a price: the amounts saturate, the products fit.
            let most = 2 * (abs(inventory.target.units) + inventory.maximumDeviation.units)
            let base = pair.units.amount(of: Quantity(units: most))
            let quote = Notional(units: 2 * Int128(most) * Int128(instruments[strategy.pair.index].price.units))
            balances[pair.base.index] = Self.sum(balances[pair.base.index], base)
            balances[pair.quote.index] = Self.sum(balances[pair.quote.index], pair.units.amount(of: quote))
        }
        return balances.enumerated().map { (AssetIndex(UInt16(truncatingIfNeeded: $0)), $1) }
    }

    /// The sum, held where a balance still leaves room for all that can be traded.
    private static func sum(_ left: Amount, _ right: Amount) -> Amount {
        let most = Int128(1) << 120
        return Amount(units: min(most, min(most, left.units) + min(most, right.units)))
    }
}

extension ReplayInstrument {
    /// What its rules are and where they are from.
    var note: String {
        let source =
            switch self.source {
            case .recorded: "by the recorded list of instruments"
            case .configured: "by the configuration"
            case .derived: "by the steps of the recorded book"
            }
        let tick = self.units.text(Price(units: self.rules.tick.step))
        let lot = self.units.text(Quantity(units: self.rules.lot.step))
        return "\(self.pair): tick \(tick), lot \(lot), least notional "
            + "\(self.units.text(self.rules.minimumNotional)), \(source)"
    }
}
