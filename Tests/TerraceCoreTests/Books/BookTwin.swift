import TerraceCore

/// What `BookTable` should say, in the slowest and plainest way: dictionaries, and a sort for every question.
final class BookTwin {
    struct Own {
        var own: Int64
        var excluded: Int64
        var fadesAt: Int64
        var supposed: Int64 = 0  // Of the gross figure, what the venue has not said yet.
    }
    struct OneSided {
        var gross: [Int64: Int64] = [:]
        var own: [Int64: Own] = [:]

        func best(_ side: Side) -> Level {
            var best = Level.none
            for (price, quantity) in self.gross {
                let level = Level(
                    price: Price(units: price),
                    quantity: Quantity(units: quantity - (self.own[price]?.excluded ?? 0)))
                if level.quantity.units > 0, best.isNone || side.isBetter(level.price, than: best.price) {
                    best = level
                }
            }
            return best
        }

        func levels(_ side: Side) -> [Level] {
            var result: [Level] = []
            for (price, quantity) in self.gross {
                let net = quantity - (self.own[price]?.excluded ?? 0)
                if net > 0 { result.append(Level(price: Price(units: price), quantity: Quantity(units: net))) }
            }
            return result.sorted { side.isBetter($0.price, than: $1.price) }
        }
    }
    enum State { case lost, building, live }
    struct Book {
        let pair: Int
        let definition: InstrumentDefinition
        var state = State.lost
        var sides = [OneSided(), OneSided()]
        var published = Touch(bid: .none, ask: .none)
        var updatedAt = Timestamp.distantPast
        var touchMoved = false

        func levels(_ side: Side) -> [Level] { self.state == .live ? self.sides[side.index].levels(side) : [] }

        mutating func empty() {
            self.state = .lost
            for side in 0..<2 {
                self.sides[side].gross = [:]
                for (price, own) in self.sides[side].own {
                    self.sides[side].own[price] =
                        own.own == 0 ? nil : Own(own: own.own, excluded: own.own, fadesAt: .max)
                }
            }
        }
    }

    var books: [Book] = []
    var pairMoved: [Bool] = []
    var now = Timestamp.distantPast

    func addPair(_ definition: PairDefinition) {
        for instrument in definition.instruments {
            self.books.append(Book(pair: self.pairMoved.count, definition: instrument))
        }
        self.pairMoved.append(false)
    }

    func beginSnapshot(_ index: Int) {
        self.books[index].empty()
        self.publish(index)
        self.books[index].state = .building
    }

    func set(_ index: Int, _ side: Side, _ price: Int64, _ quantity: Int64) -> LevelOutcome {
        if price < 1 || price > Price.limit || quantity < 0 || quantity > Quantity.limit { return .outOfRange }
        if price % self.books[index].definition.rules.tick.step != 0 { return .offTick }
        if self.books[index].state == .lost { return .ignored }
        self.books[index].sides[side.index].gross[price] = quantity == 0 ? nil : quantity
        if let own = self.books[index].sides[side.index].own[price] {
            self.books[index].sides[side.index].own[price] =
                own.own == 0 ? nil : Own(own: own.own, excluded: own.own, fadesAt: .max)
        }
        return .applied
    }

    func endMessage(_ index: Int, at time: Timestamp) -> (touchChanged: Bool, becameLive: Bool) {
        self.now = max(self.now, time)
        let before = self.books[index].state
        if before == .live {
            for side in 0..<2 {
                for (price, own) in self.books[index].sides[side].own where own.fadesAt <= self.now.nanoseconds {
                    self.books[index].sides[side].own[price] =
                        own.own == 0 ? nil : Own(own: own.own, excluded: own.own, fadesAt: .max)
                }
            }
        }
        if before != .lost {
            self.books[index].state = .live
            self.books[index].updatedAt = time
            self.publish(index)
        }
        return (self.takeMoved(index), before == .building)
    }

    func lose(_ index: Int) -> Bool {
        self.books[index].empty()
        self.publish(index)
        return self.takeMoved(index)
    }

    func adjustOwn(_ index: Int, _ side: Side, _ price: Int64, by change: Int64) {
        guard self.books[index].definition.showsOwnOrders, change != 0 else { return }
        let found = self.books[index].sides[side.index].own[price]
        if found == nil, change < 0 { return }
        var entry = found ?? Own(own: 0, excluded: 0, fadesAt: .max)
        if change < 0, entry.own > 0 { entry.fadesAt = self.now.nanoseconds + 1_000_000_000 }
        var gross = self.books[index].sides[side.index].gross[price] ?? 0
        let own = max(0, entry.own + change)
        if own > entry.own {
            let rise = max(0, own - entry.excluded)
            entry.supposed += rise
            entry.excluded += rise
            gross += rise
        } else {
            let back = min(entry.supposed, entry.own - own)
            entry.supposed -= back
            entry.excluded -= back
            gross -= back
        }
        self.books[index].sides[side.index].gross[price] = gross == 0 ? nil : gross
        entry.own = own
        entry.excluded = max(entry.excluded, entry.own)
        if entry.excluded == entry.own { entry.fadesAt = .max }
        let showsNothing = self.books[index].sides[side.index].gross[price] == nil
        self.books[index].sides[side.index].own[price] = entry.own == 0 && showsNothing ? nil : entry
        if self.books[index].state == .live { self.publish(index) }
    }

    private func takeMoved(_ index: Int) -> Bool {
        let pair = self.books[index].pair
        let moved = self.books[index].touchMoved || self.pairMoved[pair]
        self.books[index].touchMoved = false
        self.pairMoved[pair] = false
        return moved
    }

    private func publish(_ index: Int) {
        let book = self.books[index]
        let isLive = book.state == .live
        let touch = Touch(
            bid: isLive ? book.sides[0].best(.bid) : .none, ask: isLive ? book.sides[1].best(.ask) : .none)
        if touch == book.published { return }
        let before = self.touch(pair: book.pair)
        self.books[index].published = touch
        self.books[index].touchMoved = true
        if self.touch(pair: book.pair) != before { self.pairMoved[book.pair] = true }
    }

    func touch(pair: Int) -> ConsolidatedTouch {
        var touch = ConsolidatedTouch(bid: .none, bidVenues: .none, ask: .none, askVenues: .none)
        let books = self.books.filter { $0.pair == pair }
        if let best = books.map(\.published.bid).filter({ !$0.isNone }).map(\.price).max() {
            touch.bid.price = best
            for book in books where book.published.bid.price == best {
                touch.bid.quantity += book.published.bid.quantity
                touch.bidVenues.insert(book.definition.venue)
            }
        }
        if let best = books.map(\.published.ask).filter({ !$0.isNone }).map(\.price).min() {
            touch.ask.price = best
            for book in books where book.published.ask.price == best {
                touch.ask.quantity += book.published.ask.quantity
                touch.askVenues.insert(book.definition.venue)
            }
        }
        return touch
    }

    func levels(pair: Int, _ side: Side) -> [ConsolidatedLevel] {
        var merged: [Int64: ConsolidatedLevel] = [:]
        for book in self.books where book.pair == pair && book.state == .live {
            for (price, gross) in book.sides[side.index].gross {
                let net = gross - (book.sides[side.index].own[price]?.excluded ?? 0)
                if net <= 0 { continue }
                var level =
                    merged[price]
                    ?? ConsolidatedLevel(price: Price(units: price), quantity: .zero, venues: .none)
                level.quantity += Quantity(units: net)
                level.venues.insert(book.definition.venue)
                merged[price] = level
            }
        }
        return merged.values.sorted { side.isBetter($0.price, than: $1.price) }
    }

    static func sweep(_ levels: [Level], _ side: Side, _ quantity: Int64) -> Sweep {
        var filled: Int128 = 0
        var paid: Int128 = 0
        for level in levels {
            let taken = min(Int128(level.quantity.units), Int128(quantity) - filled)
            if taken <= 0 { break }
            filled += taken
            paid += taken * Int128(level.price.units)
        }
        if filled == 0 { return Sweep(price: .zero, filled: .zero) }
        let price = side == .ask ? (paid + filled - 1) / filled : paid / filled
        return Sweep(price: Price(units: Int64(price)), filled: Quantity(units: Int64(filled)))
    }
}
