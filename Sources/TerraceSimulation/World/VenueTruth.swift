public import TerraceCore

/// What venues hold of ours, as they themselves say: what an engine is reconciled against.
public protocol VenueTruth: ~Copyable {
    /// Our orders that stand at a venue.
    func openOrders(_ venue: Int) -> [(instrument: InstrumentIndex, order: OpenOrder)]
    /// What our account holds of a coin at a venue.
    func balance(_ venue: Int, _ asset: AssetIndex) -> (total: Amount, free: Amount)
    /// The fills that our account has had at a venue, by instrument and by whose orders they were of.
    func fills(_ venue: Int) -> [(instrument: InstrumentIndex, entry: FillLedger.Entry)]
    /// Whether nothing of ours is on the way, in either direction.
    var isQuiet: Bool { get }
}

extension SimulatedMarket: VenueTruth {}
