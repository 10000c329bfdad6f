import TerraceCore
import TerraceSimulation
import TerraceVenues

/// Market data on streams. Each message is built once, and its bytes are shared by all who listen.
extension BinanceServerProtocol {
    func bookChanged(_ change: DepthMessage, into output: inout ServerOutput) {
        if change.isSnapshot { return }
        let place = change.instrument
        self.books[place].lastChange = change.last
        for (speed, kind) in [BinanceStream.Kind.depth100, .depth1000].enumerated()
        where !self.books[place].listeners[kind.rawValue].isEmpty {
            if self.books[place].pending[speed].isEmpty { self.books[place].pending[speed].first = change.first }
            self.books[place].pending[speed].last = change.last
            self.books[place].pending[speed].levels.append(contentsOf: self.core.out.levels[change.levels])
            if speed == 0, self.settings.depthNanoseconds <= 0 {
                self.tellDepth(place, speed: 0, into: &output)
            } else if !self.books[place].pending[speed].isScheduled {
                self.books[place].pending[speed].isScheduled = true
                self.core.timers.insert(
                    ServerTimer(kind: TimerKind.depth.rawValue, first: place, second: speed),
                    at: self.tick(place, isSlow: speed == 1))
            }
        }
        self.tellBest(place, into: &output)
        for kind in BinanceStream.Kind.partial
        where !self.books[place].listeners[kind.rawValue].isEmpty
            && !self.books[place].isPartialScheduled[kind.rawValue]
        {
            self.books[place].isPartialScheduled[kind.rawValue] = true
            self.core.timers.insert(
                ServerTimer(kind: TimerKind.partial.rawValue, first: place, second: kind.rawValue),
                at: self.tick(place, isSlow: kind.isSlow))
        }
    }

    /// The next moment at which an instrument's streams of a speed tell: instruments take turns within the interval.
    private func tick(_ place: Int, isSlow: Bool) -> Timestamp {
        let interval = isSlow ? 1_000_000_000 : max(1_000_000, self.settings.depthNanoseconds)
        let phase = interval / Int64(max(1, self.books.count)) * Int64(place)
        let since = self.core.now.nanoseconds - phase
        return Timestamp(nanoseconds: (since / interval + 1) * interval + phase)
    }

    /// Sends a payload to all who listen.
    private func tell(_ place: Int, _ kind: BinanceStream.Kind, _ payload: [UInt8], into output: inout ServerOutput) {
        var wrapped: [UInt8] = []
        var wrappedName = ""
        for listener in self.books[place].listeners[kind.rawValue] {
            guard let name = listener.wrapped else {
                output.send(payload, to: listener.connection, as: .publicData)
                continue
            }
            if wrapped.isEmpty || wrappedName != name {
                wrapped = Self.wrapped(name, payload)
                wrappedName = name
            }
            output.send(wrapped, to: listener.connection, as: .publicData)
        }
    }

    static func wrapped(_ name: String, _ payload: [UInt8]) -> [UInt8] {
        var writer = WireWriter(capacity: payload.count + name.utf8.count + 24)
        writer.text("{\"stream\":\"")
        writer.plain(name)
        writer.text("\",\"data\":")
        writer.bytes.append(contentsOf: payload)
        writer.text("}")
        return writer.bytes
    }

    func tellDepth(_ place: Int, speed: Int, into output: inout ServerOutput) {
        self.books[place].pending[speed].isScheduled = false
        if self.books[place].pending[speed].isEmpty { return }
        BinanceBook.compact(&self.books[place].pending[speed].levels)
        let instrument = self.core.instruments[place]
        let count = self.books[place].pending[speed].levels.count
        var writer = WireWriter(capacity: 128 + count * 36)
        writer.text("{\"e\":\"depthUpdate\",\"E\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(",\"s\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"U\":")
        writer.integer(Int64(clamping: self.books[place].pending[speed].first))
        writer.text(",\"u\":")
        writer.integer(Int64(clamping: self.books[place].pending[speed].last))
        writer.text(",\"b\":[")
        self.writeLevels(self.books[place].pending[speed].levels, .bid, instrument.units, into: &writer)
        writer.text("],\"a\":[")
        self.writeLevels(self.books[place].pending[speed].levels, .ask, instrument.units, into: &writer)
        writer.text("]}")
        self.books[place].pending[speed].removeAll()
        self.tell(place, speed == 0 ? .depth100 : .depth1000, writer.bytes, into: &output)
    }

    func writeLevels(_ levels: [LevelMessage], _ side: Side, _ units: Units, into writer: inout WireWriter) {
        var isFirst = true
        for level in levels where level.side == side {
            writer.comma(&isFirst)
            writer.text("[\"")
            writer.fixed(Int128(level.price.units), exponent: units.priceExponent)
            writer.text("\",\"")
            writer.fixed(Int128(level.quantity.units), exponent: units.quantityExponent)
            writer.text("\"]")
        }
    }

    private func tellBest(_ place: Int, into output: inout ServerOutput) {
        if self.books[place].listeners[BinanceStream.Kind.bookTicker.rawValue].isEmpty { return }
        let none = Level(price: .zero, quantity: .zero)
        let bid = self.core.best(place, .bid) ?? none
        let ask = self.core.best(place, .ask) ?? none
        if bid == self.books[place].toldBid, ask == self.books[place].toldAsk { return }
        self.books[place].toldBid = bid
        self.books[place].toldAsk = ask
        var writer = WireWriter(capacity: 160)
        writer.text("{\"u\":")
        writer.integer(Int64(clamping: self.books[place].lastChange))
        writer.text(",\"s\":\"")
        self.writeBest(place, bid, ask, sizes: ("B", "A"), into: &writer)
        self.tell(place, .bookTicker, writer.bytes, into: &output)
    }

    private func writeBest(
        _ place: Int, _ bid: Level, _ ask: Level, sizes: (StaticString, StaticString), into writer: inout WireWriter
    ) {
        let instrument = self.core.instruments[place]
        writer.plain(instrument.symbol)
        writer.text("\",\"b\":\"")
        writer.fixed(Int128(bid.price.units), exponent: instrument.units.priceExponent)
        writer.text("\",\"")
        writer.text(sizes.0)
        writer.text("\":\"")
        writer.fixed(Int128(bid.quantity.units), exponent: instrument.units.quantityExponent)
        writer.text("\",\"a\":\"")
        writer.fixed(Int128(ask.price.units), exponent: instrument.units.priceExponent)
        writer.text("\",\"")
        writer.text(sizes.1)
        writer.text("\":\"")
        writer.fixed(Int128(ask.quantity.units), exponent: instrument.units.quantityExponent)
        writer.text("\"}")
    }

    func tellPartial(_ place: Int, _ kindValue: Int, into output: inout ServerOutput) {
        guard let kind = BinanceStream.Kind(rawValue: kindValue) else { return }
        self.books[place].isPartialScheduled[kindValue] = false
        if self.books[place].listeners[kindValue].isEmpty { return }
        self.tell(place, kind, self.book(place, kind.levels), into: &output)
    }

    /// A book as snapshots and partial books have it.
    func book(_ place: Int, _ levels: Int) -> [UInt8] {
        var scratch = VenueOutput()
        let sequence = self.core.snapshot(place, depth: levels, into: &scratch)
        let units = self.core.instruments[place].units
        var writer = WireWriter(capacity: 64 + scratch.levels.count * 36)
        writer.text("{\"lastUpdateId\":")
        writer.integer(Int64(clamping: sequence))
        writer.text(",\"bids\":[")
        self.writeLevels(scratch.levels, .bid, units, into: &writer)
        writer.text("],\"asks\":[")
        self.writeLevels(scratch.levels, .ask, units, into: &writer)
        writer.text("]}")
        return writer.bytes
    }

    func traded(_ trade: TradeMessage, into output: inout ServerOutput) {
        let place = trade.instrument
        let isBuyerMaker = trade.aggressor == .ask
        self.books[place].prints.append(
            BinanceBook.Print(
                trade: trade.trade, price: trade.price, quantity: trade.quantity, isBuyerMaker: isBuyerMaker,
                at: trade.at))
        if self.books[place].prints.count >= Self.recentTrades * 2 {
            self.books[place].prints.removeFirst(Self.recentTrades)
        }
        for kind in [BinanceStream.Kind.trade, .aggregateTrade]
        where !self.books[place].listeners[kind.rawValue].isEmpty {
            let isTrade = kind == .trade
            let instrument = self.core.instruments[place]
            var writer = WireWriter(capacity: 200)
            writer.text(isTrade ? "{\"e\":\"trade\",\"E\":" : "{\"e\":\"aggTrade\",\"E\":")
            writer.integer(self.core.venueMilliseconds)
            writer.text(",\"s\":\"")
            writer.plain(instrument.symbol)
            writer.text(isTrade ? "\",\"t\":" : "\",\"a\":")
            writer.integer(Int64(clamping: trade.trade))
            writer.text(",\"p\":\"")
            writer.fixed(Int128(trade.price.units), exponent: instrument.units.priceExponent)
            writer.text("\",\"q\":\"")
            writer.fixed(Int128(trade.quantity.units), exponent: instrument.units.quantityExponent)
            if !isTrade {
                writer.text("\",\"f\":")
                writer.integer(Int64(clamping: trade.trade))
                writer.text(",\"l\":")
                writer.integer(Int64(clamping: trade.trade))
                writer.text(",\"T\":")
            } else {
                writer.text("\",\"T\":")
            }
            writer.integer(self.core.milliseconds(trade.at))
            writer.text(",\"m\":")
            writer.boolean(isBuyerMaker)
            writer.text(",\"M\":true}")
            self.tell(place, kind, writer.bytes, into: &output)
        }
    }
}
