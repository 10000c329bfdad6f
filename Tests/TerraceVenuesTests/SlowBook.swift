import TerraceCore

/// The obvious book: a dictionary a side, changed at the end of each message, nothing clever.
struct SlowBook {
    var bids: [Int64: Int64] = [:]
    var asks: [Int64: Int64] = [:]
    var isWhole = false
    var trades = 0
    private var staged: [(Side, Int64, Int64)] = []
    private var isSnapshot = false

    mutating func apply(_ event: MarketEvent) {
        switch event {
        case .snapshotBegan:
            precondition(self.staged.isEmpty, "a snapshot began within a message")
            self.isSnapshot = true
        case .level(_, let side, let price, let quantity):
            self.staged.append((side, price.units, quantity.units))
        case .messageEnded:
            if self.isSnapshot {
                self.bids = [:]
                self.asks = [:]
                self.isWhole = true
                self.isSnapshot = false
            }
            precondition(self.isWhole, "a change came without a snapshot")
            for (side, price, quantity) in self.staged {
                switch side {
                case .bid: self.bids[price] = quantity == 0 ? nil : quantity
                case .ask: self.asks[price] = quantity == 0 ? nil : quantity
                }
            }
            self.staged = []
        case .trade: self.trades += 1
        case .bookLost:
            precondition(self.staged.isEmpty, "a book was lost within a message")
            precondition(self.isWhole, "a book was lost that was lost before")
            self.isWhole = false
        }
    }

    /// Whether all that came is whole messages.
    var isSettled: Bool { self.staged.isEmpty && !self.isSnapshot }

    func best(_ count: Int, _ side: Side) -> [(Int64, Int64)] {
        let levels = side == .bid ? self.bids : self.asks
        let prices = levels.keys.sorted { side == .bid ? $0 > $1 : $0 < $1 }
        return prices.prefix(count).map { ($0, levels[$0] ?? 0) }
    }
}

/// The instrument that an event is of.
func instrument(of event: Event) -> InstrumentIndex? {
    guard case .market(let market) = event else { return nil }
    switch market {
    case .snapshotBegan(let index), .level(let index, _, _, _), .messageEnded(let index, _),
        .trade(let index, _, _, _, _, _), .bookLost(let index):
        return index
    }
}
