public import TerraceCore
import TerraceSimulation

/// What a configuration comes to: its strategies and slots, the most that can be open on each venue, and what it needs.
public struct DeskPlan: Sendable {
    /// One strategy.
    public struct Strategy: Sendable {
        /// Its id.
        public let id: String
        /// Its pair.
        public let symbol: String
        /// Where it quotes.
        public let venues: [String]
        /// Its priority.
        public let priority: Priority
        /// How many top-of-book lines it has.
        public let topOfBookLines: Int
        /// How many passive lines it has.
        public let passiveLines: Int
        /// Lines times venues times sides.
        public let slots: Int
    }

    /// One venue.
    public struct Venue: Sendable {
        /// Its name.
        public let name: String
        /// How many strategies quote there.
        public internal(set) var strategies = 0
        /// How many slots they have there.
        public internal(set) var slots = 0
        /// How many of these may hold an order: all but those of sides that a line does not quote.
        public internal(set) var openOrders = 0
        /// What may be open at once, by coin: in the quote coin at the pair's price, or in the base coin where none is known.
        public internal(set) var exposure: [(coin: String, amount: Amount)] = []
    }

    /// The file as it was named.
    public let file: String
    /// The strategies, in the order of the file.
    public private(set) var strategies: [Strategy] = []
    /// The venues, by index.
    public private(set) var venues: [Venue]
    /// The desk over all venues: open orders and what they are worth.
    public private(set) var total = Venue(name: "total")
    /// How many pairs are quoted.
    public let pairs: Int
    /// Pairs whose price nothing tells; they are counted in their base coins.
    public let pairsWithoutPrice: [String]
    /// Connections and queues.
    public let resources: ResourcePlan
    /// Where data is kept, and where market data comes from.
    public let services: ServicesConfiguration
    /// Memory.
    public private(set) var memory = MemoryEstimate(instruments: 0, slots: 0)
    /// What is doubtful: the configuration's warnings, and venues on which more may be open than `max_open_orders`.
    public private(set) var warnings: [Diagnostic]

    /// The plan of `configuration`, bound to the rules of `desk`.
    public init(_ configuration: DeskConfiguration, _ desk: BoundDesk) {
        self.file = configuration.file
        self.venues = configuration.venues.map { Venue(name: $0.name) }
        self.pairs = desk.setup.pairs.count
        self.pairsWithoutPrice = desk.pairsWithoutPrice
        self.resources = ResourcePlan(pairs: desk.setup.pairs.count)
        self.services = configuration.services
        self.warnings = configuration.warnings + desk.warnings.filter { !configuration.warnings.contains($0) }
        var slots = 0
        for strategy in desk.strategies { slots += self.add(strategy, desk) }
        self.memory = MemoryEstimate(
            instruments: desk.setup.pairs.reduce(0) { $0 + $1.instruments.count }, slots: slots)
        for (plan, venue) in zip(self.venues, configuration.venues) {
            guard let most = venue.maximumOpenOrders, plan.openOrders > most else { continue }
            self.warnings.append(
                Diagnostic(
                    file: self.file, place: venue.place, severity: .warning,
                    message:
                        "up to \(plan.openOrders) orders may be open on \(plan.name), more than \"max_open_orders\", "
                        + "which is \(most)"))
        }
        self.warnings.sort()
    }

    /// Adds a strategy, and returns how many slots it has.
    private mutating func add(_ strategy: StrategyDefinition, _ desk: BoundDesk) -> Int {
        let pair = desk.setup.pairs[strategy.pair.index]
        let price = desk.setup.prices[strategy.pair.index]
        let lines = strategy.topOfBookLines.map { $0.sides } + strategy.passiveLines.map { $0.sides }
        let sides = lines.reduce(0) { $0 + ($1 == .both ? 2 : 1) }
        let coin = desk.setup.assets[(price == .zero ? pair.base : pair.quote).index]
        // Bids reach up to target + deviation, asks down to target - deviation, from a position that is between the two, or is
        // the opening one: so together they never pass this, whichever fills first.
        let deviation = Int128(strategy.inventory.maximumDeviation.units)
        let distance = Int128(strategy.inventory.initial.units) - Int128(strategy.inventory.target.units)
        let band = deviation + max(deviation, distance < 0 ? -distance : distance)
        var sum: Int128 = 0
        var names: [String] = []
        for instrument in pair.instruments where strategy.venues.contains(instrument.venue) {
            let open = strategy.mostOpen(under: instrument.rules, price)
            sum += open
            names.append(self.venues[instrument.venue.index].name)
            self.venues[instrument.venue.index].add(
                slots: lines.count * 2, orders: sides, coin, Self.worth(min(open, band), pair.units, price))
        }
        self.total.add(
            slots: lines.count * 2 * names.count, orders: sides * names.count, coin,
            Self.worth(min(sum, band), pair.units, price))
        self.strategies.append(
            Strategy(
                id: strategy.id, symbol: desk.setup.symbols[strategy.pair.index], venues: names,
                priority: strategy.priority, topOfBookLines: strategy.topOfBookLines.count,
                passiveLines: strategy.passiveLines.count, slots: lines.count * 2 * names.count))
        return lines.count * 2 * names.count
    }

    private static func worth(_ quantity: Int128, _ units: Units, _ price: Price) -> Amount {
        let quantity = Quantity(units: Int64(min(quantity, Int128(Quantity.limit))))
        return price == .zero ? units.amount(of: quantity) : units.amount(of: Notional(of: quantity, at: price))
    }
}

extension DeskPlan.Venue {
    init(name: String) { self.name = name }

    mutating func add(slots: Int, orders: Int, _ coin: String, _ amount: Amount) {
        self.strategies += 1
        self.slots += slots
        self.openOrders += orders
        if let index = self.exposure.firstIndex(where: { $0.coin == coin }) {
            // Amounts of a coin saturate: each is below 2^126, and so is what is kept.
            let (sum, overflow) = self.exposure[index].amount.units.addingReportingOverflow(amount.units)
            self.exposure[index].amount = Amount(units: overflow ? .max : sum)
        } else {
            self.exposure.append((coin, amount))
        }
    }
}
