import TerraceCore

/// A request that was sent, until its answer comes.
struct PendingRequest {
    enum Purpose {
        /// The venue's time.
        case time
        /// A book's snapshot, for the feed of a connection.
        case snapshot(slot: Int, connection: Int)
        /// Commands of the engine.
        case orders(AccountCommand)
        /// A question of the engine, or of a comparison: the order first.
        case query(slot: Int, ClientOrderID)
        /// Then its fills; what the order was goes out behind them.
        case queryFills(AccountOrder, slot: Int)
        /// An order of which a fill has told the venue's number only.
        case orderOfNumber(OrderNumber)
        /// The list of open orders, for the comparison of this number.
        case openOrders(round: Int)
        /// Balances, for a comparison.
        case balances(round: Int)
        /// Fills of an instrument, for a comparison.
        case fills(slot: Int, round: Int)
        case createListenKey
        case renewListenKey
        case deadMan(slot: Int)
    }
    let purpose: Purpose
    let sentAt: Timestamp
    var command: AccountCommand?

    /// Whether it places or changes orders.
    var isPlacing: Bool {
        switch self.command {
        case .place, .placeAll, .amend: true
        default: false
        }
    }
}
