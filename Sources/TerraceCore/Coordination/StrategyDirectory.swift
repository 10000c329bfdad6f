/// From the hash of a strategy's id, as client order ids carry it, to the strategy: open addressing, grown at registration.
struct StrategyDirectory: ~Copyable {
    struct Entry {
        var hash: UInt32 = 0
        var index: Int32 = -1
    }
    private var entries = FixedArray<Entry>()
    private var count = 0

    /// Nobody.
    init() { self.entries.growAppending(repeating: Entry(), count: 16) }

    /// The strategy with this hash, or nil.
    ///
    /// - Complexity: O(1).
    subscript(hash: UInt32) -> Int? {
        let entry = self.entries[self.place(of: hash)]
        return entry.index < 0 ? nil : Int(entry.index)
    }

    /// Leads `hash` to `index` from now on.
    mutating func set(_ hash: UInt32, to index: Int) {
        if self.entries[self.place(of: hash)].index < 0 {
            self.count += 1
            if self.count * 2 > self.entries.count { self.grow() }
        }
        self.entries[self.place(of: hash)] = Entry(hash: hash, index: Int32(truncatingIfNeeded: index))
    }

    /// Where `hash` is, or the free place where it would be. One half of the table is free, so there is one.
    private func place(of hash: UInt32) -> Int {
        let mask = self.entries.count - 1
        var place = Int(truncatingIfNeeded: UInt64(hash) &* 0x9E37_79B9_7F4A_7C15 >> 32) & mask
        while self.entries[place].index >= 0, self.entries[place].hash != hash { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        var old: [Entry] = []
        for index in 0..<self.entries.count where self.entries[index].index >= 0 { old.append(self.entries[index]) }
        self.entries.fill(with: Entry())
        self.entries.growAppending(repeating: Entry(), count: self.entries.count)
        for entry in old { self.entries[self.place(of: entry.hash)] = entry }
    }
}
