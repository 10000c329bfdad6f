/// The levels of one side beyond its ring: sorted by key, worst first and best last, in one buffer with room at both ends.
///
/// A snapshot arrives best level first, so each level goes before all others, while a moving market adds and takes levels
/// at the other end; both are O(1) here. An insertion elsewhere moves the shorter part of the buffer by one place.
///
/// At most `limit` levels are kept. When it is full, the worst level gives way: it is the one that matters least, and the
/// venue's next change or snapshot of it brings it back once the book has thinned.
@safe struct FarLevels: ~Copyable {
    /// One level: its key (the lower, the better) and its quantity.
    struct Entry {
        var key: Int64
        var quantity: Int64
    }

    private var base: UnsafeMutablePointer<Entry>
    private var room: Int32
    private var start: Int32
    private var used: Int32
    private let limit: Int32

    /// No levels, and room for none until the first comes.
    ///
    /// - Precondition: `limit` is within `1...2^24`.
    init(limit: Int) {
        precondition(limit >= 1 && limit <= 1 << 24, "a depth limit is between 1 and 2^24 levels")
        unsafe self.base = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
        self.room = 0
        self.start = 0
        self.used = 0
        self.limit = Int32(limit)
    }

    deinit { unsafe self.base.deallocate() }  // Entries are trivial; `base` is always ours.

    /// How many levels there are.
    var count: Int { Int(self.used) }

    /// The level at `index`, counted from the worst.
    ///
    /// - Precondition: `index` is within `0..<count`.
    subscript(index: Int) -> Entry {
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: self.count), "level beyond the count")
            return unsafe self.base[Int(self.start) + index]  // start + count never passes the room.
        }
        set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: self.count), "level beyond the count")
            unsafe self.base[Int(self.start) + index] = newValue  // As above.
        }
    }

    /// How many levels have a key of at least `key`: they are the first ones.
    ///
    /// - Complexity: O(log count).
    func countBeyond(_ key: Int64) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].key >= key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The quantity at `key`, zero where there is no such level.
    func quantity(at key: Int64) -> Int64 {
        let beyond = self.countBeyond(key)
        guard beyond > 0 else { return 0 }
        let entry = self[beyond - 1]
        return entry.key == key ? entry.quantity : 0
    }

    /// Puts `quantity` at `key`; zero removes the level.
    ///
    /// - Returns: `false` where the level is worse than all and there is no room for it.
    /// - Complexity: O(log count) and the move of the shorter part.
    mutating func set(_ key: Int64, _ quantity: Int64) -> Bool {
        let beyond = self.countBeyond(key)
        if beyond > 0, self[beyond - 1].key == key {
            if quantity == 0 { self.remove(at: beyond - 1) } else { self[beyond - 1].quantity = quantity }
            return true
        }
        if quantity == 0 { return true }
        return self.insert(Entry(key: key, quantity: quantity), at: beyond)
    }

    /// Adds a level that is better than all.
    mutating func append(_ entry: Entry) { _ = self.insert(entry, at: self.count) }

    /// Takes the best level out.
    ///
    /// - Precondition: there is one.
    mutating func removeLast() -> Entry {
        let entry = self[self.count - 1]
        self.used -= 1
        return entry
    }

    /// Takes all levels out; the room stays.
    mutating func removeAll() {
        self.used = 0
        self.start = self.room / 2
    }

    private mutating func remove(at index: Int) {
        let first = Int(self.start)
        // Both moves stay within start..<start + used.
        if index < self.count / 2 {
            unsafe (self.base + first + 1).update(from: self.base + first, count: index)
            self.start += 1
        } else {
            unsafe (self.base + first + index).update(
                from: self.base + first + index + 1, count: self.count - index - 1)
        }
        self.used -= 1
    }

    private mutating func insert(_ entry: Entry, at wanted: Int) -> Bool {
        var index = wanted
        if self.used == self.limit {
            if index == 0 { return false }
            self.start += 1  // The worst level gives way.
            self.used -= 1
            index -= 1
        }
        let towardWorst = index < self.count / 2
        if towardWorst ? self.start == 0 : self.start + self.used == self.room { self.makeRoom() }
        let first = Int(self.start)
        // There is a free place at the end that is moved into, after `makeRoom` at both.
        if towardWorst {
            unsafe (self.base + first - 1).update(from: self.base + first, count: index)
            self.start -= 1
        } else {
            unsafe (self.base + first + index + 1).update(from: self.base + first + index, count: self.count - index)
        }
        self.used += 1
        self[index] = entry
        return true
    }

    /// Centres the levels in the buffer, in one twice as large where less than half of this one is free.
    ///
    /// After it a quarter of the buffer or more is free at each end, so that its cost, spread over the insertions up to
    /// the next, is constant. The room never passes four times the limit and 64.
    private mutating func makeRoom() {
        let first = Int(self.start)
        if self.used >= self.room / 2 {
            let room = max(32, 2 * Int(self.room))
            let larger = UnsafeMutablePointer<Entry>.allocate(capacity: room)
            let centred = (room - self.count) / 2
            // Fresh memory, room for all of it.
            unsafe (larger + centred).initialize(from: self.base + first, count: self.count)
            unsafe self.base.deallocate()
            unsafe self.base = larger
            self.room = Int32(room)
            self.start = Int32(centred)
        } else {
            let centred = (Int(self.room) - self.count) / 2
            unsafe (self.base + centred).update(from: self.base + first, count: self.count)  // Overlap is allowed.
            self.start = Int32(centred)
        }
    }
}

// The only owner of its buffer.
extension FarLevels: @unchecked Sendable {}
