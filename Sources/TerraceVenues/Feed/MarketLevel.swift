public import TerraceCore

/// One level of a message: the quantity at a price, in the units of the pair.
public struct MarketLevel: Hashable, Sendable {
    /// The side of the book.
    public var side: Side
    /// The price. Above zero, up to `Price.limit`.
    public var price: Price
    /// The total at the price; zero removes the level. Up to `Quantity.limit`.
    public var quantity: Quantity

    /// `quantity` at `price` on `side`.
    @inline(__always)
    public init(side: Side, price: Price, quantity: Quantity) {
        self.side = side
        self.price = price
        self.quantity = quantity
    }
}
