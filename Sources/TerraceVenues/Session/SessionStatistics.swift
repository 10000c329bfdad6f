/// What a session has counted since it started.
public struct SessionStatistics: Sendable, Equatable {
    /// Messages of public streams.
    public var marketMessages: UInt64 = 0
    /// Messages of public streams that made no sense.
    public var malformed: UInt64 = 0
    /// Messages of the private stream.
    public var accountMessages: UInt64 = 0
    /// Messages of the private stream that made no sense.
    public var accountMalformed: UInt64 = 0
    /// Connections opened, of all kinds.
    public var connections: UInt64 = 0
    /// Connections that were lost, or closed because they were silent.
    public var connectionsLost: UInt64 = 0
    /// Connections that were renewed before the venue would end them.
    public var connectionsRenewed: UInt64 = 0
    /// Snapshots asked for.
    public var snapshots: UInt64 = 0
    /// Requests sent.
    public var requests: UInt64 = 0
    /// Requests without an answer.
    public var requestsFailed: UInt64 = 0
    /// Order commands whose outcome was unknown.
    public var unknownOutcomes: UInt64 = 0
    /// Order commands that were refused here, because the venue has told us to wait or no key is good.
    public var refusedHere: UInt64 = 0
    /// Times that the venue said that too much was sent.
    public var limited: UInt64 = 0
    /// Comparisons of orders, fills and balances that were carried out.
    public var comparisons: UInt64 = 0
    /// Corrections: orders found standing that were not known to stand.
    public var ordersFound: UInt64 = 0
    /// Corrections: orders known to stand that were not found.
    public var ordersMissing: UInt64 = 0
    /// Corrections: fills that the private stream had not told.
    public var fillsFound: UInt64 = 0
    /// Corrections: balances that were not as reckoned, by the listing of the venue.
    public var balancesTold: UInt64 = 0
    /// Orders and fills of the account that are not this engine's; never touched.
    public var foreign: UInt64 = 0
    /// The last measured difference of the venue's clock from ours, in milliseconds.
    public var skewMilliseconds: Int64 = 0

    /// Corrections of orders and fills by comparisons.
    public var corrections: UInt64 { self.ordersFound + self.ordersMissing + self.fillsFound }

    /// Nothing counted.
    public init() {}
}

/// Something that a session did or met that a person may want to read.
public struct SessionNotice: Sendable, Equatable {
    /// How much it matters.
    public enum Severity: UInt8, Sendable {
        /// Ordinary life.
        case information
        /// It costs quotes.
        case warning
        /// A person must act.
        case alarm
    }
    /// How much it matters.
    public let severity: Severity
    /// What happened, and what to do where there is something.
    public let text: String
}
