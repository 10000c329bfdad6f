internal import TerraceCore

/// A book as it is published: levels sorted from the worst to the best, so that what changes most is moved least.
struct PublishedBook {
    /// The most levels of a side. What is worse than those is not published, and is taken back where it was.
    let depth: Int
    private(set) var bids: [Level] = []
    private(set) var asks: [Level] = []

    init(depth: Int) { self.depth = depth }

    subscript(side: Side) -> [Level] { side == .bid ? self.bids : self.asks }

    /// Sets a level; zero removes it. Gives the price that fell out behind it, if one did.
    ///
    /// - Complexity: O(levels better than it + log levels).
    mutating func set(_ side: Side, _ price: Price, _ quantity: Quantity) -> Price? {
        side == .bid
            ? Self.set(&self.bids, side, price, quantity, self.depth)
            : Self.set(&self.asks, side, price, quantity, self.depth)
    }

    /// What rests at a price; zero where nothing does.
    func quantity(_ side: Side, _ price: Price) -> Quantity {
        let levels = self[side]
        let place = Self.place(levels, side, price)
        return place < levels.count && levels[place].price == price ? levels[place].quantity : .zero
    }

    mutating func removeAll() {
        self.bids.removeAll(keepingCapacity: true)
        self.asks.removeAll(keepingCapacity: true)
    }

    /// The first place that is not worse than `price`.
    private static func place(_ levels: [Level], _ side: Side, _ price: Price) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if side.isBetter(price, than: levels[middle].price) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func set(
        _ levels: inout [Level], _ side: Side, _ price: Price, _ quantity: Quantity, _ depth: Int
    ) -> Price? {
        let place = self.place(levels, side, price)
        if place < levels.count, levels[place].price == price {
            if quantity.units == 0 { levels.remove(at: place) } else { levels[place].quantity = quantity }
            return nil
        }
        if quantity.units == 0 { return nil }
        levels.insert(Level(price: price, quantity: quantity), at: place)
        return levels.count > depth ? levels.removeFirst().price : nil
    }
}
