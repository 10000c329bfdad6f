import TerraceCore

/// An order as a client asks for it.
struct PlaceRequest {
    /// The place of the account.
    var account: Int
    /// The place of the instrument.
    var instrument: Int
    /// The owner's id.
    var clientID: String
    /// Buy or sell.
    var side: Side
    /// How it is to trade.
    var kind: OrderRecord.Kind
    /// At what price; of no meaning for `market`.
    var price = Price.zero
    /// How much; of no meaning for a market order by `quoteQuantity`.
    var quantity = Quantity.zero
    /// A market order for so much money; zero for one by quantity.
    var quoteQuantity = Notional.zero
}
