public import TerraceCore

/// What a session asks of the account side of a venue, by REST.
///
/// A slot is a place in the list of instruments that the dialect was given.
public enum AccountCommand: Sendable, Equatable {
    /// Places a post-only limit order.
    case place(OrderTerms)
    /// Changes a working order to this price and total quantity.
    case amend(OrderTerms)
    /// Cancels an order.
    case cancel(slot: Int, ClientOrderID)
    /// Several of one kind in one request, at most `VenueTraits.mostInBatch`.
    case placeAll([OrderTerms])
    /// The same for cancels, all on one instrument: some venues name it once for all of them.
    case cancelAll([OrderReference])
    /// Cancels every order of the account on an instrument, whoever sent it. Used only by a person's word.
    case cancelEverything(slot: Int)
    /// What became of an order: gives one `AccountEvent.order` where the venue knows it.
    case order(slot: Int, ClientOrderID)
    /// The fills of an order, by the venue's number where it has one.
    case fillsOfOrder(slot: Int, ClientOrderID, venueOrder: UInt64)
    /// What became of an order that only the venue's own number is known of: gives one `AccountEvent.order` where the venue knows
    /// it.
    case orderOfNumber(slot: Int, venueOrder: UInt64)
    /// Fills on an instrument from this trade number on, or else from the moment `since` on (milliseconds since 1970) and, where
    /// that is given, up to `until`; `cursor` for a page that follows.
    case fills(slot: Int, fromTrade: UInt64?, since: Int64, until: Int64?, cursor: String?)
    /// All orders of the account that stand.
    case openOrders(cursor: String?)
    /// What the account holds.
    case balances
    /// What the key may do: gives `AccountEvent.permissions`.
    case permissions
    /// Cancel all orders on the instrument unless this is sent again within so many milliseconds; 0 takes it back.
    case deadMan(slot: Int, milliseconds: Int64)
    /// A key for the private stream: gives `AccountEvent.listenKey`.
    case createListenKey
    /// Keeps that key alive.
    case renewListenKey
}

/// The terms of an order.
public struct OrderTerms: Sendable, Equatable {
    /// The instrument's place in the dialect's list.
    public var slot: Int
    /// The order's id.
    public var order: ClientOrderID
    /// Buy or sell.
    public var side: Side
    /// At what price.
    public var price: Price
    /// How much in total.
    public var quantity: Quantity

    /// An order of these terms.
    public init(slot: Int, order: ClientOrderID, side: Side, price: Price, quantity: Quantity) {
        self.slot = slot
        self.order = order
        self.side = side
        self.price = price
        self.quantity = quantity
    }
}

/// An order and where it is.
public struct OrderReference: Sendable, Equatable {
    /// The instrument's place in the dialect's list.
    public var slot: Int
    /// The order's id.
    public var order: ClientOrderID

    /// `order` on the instrument at `slot`.
    public init(slot: Int, order: ClientOrderID) {
        self.slot = slot
        self.order = order
    }
}
