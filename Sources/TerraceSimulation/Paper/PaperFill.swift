import TerraceCore

/// What a recorded event fills of one of our orders.
struct PaperFill: Equatable {
    /// Which order.
    let client: ClientOrderID
    /// Its price, which is that of the fill: we are the maker.
    let price: Int64
    /// How much.
    let quantity: Int64
    /// The order's filled total with this fill.
    let cumulative: Int64
    /// Whether nothing of the order is left.
    let isLast: Bool
}
