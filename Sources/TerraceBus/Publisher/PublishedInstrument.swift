internal import NIOCore
internal import TerraceCore

/// One instrument as it is published: its book, and what of it is not out yet. What waits is not a queue of messages but the
/// places that changed: their latest state goes out when there is room.
struct PublishedInstrument {
    /// A price of a side.
    struct Spot: Hashable {
        var side: Side
        var price: Price
    }
    /// The most changed places and trades that wait; beyond it the whole book goes out, and trades are dropped.
    static let mostChanges = 512
    static let mostTrades = 256

    let instrument: BusInstrument
    let venue: Int
    let slot: Int
    /// `PUBLISH channel` without the message, for plain and for sharded channels.
    let publish: [UInt8]
    let shardedPublish: [UInt8]
    /// `SET key` without what follows.
    let store: [UInt8]

    var book: PublishedBook
    /// The book is whole: a snapshot came, and nothing was lost since.
    var isWhole = false
    /// A message of the venue is being taken in; nothing is published amid one.
    var isInMessage = false
    var venueTime = Timestamp.distantPast
    var changes: [Spot] = []
    var trades: [BookMessage.Trade] = []
    /// The book goes out as a whole, to all: it was replaced, or too much changed.
    var replaces = false
    /// Subscribers wait for a snapshot that shows what the others know.
    var repeats = false
    /// That the book is lost goes out.
    var tellsLoss = false
    var sequence: UInt64 = 0
    /// Prices and quantities, as coarse as they are.
    var priceGrain = Grain()
    var quantityGrain = Grain()
    /// Whether it stands in the publisher's list of what has something to send.
    var isListed = false
    var isWanted = false
    /// When somebody was subscribed last.
    var wantedAt: Int64 = 0
    /// Redis refused what was published: not again before then.
    var refusedUntil: Int64 = 0
    var snapshotAt: Int64 = 0
    /// When anything of it was published last.
    var publishedAt: Int64 = 0
    var storedSequence: UInt64 = 0
    /// When it was stored; 0 where it is not, as far as is known.
    var storedAt: Int64 = 0

    init(_ instrument: BusInstrument, venue: Int, depth: Int) {
        self.instrument = instrument
        self.venue = venue
        let channel = BusNames.market(instrument.venue, instrument.symbol)
        self.slot = HashSlot.of(channel)
        self.publish = Self.head(3, "PUBLISH", channel)
        self.shardedPublish = Self.head(3, "SPUBLISH", channel)
        self.store = Self.head(5, "SET", BusNames.book(instrument.venue, instrument.symbol))
        self.book = PublishedBook(depth: depth)
    }

    private static func head(_ count: Int, _ verb: String, _ name: String) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeCommandHead(count)
        buffer.writeText(verb.utf8)
        buffer.writeText(name.utf8)
        return Array(buffer.readableBytesView)
    }

    /// Whether something is to be sent.
    var isDue: Bool {
        self.tellsLoss || self.replaces || self.repeats || !self.changes.isEmpty || !self.trades.isEmpty
    }

    /// What became of an event.
    enum Outcome {
        case taken
        /// Too many trades wait.
        case droppedTrade
        /// A level fell out of the depth that is published.
        case shedLevel
    }

    /// Takes an event of the market in.
    mutating func take(_ event: MarketEvent) -> Outcome {
        switch event {
        case .snapshotBegan:
            self.book.removeAll()
            self.changes.removeAll(keepingCapacity: true)
            self.isInMessage = true
            self.isWhole = false
            self.replaces = true
        case .level(_, let side, let price, let quantity):
            guard self.isWhole || self.isInMessage else { return .taken }
            self.isInMessage = true
            self.priceGrain.admit(price.units)
            self.quantityGrain.admit(quantity.units)
            let pushed = self.book.set(side, price, quantity)
            if !self.replaces {
                self.note(Spot(side: side, price: price))
                if let pushed { self.note(Spot(side: side, price: pushed)) }
            }
            if pushed != nil { return .shedLevel }
        case .messageEnded(_, let venueTime):
            guard self.isInMessage else { return .taken }
            self.isInMessage = false
            self.isWhole = true
            self.tellsLoss = false
            self.venueTime = venueTime
        case .trade(_, let aggressor, let price, let quantity, let venueTime, let id):
            guard self.trades.count < Self.mostTrades else { return .droppedTrade }
            self.priceGrain.admit(price.units)
            self.quantityGrain.admit(quantity.units)
            self.trades.append(
                BookMessage.Trade(aggressor: aggressor, price: price, quantity: quantity, venueTime: venueTime, id: id))
        case .bookLost:
            self.loseBook()
            self.tellsLoss = true
        }
        return .taken
    }

    /// Nothing is known of the book.
    private mutating func loseBook() {
        self.book.removeAll()
        self.changes.removeAll(keepingCapacity: true)
        self.isWhole = false
        self.isInMessage = false
        self.replaces = false
        self.repeats = false
    }

    private mutating func note(_ spot: Spot) {
        if self.changes.last == spot { return }
        if self.changes.count < Self.mostChanges {
            self.changes.append(spot)
        } else {
            self.changes.removeAll(keepingCapacity: true)
            self.replaces = true
        }
    }

    /// Writes what changed into an update.
    mutating func writeUpdate(_ writer: inout BusWriter, epoch: UInt64, at now: Int64) -> Int {
        // Sorted, so that neighbours are close and a place that changed twice is there once.
        self.changes.sort {
            $0.side != $1.side ? $0.side == .bid : $0.price < $1.price
        }
        var kept = 0
        var bids = 0
        for place in self.changes.indices where place == 0 || self.changes[place] != self.changes[kept - 1] {
            self.changes[kept] = self.changes[place]
            if self.changes[kept].side == .bid { bids += 1 }
            kept += 1
        }
        self.begin(&writer, .update, epoch: epoch, at: now)
        writer.number(UInt64(bids))
        writer.number(UInt64(kept - bids))
        var last: Int64 = 0
        for place in 0..<kept {
            let spot = self.changes[place]
            if place == bids { last = 0 }
            self.write(&writer, spot.price, self.book.quantity(spot.side, spot.price), &last)
        }
        self.changes.removeAll(keepingCapacity: true)
        writer.number(UInt64(self.trades.count))
        last = 0
        for trade in self.trades {
            let hasTime = trade.venueTime != .distantPast
            writer.byte((trade.aggressor == .bid ? 0 : 1) | (hasTime ? 2 : 0))
            self.write(&writer, trade.price, trade.quantity, &last)
            if hasTime { writer.signed(now &- trade.venueTime.nanoseconds) }
            writer.number(trade.id)
        }
        let count = kept + self.trades.count
        self.trades.removeAll(keepingCapacity: true)
        writer.end()
        return count
    }

    /// Writes the whole book.
    func writeSnapshot(_ writer: inout BusWriter, isRepeat: Bool, epoch: UInt64, at now: Int64) {
        self.begin(&writer, .snapshot, flags: isRepeat ? BusMessage.isRepeat : 0, epoch: epoch, at: now)
        writer.number(UInt64(self.book.bids.count))
        writer.number(UInt64(self.book.asks.count))
        for levels in [self.book.bids, self.book.asks] {
            var last: Int64 = 0
            for level in levels { self.write(&writer, level.price, level.quantity, &last) }
        }
        writer.end()
    }

    private func begin(
        _ writer: inout BusWriter, _ kind: BusMessage.Kind, flags: UInt8 = 0, epoch: UInt64, at now: Int64
    ) {
        let hasTime = self.venueTime != .distantPast
        writer.begin(
            BusMessage(
                kind, flags: flags | (hasTime ? BusMessage.hasVenueTime : 0), epoch: epoch, sequence: self.sequence,
                time: now))
        let units = self.instrument.units
        // Within -18...14.
        writer.byte(UInt8(truncatingIfNeeded: units.priceExponent + self.priceGrain.exponent))
        writer.byte(UInt8(truncatingIfNeeded: units.quantityExponent + self.quantityGrain.exponent))
        if hasTime { writer.signed(now &- self.venueTime.nanoseconds) }
    }

    private func write(_ writer: inout BusWriter, _ price: Price, _ quantity: Quantity, _ last: inout Int64) {
        let counted = price.units / self.priceGrain.power
        writer.signed(counted - last)
        last = counted
        writer.number(UInt64(bitPattern: quantity.units / self.quantityGrain.power))
    }
}
