import TerraceCore

/// An order as the exchange keeps it, standing or ended.
struct OrderRecord {
    /// Where it stands.
    enum Status {
        /// It stands, unfilled.
        case new
        /// It stands, filled in part.
        case partlyFilled
        /// It is filled.
        case filled
        /// It was cancelled by its owner.
        case cancelled
        /// The rest of it was cancelled by the venue: it was to take at once, and there was no more to take.
        case expired
        /// The rest of it was cancelled by the venue: it would have met an order of its own account.
        case expiredInMatch
        /// It never stood.
        case rejected(VenueRejection)

        /// As the administrator reads it.
        var name: String {
            switch self {
            case .new: "new"
            case .partlyFilled: "partly filled"
            case .filled: "filled"
            case .cancelled: "cancelled"
            case .expired: "expired"
            case .expiredInMatch: "expired in match"
            case .rejected: "rejected"
            }
        }
    }
    /// What the owner asked for.
    enum Kind {
        /// Takes what it can, the rest stands.
        case limit
        /// Stands, or is refused.
        case postOnly
        /// Takes what it can at its price or better.
        case immediateOrCancel
        /// Takes all of it at its price or better, or nothing.
        case fillOrKill
        /// Takes what it can at any price.
        case market
    }

    /// The venue's number, from 1 over all instruments.
    let id: UInt64
    /// The place of its account.
    let account: Int
    /// The place of its instrument.
    let instrument: Int
    /// The owner's id: what the owner sent, or what the protocol made up.
    let clientID: String
    /// Buy or sell.
    let side: Side
    /// What the owner asked for.
    let kind: Kind
    /// At what price; zero for `market`.
    var price: Price
    /// How much in total.
    var quantity: Quantity
    /// For how much money, where a market order said so instead of a quantity.
    var quoteQuantity = Notional.zero
    /// How much is filled.
    var filled = Quantity.zero
    /// For how much money.
    var filledNotional = Notional.zero
    /// Fees so far, by the place of the coin; a few at most.
    var fees: [(coin: Int, amount: Amount)] = []
    /// Where it stands.
    var status = Status.new
    /// When it came.
    let createdAt: Timestamp
    /// When anything last happened to it.
    var updatedAt: Timestamp

    /// Whether it stands in the book.
    var isOpen: Bool {
        switch self.status {
        case .new, .partlyFilled: true
        case .filled, .cancelled, .expired, .expiredInMatch, .rejected: false
        }
    }
    /// What is not filled of it.
    var remaining: Quantity { self.quantity - self.filled }
}
