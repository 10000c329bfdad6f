/// What a venue said of one of our orders, by answer, private stream or query: all three enter by the same door.
public struct OrderReport: Sendable {
    /// The instrument the order is on.
    public var instrument: InstrumentIndex
    /// Which order.
    public var order: ClientOrderID
    /// What happened to it.
    public var outcome: OrderOutcome

    /// A report of `outcome` for `order`.
    public init(instrument: InstrumentIndex, order: ClientOrderID, outcome: OrderOutcome) {
        self.instrument = instrument
        self.order = order
        self.outcome = outcome
    }
}

/// What happened to an order.
public enum OrderOutcome: Sendable {
    /// The order stands in the book (or stood, if it was filled at once).
    case accepted
    /// The venue refused the order; it never stood.
    case rejected(VenueRejection)
    /// Part or all of the order traded.
    case filled(Fill)
    /// The order no longer stands, for whatever reason but a fill; `cumulative` of it had been filled before.
    case cancelled(cumulative: Quantity)
    /// The venue refused to cancel: the order is filled, gone, or was never there.
    case cancelRejected(VenueRejection)
    /// The order now stands at this price with this quantity in total (filled part included).
    case amended(Price, Quantity)
    /// The venue refused to amend; the order stands as it did, unless the reason says that it is gone.
    case amendRejected(VenueRejection)
    /// Answer to a query, behind the order's fills (told again): the order stands, `cumulative` of it filled so far, at this price and total quantity.
    case found(Price, Quantity, cumulative: Quantity)
    /// Answer to a query, behind the order's fills (told again): the venue has no such order, and proves that it never had or
    /// no longer has; `cumulative` is the filled total where the venue tells it.
    case notFound(cumulative: Quantity)
    /// Nobody knows: the request timed out, the connection broke, the venue said "status unknown".
    case unknown
}

/// A trade of ours.
public struct Fill: Sendable, Hashable {
    /// The venue's number of the trade; with the instrument it makes the fill unique.
    public var trade: UInt64
    /// Which side we were on.
    public var side: Side
    /// At what price.
    public var price: Price
    /// How much.
    public var quantity: Quantity
    /// What the venue charged, in `feeAsset`; negative for a rebate.
    public var fee: Amount
    /// The coin in which the fee was charged.
    public var feeAsset: AssetIndex
    /// Whether we were the maker.
    public var isMaker: Bool
    /// The order's filled total with this fill, where the venue tells it; otherwise zero.
    public var cumulative: Quantity

    /// A trade of ours, as the venue tells it.
    public init(
        trade: UInt64, side: Side, price: Price, quantity: Quantity, fee: Amount, feeAsset: AssetIndex,
        isMaker: Bool, cumulative: Quantity = .zero
    ) {
        self.trade = trade
        self.side = side
        self.price = price
        self.quantity = quantity
        self.fee = fee
        self.feeAsset = feeAsset
        self.isMaker = isMaker
        self.cumulative = cumulative
    }
}

/// Why a venue refused, in terms common to all venues.
public enum VenueRejection: UInt8, Sendable, CaseIterable {
    /// A post-only order would have taken.
    case wouldTake
    /// The balance does not cover the order.
    case insufficientBalance
    /// The price is no multiple of the tick, or outside the venue's bounds.
    case priceFilter
    /// The quantity is no multiple of the lot, or outside the venue's bounds.
    case lotSize
    /// Price times quantity is below the minimum.
    case minimumNotional
    /// Too many orders in the venue's window, or a ban.
    case rateLimited
    /// The client order id is in use.
    case duplicateOrder
    /// No such order: filled, cancelled, or never there.
    case unknownOrder
    /// The instrument is not trading.
    case marketClosed
    /// Too many open orders on the instrument.
    case tooManyOrders
    /// Anything else.
    case other
}
