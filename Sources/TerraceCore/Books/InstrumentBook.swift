/// Whether a book can be relied upon.
enum BookState: UInt8 {
    /// No: it waits for a snapshot.
    case lost
    /// A snapshot is being built.
    case building
    /// Yes.
    case live
}

/// Where an iteration over a ladder is.
struct LadderCursor {
    var key: Int64
    var hint: Int
}

/// One instrument's book: two ladders, and what of our own is taken out of them.
struct InstrumentBook: ~Copyable {
    let pair: PairIndex
    let ordinal: Int
    let venue: VenueIndex
    let grid: Grid
    let showsOwnOrders: Bool
    var state = BookState.lost
    var updatedAt = Timestamp.distantPast
    var bids: Ladder
    var asks: Ladder
    var own: [OwnLevel] = []

    /// The most levels at which our own orders are excluded; more than a strategy's lines have on one instrument.
    static let ownLimit = 128

    init(pair: PairIndex, ordinal: Int, venue: VenueIndex, grid: Grid, showsOwnOrders: Bool, depthLimit: Int) {
        self.pair = pair
        self.ordinal = ordinal
        self.venue = venue
        self.grid = grid
        self.showsOwnOrders = showsOwnOrders
        self.bids = Ladder(depthLimit: depthLimit)
        self.asks = Ladder(depthLimit: depthLimit)
    }

    var touch: Touch {
        Touch(
            bid: self.bids.best == Ladder.nothing
                ? .none
                : Level(
                    price: Price(units: -self.bids.best * self.grid.step),
                    quantity: Quantity(units: self.bids.bestQuantity)),
            ask: self.asks.best == Ladder.nothing
                ? .none
                : Level(
                    price: Price(units: self.asks.best * self.grid.step),
                    quantity: Quantity(units: self.asks.bestQuantity)))
    }

    func start(_ side: Side) -> LadderCursor {
        side == .bid
            ? LadderCursor(key: self.bids.best, hint: self.bids.farStart)
            : LadderCursor(key: self.asks.best, hint: self.asks.farStart)
    }

    func advance(_ cursor: inout LadderCursor, _ side: Side) {
        cursor.key =
            side == .bid
            ? self.bids.next(after: cursor.key, &cursor.hint) : self.asks.next(after: cursor.key, &cursor.hint)
    }

    func level(_ cursor: LadderCursor, _ side: Side) -> Level {
        side == .bid
            ? Level(
                price: Price(units: -cursor.key * self.grid.step),
                quantity: Quantity(units: self.bids.quantity(at: cursor.key)))
            : Level(
                price: Price(units: cursor.key * self.grid.step),
                quantity: Quantity(units: self.asks.quantity(at: cursor.key)))
    }

    mutating func clear() {
        self.bids.removeAll()
        self.asks.removeAll()
        // A snapshot shows what rests now; nothing is unseen or fading behind it.
        var position = self.own.count - 1
        while position >= 0 {
            self.own[position].gross = 0
            self.own[position].unseen = 0
            self.own[position].fading = 0
            if self.own[position].own == 0 { self.own.remove(at: position) }
            position -= 1
        }
    }

    /// The venue shows `gross` at a level: what stands there without us.
    mutating func venueSaid(_ side: Side, _ key: Int64, _ gross: Int64) -> Int64 {
        for position in 0..<self.own.count where self.own[position].key == key && self.own[position].side == side {
            self.own[position].gross = gross
            self.own[position].unseen = 0
            self.own[position].fading = 0
            let net = self.own[position].net
            if self.own[position].own == 0 { self.own.remove(at: position) }
            return net
        }
        return gross
    }

    /// Our own quantity at a level changes: what stands there without us now, nil where the list is full.
    mutating func adjustOwn(_ side: Side, _ key: Int64, _ change: Int64) -> Int64? {
        var position = 0
        while position < self.own.count, self.own[position].key != key || self.own[position].side != side {
            position += 1
        }
        if position == self.own.count {
            if change < 0 || position >= Self.ownLimit { return nil }
            let gross = side == .bid ? self.bids.quantity(at: key) : self.asks.quantity(at: key)
            self.own.append(
                OwnLevel(
                    side: side, key: key, own: 0, unseen: 0, fading: 0, fadingSince: .distantPast, gross: gross))
        }
        if change > 0 {
            self.own[position].own += change
            self.own[position].unseen += change
        } else {
            let gone = min(-change, self.own[position].own)
            let unseen = min(gone, self.own[position].unseen)
            self.own[position].own -= gone
            self.own[position].unseen -= unseen
            self.own[position].fading += gone - unseen
            self.own[position].fadingSince = .distantPast
        }
        let net = self.own[position].net
        if self.own[position].own == 0 && self.own[position].fading == 0 { self.own.remove(at: position) }
        return net
    }
}
