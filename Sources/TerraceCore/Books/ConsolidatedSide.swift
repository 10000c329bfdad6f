/// The best levels of one side over all live venues of a pair, kept in place from level changes.
///
/// Up to 32 levels, best first. A change inside them moves the total and the mask of its level; one that falls out of the kept
/// range is none of its business. When removals leave fewer than 10 while the books have more, it is refilled at the next look.
struct ConsolidatedSide {
    static let capacity = 32
    static let least = 10

    private(set) var levels: [ConsolidatedLevel] = []
    /// Whether the levels are all there are.
    private(set) var isComplete = true
    /// Whether the levels are true; otherwise they are merged anew at the next look.
    private(set) var isValid = false
    private let side: Side

    init(_ side: Side) {
        self.side = side
        self.levels.reserveCapacity(Self.capacity)
    }

    mutating func invalidate() { self.isValid = false }

    /// Takes the first 32 of `count` merged levels; a 33rd says that there are more.
    mutating func refill(_ merged: InlineArray<33, ConsolidatedLevel>, _ count: Int) {
        self.levels.removeAll(keepingCapacity: true)
        for position in 0..<min(count, Self.capacity) { self.levels.append(merged[position]) }
        self.isComplete = count <= Self.capacity
        self.isValid = true
    }

    /// A venue's quantity at `price` went from `old` to `new`.
    ///
    /// - Returns: whether a kept level changed.
    mutating func change(_ price: Price, _ venue: VenueIndex, from old: Int64, to new: Int64) -> Bool {
        if !self.isValid { return true }
        if old == new { return false }
        let count = self.levels.count
        if !self.isComplete, count > 0, self.side.isBetter(self.levels[count - 1].price, than: price) { return false }
        var position = 0
        while position < count, self.side.isBetter(self.levels[position].price, than: price) { position += 1 }
        if position < count, self.levels[position].price == price {
            self.levels[position].quantity.units += new - old
            if new == 0 {
                self.levels[position].venues.remove(venue)
            } else {
                self.levels[position].venues.insert(venue)
            }
            if self.levels[position].venues.isEmpty {
                self.levels.remove(at: position)
                if !self.isComplete, self.levels.count < Self.least { self.isValid = false }
            }
            return true
        }
        if new == 0 { return false }
        if count == Self.capacity {
            self.isComplete = false
            if position == count { return false }
            self.levels.removeLast()
        }
        self.levels.insert(
            ConsolidatedLevel(price: price, quantity: Quantity(units: new), venues: VenueSet(venue)), at: position)
        return true
    }
}
