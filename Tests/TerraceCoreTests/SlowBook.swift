import TerraceCore

/// The slow, obvious twin of the book table for one pair: dictionaries and sorting.
struct SlowBook {
    var levels: [[Side: [Int64: Int64]]]
    var isLive: [Bool]

    init(venues: Int) {
        self.levels = Array(repeating: [.bid: [:], .ask: [:]], count: venues)
        self.isLive = Array(repeating: false, count: venues)
    }

    func sorted(_ venue: Int, _ side: Side) -> [(Int64, Int64)] {
        let all = self.levels[venue][side]?.map { ($0.key, $0.value) } ?? []
        return all.sorted { side == .bid ? $0.0 > $1.0 : $0.0 < $1.0 }
    }

    func consolidated(_ side: Side) -> [ConsolidatedLevel] {
        var merged: [Int64: ConsolidatedLevel] = [:]
        for venue in self.levels.indices where self.isLive[venue] {
            for (price, quantity) in self.sorted(venue, side) {
                var level =
                    merged[price] ?? ConsolidatedLevel(price: Price(units: price), quantity: .zero, venues: .none)
                level.quantity += Quantity(units: quantity)
                level.venues.insert(VenueIndex(UInt8(venue)))
                merged[price] = level
            }
        }
        return merged.values.sorted { side == .bid ? $0.price > $1.price : $0.price < $1.price }
    }

    func sweep(_ side: Side, _ quantity: Int64) -> (price: Int64, filled: Int64) {
        var left = quantity
        var notional: Int128 = 0
        for level in self.consolidated(side) where left > 0 {
            let taken = min(left, level.quantity.units)
            notional += Int128(taken) * Int128(level.price.units)
            left -= taken
        }
        let filled = quantity - left
        if filled == 0 { return (0, 0) }
        let down = notional / Int128(filled)
        return (Int64(side == .ask && down * Int128(filled) != notional ? down + 1 : down), filled)
    }
}

/// SplitMix64, so that a failure can be played again from its seed.
struct TestRandom {
    var state: UInt64
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
    mutating func below(_ bound: Int64) -> Int64 { Int64(self.next() % UInt64(bound)) }
}
