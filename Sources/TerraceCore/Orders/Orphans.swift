/// Orders of ours that stand at a venue and that nothing wants: each is cancelled, again and again, until the venue says that
/// it is gone. Bounded; what to do when it is full is for whoever asks.
struct Orphans: ~Copyable {
    struct Entry {
        let instrument: InstrumentIndex
        let order: ClientOrderID
        var cancelAt: Timestamp
    }
    private var entries: FixedArray<Entry>

    /// None, and room for `capacity`.
    init(capacity: Int) { self.entries = FixedArray(capacity: capacity) }

    /// How many there are.
    var count: Int { self.entries.count }

    /// Adds an order to be cancelled at once.
    ///
    /// - Returns: false where there is no room.
    mutating func add(_ instrument: InstrumentIndex, _ order: ClientOrderID) -> Bool {
        for index in 0..<self.entries.count where self.entries[index].order == order { return true }
        if self.entries.count == self.entries.capacity { return false }
        self.entries.append(Entry(instrument: instrument, order: order, cancelAt: .distantPast))
        return true
    }

    /// The venue says that the order no longer stands.
    mutating func remove(_ order: ClientOrderID) {
        for index in 0..<self.entries.count where self.entries[index].order == order {
            self.entries.swapRemove(index)
            return
        }
    }

    /// The order at `index`, in no order that counts.
    subscript(index: Int) -> Entry { self.entries[index] }

    /// The order at `index` is cancelled now, and again at `moment` unless it is gone by then.
    mutating func retry(_ index: Int, at moment: Timestamp) { self.entries[index].cancelAt = moment }
}
