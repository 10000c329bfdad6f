/// One price level of a book.
public struct Level: Hashable, Sendable {
    /// The price.
    public var price: Price
    /// The quantity at that price. Never negative.
    public var quantity: Quantity

    /// `quantity` at `price`.
    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }

    /// No level: both are zero.
    public static let none = Level(price: .zero, quantity: .zero)

    /// Whether this is no level.
    public var isNone: Bool { self.quantity.units == 0 }
}
