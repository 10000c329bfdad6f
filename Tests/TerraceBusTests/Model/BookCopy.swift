import TerraceCore

/// A book kept the slow and obvious way, from the events that an engine would get.
struct BookCopy: Equatable {
    var levels: [Side: [Int64: Int64]] = [.bid: [:], .ask: [:]]
    /// Of all levels; the same for the same levels, in whatever order they came.
    private(set) var hash: UInt64 = 0
    /// Nil while there is no book.
    var isWhole = false
    private var next: [Side: [Int64: Int64]]?

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
                if let old = self.levels[side]?[price.units] { self.hash ^= Self.mark(side, price.units, old) }
                if let value { self.hash ^= Self.mark(side, price.units, value) }
                self.levels[side]?[price.units] = value
            }
        case .messageEnded:
            if let next = self.next {
                self.levels = next
                self.next = nil
                self.isWhole = true
                self.hash = 0
                for (side, levels) in next {
                    for (price, quantity) in levels { self.hash ^= Self.mark(side, price, quantity) }
                }
            }
        case .trade: break
        case .bookLost:
            self.next = nil
            self.isWhole = false
            self.levels = [.bid: [:], .ask: [:]]
            self.hash = 0
        }
    }

    private static func mark(_ side: Side, _ price: Int64, _ quantity: Int64) -> UInt64 {
        var mixed = UInt64(bitPattern: price) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: quantity)
        if side == .ask { mixed = ~mixed }
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
