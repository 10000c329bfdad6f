public import TerraceCore
public import TerraceSimulation

/// A configuration bound to units, rules and indices: what an engine and its world take.
public struct BoundDesk: Sendable {
    /// What the engine is told first. Seed and first sequence are the world's to set.
    public var engine: EngineConfiguration
    /// Coins, venues, pairs and balances. Pairs without strategies are not in it. A price is zero where none is known, and a
    /// simulated market must not be opened with it: see `pairsWithoutPrice`.
    public var setup: MarketSetup
    /// The strategies, in the order of the file.
    public var strategies: [StrategyDefinition]
    /// What is doubtful and yet taken.
    public var warnings: [Diagnostic]

    /// The pairs for which neither the file nor a venue told about where they trade.
    public var pairsWithoutPrice: [String] {
        zip(self.setup.symbols, self.setup.prices).filter { $0.1 == .zero }.map { $0.0 }
    }
}
