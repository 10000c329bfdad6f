/// A walk over one side of all live books of a pair at once, price by price, best first.
struct LadderMerge {
    private var cursors: InlineArray<64, Ladder.Cursor>
    private var keys: InlineArray<64, Int64>  // Of the cursors, as prices in units, negative for bids.
    private let first: Int
    private let count: Int
    private let side: Side

    /// The key of the current price; `Ladder.vacant` after the last.
    private(set) var key = Ladder.vacant
    /// The quantity of all venues at that price.
    private(set) var quantity: Int64 = 0
    /// The venues at that price.
    private(set) var mask: UInt64 = 0

    /// A walk over `side` of `pair`, over the levels with a key beyond `bound`, at the first of them.
    init(_ table: borrowing BookTable, pair: Int, _ side: Side, beyond bound: Int64) {
        self.cursors = InlineArray(repeating: .end)
        self.keys = InlineArray(repeating: Ladder.vacant)
        self.first = Int(table.pairs[pair].firstInstrument)
        self.count = Int(table.pairs[pair].stride)
        self.side = side
        for slot in 0..<self.count where table.books[self.first + slot].flags.contains(.live) {
            let start = Self.firstKey(beyond: bound, side, table.books[self.first + slot].tick)
            self.cursors[slot] = table.ladders[2 * (self.first + slot) + side.index].cursor(from: start)
            self.noteKey(slot, table)
        }
        self.collect(table)
    }

    /// The first key in ticks whose price is beyond `bound`, which is in price units and negative for bids.
    private static func firstKey(beyond bound: Int64, _ side: Side, _ tick: Grid) -> Int64 {
        if side == .ask { return bound < 0 ? 0 : tick.floorSteps(bound) + 1 }
        // A bid is beyond where its price is below -bound: at most floor((-bound - 1) / step) ticks.
        if bound >= -1 { return 0 }
        return bound < -Price.limit ? -Price.limit : -tick.floorSteps(-bound - 1)
    }

    private mutating func noteKey(_ slot: Int, _ table: borrowing BookTable) {
        let key = self.cursors[slot].key
        // At most Price.limit in magnitude.
        self.keys[slot] = key == Ladder.vacant ? key : key &* table.books[self.first &+ slot].tick.step
    }

    /// Goes on to the next price.
    mutating func advance(_ table: borrowing BookTable) {
        for slot in 0..<self.count where self.keys[slot] == self.key {
            let ladder = 2 &* (self.first &+ slot) &+ self.side.index
            self.cursors[slot] = table.ladders[ladder].next(after: self.cursors[slot])
            self.noteKey(slot, table)
        }
        self.collect(table)
    }

    private mutating func collect(_ table: borrowing BookTable) {
        var best = Ladder.vacant
        for slot in 0..<self.count { best = min(best, self.keys[slot]) }
        self.key = best
        self.quantity = 0
        self.mask = 0
        if best == Ladder.vacant { return }
        for slot in 0..<self.count where self.keys[slot] == best {
            self.quantity &+= self.cursors[slot].quantity
            self.mask |= table.books[self.first &+ slot].venueBit
        }
    }
}
