public import TerraceCore

/// A level in a public message.
public struct LevelMessage: Sendable {
    /// The side.
    public let side: Side
    /// The price.
    public let price: Price
    /// The quantity in total; zero where the level is gone.
    public let quantity: Quantity
}

/// A public depth message: a change, or a snapshot.
public struct DepthMessage: Sendable {
    /// The instrument, counted within the venue.
    public let instrument: Int
    /// Whether it replaces the book.
    public let isSnapshot: Bool
    /// The sequence of its first change.
    public let first: UInt64
    /// The sequence of its last change.
    public let last: UInt64
    /// Where in `VenueOutput.levels` its levels are.
    public let levels: Range<Int>
    /// When the venue sent it.
    public let at: Timestamp
}

/// A public trade.
public struct TradeMessage: Sendable {
    /// The instrument, counted within the venue.
    public let instrument: Int
    /// The trade's number on its instrument.
    public let trade: UInt64
    /// Who took.
    public let aggressor: Side
    /// The price.
    public let price: Price
    /// How much.
    public let quantity: Quantity
    /// When.
    public let at: Timestamp
}

/// A private message to an account.
public struct PrivateMessage: Sendable {
    /// To whom.
    public let account: AccountIndex
    /// The instrument, counted within the venue.
    public let instrument: Int
    /// Which order.
    public let client: ClientOrderID
    /// What happened to it.
    public let outcome: OrderOutcome
    /// When.
    public let at: Timestamp
}

/// What a venue says, in buffers that are emptied and reused.
public struct VenueOutput: Sendable {
    /// Private messages, in order.
    public var reports: [PrivateMessage] = []
    /// Public depth messages, in order.
    public var depths: [DepthMessage] = []
    /// The levels of the depth messages.
    public var levels: [LevelMessage] = []
    /// Public trades, in order.
    public var trades: [TradeMessage] = []

    /// Empty buffers.
    public init() {}

    /// Forgets everything, keeping the memory.
    public mutating func removeAll() {
        self.reports.removeAll(keepingCapacity: true)
        self.depths.removeAll(keepingCapacity: true)
        self.levels.removeAll(keepingCapacity: true)
        self.trades.removeAll(keepingCapacity: true)
    }

    mutating func report(
        _ account: AccountIndex, _ instrument: Int, _ client: ClientOrderID, _ outcome: OrderOutcome, _ at: Timestamp
    ) {
        self.reports.append(
            PrivateMessage(account: account, instrument: instrument, client: client, outcome: outcome, at: at))
    }

    /// What the venue answers of `client` becomes `outcome`; fills stay, they are no answers.
    mutating func replaceAnswer(to client: ClientOrderID, of account: AccountIndex, with outcome: OrderOutcome) {
        for index in 0..<self.reports.count
        where self.reports[index].account == account && self.reports[index].client == client {
            if case .filled = self.reports[index].outcome { continue }
            let report = self.reports[index]
            self.reports[index] = PrivateMessage(
                account: account, instrument: report.instrument, client: client, outcome: outcome, at: report.at)
            return
        }
    }
}
