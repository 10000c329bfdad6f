import TerraceCore

/// Our account at a paper venue: coins, what open orders have reserved of them, the order limit, and how orders ended.
struct PaperAccount {
    private(set) var total: [Amount]
    private(set) var reserved: [Amount]
    private let ordersPerWindow: Int
    private let windowNanoseconds: Int64
    private var windowStart = Timestamp.distantPast
    private var windowOrders = 0
    private var ended: [ClientOrderID: Int64] = [:]  // The filled total of orders that ended; looked up, never walked.
    private var endedInOrder: [ClientOrderID] = []
    private var oldestEnded = 0

    /// How many ended orders are remembered.
    static let mostEnded = 65_536

    init(_ balances: [(AssetIndex, Amount)], assets: Int, venue: VenueDefinition) {
        self.total = Array(repeating: .zero, count: assets)
        self.reserved = Array(repeating: .zero, count: assets)
        for (asset, amount) in balances where asset.index < assets { self.total[asset.index] += amount }
        self.ordersPerWindow = venue.ordersPerWindow
        self.windowNanoseconds = venue.windowNanoseconds
    }

    func free(_ asset: AssetIndex) -> Amount { self.total[asset.index] - self.reserved[asset.index] }

    mutating func add(_ asset: AssetIndex, _ change: Amount) { self.total[asset.index] += change }

    mutating func reserve(_ asset: AssetIndex, _ change: Amount) { self.reserved[asset.index] += change }

    /// Counts an order in the venue's window, which begins with its first order; false where the window is full.
    mutating func takeFromWindow(_ now: Timestamp) -> Bool {
        if self.ordersPerWindow == 0 { return true }
        if now.nanoseconds(since: self.windowStart) >= self.windowNanoseconds {
            self.windowStart = now
            self.windowOrders = 0
        }
        if self.windowOrders >= self.ordersPerWindow { return false }
        self.windowOrders += 1
        return true
    }

    /// The filled total of an order that ended, or nil where none of that id is remembered.
    func ended(_ client: ClientOrderID) -> Int64? { self.ended[client] }

    /// Remembers how an order ended, for queries and against ids that come again.
    mutating func end(_ client: ClientOrderID, filled: Int64) {
        self.ended[client] = filled
        if self.endedInOrder.count < Self.mostEnded {
            self.endedInOrder.append(client)
        } else {
            self.ended[self.endedInOrder[self.oldestEnded]] = nil
            self.endedInOrder[self.oldestEnded] = client
            self.oldestEnded = (self.oldestEnded + 1) % Self.mostEnded
        }
    }
}
