import TerraceCore

extension SimulatedVenue {
    mutating func rest(_ order: Order) -> Int32 {
        let place: Int32
        if let reused = self.free.popLast() {
            place = reused
            self.pool[Int(place)] = order
        } else {
            place = Int32(truncatingIfNeeded: self.pool.count)
            self.pool.append(order)
        }
        self.link(place)
        return place
    }

    mutating func link(_ place: Int32) {
        let order = self.pool[Int(place)]
        let instrument = Int(order.instrument)
        let (position, isThere) = self.find(instrument, order.side, order.price)
        self.pool[Int(place)].next = -1
        if !isThere {
            let level = BookLevel(price: order.price)
            if order.side == .bid {
                self.books[instrument].bids.insert(level, at: position)
            } else {
                self.books[instrument].asks.insert(level, at: position)
            }
        }
        var level = self.level(instrument, order.side, position)
        self.pool[Int(place)].previous = level.last
        if level.last >= 0 { self.pool[Int(level.last)].next = place } else { level.first = place }
        level.last = place
        level.count += 1
        self.books[instrument].orders[order.side.index] += 1
        level.total += order.remaining
        self.setLevel(instrument, order.side, position, level)
        self.books[instrument].changed.append((order.side, order.price))
    }

    mutating func unlink(_ place: Int32) {
        let order = self.pool[Int(place)]
        let instrument = Int(order.instrument)
        let (position, isThere) = self.find(instrument, order.side, order.price)
        guard isThere else { return }
        var level = self.level(instrument, order.side, position)
        if order.previous >= 0 { self.pool[Int(order.previous)].next = order.next } else { level.first = order.next }
        if order.next >= 0 { self.pool[Int(order.next)].previous = order.previous } else { level.last = order.previous }
        level.count -= 1
        self.books[instrument].orders[order.side.index] -= 1
        level.total -= order.remaining
        self.setLevel(instrument, order.side, position, level)
        if level.count == 0 {
            if order.side == .bid {
                self.books[instrument].bids.remove(at: position)
            } else {
                self.books[instrument].asks.remove(at: position)
            }
        }
        self.books[instrument].changed.append((order.side, order.price))
    }

    mutating func remove(_ place: Int32) {
        let order = self.pool[Int(place)]
        self.unlink(place)
        self.free.append(place)
        if order.account != 0 {
            let owner = Int(order.account)
            self.reserve(AccountIndex(order.account), order, -order.remaining)
            self.accounts[owner].byClient[order.client] = nil
            self.finish(owner, order.client, order.filled)
            self.accounts[owner].open[Int(order.instrument)] -= 1
        }
    }

    mutating func adjustLevel(_ instrument: Int, _ side: Side, _ price: Int64, by change: Int64) {
        let (position, isThere) = self.find(instrument, side, price)
        guard isThere else { return }
        if side == .bid {
            self.books[instrument].bids[position].total += change
        } else {
            self.books[instrument].asks[position].total += change
        }
        self.books[instrument].changed.append((side, price))
    }

    func level(_ instrument: Int, _ side: Side, _ position: Int) -> BookLevel {
        side == .bid ? self.books[instrument].bids[position] : self.books[instrument].asks[position]
    }

    mutating func setLevel(_ instrument: Int, _ side: Side, _ position: Int, _ level: BookLevel) {
        if side == .bid {
            self.books[instrument].bids[position] = level
        } else {
            self.books[instrument].asks[position] = level
        }
    }

    /// Bids rise to the best at the end, asks fall to it.
    func find(_ instrument: Int, _ side: Side, _ price: Int64) -> (position: Int, isThere: Bool) {
        let count = side == .bid ? self.books[instrument].bids.count : self.books[instrument].asks.count
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let other = self.level(instrument, side, middle).price
            if side == .bid ? other < price : other > price { low = middle + 1 } else { high = middle }
        }
        return (low, low < count && self.level(instrument, side, low).price == price)
    }
}
