public import TerraceCore

/// One trading venue: books with price-time priority, accounts with balances, fees and limits. A pure state machine: time
/// comes with each call, what it says goes to a buffer that the caller owns.
///
/// Orders live in a pool and hang on their level in order of arrival; levels are sorted arrays, best last.
public struct SimulatedVenue {
    struct Order {
        var id: UInt64 = 0
        var client = ClientOrderID.none
        var account: UInt16 = 0
        var instrument: Int32 = 0
        var side = Side.bid
        var price: Int64 = 0
        var quantity: Int64 = 0
        var filled: Int64 = 0
        var previous: Int32 = -1
        var next: Int32 = -1
        var remaining: Int64 { self.quantity - self.filled }
    }
    struct BookLevel {
        var price: Int64
        var total: Int64 = 0
        var first: Int32 = -1
        var last: Int32 = -1
        var count: Int32 = 0
    }
    struct Book {
        var bids: [BookLevel] = []
        var asks: [BookLevel] = []
        var orders = [0, 0]  // How many stand, by side.
        var changed: [(side: Side, price: Int64)] = []
        var sequence: UInt64 = 0
        var trades: UInt64 = 0
        var isHalted = false
    }
    struct Account {
        var total: [Amount]
        var reserved: [Amount]
        var byClient: [ClientOrderID: Int32] = [:]
        var finished: [ClientOrderID: Int64] = [:]  // Cumulative quantity of orders that ended.
        var ended: [ClientOrderID] = []
        var fillsOf: [ClientOrderID: [Fill]] = [:]  // Of orders that stand or are remembered.
        var oldestEnded = 0
        var open: [Int]
        var windowStart = Timestamp.distantPast
        var windowOrders = 0
        var fills = FillLedger()
        var feesPaid: [Amount]
    }

    static let remembered = 16_384  // Ended orders of an account, for late queries.

    /// How it behaves.
    public let settings: VenueSettings
    /// What it trades.
    public let instruments: [SimulatedInstrument]
    var books: [Book]
    var pool: [Order] = []
    var free: [Int32] = []
    var accounts: [Account] = []
    var lastOrder: UInt64 = 0
    private let assets: Int

    /// A venue that trades `instruments`; coins have indices below `assets`.
    public init(settings: VenueSettings, instruments: [SimulatedInstrument], assets: Int) {
        self.settings = settings
        self.instruments = instruments
        self.assets = assets
        self.books = instruments.map { _ in Book() }
        self.accounts = [
            Account(
                total: [], reserved: [], open: Array(repeating: 0, count: instruments.count), feesPaid: [])
        ]
    }

    /// Opens an account with these balances.
    public mutating func openAccount(_ balances: [(AssetIndex, Amount)]) -> AccountIndex {
        var total = Array(repeating: Amount.zero, count: self.assets)
        for (asset, amount) in balances where asset.index < self.assets { total[asset.index] += amount }
        self.accounts.append(
            Account(
                total: total, reserved: Array(repeating: .zero, count: self.assets),
                open: Array(repeating: 0, count: self.instruments.count),
                feesPaid: Array(repeating: .zero, count: self.assets)))
        return AccountIndex(UInt16(truncatingIfNeeded: self.accounts.count - 1))
    }

    /// What an account holds of a coin, and how much of it no open order has reserved.
    public func balance(_ account: AccountIndex, _ asset: AssetIndex) -> (total: Amount, free: Amount) {
        let owner = self.accounts[Int(account.raw)]
        return (owner.total[asset.index], owner.total[asset.index] - owner.reserved[asset.index])
    }

    /// The fills that an account has had.
    public func fills(_ account: AccountIndex) -> FillLedger { self.accounts[Int(account.raw)].fills }

    /// The orders of an account that stand, by their number at the venue.
    public func openOrders(_ account: AccountIndex) -> [OpenOrder] {
        self.accounts[Int(account.raw)].byClient.values
            .map { self.pool[Int($0)] }.sorted { $0.id < $1.id }
            .map {
                OpenOrder(
                    instrument: Int($0.instrument), client: $0.client, side: $0.side, price: Price(units: $0.price),
                    quantity: Quantity(units: $0.quantity), filled: Quantity(units: $0.filled))
            }
    }
}
