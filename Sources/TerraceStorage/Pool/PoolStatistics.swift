/// How a pool fares: a moment's view, with counts since its start.
public struct PoolStatistics: Sendable, Equatable, Codable {
    /// A distribution in microseconds.
    public struct Latency: Sendable, Equatable, Codable {
        /// The median.
        public var p50 = 0.0
        /// Exceeded by one of a hundred.
        public var p99 = 0.0
        /// The longest.
        public var most = 0.0

        /// Nothing measured.
        public init() {}
    }

    /// The most connections there may be.
    public var size = 0
    /// Whether requests are served.
    public var isUp = false
    /// Why not, when it last did not connect; holds no password.
    public var lastFailure: String?
    /// Connections that serve a request, leases included.
    public var inUse = 0
    /// Of these, lent for good.
    public var leased = 0
    /// Connections that wait for a request.
    public var idle = 0
    /// Slots that open, check, clean or close a connection.
    public var changing = 0
    /// Requests that wait.
    public var waiting = 0
    /// The most that waited at once.
    public var mostWaiting = 0
    /// Requests that were run.
    public var queries = 0
    /// How long they waited for a connection.
    public var waits = Latency()
    /// How long they had it.
    public var services = Latency()
    /// Requests whose deadline passed while they waited.
    public var waitTimeouts = 0
    /// Requests that were not let in, because too many waited.
    public var refused = 0
    /// Requests that were refused because nothing was connected, for a reason that only people remove.
    public var refusedDown = 0
    /// Requests that were withdrawn while they waited.
    public var cancelled = 0
    /// Failures of requests and of attempts to connect, by kind; only those there were.
    public var failures: [String: Int] = [:]
    /// Connections opened.
    public var opened = 0
    /// The most that were open at once.
    public var mostOpen = 0
    /// Of these, how many followed on one that was lost.
    public var reconnects = 0
    /// Attempts to connect that failed.
    public var openFailures = 0
    /// Connections replaced for their age or use.
    public var recycled = 0
    /// Connections found dead or in a state that could not be mended.
    public var lost = 0

    /// Nothing counted.
    public init() {}
}
