/// The weighted average price for a quantity (WAPQ): what taking it from one side of a book would cost, or bring.
public struct Sweep: Hashable, Sendable {
    /// The average price of what was filled, rounded against the taker: up for a sweep of asks, down for one of bids.
    /// Zero where nothing was filled.
    public var price: Price
    /// How much the book could fill. Less than what was asked for where the book is too thin: nothing is guessed.
    public var filled: Quantity

    /// A sweep that filled `filled` at `price` on average.
    public init(price: Price, filled: Quantity) {
        self.price = price
        self.filled = filled
    }
}
