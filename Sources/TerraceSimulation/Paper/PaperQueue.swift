import TerraceCore

/// Our orders on one side of one recorded book, in which they do not stand, each with its place in the queue at its price.
///
/// Public prints and book messages of one venue reach us in either order, so both tell of the same volume twice. Which came
/// first is told by their venue times: a print whose time is not after that of the last book message is in the book already.
/// Prints that are ahead of the book wait in `prints` and explain the next decrease of their level; the part of a decrease
/// that no print explains moves the queue like cancels, and what it moved stays in an order's `credit`, from which a print
/// that comes behind its book message is paid before it moves the queue again. Where a venue tells no times, both are done,
/// which errs against us.
struct PaperQueue {
    /// How long a print may come behind the book message that shows it, in nanoseconds.
    static let lateness: Int64 = 1_000_000_000
    /// How many prints of one level wait for the book; further ones are added to the newest.
    static let mostPrints = 64

    struct Order {
        let client: ClientOrderID
        var quantity: Int64
        var filled: Int64
        var ahead: Int64  // Displayed at our price before us.
        let knownUpTo: Timestamp  // Prints up to this venue time were in the book when the order joined.
        let arrivedAt: Timestamp  // By the venue's time. Prints up to it may be told later; they fill others.
        var credit: Int64 = 0  // By how much decreases that no print has explained moved us ahead.
        var creditAt = Timestamp.distantPast
        var remaining: Int64 { self.quantity - self.filled }
    }

    struct Level {
        let price: Int64
        var shown: Int64  // Displayed as of the last whole message.
        var next: Int64  // Displayed as of the message that is coming in.
        var isMentioned = false
        var prints: [(at: Timestamp, quantity: Int64)] = []
        var orders: [Order] = []  // By time of arrival; never empty.
    }

    let side: Side
    /// The levels at which we have orders, best first.
    private(set) var levels: [Level] = []

    init(side: Side) { self.side = side }

    var isEmpty: Bool { self.levels.isEmpty }
    /// The best price at which we have an order; zero where there is none.
    var best: Int64 { self.levels.first?.price ?? 0 }
    /// How many orders there are.
    var count: Int {
        var sum = 0
        for level in self.levels { sum += level.orders.count }
        return sum
    }

    // MARK: Orders

    /// Where an order of ours is.
    struct Place {
        let level: Int
        let order: Int
    }

    /// - Complexity: O(orders on this side of the instrument).
    func place(of client: ClientOrderID) -> Place? {
        for level in self.levels.indices {
            for order in self.levels[level].orders.indices where self.levels[level].orders[order].client == client {
                return Place(level: level, order: order)
            }
        }
        return nil
    }

    func price(at place: Place) -> Int64 { self.levels[place.level].price }
    func order(at place: Place) -> Order { self.levels[place.level].orders[place.order] }

    /// Puts an order behind the `shown` quantity of its level.
    mutating func join(
        _ client: ClientOrderID, price: Int64, quantity: Int64, filled: Int64, shown: Int64, bookTime: Timestamp,
        arrivedAt: Timestamp
    ) {
        let order = Order(
            client: client, quantity: quantity, filled: filled, ahead: shown, knownUpTo: bookTime,
            arrivedAt: arrivedAt)
        let (index, isThere) = self.find(price)
        if !isThere { self.levels.insert(Level(price: price, shown: shown, next: shown), at: index) }
        self.levels[index].orders.append(order)
    }

    /// Makes an order smaller, which keeps its place.
    mutating func shrink(_ place: Place, to quantity: Int64) {
        self.levels[place.level].orders[place.order].quantity = quantity
    }

    mutating func remove(_ place: Place) {
        self.levels[place.level].orders.remove(at: place.order)
        if self.levels[place.level].orders.isEmpty { self.levels.remove(at: place.level) }
    }

    private func isBetter(_ price: Int64, than other: Int64) -> Bool {
        self.side == .bid ? price > other : price < other
    }

    private func find(_ price: Int64) -> (index: Int, isThere: Bool) {
        var low = 0
        var high = self.levels.count
        while low < high {
            let middle = (low + high) / 2
            if self.isBetter(self.levels[middle].price, than: price) { low = middle + 1 } else { high = middle }
        }
        return (low, low < self.levels.count && self.levels[low].price == price)
    }

    // MARK: The recorded book

    /// A level of the message that is coming in.
    mutating func mention(_ price: Int64, _ quantity: Int64) {
        let (index, isThere) = self.find(price)
        if !isThere { return }
        self.levels[index].next = quantity
        self.levels[index].isMentioned = true
    }

    /// The message is whole: moves the queues by what it shows and prints have not told.
    mutating func settle(bookTime: Timestamp, at now: Timestamp) {
        for index in self.levels.indices where self.levels[index].isMentioned || !self.levels[index].prints.isEmpty {
            self.settle(level: index, bookTime, now)
        }
    }

    private mutating func settle(level index: Int, _ bookTime: Timestamp, _ now: Timestamp) {
        var explained: Int64 = 0
        var waiting: Int64 = 0
        for print in self.levels[index].prints {
            if Self.isCovered(print.at, bookTime) { explained += print.quantity } else { waiting += print.quantity }
        }
        self.levels[index].prints.removeAll { Self.isCovered($0.at, bookTime) }
        let shown = self.levels[index].shown
        let next = self.levels[index].isMentioned ? self.levels[index].next : shown
        let left = max(0, shown - explained)
        let cancelled = max(0, left - next)
        self.levels[index].shown = next
        self.levels[index].isMentioned = false
        for order in self.levels[index].orders.indices {
            let ahead = self.levels[index].orders[order].ahead
            if ahead == 0 { continue }
            // Cancels are spread over the whole queue; what is rounded off stays ahead of us.
            let queue = max(ahead, left - waiting)
            let moved = cancelled >= queue ? ahead : Int64(Int128(cancelled) * Int128(ahead) / Int128(queue))
            let rest = min(ahead - moved, next)
            if rest == ahead { continue }
            self.levels[index].orders[order].ahead = rest
            if now.nanoseconds(since: self.levels[index].orders[order].creditAt) > Self.lateness {
                self.levels[index].orders[order].credit = 0
            }
            self.levels[index].orders[order].credit += ahead - rest
            self.levels[index].orders[order].creditAt = now
        }
    }

    /// The book was lost, and a snapshot shows `shown` at the level at `index`: nothing is known of what happened between.
    mutating func restart(level index: Int, shown: Int64) {
        self.levels[index].shown = shown
        self.levels[index].isMentioned = false
        self.levels[index].prints.removeAll()
        for order in self.levels[index].orders.indices {
            self.levels[index].orders[order].ahead = min(self.levels[index].orders[order].ahead, shown)
            self.levels[index].orders[order].credit = 0
        }
    }

    /// A message that was coming in will not be completed.
    mutating func forgetMessage() {
        for index in self.levels.indices { self.levels[index].isMentioned = false }
    }

    private static func isCovered(_ print: Timestamp, _ bookTime: Timestamp) -> Bool {
        print <= bookTime || bookTime == .distantPast
    }

    // MARK: Fills

    /// A public trade that took from this side: better prices first, at its own price the queue ahead of us before us.
    ///
    /// What one order of ours takes of it is gone for the next, and for the queues of worse levels.
    mutating func trade(
        _ price: Int64, _ quantity: Int64, printTime: Timestamp, bookTime: Timestamp, at now: Timestamp,
        into fills: inout [PaperFill]
    ) {
        var left = quantity
        var level = 0
        while level < self.levels.count, !self.isBetter(price, than: self.levels[level].price) {
            if self.levels[level].price == price {
                self.tradeAt(level, quantity, &left, printTime, bookTime, now, into: &fills)
            } else {
                // It traded through our price: nothing of the recorded queue was left there.
                for order in self.levels[level].orders.indices where !self.isKnown(level, order, printTime) {
                    self.levels[level].orders[order].ahead = 0
                    if self.isOurs(level, order, printTime) { self.fill(level, order, &left, &fills) }
                }
            }
            self.dropFilled(&level)
        }
    }

    private mutating func tradeAt(
        _ level: Int, _ quantity: Int64, _ left: inout Int64, _ printTime: Timestamp, _ bookTime: Timestamp,
        _ now: Timestamp, into fills: inout [PaperFill]
    ) {
        let hasTimes = printTime != .distantPast && bookTime != .distantPast
        let isShown = hasTimes && printTime <= bookTime
        if !isShown { self.note(level, printTime, quantity) }
        let start = left
        var taken: Int64 = 0  // By the recorded queue, once for all our orders.
        for order in self.levels[level].orders.indices where !self.isKnown(level, order, printTime) {
            let ahead = self.levels[level].orders[order].ahead
            var credit: Int64 = 0
            if isShown || !hasTimes,
                now.nanoseconds(since: self.levels[level].orders[order].creditAt) <= Self.lateness
            {
                credit = min(self.levels[level].orders[order].credit, start)
                self.levels[level].orders[order].credit -= credit
            }
            let more = max(0, ahead + credit - taken)
            let part = min(left, more)
            left -= part
            taken += part
            self.levels[level].orders[order].ahead = max(0, min(ahead, ahead + credit - taken))
            if part == more, self.isOurs(level, order, printTime) { self.fill(level, order, &left, &fills) }
        }
    }

    private mutating func note(_ level: Int, _ time: Timestamp, _ quantity: Int64) {
        let count = self.levels[level].prints.count
        if count == Self.mostPrints {
            // Each is held at the limit, so that all of them together fit.
            self.levels[level].prints[count - 1].quantity = min(
                Quantity.limit, self.levels[level].prints[count - 1].quantity + quantity)
            self.levels[level].prints[count - 1].at = max(self.levels[level].prints[count - 1].at, time)
        } else {
            self.levels[level].prints.append((time, quantity))
        }
    }

    /// Whether a print was in the book already when the order joined its queue.
    private func isKnown(_ level: Int, _ order: Int, _ printTime: Timestamp) -> Bool {
        printTime != .distantPast && printTime <= self.levels[level].orders[order].knownUpTo
    }

    /// Whether a print happened after the order arrived, and so could fill it.
    private func isOurs(_ level: Int, _ order: Int, _ printTime: Timestamp) -> Bool {
        printTime == .distantPast || printTime > self.levels[level].orders[order].arrivedAt
    }

    /// An order of the recorded other side that came to stand at `price`, with `available` that we have not used: it would
    /// have met our orders up to that price.
    ///
    /// - Returns: How much of it our orders took.
    mutating func meet(_ price: Int64, _ available: Int64, into fills: inout [PaperFill]) -> Int64 {
        var left = available
        var level = 0
        while level < self.levels.count, left > 0, !self.isBetter(price, than: self.levels[level].price) {
            for order in self.levels[level].orders.indices { self.fill(level, order, &left, &fills) }
            self.dropFilled(&level)
        }
        return available - left
    }

    private mutating func fill(_ level: Int, _ order: Int, _ left: inout Int64, _ fills: inout [PaperFill]) {
        let quantity = min(left, self.levels[level].orders[order].remaining)
        if quantity <= 0 { return }
        left -= quantity
        self.levels[level].orders[order].filled += quantity
        let state = self.levels[level].orders[order]
        fills.append(
            PaperFill(
                client: state.client, price: self.levels[level].price, quantity: quantity, cumulative: state.filled,
                isLast: state.remaining == 0))
    }

    /// Takes filled orders off the level, and goes on to the next one.
    private mutating func dropFilled(_ level: inout Int) {
        self.levels[level].orders.removeAll { $0.remaining == 0 }
        if self.levels[level].orders.isEmpty { self.levels.remove(at: level) } else { level += 1 }
    }
}
