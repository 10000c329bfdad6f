public import TerraceCore

/// One pair on one venue, as the bus knows it: by names on the wire, by its index here.
public struct BusInstrument: Hashable, Sendable {
    /// The venue's name in the configuration.
    public let venue: String
    /// The venue's own name of the pair.
    public let symbol: String
    /// The place in the tables of this shard.
    public let instrument: InstrumentIndex
    /// In what its prices and quantities are counted here. Another process may count otherwise.
    public let units: Units

    /// `symbol` on `venue`.
    public init(venue: String, symbol: String, instrument: InstrumentIndex, units: Units) {
        self.venue = venue
        self.symbol = symbol
        self.instrument = instrument
        self.units = units
    }
}
