import TerraceCore

/// Random market data of some instruments, as a feed delivers it.
struct MarketFlow {
    var random: UInt64
    var books: [BookCopy]
    private var middles: [Int64]
    private var lastTrade: UInt64 = 0
    let log: StateLog

    init(instruments: Int, seed: UInt64) {
        self.random = seed
        self.log = StateLog(instruments: instruments)
        self.books = Array(repeating: BookCopy(), count: instruments)
        self.middles = (0..<instruments).map { 1_000 + Int64($0) * 10 }
    }

    mutating func next(_ bound: Int) -> Int {
        self.random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.random
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(bound))
    }

    /// One message of the venue: mostly a change of a book, sometimes a trade, a snapshot or a loss.
    mutating func message(_ place: Int, at now: Timestamp) -> [Delivery] {
        let instrument = InstrumentIndex(UInt32(place))
        var events: [MarketEvent] = []
        let kind = self.next(100)
        if !self.books[place].isWhole || kind < 2 {
            events.append(.snapshotBegan(instrument))
            for _ in 0..<(5 + self.next(30)) { events.append(self.level(instrument, place, removes: false)) }
            events.append(.messageEnded(instrument, venueTime: now))
        } else if kind < 3 {
            events.append(.bookLost(instrument))
        } else if kind < 15 {
            self.lastTrade += 1
            events.append(
                .trade(
                    instrument, aggressor: kind % 2 == 0 ? .bid : .ask, Price(units: self.middles[place] * 1_000_000),
                    Quantity(units: Int64(1 + self.next(1_000)) * 1_000), venueTime: now, id: self.lastTrade))
        } else {
            if kind < 40 { self.middles[place] += Int64(self.next(3) - 1) }
            for _ in 0..<(1 + self.next(6)) { events.append(self.level(instrument, place, removes: true)) }
            events.append(.messageEnded(instrument, venueTime: now))
        }
        for event in events { self.books[place].take(event) }
        if self.books[place].isWhole { self.log.note(place, self.books[place].hash) }
        return events.map { Delivery(at: now, event: .market($0)) }
    }

    /// As if the venues had been connected to anew: each book begins with a snapshot.
    mutating func beginAgain() {
        for place in self.books.indices { self.books[place].isWhole = false }
    }

    private mutating func level(_ instrument: InstrumentIndex, _ place: Int, removes: Bool) -> MarketEvent {
        let side: Side = self.next(2) == 0 ? .bid : .ask
        let away = Int64(1 + self.next(40))
        let price = (self.middles[place] + (side == .bid ? -away : away)) * 1_000_000
        let quantity = removes && self.next(3) == 0 ? 0 : Int64(1 + self.next(100_000)) * 10_000
        return .level(instrument, side, Price(units: price), Quantity(units: quantity))
    }
}
