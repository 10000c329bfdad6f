/// One side of one instrument's book: quantities by tick, best first.
///
/// A *key* orders both sides alike: the tick number for asks, minus the tick number for bids, so that the best level has the
/// lowest key. Keys within a window of 512 from `origin` live in a ring of quantities addressed by the key's low bits, with a
/// bitmap of the occupied ones; keys beyond it in a sorted overflow, best last. The window moves only when the best leaves its
/// middle, a quarter of it kept for better prices to come. Setting a level inside the window is O(1); beyond it O(log n) to
/// find and O(distance from the window) to insert.
@safe struct Ladder: ~Copyable {
    static let size: Int64 = 512
    private static let mask: Int64 = size - 1
    private static let lead: Int64 = size / 4
    static let nothing = Int64.max

    struct FarLevel {
        var key: Int64
        var quantity: Int64
    }

    // 512 quantities and then 8 bitmap words, in one allocation owned by this ladder alone. Every index into it is masked to
    // 0..<512, or to 0..<8 for the words.
    private let ring: UnsafeMutablePointer<Int64>
    private let words: UnsafeMutablePointer<UInt64>
    private var origin: Int64 = 0
    private(set) var best = Ladder.nothing
    private var near = 0
    private var far: [FarLevel] = []
    private let depthLimit: Int

    init(depthLimit: Int) {
        self.depthLimit = depthLimit
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 512 * 8 + 64, alignment: 64)
        unsafe self.ring = memory.bindMemory(to: Int64.self, capacity: 512)
        unsafe self.words = (memory + 512 * 8).bindMemory(to: UInt64.self, capacity: 8)
        unsafe self.ring.initialize(repeating: 0, count: 512)
        unsafe self.words.initialize(repeating: 0, count: 8)
    }

    deinit { unsafe UnsafeMutableRawPointer(self.ring).deallocate() }

    /// How many levels there are.
    var count: Int { self.near + self.far.count }

    /// The quantity at the best key; zero where the ladder is empty.
    var bestQuantity: Int64 { self.best == Self.nothing ? 0 : unsafe self.ring[Int(self.best & Self.mask)] }

    /// The quantity at `key`; zero where there is none.
    func quantity(at key: Int64) -> Int64 {
        let offset = key &- self.origin
        if UInt64(bitPattern: offset) < UInt64(Self.size) { return unsafe self.ring[Int(key & Self.mask)] }
        if offset < 0 { return 0 }
        let position = self.farPosition(key)
        return position < self.far.count && self.far[position].key == key ? self.far[position].quantity : 0
    }

    /// Sets the quantity at `key`, zero for none, and returns what stood there before.
    mutating func set(_ key: Int64, _ quantity: Int64) -> Int64 {
        let offset = key &- self.origin
        if UInt64(bitPattern: offset) < UInt64(Self.size) {
            let slot = Int(key & Self.mask)
            let old = unsafe self.ring[slot]
            unsafe self.ring[slot] = quantity
            if quantity != 0 {
                if old == 0 {
                    unsafe self.words[slot >> 6] |= 1 << UInt64(slot & 63)
                    self.near += 1
                    if key < self.best { self.best = key }
                }
            } else if old != 0 {
                unsafe self.words[slot >> 6] &= ~(1 << UInt64(slot & 63))
                self.near -= 1
                if key == self.best { self.advance() }
            }
            return old
        }
        return self.setOutside(key, quantity)
    }

    /// Empties the ladder, keeping its memory.
    mutating func removeAll() {
        unsafe self.ring.update(repeating: 0, count: 512)
        unsafe self.words.update(repeating: 0, count: 8)
        self.near = 0
        self.best = Self.nothing
        self.far.removeAll(keepingCapacity: true)
    }

    /// The best occupied key above `key`, or `nothing`. `hint` is the position in the overflow from which to go on, and is
    /// moved along; start it at `farStart`.
    func next(after key: Int64, _ hint: inout Int) -> Int64 {
        if hint == self.far.count {
            let offset = key &+ 1 &- self.origin
            if offset < Self.size, let found = self.firstNear(from: offset) { return found }
        }
        hint -= 1
        return hint >= 0 ? self.far[hint].key : Self.nothing
    }

    /// Where an iteration's `hint` starts.
    var farStart: Int { self.far.count }

    // MARK: The window

    /// The first occupied key at `origin` + `offset` or above, within the window.
    private func firstNear(from offset: Int64) -> Int64? {
        if self.near == 0 { return nil }
        let start = self.origin &+ max(0, offset)
        let end = self.origin &+ Self.size
        var key = start
        while key < end {
            let slot = Int(key & Self.mask)
            let bits = unsafe self.words[slot >> 6] >> UInt64(slot & 63)
            if bits != 0 {
                let found = key &+ Int64(bits.trailingZeroBitCount)
                // The word may wrap around into the window's start, whose keys are below `start`.
                return found < end ? found : nil
            }
            key &+= Int64(64 - (slot & 63))
        }
        return nil
    }

    /// The best level went: finds the next, and moves the window along when it has drifted far.
    private mutating func advance() {
        if self.near > 0, let found = self.firstNear(from: self.best &- self.origin) {
            self.best = found
            if found &- self.origin > Self.size * 3 / 4, !self.far.isEmpty { self.anchor(found &- Self.lead) }
            return
        }
        guard let first = self.far.last else {
            self.best = Self.nothing
            return
        }
        self.anchor(first.key &- Self.lead)
        self.best = first.key
    }

    /// Moves the window to start at `start`: what falls out goes to the overflow, what comes in leaves it.
    private mutating func anchor(_ start: Int64) {
        let end = start &+ Self.size
        if start < self.origin, self.near > 0 {
            // Evicted levels are those from `end` to the old end, best first; all are better than every far level.
            let oldEnd = self.origin &+ Self.size
            let firstInsert = self.far.count
            var offset = max(0, end &- self.origin)
            while let key = self.firstNear(from: offset), key < oldEnd {
                let slot = Int(key & Self.mask)
                self.far.append(FarLevel(key: key, quantity: unsafe self.ring[slot]))
                unsafe self.ring[slot] = 0
                unsafe self.words[slot >> 6] &= ~(1 << UInt64(slot & 63))
                self.near -= 1
                offset = key &- self.origin &+ 1
            }
            if firstInsert < self.far.count { self.far[firstInsert...].reverse() }
            self.trimFar()
        }
        self.origin = start
        while let last = self.far.last, last.key < end {
            self.far.removeLast()
            let slot = Int(last.key & Self.mask)
            unsafe self.ring[slot] = last.quantity
            unsafe self.words[slot >> 6] |= 1 << UInt64(slot & 63)
            self.near += 1
        }
    }

    private mutating func setOutside(_ key: Int64, _ quantity: Int64) -> Int64 {
        if self.best == Self.nothing {
            if quantity == 0 { return 0 }
            self.origin = key &- Self.lead
            return self.set(key, quantity)
        }
        if key < self.origin {
            if quantity == 0 { return 0 }
            self.anchor(key &- Self.lead)
            return self.set(key, quantity)
        }
        let position = self.farPosition(key)
        if position < self.far.count, self.far[position].key == key {
            let old = self.far[position].quantity
            if quantity == 0 { self.far.remove(at: position) } else { self.far[position].quantity = quantity }
            return old
        }
        if quantity != 0 {
            self.far.insert(FarLevel(key: key, quantity: quantity), at: position)
            self.trimFar()
        }
        return 0
    }

    /// The depth is bounded: what is furthest from the touch is forgotten, as if the venue had not sent it.
    private mutating func trimFar() {
        if self.far.count > self.depthLimit { self.far.removeFirst(self.far.count - self.depthLimit) }
    }

    /// The position of `key` in the overflow, whose keys fall from first to last, or where it would go.
    private func farPosition(_ key: Int64) -> Int {
        var low = 0
        var high = self.far.count
        while low < high {
            let middle = (low + high) / 2
            if self.far[middle].key > key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
