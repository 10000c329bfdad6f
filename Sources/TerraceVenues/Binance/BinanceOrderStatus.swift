/// The state of an order in Binance's words: `status` of answers, `X` of private streams ("ENUM definitions").
enum BinanceOrderStatus {
    /// `NEW`, `PARTIALLY_FILLED`, and those that wait for the matching engine or for a cancel.
    case standing
    /// `FILLED`.
    case filled
    /// `CANCELED`.
    case cancelled
    /// `EXPIRED`: by the rules of its time in force, or by the venue.
    case expired
    /// `EXPIRED_IN_MATCH`: it would have traded with another order of the account.
    case expiredInMatch
    /// `REJECTED`.
    case rejected

    /// The state that `node` is.
    ///
    /// - Throws: `value` where it is none that is known, so that nobody can say whether the order stands.
    init(_ tree: WireTree, _ node: WireTree.Node) throws(WireError) {
        if tree.equals(node, "NEW") || tree.equals(node, "PARTIALLY_FILLED") || tree.equals(node, "PENDING_NEW")
            || tree.equals(node, "PENDING_CANCEL")
        {
            self = .standing
        } else if tree.equals(node, "FILLED") {
            self = .filled
        } else if tree.equals(node, "CANCELED") {
            self = .cancelled
        } else if tree.equals(node, "EXPIRED") {
            self = .expired
        } else if tree.equals(node, "EXPIRED_IN_MATCH") {
            self = .expiredInMatch
        } else if tree.equals(node, "REJECTED") {
            self = .rejected
        } else {
            throw WireError(.value, at: tree.offset(of: node))
        }
    }

    /// What an order in this state is to one who asks for it: it stands, is filled, or is gone for another reason.
    var found: AccountOrder.State {
        switch self {
        case .standing: .standing
        case .filled: .filled
        case .cancelled, .expired, .expiredInMatch, .rejected: .cancelled
        }
    }
}
