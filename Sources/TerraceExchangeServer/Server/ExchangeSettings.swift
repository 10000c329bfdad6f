public import TerraceCore

/// What an exchange is made of.
public struct ExchangeSettings: Sendable {
    /// Whose protocol it speaks.
    public var kind: ExchangeKind
    /// How many pairs it lists, 1 to 5,000, where `symbols` is empty.
    public var pairs: Int
    /// The pairs it lists, such as `BTCUSDT`; empty for the first `pairs` that there are.
    public var symbols: [String]
    /// From which everything random comes.
    public var seed: UInt64
    /// How many level records a second the crowd changes over all pairs; 0 for a crowd that stands still.
    public var rate: Double
    /// What goes wrong.
    public var faults: FaultPlan
    /// Who trades; one account with a known key where it is empty.
    public var accounts: [AccountSettings]
    /// How often changes of a book are told on streams of 100 ms, at most; 0 for each change at once. Real venues keep to
    /// their own speeds: this is for load.
    public var depthNanoseconds: Int64
    /// How many orders an account may send in ten seconds (Binance) or in one (Bybit); nil for what the venue allows.
    public var ordersPerWindow: Int?
    /// How much weight (Binance, a minute) or how many requests (Bybit, five seconds) an address may send; nil for what the
    /// venue allows.
    public var weightPerWindow: Int?
    /// The moment at which it opens.
    public var start: Timestamp

    /// An exchange of 20 pairs with a lively crowd, no faults, and the test account.
    public init(kind: ExchangeKind, start: Timestamp = .distantPast) {
        self.kind = kind
        self.pairs = 20
        self.symbols = []
        self.seed = 1
        self.rate = 1_000
        self.faults = FaultPlan()
        self.accounts = []
        self.depthNanoseconds = 100_000_000
        self.start = start
    }
}
