public import TerraceCore

/// What venues hold of ours, as they themselves say: what an engine is reconciled against.
public protocol VenueTruth: ~Copyable {
    /// Our orders that stand at a venue.
    func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)]
    /// What our account holds of a coin at a venue.
    func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount)
    /// How many fills our account has had at a venue.
    func fillCount(_ venue: Int) -> UInt64
}

extension SimulatedMarket: VenueTruth {}
