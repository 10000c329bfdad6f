/// What the account on each venue holds of each coin, as the engine reckons, and what its open orders have reserved.
public struct Balances: ~Copyable {
    private struct Balance {
        var total = Amount.zero
        var reserved = Amount.zero
    }
    private var table: [Balance]
    private let assets: Int

    /// Zero of everything.
    public init(venues: Int, assets: Int) {
        self.assets = assets
        self.table = Array(repeating: Balance(), count: venues * assets)
    }

    private func place(_ venue: VenueIndex, _ asset: AssetIndex) -> Int { venue.index * self.assets + asset.index }

    /// The venue said how much there is.
    public mutating func setTotal(_ venue: VenueIndex, _ asset: AssetIndex, _ total: Amount) {
        self.table[self.place(venue, asset)].total = total
    }

    /// A fill or a fee moved the total.
    public mutating func add(_ venue: VenueIndex, _ asset: AssetIndex, _ change: Amount) {
        self.table[self.place(venue, asset)].total += change
    }

    /// Open orders reserve more, or less where `change` is negative.
    public mutating func reserve(_ venue: VenueIndex, _ asset: AssetIndex, _ change: Amount) {
        self.table[self.place(venue, asset)].reserved += change
    }

    /// How much there is.
    public func total(_ venue: VenueIndex, _ asset: AssetIndex) -> Amount { self.table[self.place(venue, asset)].total }
    /// How much of it open orders have reserved.
    public func reserved(_ venue: VenueIndex, _ asset: AssetIndex) -> Amount {
        self.table[self.place(venue, asset)].reserved
    }
    /// What is left for new orders; negative where a venue reserves less than the engine fears.
    public func free(_ venue: VenueIndex, _ asset: AssetIndex) -> Amount {
        let balance = self.table[self.place(venue, asset)]
        return balance.total - balance.reserved
    }
}
