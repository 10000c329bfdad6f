import TerraceCore

/// What happened to an account. Orders are told as they were at that moment.
enum CoreEvent {
    /// The order stands, or is about to take.
    case accepted(OrderRecord)
    /// The order was refused.
    case rejected(OrderRecord)
    /// The order traded.
    case filled(OrderRecord, FillRecord)
    /// The order no longer stands, though not filled; `request` is what the owner called the cancel, empty for nothing.
    case ended(OrderRecord, request: String)
    /// The order stands at new terms.
    case amended(OrderRecord)
    /// Balances of these coins have changed.
    case balances(account: Int, coins: [Int])

    /// Whose it is.
    var account: Int {
        switch self {
        case .accepted(let order), .rejected(let order), .filled(let order, _), .ended(let order, _),
            .amended(let order):
            order.account
        case .balances(let account, _): account
        }
    }
}
