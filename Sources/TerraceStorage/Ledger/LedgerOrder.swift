public import TerraceCore

/// An order that stands at a venue, or may.
public struct LedgerOrder: Sendable, Equatable {
    /// Where.
    public var venue: String
    /// The pair.
    public var symbol: String
    /// What is known of it, in the units of the latest run. After a run has ended this is a guess that is asked for: `unknown`.
    /// An order of which a report told without its terms has the largest quantity and no price.
    public var order: WorkingOrder
}
