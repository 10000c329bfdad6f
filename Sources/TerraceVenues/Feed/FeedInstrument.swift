public import TerraceCore

/// An instrument as a feed carries it: what the venue calls it, and what it is to the engine.
public struct FeedInstrument: Hashable, Sendable {
    /// The symbol as the venue's messages write it, such as `BTCUSDT`.
    public var symbol: String
    /// The instrument's place in the shard.
    public var instrument: InstrumentIndex
    /// The units of its pair.
    public var units: Units

    /// `instrument`, which the venue calls `symbol`.
    public init(symbol: String, instrument: InstrumentIndex, units: Units) {
        self.symbol = symbol
        self.instrument = instrument
        self.units = units
    }
}
