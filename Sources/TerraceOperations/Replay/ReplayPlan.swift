import TerraceCore
import TerraceSimulation
import TerraceVenues

/// What a replay runs: pairs with their rules, strategies, the account, made from what the recordings hold.
struct ReplayPlan {
    let instruments: [ReplayInstrument]
    let strategies: [StrategyDefinition]
    let setup: MarketSetup
    let records: Int
    /// What a reader should know of the choices that were made.
    private(set) var notes: [String] = []
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
        self.instruments = survey.symbols.map { ReplayInstrument($0, survey.list, run.market) }
        let venue = VenueIndex(0)
        self.strategies = self.instruments.enumerated().map {
            $1.stack(pair: PairIndex(UInt32(truncatingIfNeeded: $0)), venue: venue)
        }
        self.setup = Self.setup(self.instruments, self.strategies, run.market)
        if let error = survey.listError {
            self.notes.append("the recorded list of instruments can't be read: \(error)")
        }
        for instrument in self.instruments { self.notes.append(instrument.note) }
    }

    private static func hint(_ survey: RecordingSurvey, _ symbol: RecordingSurvey.Symbol) -> String {
        survey.others.isEmpty ? "" : ": they have \(survey.others.prefix(16).joined(separator: ", "))"
    }

    /// The world, beginning at `start`.
    func world(start: Timestamp) throws(ReplayError) -> ReplayWorld {
        let configuration = EngineConfiguration(venues: self.setup.venues, assetCount: self.setup.assets.count)
        return try ReplayWorld(
            self.setup, names: self.instruments.map { $0.name }, market: self.market, strategies: self.strategies,
            configuration: configuration, latencyNanoseconds: self.latencyNanoseconds, start: start)
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
        var balances = Array(repeating: Amount.zero, count: assets.count)
        for strategy in strategies {
            let pair = pairs[strategy.pair.index]
            let inventory = strategy.inventory
            // Enough to reach either end of what the strategy may hold, twice over: balances are not what is tried here.
            let most = Int128(abs(inventory.target.units)) + Int128(inventory.maximumDeviation.units)
            let price = instruments[strategy.pair.index].price
            let base = 2 * most * pair.units.amountPerQuantity
            let quote = Notional(units: 4 * most * Int128(price.units))
            balances[pair.base.index] = Self.sum(balances[pair.base.index], Amount(units: base))
            balances[pair.quote.index] = Self.sum(balances[pair.quote.index], pair.units.amount(of: quote))
        }
        return MarketSetup(
            assets: assets, venues: [ReplayInstrument.definition(market)], pairs: pairs,
            symbols: instruments.map { $0.pair }, prices: instruments.map { $0.price },
            balances: [balances.enumerated().map { (AssetIndex(UInt16(truncatingIfNeeded: $0)), $1) }])
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
