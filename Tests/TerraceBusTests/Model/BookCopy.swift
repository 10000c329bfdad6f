import TerraceCore

/// A book kept the slow and obvious way, from the events that an engine would get.
struct BookCopy: Equatable {
    var levels: [Side: [Int64: Int64]] = [.bid: [:], .ask: [:]]
    /// Nil while there is no book.
    var isWhole = false
    private var next: [Side: [Int64: Int64]]?
    var trades: [UInt64] = []

    static func == (left: BookCopy, right: BookCopy) -> Bool {
        left.isWhole == right.isWhole && (!left.isWhole || left.levels == right.levels)
    }

    mutating func take(_ event: MarketEvent) {
        switch event {
        case .snapshotBegan: self.next = [.bid: [:], .ask: [:]]
        case .level(_, let side, let price, let quantity):
            let value = quantity.units == 0 ? nil : quantity.units
            if self.next != nil {
                self.next?[side]?[price.units] = value
            } else {
                self.levels[side]?[price.units] = value
            }
        case .messageEnded:
            if let next = self.next {
                self.levels = next
                self.next = nil
                self.isWhole = true
            }
        case .trade(_, _, _, _, _, let id): self.trades.append(id)
        case .bookLost:
            self.next = nil
            self.isWhole = false
            self.levels = [.bid: [:], .ask: [:]]
        }
    }
}
