/// One price level over all live venues of a pair, without our own resting orders.
public struct ConsolidatedLevel: Hashable, Sendable {
    /// The price.
    public var price: Price
    /// The quantities of all venues at that price together; at most 64 times `Quantity.limit`, which fits.
    public var quantity: Quantity
    /// The venues that contribute to this level.
    public var venues: VenueSet

    /// `quantity` at `price` on `venues`.
    public init(price: Price, quantity: Quantity, venues: VenueSet) {
        self.price = price
        self.quantity = quantity
        self.venues = venues
    }
}
