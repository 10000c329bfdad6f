import TerraceCore
import TerraceSimulation

/// What an exchange lists, chosen from the pairs of `MarketSetup`.
struct ExchangeMarket {
    /// The pairs.
    private(set) var instruments: [ExchangeInstrument] = []
    /// The coins, by index.
    let coins: [String]
    /// What an account holds that was not told what it holds, by coin.
    let plenty: [(AssetIndex, Amount)]

    /// The market of `settings`.
    init(_ settings: ExchangeSettings) throws(ExchangeError) {
        guard (1...5_000).contains(settings.pairs) else {
            throw .outOfRange("pairs are 1 to 5000, not \(settings.pairs)")
        }
        guard settings.symbols.count <= 5_000 else { throw .outOfRange("at most 5000 symbols") }
        // The second venue's rules are those of a venue where orders can be amended, with a coarser lot.
        let venue = settings.kind == .bybit ? 1 : 0
        var setup = MarketSetup(pairs: settings.symbols.isEmpty ? settings.pairs : 60, venues: venue + 1)
        var chosen = Array(setup.pairs.indices)
        if !settings.symbols.isEmpty {
            // Most lists name coins of the first pairs; the whole market is drawn up only where one does not.
            do throws(ExchangeError) {
                chosen = try Self.choose(settings.symbols, setup)
            } catch .unknownSymbol {
                setup = MarketSetup(pairs: 5_000, venues: venue + 1)
                chosen = try Self.choose(settings.symbols, setup)
            }
        }
        self.coins = setup.assets
        self.plenty = setup.balances[venue]
        for place in chosen { self.add(setup, place, venue) }
    }

    private static func choose(_ symbols: [String], _ setup: MarketSetup) throws(ExchangeError) -> [Int] {
        var places: [String: Int] = [:]
        for (place, name) in setup.symbols.enumerated() { places[Self.symbol(name)] = place }
        var chosen: [Int] = []
        var seen: Set<String> = []
        for symbol in symbols {
            guard seen.insert(symbol).inserted else { throw .doubleSymbol(symbol) }
            guard let place = places[symbol] else {
                throw .unknownSymbol(symbol, known: setup.symbols.prefix(12).map { Self.symbol($0) })
            }
            chosen.append(place)
        }
        return chosen
    }

    private static func symbol(_ name: String) -> String { name.filter { $0 != "/" } }

    private mutating func add(_ setup: MarketSetup, _ place: Int, _ venue: Int) {
        let pair = setup.pairs[place]
        var rules = pair.instruments[venue].rules
        // Round figures, as venues have them: a least notional of one digit, and a most of a billion lots.
        rules.minimumNotional = Notional(units: Self.oneDigit(rules.minimumNotional.units))
        rules.maximumQuantity = Quantity(units: min(rules.lot.step * 1_000_000_000, Quantity.limit / 8))
        rules.maximumQuantity.units = rules.lot.roundedDown(rules.maximumQuantity.units)
        let price = setup.prices[place]
        let highest = rules.tick.roundedDown(min(price.units, Price.limit / 1_000) * 1_000)
        self.instruments.append(
            ExchangeInstrument(
                symbol: Self.symbol(setup.symbols[place]), baseCoin: setup.assets[pair.base.index],
                quoteCoin: setup.assets[pair.quote.index],
                definition: SimulatedInstrument(base: pair.base, quote: pair.quote, units: pair.units, rules: rules),
                openingPrice: price, highestPrice: Price(units: highest)))
    }

    /// The least number of one digit and zeros that is not below `value`.
    static func oneDigit(_ value: Int128) -> Int128 {
        var power: Int128 = 1
        while power <= value / 10 { power *= 10 }
        return (value + power - 1) / power * power
    }
}
