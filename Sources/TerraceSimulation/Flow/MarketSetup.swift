public import TerraceCore

/// What a simulated market consists of: coins, venues, pairs with their rules, opening prices and our balances.
public struct MarketSetup: Sendable {
    /// The coins by `AssetIndex`.
    public var assets: [String]
    /// The venues by `VenueIndex`.
    public var venues: [VenueDefinition]
    /// The pairs by `PairIndex`.
    public var pairs: [PairDefinition]
    /// The pairs' names, such as `BERA/USDT`.
    public var symbols: [String]
    /// Where each pair opens.
    public var prices: [Price]
    /// What our account holds on each venue at the start.
    public var balances: [[(AssetIndex, Amount)]]

    private static let venueNames = [
        "binance", "bybit", "okx", "gateio", "kucoin", "bitget", "mexc", "kraken", "coinbase", "hyperliquid",
    ]
    private static let coins: [(name: String, dollars: Double)] = [
        ("BERA", 5.2), ("BTC", 61_700), ("ETH", 2_650), ("SOL", 155), ("HONEY", 0.998), ("AVAX", 27), ("LINK", 11.4),
        ("DOGE", 0.108), ("ADA", 0.35), ("XRP", 0.58), ("DOT", 4.6), ("ATOM", 4.9), ("NEAR", 4.2), ("APT", 6.4),
        ("ARB", 0.56), ("OP", 1.52), ("SUI", 0.92), ("TIA", 5.3), ("INJ", 19), ("SEI", 0.29), ("PEPE", 0.0000081),
        ("UNI", 6.3), ("AAVE", 104), ("LTC", 62), ("FIL", 3.7), ("RUNE", 4.1), ("KAVA", 0.31), ("BLUR", 0.19),
    ]

    /// `pairs` pairs on each of `venues` venues: the named coins against USDT, some against BTC, then numbered ones.
    ///
    /// Ticks are about 1/20,000 of the price and differ between venues, lots are worth about a cent.
    ///
    /// - Precondition: 1 to 5,000 pairs, 1 to 16 venues.
    public init(pairs count: Int, venues venueCount: Int) {
        precondition((1...5_000).contains(count) && (1...16).contains(venueCount), "1 to 5,000 pairs on 1 to 16 venues")
        self.assets = ["USDT", "BTC"]
        self.venues = (0..<venueCount).map {
            VenueDefinition(
                name: $0 < Self.venueNames.count ? Self.venueNames[$0] : "venue\($0 + 1)", ordersPerWindow: 20_000,
                windowNanoseconds: 10_000_000_000, cancelsCount: false)
        }
        self.pairs = []
        self.symbols = []
        self.prices = []
        self.balances = Array(repeating: [], count: venueCount)
        let btc = AssetIndex(1)
        for venue in 0..<venueCount {
            self.balances[venue].append((AssetIndex(0), Self.amount(100_000_000)))
            self.balances[venue].append((btc, Self.amount(10_000)))
        }
        for pair in 0..<count {
            // The second pair of the list is the first coin against BTC, as is every fifth later on.
            let isInBitcoin = pair == 1 || (pair > 30 && pair % 5 == 1)
            let number = isInBitcoin && pair == 1 ? 0 : pair > 1 ? pair - 1 : pair
            var name = "COIN\(number)"
            var dollars = 0.02 * Double(1 + number % 700)
            if number < Self.coins.count { (name, dollars) = Self.coins[number] }
            let base: AssetIndex
            if let known = self.assets.firstIndex(of: name) {
                base = AssetIndex(UInt16(truncatingIfNeeded: known))
            } else {
                base = AssetIndex(UInt16(truncatingIfNeeded: self.assets.count))
                self.assets.append(name)
                for venue in 0..<venueCount { self.balances[venue].append((base, Self.amount(2_000_000 / dollars))) }
            }
            let price = isInBitcoin ? dollars / 61_700 : dollars
            self.symbols.append("\(name)/\(isInBitcoin ? "BTC" : "USDT")")
            self.add(base, isInBitcoin ? btc : AssetIndex(0), price: price, dollars: dollars)
        }
    }

    /// Whole coins, rounded to a thousandth.
    private static func amount(_ coins: Double) -> Amount {
        Amount(units: Int128((coins * 1_000).rounded()) * 100_000_000_000_000_000)
    }

    private mutating func add(_ base: AssetIndex, _ quote: AssetIndex, price: Double, dollars: Double) {
        // Eight decimals, or as many more as leave the price five digits; the quantity gives way in return.
        var exponent = -8
        while price / Self.power(exponent) < 1_000_000, exponent > -14 { exponent -= 1 }
        let quantityExponent = dollars < 0.001 ? -2 : exponent < -11 ? -6 : -8
        guard let units = try? Units(priceExponent: exponent, quantityExponent: quantityExponent) else { return }
        let priceUnits = Int64(price / Self.power(exponent))
        let tick = Self.nice(Double(priceUnits) / 20_000)
        let lot = Self.nice(max(1, 0.01 / dollars / Self.power(quantityExponent)))
        let minimum = Int128(5 / dollars * price / Self.power(exponent) / Self.power(quantityExponent))
        let instruments = (0..<self.venues.count).map { venue in
            InstrumentDefinition(
                venue: VenueIndex(UInt8(truncatingIfNeeded: venue)),
                rules: TradingRules(
                    tick: Grid(step: venue % 3 == 2 ? tick * 2 : tick),
                    lot: Grid(step: venue % 2 == 1 ? lot * 10 : lot),
                    minimumQuantity: Quantity(units: lot * 10), minimumNotional: Notional(units: minimum),
                    makerFee: Millibps([10_000, -1_000, 8_000, 20_000][venue % 4]), takerFee: Millibps(50_000),
                    canAmend: venue % 2 == 1))
        }
        self.pairs.append(PairDefinition(base: base, quote: quote, units: units, instruments: instruments))
        self.prices.append(Price(units: priceUnits / (tick * 2) * (tick * 2)))
    }

    private static func power(_ exponent: Int) -> Double {
        var value = 1.0
        for _ in 0..<abs(exponent) { value *= 10 }
        return exponent < 0 ? 1 / value : value
    }

    /// The largest of 1, 2, 5 times a power of ten that is not above `value`; at least 1.
    private static func nice(_ value: Double) -> Int64 {
        var step: Int64 = 1
        while Double(step) * 10 <= value { step *= 10 }
        return Double(step) * 5 <= value ? step * 5 : Double(step) * 2 <= value ? step * 2 : step
    }

    /// One strategy a pair: a top-of-book line and two passive lines on every venue, as a desk would start with.
    public func strategies() -> [StrategyDefinition] {
        self.pairs.enumerated().map { index, pair in
            let price = self.prices[index]
            // What 1,000 dollars' worth of the coin comes to: 200 times the least order.
            let least = pair.instruments.first.map { $0.rules.minimumNotional.units } ?? 1
            let thousand = Quantity(units: Int64(least * 200 / Int128(price.units)))
            var venues = VenueSet.none
            for instrument in pair.instruments { venues.insert(instrument.venue) }
            var inventory = InventorySettings(
                target: Quantity(units: thousand.units * 10), maximumDeviation: Quantity(units: thousand.units * 10))
            inventory.initial = inventory.target
            var strategy = StrategyDefinition(
                id: "stack_\(self.symbols[index])", pair: PairIndex(UInt32(truncatingIfNeeded: index)), venues: venues,
                inventory: inventory)
            strategy.priority = Priority(rawValue: UInt8(1 + index % 4)) ?? .normal
            strategy.topOfBookLines = [
                TopOfBookLine(hourlyQuantity: Quantity(units: thousand.units * 20), spread: Millibps(5_000))
            ]
            var near = PassiveLine(spread: Millibps(80_000), quantity: Quantity(units: thousand.units / 4))
            near.randomization = Coefficient(ppm: 100_000)
            var far = PassiveLine(spread: Millibps(200_000), quantity: Quantity(units: thousand.units))
            far.timeoutNanoseconds = 60_000_000_000
            strategy.passiveLines = [near, far]
            return strategy
        }
    }
}
