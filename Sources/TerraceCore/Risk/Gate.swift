/// Why a quote is not shown. Each check has its own reason, so that every decision can be explained.
public enum Gate: UInt8, Sendable, CaseIterable {
    /// Nothing: the quote is shown, or on its way.
    case none
    /// The engine's kill switch is on.
    case killSwitch
    /// What happens can't be recorded: the journal does not take it.
    case notRecorded
    /// The strategy's loss limit was reached.
    case strategyLoss
    /// The desk's loss limit was reached.
    case deskLoss
    /// The strategy was paused by hand.
    case paused
    /// The strategy's priority class is shed while the engine is overloaded.
    case shed
    /// The venue's connection is down, or what happens to our orders there is not heard.
    case venueDown
    /// The instrument's book is lost, older than its limit, or never came.
    case staleBook
    /// No reference price: a side of the book, or depth for the quantity, is missing.
    case noReference
    /// The venues' books cross by more than the strategy allows: one of them is wrong.
    case crossedBook
    /// The line does not quote this side.
    case sideOff
    /// The price would pass the line's `min_price` or `max_price`.
    case priceBounds
    /// The price is further from the consolidated mid than the collar allows.
    case priceCollar
    /// The position limit leaves no room.
    case headroom
    /// The balance does not cover the order.
    case balance
    /// The order would be below the venue's minimum quantity.
    case minimumQuantity
    /// The order would be below the venue's minimum notional.
    case minimumNotional
    /// The order would be above the strategy's largest notional.
    case maximumNotional
    /// The line's hourly quantity is spent for now.
    case hourlyQuantity
    /// The order would trade with one of our own.
    case selfCross
    /// A post-only order would take.
    case wouldTake
    /// The venue account's order-rate budget is spent for now.
    case orderRate
    /// The venue refused the last order; the slot waits.
    case venueRefused
    /// An order's fate is unknown; the slot waits, and after some questions in vain the whole strategy, until the venue tells.
    case unknownOrder

    /// The name in reports: the case's name in snake case.
    public var name: String {
        switch self {
        case .none: "none"
        case .killSwitch: "kill_switch"
        case .notRecorded: "not_recorded"
        case .strategyLoss: "strategy_loss"
        case .deskLoss: "desk_loss"
        case .paused: "paused"
        case .shed: "shed"
        case .venueDown: "venue_down"
        case .staleBook: "stale_book"
        case .noReference: "no_reference"
        case .crossedBook: "crossed_book"
        case .sideOff: "side_off"
        case .priceBounds: "price_bounds"
        case .priceCollar: "price_collar"
        case .headroom: "headroom"
        case .balance: "balance"
        case .minimumQuantity: "minimum_quantity"
        case .minimumNotional: "minimum_notional"
        case .maximumNotional: "maximum_notional"
        case .hourlyQuantity: "hourly_quantity"
        case .selfCross: "self_cross"
        case .wouldTake: "would_take"
        case .orderRate: "order_rate"
        case .venueRefused: "venue_refused"
        case .unknownOrder: "unknown_order"
        }
    }
}
