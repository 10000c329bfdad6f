/// What the indices in a run's records stand for. Written when a run begins, and again at the start of each segment, so that a
/// segment can be read without those before it.
public struct RunDescription: Sendable, Equatable, Codable {
    /// An instrument, in the order of `InstrumentIndex`.
    public struct Instrument: Sendable, Equatable, Codable {
        /// The place of its venue in `venues`.
        public var venue: Int
        /// The pair, such as `BERA/USDT`.
        public var symbol: String
        /// The unit of prices is 10 to this power of the quote coin.
        public var priceExponent: Int
        /// The unit of quantities is 10 to this power of the base coin.
        public var quantityExponent: Int

        /// An instrument.
        public init(venue: Int, symbol: String, priceExponent: Int, quantityExponent: Int) {
            self.venue = venue
            self.symbol = symbol
            self.priceExponent = priceExponent
            self.quantityExponent = quantityExponent
        }
    }

    /// A strategy, in the order of `StrategyIndex`.
    public struct Strategy: Sendable, Equatable, Codable {
        /// Its id.
        public var id: String
        /// The hash of the id that its order ids carry.
        public var hash: UInt32
        /// The pair that it quotes.
        public var symbol: String
        /// Its configuration, as JSON with sorted keys, templates and defaults filled in; `null` from when it was taken off. No
        /// secret is in it.
        public var configuration: String

        /// A strategy.
        public init(id: String, hash: UInt32, symbol: String, configuration: String) {
            self.id = id
            self.hash = hash
            self.symbol = symbol
            self.configuration = configuration
        }
    }

    /// `instance` of the configuration: part of every order id.
    public var instance: UInt32
    /// `live`.
    public var mode: String
    /// The version of the program.
    public var program: String
    /// Names of venues, in the order of `VenueIndex`.
    public var venues: [String]
    /// Names of coins, in the order of `AssetIndex`.
    public var coins: [String]
    /// The instruments.
    public var instruments: [Instrument]
    /// The strategies.
    public var strategies: [Strategy]

    /// What a run's indices stand for.
    public init(
        instance: UInt32, mode: String, program: String, venues: [String], coins: [String],
        instruments: [Instrument], strategies: [Strategy]
    ) {
        self.instance = instance
        self.mode = mode
        self.program = program
        self.venues = venues
        self.coins = coins
        self.instruments = instruments
        self.strategies = strategies
    }

    /// From now on the strategy at `index` is this one: a new one behind the others, or one with another configuration.
    ///
    /// - Precondition: `index` is at most the number of strategies.
    public mutating func define(_ strategy: Strategy, at index: Int) {
        // It has moved here from another pair, and nothing more is recorded under its old index.
        for other in self.strategies.indices where other != index && self.strategies[other].id == strategy.id {
            self.strategies[other] = strategy
        }
        if index < self.strategies.count {
            self.strategies[index] = strategy
        } else {
            precondition(index == self.strategies.count, "strategy \(index) comes before those in front of it")
            self.strategies.append(strategy)
        }
    }

    /// The strategy at `index` was taken off; its index stays its own, since its last orders may still be reported.
    public mutating func remove(at index: Int) { self.strategies[index].configuration = "null" }
}
