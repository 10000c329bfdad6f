/// One side of one instrument's book, by *key*: the number of ticks for asks, its negative for bids, so that on both
/// sides the lowest key is the best and the code exists once.
///
/// Levels within a window of keys `origin..<origin + size` lie in a ring, addressed by the key's low bits, with a bitmap
/// of the occupied places; those beyond are in `far`. Nothing is ever below the window: a better level moves it. Moving
/// the window moves no level that stays inside. Setting a level in the window has no branch that depends on the market:
/// it stores the quantity, sets or clears a bit, and lowers `low`, a bound under which there is no level. The best is
/// found from there by `settle`, once a message.
struct Ladder: ~Copyable {
    /// The key that stands for no level; beyond all keys.
    static let vacant = Int64.max

    private var occupied: InlineArray<8, UInt64>
    private var ring: FixedArray<Int64>  // Zero wherever the bitmap is.
    private var origin: Int64
    // At or below the best key in the ring, and within the window; or `vacant`, only where the ring is empty.
    private var low: Int64
    private var far: FarLevels
    private let padding: UInt64 = 0  // To two whole cache lines.

    /// An empty side with a ring of `ring` levels, and up to `depthLimit` beyond it.
    ///
    /// - Precondition: `ring` is a power of two within `8...512`.
    init(ring size: Int, depthLimit: Int) {
        precondition(size >= 8 && size <= 512 && size & (size - 1) == 0, "a ring is a power of two within 8...512")
        self.occupied = InlineArray(repeating: 0)
        self.ring = FixedArray(capacity: size)
        self.ring.growAppending(repeating: 0, count: size)
        self.origin = Self.unanchored
        self.low = Self.vacant
        self.far = FarLevels(limit: depthLimit)
    }

    /// Where the window of an empty ladder is: so far off that the first level anchors it. Keys are within ±2^56.
    private static let unanchored: Int64 = 1 << 62

    private var size: Int { self.ring.count }

    private func position(_ key: Int64) -> Int { Int(truncatingIfNeeded: key) & (self.size &- 1) }

    private func isInWindow(_ key: Int64) -> Bool {
        UInt64(bitPattern: key &- self.origin) < UInt64(self.size)  // The difference of any two keys fits, see above.
    }

    /// How many levels there are.
    ///
    /// - Complexity: O(1).
    var count: Int {
        var count = self.far.count
        for word in self.occupied.indices { count += self.occupied[word].nonzeroBitCount }
        return count
    }

    /// The quantity at `key`, zero where there is no level.
    func quantity(at key: Int64) -> Int64 {
        if self.isInWindow(key) { return self.ring[self.position(key)] }
        return key < self.origin ? 0 : self.far.quantity(at: key)
    }

    /// Puts `quantity`, which is not negative, at `key`; zero removes the level.
    ///
    /// - Returns: `false` where the level lies beyond the depth that is kept.
    /// - Complexity: O(1) in the window; beyond it, see `FarLevels.set`; O(size) where the window has to move.
    @inline(__always)
    mutating func put(_ key: Int64, _ quantity: Int64) -> Bool {
        guard self.isInWindow(key) else { return self.putBeyondWindow(key, quantity) }
        self.putInWindow(key, quantity)
        return true
    }

    /// As `put`; also tells the quantity that was there before.
    ///
    /// It reads what `put` only writes, so it waits for memory where `put` does not.
    @inline(__always)
    mutating func exchange(_ key: Int64, _ quantity: Int64) -> (old: Int64, isKept: Bool) {
        guard self.isInWindow(key) else {
            let old = self.quantity(at: key)
            return (old, self.putBeyondWindow(key, quantity))
        }
        let old = self.ring[self.position(key)]
        self.putInWindow(key, quantity)
        return (old, true)
    }

    @inline(__always)
    private mutating func putInWindow(_ key: Int64, _ quantity: Int64) {
        let position = self.position(key)
        self.ring[position] = quantity
        let bit: UInt64 = 1 &<< UInt64(position)
        let word = position &>> 6
        self.occupied[word] = self.occupied[word] & ~bit | (quantity == 0 ? 0 : bit)
        self.low = min(self.low, quantity == 0 ? Self.vacant : key)
    }

    @inline(never)
    private mutating func putBeyondWindow(_ key: Int64, _ quantity: Int64) -> Bool {
        if key > self.origin { return self.far.set(key, quantity) }
        if quantity != 0 {
            self.lowerWindow(to: key)
            self.putInWindow(key, quantity)
        }
        return true
    }

    /// Takes all levels out.
    mutating func clear() {
        self.occupied = InlineArray(repeating: 0)
        self.ring.fill(with: 0)
        self.origin = Self.unanchored
        self.low = Self.vacant
        self.far.removeAll()
    }

    /// Finds the best level, and moves the window up where the best has left its first half.
    ///
    /// - Returns: The best key and its quantity, or `vacant` and zero.
    /// - Complexity: O(1), at most eight words of the bitmap; O(size) where the window moves.
    @inline(__always)
    mutating func settle() -> (key: Int64, quantity: Int64) {
        var best = self.firstInRing(from: self.low)
        // Unsigned, so that `vacant` is far off from any origin.
        if UInt64(bitPattern: best &- self.origin) > UInt64(self.size / 2) { best = self.raiseWindow(best) }
        self.low = best
        return (best, best == Self.vacant ? 0 : self.ring[self.position(best)])
    }

    /// The first occupied key of the ring from `key` on, or `vacant`.
    @inline(__always)
    private func firstInRing(from key: Int64) -> Int64 {
        guard self.isInWindow(key) else { return Self.vacant }
        let position = self.position(key)
        var word = position &>> 6
        var bits = self.occupied[word] & (UInt64.max &<< UInt64(position))
        let lastWord = (self.size &- 1) &>> 6
        var remaining = lastWord &+ 1
        while bits == 0 {
            if remaining == 0 { return Self.vacant }
            remaining &-= 1
            word = (word &+ 1) & lastWord
            bits = self.occupied[word]
        }
        let found = word &<< 6 | bits.trailingZeroBitCount
        let result = key &+ Int64((found &- position) & (self.size &- 1))
        return self.isInWindow(result) ? result : Self.vacant  // Beyond the window, the search has come round.
    }

    /// The last occupied key of the ring from `key` down to `bound`, or `vacant`.
    private func lastInRing(from key: Int64, downTo bound: Int64) -> Int64 {
        guard key >= bound, self.isInWindow(key) else { return Self.vacant }
        let position = self.position(key)
        let lastWord = (self.size - 1) >> 6
        var word = position >> 6
        var bits = self.occupied[word] & (UInt64.max &>> UInt64(63 - position & 63))
        var remaining = lastWord + 1
        while bits == 0 {
            if remaining == 0 { return Self.vacant }
            remaining -= 1
            word = (word - 1) & lastWord
            bits = self.occupied[word]
        }
        let found = word << 6 | (63 - bits.leadingZeroBitCount)
        let result = key - Int64((position - found) & (self.size - 1))
        return result >= bound ? result : Self.vacant
    }

    /// Moves the window so that `key`, which is better than all in it, lies at its first quarter.
    ///
    /// What falls off the worse end goes to `far`, worst first: all of it is better than what is there.
    private mutating func lowerWindow(to key: Int64) {
        let lowered = key - Int64(self.size / 4)
        let bound = max(lowered + Int64(self.size), self.origin)
        var leaving = self.lastInRing(from: self.origin + Int64(self.size - 1), downTo: bound)
        while leaving != Self.vacant {
            let position = self.position(leaving)
            self.far.append(FarLevels.Entry(key: leaving, quantity: self.ring[position]))
            self.ring[position] = 0
            self.occupied[position >> 6] &= ~(1 &<< UInt64(position))
            leaving = self.lastInRing(from: leaving - 1, downTo: bound)
        }
        self.origin = lowered
        if !self.isInWindow(self.low) { self.low = Self.vacant }  // Then everything has left.
    }

    /// Moves the window so that the best level lies at its first quarter, and takes in what it then covers.
    ///
    /// - Parameter bestInRing: The best of the ring, or `vacant`: then the best beyond, if any, takes its place.
    /// - Returns: The best key.
    @inline(never)
    private mutating func raiseWindow(_ bestInRing: Int64) -> Int64 {
        var best = bestInRing
        if best == Self.vacant {
            guard self.far.count > 0 else { return best }
            best = self.far[self.far.count - 1].key
        }
        self.origin = best - Int64(self.size / 4)
        let end = self.origin + Int64(self.size)
        while self.far.count > 0, self.far[self.far.count - 1].key < end {
            let entry = self.far.removeLast()
            self.putInWindow(entry.key, entry.quantity)
        }
        return best
    }

    /// A place in the walk over all levels from best to worst.
    struct Cursor {
        /// The level's key, or `vacant` after the last.
        var key: Int64
        /// The level's quantity.
        var quantity: Int64
        fileprivate var beyond: Int  // How many levels of `far` are still to come.

        /// The end of every walk.
        static var end: Cursor { Cursor(key: Ladder.vacant, quantity: 0, beyond: 0) }
    }

    /// The walk's first level at or beyond `key`.
    func cursor(from key: Int64) -> Cursor {
        let found = self.firstInRing(from: max(key, self.low))
        if found != Self.vacant {
            return Cursor(key: found, quantity: self.ring[self.position(found)], beyond: self.far.count)
        }
        return self.farCursor(self.far.countBeyond(key))
    }

    /// The level after `cursor`.
    ///
    /// - Complexity: O(1).
    func next(after cursor: Cursor) -> Cursor {
        let found = self.firstInRing(from: cursor.key &+ 1)
        if found != Self.vacant {
            return Cursor(key: found, quantity: self.ring[self.position(found)], beyond: self.far.count)
        }
        return self.farCursor(cursor.beyond)
    }

    private func farCursor(_ beyond: Int) -> Cursor {
        guard beyond > 0 else { return .end }
        let entry = self.far[beyond - 1]
        return Cursor(key: entry.key, quantity: entry.quantity, beyond: beyond - 1)
    }
}
