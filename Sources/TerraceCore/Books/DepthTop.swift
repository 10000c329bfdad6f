/// The best levels of one side of a pair over all its live venues, kept exact by applying each change of a venue's level.
///
/// Keys are prices in units, negative for bids, so that the lowest is the best on both sides. It knows every level up to
/// and including `bound`, and nothing beyond it. A level that comes in when all places are taken pushes out the worst
/// and pulls `bound` in; levels that go leave fewer. When fewer than `enough` are left while there are others beyond, it
/// is refilled from the books: after some twenty levels have gone, not at every change.
struct DepthTop {
    /// How many levels are kept.
    static let capacity = 32
    /// With fewer, it is refilled.
    static let enough = 10

    // Worst first, best last, so that what changes most moves least.
    private var keys: InlineArray<32, Int64>
    private var quantities: InlineArray<32, Int64>
    private var masks: InlineArray<32, UInt64>
    /// How many levels there are.
    private(set) var count: Int
    /// All levels with a key up to this are here; `Ladder.vacant` where all there are, are.
    private(set) var bound: Int64

    /// No levels, and nothing known.
    init() {
        self.keys = InlineArray(repeating: 0)
        self.quantities = InlineArray(repeating: 0)
        self.masks = InlineArray(repeating: 0)
        self.count = 0
        self.bound = .min
    }

    /// Whether levels are missing that should be here.
    var isShort: Bool { self.count < Self.enough && self.bound != Ladder.vacant }

    /// Whether these are all levels there are.
    var isComplete: Bool { self.bound == Ladder.vacant }

    /// The key of the level at `position`, 0 for the best.
    ///
    /// - Precondition: `position` is within `0..<count`, also for the next two.
    func key(_ position: Int) -> Int64 { self.keys[self.count &- 1 &- position] }
    /// The total quantity of the level at `position`.
    func quantity(_ position: Int) -> Int64 { self.quantities[self.count &- 1 &- position] }
    /// The venues of the level at `position`.
    func mask(_ position: Int) -> UInt64 { self.masks[self.count &- 1 &- position] }

    /// A venue's level at `key` went from `old` to `new`; zero is no level.
    ///
    /// A total is at most 64 times `Quantity.limit`, 2^62, and fits.
    /// - Returns: Whether that is within what is kept.
    /// - Complexity: O(`capacity`), mostly less: the levels between this one and the best are passed.
    mutating func change(_ key: Int64, from old: Int64, to new: Int64, venue bit: UInt64) -> Bool {
        if key > self.bound || old == new { return false }
        var place = self.count
        while place > 0, self.keys[place &- 1] < key { place &-= 1 }
        if place > 0, self.keys[place &- 1] == key {
            let level = place &- 1
            self.quantities[level] &+= new &- old
            if new != 0 {
                self.masks[level] |= bit
            } else {
                self.masks[level] &= ~bit
                if self.masks[level] == 0 { self.remove(level) }
            }
        } else if new != 0 {
            self.insert(key, new, bit, at: place)
        }
        return true
    }

    private mutating func remove(_ level: Int) {
        self.count &-= 1
        for index in level..<self.count {
            self.keys[index] = self.keys[index &+ 1]
            self.quantities[index] = self.quantities[index &+ 1]
            self.masks[index] = self.masks[index &+ 1]
        }
    }

    private mutating func insert(_ key: Int64, _ quantity: Int64, _ mask: UInt64, at wanted: Int) {
        var place = wanted
        if self.count == Self.capacity {
            if place == 0 {
                self.bound = key &- 1  // The worst of all: there is no place for it.
                return
            }
            self.bound = self.keys[0] &- 1
            place &-= 1
            for index in 0..<place {
                self.keys[index] = self.keys[index &+ 1]
                self.quantities[index] = self.quantities[index &+ 1]
                self.masks[index] = self.masks[index &+ 1]
            }
        } else {
            var index = self.count
            while index > place {
                self.keys[index] = self.keys[index &- 1]
                self.quantities[index] = self.quantities[index &- 1]
                self.masks[index] = self.masks[index &- 1]
                index &-= 1
            }
            self.count &+= 1
        }
        self.keys[place] = key
        self.quantities[place] = quantity
        self.masks[place] = mask
    }

    /// Forgets all, before a refill.
    mutating func beginRefill() {
        self.count = 0
        self.bound = .min
    }

    /// Adds the next level of a refill, best first.
    ///
    /// - Returns: `false` where there is no place for it: the refill is over.
    mutating func refill(_ key: Int64, _ quantity: Int64, _ mask: UInt64) -> Bool {
        if self.count == Self.capacity {
            self.bound = key - 1
            return false
        }
        self.keys[self.count] = key
        self.quantities[self.count] = quantity
        self.masks[self.count] = mask
        self.count += 1
        return true
    }

    /// Ends a refill: levels came best first and lie best last. `bound` is set unless all levels are here.
    mutating func endRefill() {
        if self.bound == .min { self.bound = Ladder.vacant }
        var low = 0
        var high = self.count - 1
        while low < high {
            self.keys.swapAt(low, high)
            self.quantities.swapAt(low, high)
            self.masks.swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}
