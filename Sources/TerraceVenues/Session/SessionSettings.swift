public import TerraceCore

/// What a session is told at its start.
public struct SessionSettings: Sendable {
    /// Which venue it is to the engine.
    public var venue: VenueIndex
    /// Whether it trades on the account; without, it brings market data only and needs no key.
    public var trades: Bool
    /// Which engine this is: orders of others are never touched.
    public var instance: UInt32
    /// The coins of the desk by index.
    public var coins: [String]
    /// Where the venue is.
    public var endpoints: VenueEndpoints
    /// From this the jitter of waits comes.
    public var seed: UInt64
    /// A market-data connection without any message for this long is asked for a sign of life, and closed after five times
    /// this.
    public var silenceNanoseconds: Int64 = 2_000_000_000
    /// How long an order command or a question may take until its outcome is unknown.
    public var requestTimeoutNanoseconds: Int64 = 5_000_000_000
    /// Whether it brings market data; without, only the account's side of the venue.
    public var carriesMarket = true
    /// What the last run knew of fills, by slot of the dialect; nil, or none at all, for instruments on which no run has traded.
    /// With marks, fills since then are told before balances, so that they move positions.
    public var fillMarks: [FillMark?] = []
    /// How often orders, fills and balances are compared in the background.
    public var comparisonNanoseconds: Int64 = 30_000_000_000
    /// The dead-man switch, where the venue has one: all orders of an instrument are cancelled by the venue unless it is heard
    /// from for so many milliseconds. Zero for none.
    public var deadManMilliseconds: Int64 = 120_000
    /// The most weight of requests in the venue's window; nil for what the venue documents. For accounts with other limits, and
    /// for servers of one's own that have none.
    public var weightPerWindow: Int?
    /// The share of the order limit that a venue tells is multiplied by this: below 1 for an account that may send more than
    /// an ordinary one, where the dialect knows the limit of ordinary ones only.
    public var orderShareFactor = 1.0

    /// A session of `venue`.
    public init(
        venue: VenueIndex, trades: Bool, instance: UInt32, coins: [String], endpoints: VenueEndpoints, seed: UInt64
    ) {
        self.venue = venue
        self.trades = trades
        self.instance = instance
        self.coins = coins
        self.endpoints = endpoints
        self.seed = seed
    }
}
