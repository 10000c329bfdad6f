import TerraceCore

/// The obvious paper venue: dictionaries and one list of orders, everything walked through every time.
///
/// It knows the rules of fills only: no latency, limits or coins.
struct SlowPaper {
    struct Order {
        var id: UInt64
        var side: Side
        var price: Int64
        var quantity: Int64
        var filled: Int64 = 0
        var ahead: Int64
        var known: Int64
        var arrived: Int64
        var credit: Int64 = 0
        var creditAt: Int64 = -1_000_000_000_000
        var left: Int64 { self.quantity - self.filled }
    }

    var book: [Side: [Int64: Int64]] = [.bid: [:], .ask: [:]]
    var orders: [Order] = []  // By time.
    var prints: [(side: Side, price: Int64, at: Int64, quantity: Int64)] = []
    var used: [Side: [Int64: Int64]] = [.bid: [:], .ask: [:]]
    var bookTime: Int64 = 0
    var delays: [(now: Int64, ahead: Int64)] = []  // Within a minute, which is longer than a test.
    var fills: [(id: UInt64, quantity: Int64)] = []

    func best(_ side: Side) -> Int64? {
        side == .bid ? self.book[.bid]?.keys.max() : self.book[.ask]?.keys.min()
    }

    func shown(_ side: Side, _ price: Int64) -> Int64 { self.book[side]?[price] ?? 0 }

    static func isAtOrBetter(_ side: Side, _ price: Int64, _ other: Int64) -> Bool {
        side == .bid ? price >= other : price <= other
    }

    mutating func place(
        _ id: UInt64, _ side: Side, _ price: Int64, _ quantity: Int64, filled: Int64 = 0, now: Int64
    ) {
        self.orders.append(
            Order(
                id: id, side: side, price: price, quantity: quantity, filled: filled, ahead: self.shown(side, price),
                known: self.bookTime, arrived: now + (self.delays.map { $0.ahead }.max() ?? 0)))
    }

    mutating func amend(_ id: UInt64, _ price: Int64, _ quantity: Int64, now: Int64) {
        guard let place = self.orders.firstIndex(where: { $0.id == id }) else { return }
        let order = self.orders[place]
        if price == order.price, quantity <= order.quantity {
            self.orders[place].quantity = quantity
        } else {
            self.orders.remove(at: place)
            self.place(id, order.side, price, quantity, filled: order.filled, now: now)
        }
    }

    mutating func cancel(_ id: UInt64) {
        self.orders.removeAll { $0.id == id }
        self.tidy()
    }

    /// Prints wait only where an order of ours does.
    private mutating func tidy() {
        self.prints.removeAll { print in
            !self.orders.contains { $0.side == print.side && $0.price == print.price }
        }
    }

    mutating func depth(_ time: Int64, _ levels: [(Side, Int64, Int64)], now: Int64) {
        let before = self.book
        self.delays.append((now, time - now))
        for (side, price, quantity) in levels {
            self.book[side]?[price] = quantity == 0 ? nil : quantity
            if let used = self.used[side]?[price] {
                self.used[side]?[price] = quantity == 0 ? nil : min(used, quantity)
            }
        }
        self.bookTime = max(self.bookTime, time)
        for place in self.orders.indices {
            let order = self.orders[place]
            let own = self.prints.filter { $0.side == order.side && $0.price == order.price }
            let explained = own.filter { $0.at <= self.bookTime }.reduce(0) { $0 + $1.quantity }
            let waiting = own.filter { $0.at > self.bookTime }.reduce(0) { $0 + $1.quantity }
            let next = self.shown(order.side, order.price)
            let left = max(0, (before[order.side]?[order.price] ?? 0) - explained)
            let cancelled = max(0, left - next)
            let queue = max(order.ahead, left - waiting)
            let moved = cancelled >= queue ? order.ahead : cancelled * order.ahead / max(1, queue)
            let rest = min(order.ahead - moved, next)
            if rest == order.ahead { continue }
            if now - order.creditAt > 1_000 { self.orders[place].credit = 0 }
            self.orders[place].credit += order.ahead - rest
            self.orders[place].creditAt = now
            self.orders[place].ahead = rest
        }
        self.prints.removeAll { $0.at <= self.bookTime }
        for side in Side.allCases { self.cross(side) }
    }

    private mutating func cross(_ side: Side) {
        guard let own = self.best(side.opposite), self.best(side).map({ !Self.isAtOrBetter(side, $0, own) }) ?? true
        else { return }
        let other = side.opposite
        let prices = (self.book[other] ?? [:]).keys.sorted { side == .bid ? $0 < $1 : $0 > $1 }
        for price in prices {
            var left = self.shown(other, price) - (self.used[other]?[price] ?? 0)
            for place in self.inOrder(side) where Self.isAtOrBetter(side, self.orders[place].price, price) {
                let quantity = min(left, self.orders[place].left)
                if quantity <= 0 { continue }
                left -= quantity
                self.used[other]?[price, default: 0] += quantity
                self.orders[place].filled += quantity
                self.fills.append((self.orders[place].id, quantity))
            }
        }
        self.orders.removeAll { $0.left == 0 }
        self.tidy()
    }

    /// Our orders of a side by price and time.
    private func inOrder(_ side: Side) -> [Int] {
        self.orders.indices.filter { self.orders[$0].side == side }.sorted {
            let (first, second) = (self.orders[$0].price, self.orders[$1].price)
            return first == second ? $0 < $1 : side == .bid ? first > second : first < second
        }
    }

    mutating func trade(_ aggressor: Side, _ price: Int64, _ quantity: Int64, at time: Int64, now: Int64) {
        let side = aggressor.opposite
        self.delays.append((now, time - now))
        let isShown = time <= self.bookTime
        if !isShown, self.orders.contains(where: { $0.side == side && $0.price == price }) {
            self.prints.append((side, price, time, quantity))
        }
        var left = quantity
        var start: Int64?
        var queue: Int64 = 0
        for place in self.inOrder(side) where Self.isAtOrBetter(side, self.orders[place].price, price) {
            if time <= self.orders[place].known { continue }
            if self.orders[place].price != price {
                self.orders[place].ahead = 0
            } else {
                if start == nil { start = left }
                let before = self.orders[place].ahead
                var credit: Int64 = 0
                if isShown, now - self.orders[place].creditAt <= 1_000 {
                    credit = min(self.orders[place].credit, start ?? 0)
                    self.orders[place].credit -= credit
                }
                let part = min(left, max(0, before + credit - queue))
                left -= part
                queue += part
                self.orders[place].ahead = max(0, min(before, before + credit - queue))
                if before + credit > queue { continue }
            }
            let filled = time <= self.orders[place].arrived ? 0 : min(left, self.orders[place].left)
            if filled == 0 { continue }
            left -= filled
            self.orders[place].filled += filled
            self.fills.append((self.orders[place].id, filled))
        }
        self.orders.removeAll { $0.left == 0 }
        self.tidy()
    }
}
