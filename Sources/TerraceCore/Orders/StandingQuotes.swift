/// The prices at which our own orders stand, or may stand, on one side of one instrument, over all strategies of the shard.
///
/// What a new order is checked against, so that we never trade with ourselves. A handful of entries, without order.
struct StandingQuotes: ~Copyable {
    struct Entry {
        let key: UInt64
        var price: Int64
    }
    private var entries = FixedArray<Entry>()

    /// No order.
    init() {}

    /// Room for one more slot, so that `set` need not allocate. For registration.
    mutating func makeRoom(for count: Int) { self.entries.reserve(self.entries.capacity + count) }

    /// The slot `key` stands at `price` at most eager; zero takes it off.
    ///
    /// - Complexity: O(slots on this side of the instrument).
    mutating func set(_ key: UInt64, _ price: Int64) {
        for index in 0..<self.entries.count where self.entries[index].key == key {
            if price == 0 { self.entries.swapRemove(index) } else { self.entries[index].price = price }
            return
        }
        if price == 0 { return }
        self.entries.grow(by: 1)
        self.entries.append(Entry(key: key, price: price))
    }

    /// Whether an order of the other side at `price` would trade with one of these, which are on `side`.
    func crosses(_ price: Int64, standing side: Side) -> Bool {
        for index in 0..<self.entries.count {
            let standing = self.entries[index].price
            if side == .ask ? price >= standing : price <= standing { return true }
        }
        return false
    }
}
