internal import TerraceVenues

/// What the session of a venue did in a run, as `--report` writes it.
public struct SessionReport: Codable, Sendable {
    /// Messages of public streams.
    public var marketMessages: UInt64 = 0
    /// Messages of public streams that made no sense.
    public var marketMalformed: UInt64 = 0
    /// Messages of the private stream.
    public var accountMessages: UInt64 = 0
    /// Messages of the private stream that made no sense.
    public var accountMalformed: UInt64 = 0
    /// WebSockets opened.
    public var connections: UInt64 = 0
    /// WebSockets that were lost, or closed because they were silent.
    public var connectionsLost: UInt64 = 0
    /// WebSockets that were renewed before the venue would end them.
    public var connectionsRenewed: UInt64 = 0
    /// Snapshots of books asked for.
    public var snapshots: UInt64 = 0
    /// Requests sent.
    public var requests: UInt64 = 0
    /// Requests without an answer.
    public var requestsFailed: UInt64 = 0
    /// Order commands whose outcome was unknown at first.
    public var unknownOutcomes: UInt64 = 0
    /// Order commands that were not sent, because the venue has told us to wait or takes no key of ours.
    public var refusedHere: UInt64 = 0
    /// Times that the venue said that too much was sent.
    public var limited: UInt64 = 0
    /// Comparisons of orders, fills and balances.
    public var comparisons: UInt64 = 0
    /// Orders found standing that were not known to stand.
    public var ordersFound: UInt64 = 0
    /// Orders known to stand that were not found.
    public var ordersMissing: UInt64 = 0
    /// Fills that the private stream had not told.
    public var fillsFound: UInt64 = 0
    /// Orders and fills of the account that are not this engine's; never touched.
    public var foreign: UInt64 = 0
    /// The venue's clock less ours, in milliseconds.
    public var skewMilliseconds: Int64 = 0
    /// Of a live run: what the engine reckons the account to hold at the end, by coin, as decimal text.
    public var balances: [String: String] = [:]
    /// What people were told, in order; the last 1,000 of it.
    public var notices: [String] = []

    init(_ counted: SessionStatistics) {
        self.marketMessages = counted.marketMessages
        self.marketMalformed = counted.malformed
        self.accountMessages = counted.accountMessages
        self.accountMalformed = counted.accountMalformed
        self.connections = counted.connections
        self.connectionsLost = counted.connectionsLost
        self.connectionsRenewed = counted.connectionsRenewed
        self.snapshots = counted.snapshots
        self.requests = counted.requests
        self.requestsFailed = counted.requestsFailed
        self.unknownOutcomes = counted.unknownOutcomes
        self.refusedHere = counted.refusedHere
        self.limited = counted.limited
        self.comparisons = counted.comparisons
        self.ordersFound = counted.ordersFound
        self.ordersMissing = counted.ordersMissing
        self.fillsFound = counted.fillsFound
        self.foreign = counted.foreign
        self.skewMilliseconds = counted.skewMilliseconds
    }
}
