import TerraceCore

/// One record of a venue's public stream, as it travels: a depth message is a head with its sequence numbers, its levels and
/// an end. The head also has the instrument as the venue counts it.
enum PublicRecord {
    case depthBegan(InstrumentIndex, local: Int, first: UInt64, last: UInt64, isSnapshot: Bool)
    case level(InstrumentIndex, Side, Price, Quantity)
    case depthEnded(InstrumentIndex, venueTime: Timestamp)
    case trade(InstrumentIndex, aggressor: Side, Price, Quantity, venueTime: Timestamp, id: UInt64)
}
