/// A configuration file, checked: what a desk quotes, where, and within which limits, before it is bound to a world.
///
/// `load` reports everything that is wrong at once. `bind` then gives what an engine and its world take, by the file's own
/// rules, or by rules that a venue told.
public struct DeskConfiguration: Sendable {
    /// The file as it was named.
    public var file: String
    /// `instance`: which engine this is on its accounts; part of every client order id.
    public var instance: UInt32 = 1
    /// `mode`: what `terrace run` may do at most.
    public var mode = RunMode.dryRun
    /// The venues, in the order of their indices: those of `venues`, or where that is missing, those that strategies name.
    public var venues: [VenueConfiguration] = []
    /// `pairs`, in the order of the file.
    public var pairs: [PairConfiguration] = []
    /// `strategies`, in the order of the file.
    public var strategies: [StrategyConfiguration] = []
    /// `risk`.
    public var limits = DeskLimits()
    /// `data`, `journal`, `store` and `bus`.
    public var services = ServicesConfiguration()
    /// What is doubtful and yet taken.
    public var warnings: [Diagnostic] = []

    /// How many strategies, and how many pairs, a file may hold.
    public static let strategyLimit = 10_000

    init(file: String) { self.file = file }

    /// Reads and checks the file at `path`.
    ///
    /// - Throws: `ConfigurationError` with everything that is wrong.
    public static func load(path: String) throws(ConfigurationError) -> DeskConfiguration {
        try self.parse(try ConfigurationFile.text(at: path), file: path)
    }

    /// Reads and checks bytes that `file` names in messages.
    ///
    /// - Throws: `ConfigurationError` with everything that is wrong.
    public static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> DeskConfiguration {
        try self.parse(try ConfigurationFile.text(of: bytes, file: file), file: file)
    }

    /// Reads and checks YAML or JSON text that `file` names in messages.
    ///
    /// - Throws: `ConfigurationError` with everything that is wrong.
    public static func parse(_ text: String, file: String) throws(ConfigurationError) -> DeskConfiguration {
        let findings = Findings(file: file)
        let root = ConfigurationParser.parse(text, findings)
        var configuration = DeskConfiguration(file: file)
        if let root {
            configuration = DeskReader(findings).read(root)
            _ = DeskBinder(configuration, known: [], showsOwnOrders: true, findings).bind()
        }
        try findings.check()
        configuration.warnings = findings.warnings
        return configuration
    }

    /// The desk as an engine and its world take it.
    ///
    /// - Parameters:
    ///   - known: pairs whose units and rules are known from elsewhere, as a venue lists them. These stand in place of all
    ///     that the file says of units and rules of these pairs, but for fees: see `fees(of:on:)`.
    ///   - showsOwnOrders: whether the venues' market data shows our orders; false beside recorded or live data.
    /// - Throws: `ConfigurationError` where a number does not fit the units, or a strategy names a venue on which its pair
    ///   has no rules; with the places in the file.
    public func bind(
        to known: [KnownPair] = [], showsOwnOrders: Bool = true
    ) throws(ConfigurationError) -> BoundDesk {
        let findings = Findings(file: self.file)
        let desk = DeskBinder(self, known: known, showsOwnOrders: showsOwnOrders, findings).bind()
        try findings.check()
        return desk
    }

    /// What is left for a world that has only these pairs, or these venues; nil means all.
    ///
    /// Strategies on other pairs are left out; so are other venues in `exchanges` and `pricing_exchanges`, and strategies for
    /// which none is left. A strategy whose `pricing_exchange` is another venue is left out: it has no price there.
    public func restricted(symbols: [String]? = nil, venues: [String]? = nil) -> DeskConfiguration {
        var desk = self
        if let symbols { desk.strategies.removeAll { !symbols.contains($0.symbol.name) } }
        guard let venues else { return desk }
        desk.venues.removeAll { !venues.contains($0.name) }
        desk.strategies = desk.strategies.compactMap { strategy in
            var strategy = strategy
            strategy.exchanges.removeAll { !venues.contains($0.name) }
            switch strategy.pricing {
            case .component(var names):
                names.removeAll { !venues.contains($0.name) }
                if names.isEmpty { return nil }
                strategy.pricing = .component(names)
            case .singleVenue(let name):
                if !venues.contains(name.name) { return nil }
            case .aggregated, .liquidityWeighted, .wapq, .microprice: break
            }
            return strategy.exchanges.isEmpty ? nil : strategy
        }
        for index in desk.pairs.indices { desk.pairs[index].venues?.removeAll { !venues.contains($0.name.name) } }
        return desk
    }
}
