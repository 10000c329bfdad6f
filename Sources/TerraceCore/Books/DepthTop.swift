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

    private struct Entry {
        var key: Int64 = 0
        var quantity: Int64 = 0
        var mask: UInt64 = 0
    }

    // Worst first, best last, so that what changes most moves least.
    private var levels: InlineArray<32, Entry>
    /// How many levels there are.
    private(set) var count: Int
    /// All levels with a key up to this are here; `Ladder.vacant` where all there are, are.
    private(set) var bound: Int64

    /// No levels, and nothing known.
    init() {
        self.levels = InlineArray(repeating: Entry())
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
    func key(_ position: Int) -> Int64 { self.levels[self.count &- 1 &- position].key }
    /// The total quantity of the level at `position`.
    func quantity(_ position: Int) -> Int64 { self.levels[self.count &- 1 &- position].quantity }
    /// The venues of the level at `position`.
    func mask(_ position: Int) -> UInt64 { self.levels[self.count &- 1 &- position].mask }

    /// A venue's level at `key`, which is within `bound`, went from `old` to `new`; zero is no level.
    ///
    /// A total is at most 64 times `Quantity.limit`, 2^62, and fits.
    /// - Complexity: O(`capacity`), mostly less: the levels between this one and the best are passed.
    mutating func change(_ key: Int64, from old: Int64, to new: Int64, venue bit: UInt64) {
        var place = self.count
        while place > 0, self.levels[place &- 1].key < key { place &-= 1 }
        if place > 0, self.levels[place &- 1].key == key {
            let level = place &- 1
            self.levels[level].quantity &+= new &- old
            if new != 0 {
                self.levels[level].mask |= bit
            } else {
                self.levels[level].mask &= ~bit
                if self.levels[level].mask == 0 { self.remove(level) }
            }
        } else if new != 0 {
            self.insert(Entry(key: key, quantity: new, mask: bit), at: place)
        }
    }

    private mutating func remove(_ level: Int) {
        self.count &-= 1
        for index in level..<self.count { self.levels[index] = self.levels[index &+ 1] }
    }

    private mutating func insert(_ entry: Entry, at wanted: Int) {
        var place = wanted
        if self.count == Self.capacity {
            if place == 0 {
                self.bound = entry.key &- 1  // The worst of all: there is no place for it.
                return
            }
            self.bound = self.levels[0].key &- 1
            place &-= 1
            for index in 0..<place { self.levels[index] = self.levels[index &+ 1] }
        } else {
            var index = self.count
            while index > place {
                self.levels[index] = self.levels[index &- 1]
                index &-= 1
            }
            self.count &+= 1
        }
        self.levels[place] = entry
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
        self.levels[self.count] = Entry(key: key, quantity: quantity, mask: mask)
        self.count += 1
        return true
    }

    /// Ends a refill: levels came best first and lie best last. `bound` is set unless all levels are here.
    mutating func endRefill() {
        if self.bound == .min { self.bound = Ladder.vacant }
        var low = 0
        var high = self.count - 1
        while low < high {
            self.levels.swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}
