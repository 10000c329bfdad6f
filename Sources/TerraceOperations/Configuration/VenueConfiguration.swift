public import TerraceCore

/// `venues`: one venue, and the limits of our account there.
public struct VenueConfiguration: Sendable {
    /// The name, such as `binance`.
    public var name: String
    /// Where it stands.
    public var place: Place
    /// `simulated`: whether this is a venue of the simulation that no real one stands behind.
    public var isSimulated = false
    /// `orders_per_window`: how many orders the account may send in the window; zero for no limit.
    public var ordersPerWindow = 0
    /// `window_seconds`, in nanoseconds.
    public var windowNanoseconds: Int64 = 10_000_000_000
    /// `cancels_count`: whether cancels count as orders.
    public var cancelsCount = false
    /// `max_open_orders`: how many orders the account may have open; nil for no limit. `terrace check` holds the plan to it.
    public var maximumOpenOrders: Int?
    /// `maker_fee_bps`, `taker_fee_bps` and `can_amend`, for all pairs that say nothing else.
    public var rules = RulesConfiguration()
    /// `balances`: what the account holds at the start where fills are simulated, by coin. Live, the venue tells.
    public var balances: [(coin: String, amount: Amount)] = []
    /// `api_key_env`: the environment variable that holds the key.
    public var keyVariable: String?
    /// `api_secret_env`: the environment variable that holds the secret.
    public var secretVariable: String?
    /// `key_file`: a file that only its owner can read, in place of the two variables.
    public var keyFile: String?

    /// `endpoints`: where it is, in place of its own addresses.
    public var endpoints = EndpointsConfiguration()
    /// `ca_file`: certificates in PEM form that are trusted beside the system's, for servers of one's own.
    public var certificateFile: String?
    /// `allow_withdraw_key`: whether a key is taken that may withdraw coins.
    public var allowsWithdrawKey = false

    /// Whether the file says where the key is.
    public var namesKey: Bool { self.keyVariable != nil || self.secretVariable != nil || self.keyFile != nil }

    /// A venue with every key at its default.
    public init(name: String, place: Place) {
        self.name = name
        self.place = place
    }

    /// The names that stand for exchanges. Others need `simulated: true`.
    public static let knownNames = [
        "binance", "binance_perp", "bybit", "bybit_perp", "okx", "gateio", "kucoin", "bitget", "mexc", "kraken",
        "coinbase",
        "hyperliquid",
    ]

    static let keys =
        [
            "simulated", "orders_per_window", "window_seconds", "cancels_count", "max_open_orders", "balances",
            "api_key_env", "api_secret_env", "key_file", "endpoints", "ca_file", "allow_withdraw_key",
        ] + RulesConfiguration.feeKeys

    /// What the engine is told of it.
    public var definition: VenueDefinition {
        VenueDefinition(
            name: self.name, ordersPerWindow: self.ordersPerWindow, windowNanoseconds: self.windowNanoseconds,
            cancelsCount: self.cancelsCount)
    }
}
