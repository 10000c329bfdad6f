public import TerraceCore

/// One pair as a simulated venue trades it.
public struct SimulatedInstrument: Sendable {
    /// The coin that is traded.
    public var base: AssetIndex
    /// The coin it is priced in.
    public var quote: AssetIndex
    /// The pair's units.
    public var units: Units
    /// What the venue demands and charges.
    public var rules: TradingRules

    /// A pair under `rules`.
    public init(base: AssetIndex, quote: AssetIndex, units: Units, rules: TradingRules) {
        self.base = base
        self.quote = quote
        self.units = units
        self.rules = rules
    }
}
