public import TerraceCore

/// An order that stands at a simulated venue.
public struct OpenOrder: Sendable, Equatable {
    /// The instrument, counted within the venue.
    public let instrument: Int
    /// The id its owner gave it.
    public let client: ClientOrderID
    /// Its side.
    public let side: Side
    /// Its price.
    public let price: Price
    /// The total quantity.
    public let quantity: Quantity
    /// What of it was filled.
    public let filled: Quantity
}
