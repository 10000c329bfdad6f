public import TerraceCore

/// What the account side of a venue told, by answer or private stream, in terms common to all venues.
public enum AccountEvent: Sendable, Equatable {
    /// An order's state.
    case order(AccountOrder)
    /// A fill.
    case fill(AccountFill)
    /// What the account holds of a coin in total, and how much of it is not reserved.
    case balance(coin: String, total: Amount, free: Amount)
    /// The list of balances was whole: coins that were not in it are zero.
    case balancesEnded
    /// The login step of the private stream was taken.
    case stepDone
    /// The login step was refused.
    case stepRefused(code: Int64, message: String)
    /// The private stream ends, or will no longer tell: connect anew.
    case streamEnded
    /// A key for the private stream.
    case listenKey(String)
    /// What the key may do; nil where the venue does not tell.
    case permissions(mayTrade: Bool?, mayWithdraw: Bool?)
}

/// An order as the venue tells it.
public struct AccountOrder: Sendable, Equatable {
    /// What the venue says of it.
    public enum State: Sendable, Equatable {
        /// It stands.
        case standing
        /// It stood, and is gone for another reason than fills.
        case cancelled
        /// It is filled.
        case filled
        /// It never stood.
        case rejected(VenueRejection)
        /// It stands at new terms.
        case amended
    }
    /// The instrument's place in the dialect's list; nil for one that is not on it.
    public var slot: Int?
    /// The id; `ClientOrderID.none` where it is no id of Terrace.
    public var order: ClientOrderID
    /// The venue's own number of the order, or a hash where it is no number; 0 where it tells none.
    public var venueOrder: UInt64
    /// Buy or sell.
    public var side: Side
    /// What the venue says of it.
    public var state: State
    /// The price; zero where it is not told.
    public var price: Price
    /// The quantity in total; zero where it is not told.
    public var quantity: Quantity
    /// How much of it is filled.
    public var cumulative: Quantity

    /// An order's state.
    public init(
        slot: Int?, order: ClientOrderID, venueOrder: UInt64, side: Side, state: State, price: Price,
        quantity: Quantity,
        cumulative: Quantity
    ) {
        self.slot = slot
        self.order = order
        self.venueOrder = venueOrder
        self.side = side
        self.state = state
        self.price = price
        self.quantity = quantity
        self.cumulative = cumulative
    }
}

/// A fill as the venue tells it.
public struct AccountFill: Sendable, Equatable {
    /// The instrument's place in the dialect's list; nil for one that is not on it.
    public var slot: Int?
    /// The order's id; `ClientOrderID.none` where it is no id of Terrace, or is not told with fills.
    public var order: ClientOrderID
    /// The venue's number of the order, by which a fill without client id finds its order; 0 where it tells none.
    public var venueOrder: UInt64
    /// The venue's number of the trade, or a hash of its name where that is no number.
    public var trade: UInt64
    /// Whether `trade` is a number that grows, so that fills can be asked for from it on.
    public var isNumbered: Bool
    /// Which side we were on.
    public var side: Side
    /// At what price.
    public var price: Price
    /// How much.
    public var quantity: Quantity
    /// What the venue charged; negative for a rebate.
    public var fee: Amount
    /// In which coin.
    public var feeCoin: String
    /// Whether we were the maker.
    public var isMaker: Bool
    /// The order's filled total with this fill, where the venue tells it; otherwise zero.
    public var cumulative: Quantity
    /// When, in milliseconds since 1970.
    public var milliseconds: Int64

    /// A fill.
    public init(
        slot: Int?, order: ClientOrderID, venueOrder: UInt64, trade: UInt64, isNumbered: Bool, side: Side, price: Price,
        quantity: Quantity, fee: Amount, feeCoin: String, isMaker: Bool, cumulative: Quantity, milliseconds: Int64
    ) {
        self.slot = slot
        self.order = order
        self.venueOrder = venueOrder
        self.trade = trade
        self.isNumbered = isNumbered
        self.side = side
        self.price = price
        self.quantity = quantity
        self.fee = fee
        self.feeCoin = feeCoin
        self.isMaker = isMaker
        self.cumulative = cumulative
        self.milliseconds = milliseconds
    }
}
