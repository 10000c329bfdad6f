public import TerraceCore

/// What is known of a strategy from all that was recorded, over all runs. Strategies are known by their id.
public struct LedgerStrategy: Sendable {
    /// What it holds on one venue.
    public struct Share: Sendable {
        /// The name of the venue.
        public var venue: String
        /// What its fills there came to.
        public var position = Position()
        /// A digest of them, with the coin indices of the runs that booked them.
        public var fills = FillTally()
    }

    /// Its id.
    public var id: String
    /// The hash of the id that its order ids carry.
    public var hash: UInt32
    /// The pair that it quotes.
    public var symbol: String
    /// The units of its positions.
    public var units: Units
    /// What it holds, the opening inventory included. Coins of `thirdFees` are places in the ledger's `coins`.
    public var total = Position()
    /// What of it came by fills, by venue, in the order in which venues first came.
    public var shares: [Share] = []
    /// Whether its opening inventory was booked.
    public var isSeeded = false
    /// How much that was, and at which price.
    public var opening = Quantity.zero
    /// The price of the opening inventory.
    public var openingPrice = Price.zero
    /// The profit from which its loss limit counts.
    public var lossBaseline = Amount.zero
    /// Whether its loss limit has stopped it, and nobody has lifted the stop.
    public var isStopped = false

    init(id: String, hash: UInt32, symbol: String, units: Units) {
        self.id = id
        self.hash = hash
        self.symbol = symbol
        self.units = units
    }

    /// Whether nothing is held and nothing was ever booked that would be lost.
    var isFlat: Bool { self.total.quantity == .zero && self.shares.allSatisfy { $0.position.quantity == .zero } }

    mutating func book(_ fill: Fill, of order: ClientOrderID, venue: String, fee: FeeKind) {
        self.total.book(fill, units: self.units, fee: fee)
        let place = self.place(of: venue)
        self.shares[place].position.book(fill, units: self.units, fee: fee)
        self.shares[place].fills.book(fill, of: order)
    }

    private mutating func place(of venue: String) -> Int {
        if let place = self.shares.firstIndex(where: { $0.venue == venue }) { return place }
        self.shares.append(Share(venue: venue))
        return self.shares.count - 1
    }
}
