import TerraceCore
import TerraceSimulation
import TerraceVenues

/// Public topics: "Orderbook", "Trade", "Ticker". Each message is built once, and its bytes are shared by all who listen.
extension BybitServerProtocol {
    func bookChanged(_ change: DepthMessage, into output: inout ServerOutput) {
        if change.isSnapshot { return }
        let place = change.instrument
        self.books[place].sequence += 1
        for kind in BybitTopic.Kind.books
        where !self.books[place].listeners[kind.rawValue].isEmpty && !self.books[place].told[kind.rawValue].isScheduled
        {
            if kind == .book200, self.settings.depthNanoseconds <= 0 {
                self.tellBook(place, kind, into: &output)
                continue
            }
            self.books[place].told[kind.rawValue].isScheduled = true
            self.core.timers.insert(
                ServerTimer(kind: TimerKind.book.rawValue, first: place, second: kind.rawValue),
                at: self.tick(place, kind))
        }
    }

    /// The next moment at which an instrument's topic tells: instruments take turns within the interval.
    private func tick(_ place: Int, _ kind: BybitTopic.Kind) -> Timestamp {
        var interval = kind.nanoseconds
        if kind == .book200 { interval = max(1_000_000, self.settings.depthNanoseconds) }
        let phase = interval / Int64(max(1, self.books.count)) * Int64(place)
        let since = self.core.now.nanoseconds - phase
        return Timestamp(nanoseconds: (since / interval + 1) * interval + phase)
    }

    private func tell(_ place: Int, _ kind: BybitTopic.Kind, _ message: [UInt8], into output: inout ServerOutput) {
        for connection in self.books[place].listeners[kind.rawValue] {
            output.send(message, to: connection, as: .publicData)
        }
    }

    /// Tells what has changed within the depth of a topic since it was told last; the best levels are told whole.
    func tellBook(_ place: Int, _ kind: BybitTopic.Kind, into output: inout ServerOutput) {
        self.books[place].told[kind.rawValue].isScheduled = false
        if self.books[place].listeners[kind.rawValue].isEmpty { return }
        let sides = self.levels(place, kind.depth)
        let old = self.books[place].told[kind.rawValue].sides
        let changes = Side.allCases.map { BybitServerBook.changes($0, from: old[$0.index], to: sides[$0.index]) }
        if changes.allSatisfy({ $0.isEmpty }) { return }
        self.books[place].told[kind.rawValue].sides = sides
        self.books[place].told[kind.rawValue].updateID += 1
        self.books[place].told[kind.rawValue].at = self.core.now
        self.tell(
            place, kind,
            kind == .book1
                ? self.book(place, kind, sides, isSnapshot: true) : self.book(place, kind, changes, isSnapshot: false),
            into: &output)
        if kind == .book1 { self.tellAgainLater(place) }
    }

    private func tellAgainLater(_ place: Int) {
        if self.books[place].isAgainScheduled { return }
        self.books[place].isAgainScheduled = true
        let told = self.books[place].told[BybitTopic.Kind.book1.rawValue]
        self.core.timers.insert(
            ServerTimer(kind: TimerKind.again.rawValue, first: place), at: told.at.advanced(by: Self.againNanoseconds))
    }

    /// Tells the best levels once more where nothing has changed for three seconds, under the same number.
    func tellAgain(_ place: Int, into output: inout ServerOutput) {
        let kind = BybitTopic.Kind.book1
        let told = self.books[place].told[kind.rawValue]
        self.books[place].isAgainScheduled = false
        if self.books[place].listeners[kind.rawValue].isEmpty { return }
        if self.core.now.nanoseconds(since: told.at) >= Self.againNanoseconds {
            self.books[place].told[kind.rawValue].at = self.core.now
            self.tell(place, kind, self.book(place, kind, told.sides, isSnapshot: true), into: &output)
        }
        self.tellAgainLater(place)
    }

    /// What a new listener gets: the book as all who listen know it. It is `connection`'s turn after the others' last change.
    func sendSnapshot(_ place: Int, _ kind: BybitTopic.Kind, to connection: Int, into output: inout ServerOutput) {
        if self.books[place].listeners[kind.rawValue] == [connection] {
            // Nobody has been told anything since an unknown time.
            self.books[place].told[kind.rawValue].sides = self.levels(place, kind.depth)
            self.books[place].told[kind.rawValue].updateID += 1
            self.books[place].told[kind.rawValue].at = self.core.now
            if kind == .book1 { self.tellAgainLater(place) }
        }
        let told = self.books[place].told[kind.rawValue]
        output.send(self.book(place, kind, told.sides, isSnapshot: true), to: connection, as: .publicData)
    }

    private func book(_ place: Int, _ kind: BybitTopic.Kind, _ sides: [[Level]], isSnapshot: Bool) -> [UInt8] {
        let instrument = self.core.instruments[place]
        var writer = WireWriter(capacity: 256 + (sides[0].count + sides[1].count) * 32)
        writer.text("{\"topic\":\"orderbook.")
        writer.integer(Int64(kind.depth))
        writer.text(".")
        writer.plain(instrument.symbol)
        writer.text("\",\"ts\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(isSnapshot ? ",\"type\":\"snapshot\",\"data\":{\"s\":\"" : ",\"type\":\"delta\",\"data\":{\"s\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"b\":")
        Self.write(sides[0], instrument.units, into: &writer)
        writer.text(",\"a\":")
        Self.write(sides[1], instrument.units, into: &writer)
        writer.text(",\"u\":")
        writer.integer(self.books[place].told[kind.rawValue].updateID)
        writer.text(",\"seq\":")
        writer.integer(self.books[place].sequence)
        writer.text("},\"cts\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text("}")
        return writer.bytes
    }

    // MARK: Trades

    func traded(_ trade: TradeMessage, into output: inout ServerOutput) {
        let place = trade.instrument
        self.books[place].sequence += 1
        self.books[place].prints.append(
            BybitServerBook.Print(
                trade: trade.trade, aggressor: trade.aggressor, price: trade.price, quantity: trade.quantity,
                at: trade.at, sequence: self.books[place].sequence))
        if self.books[place].prints.count >= Self.recentTrades * 2 {
            self.books[place].prints.removeFirst(Self.recentTrades)
        }
        self.books[place].high = max(self.books[place].high, trade.price)
        let low = self.books[place].low
        self.books[place].low = low == .zero ? trade.price : min(low, trade.price)
        self.books[place].volume &+= Int128(trade.quantity.units)
        self.books[place].turnover &+= Notional(of: trade.quantity, at: trade.price).units
        let hasTicker = !self.books[place].listeners[BybitTopic.Kind.ticker.rawValue].isEmpty
        if hasTicker, !self.books[place].isTickerScheduled {
            self.books[place].isTickerScheduled = true
            self.core.timers.insert(
                ServerTimer(kind: TimerKind.ticker.rawValue, first: place), at: self.tick(place, .ticker))
        }
        if self.books[place].listeners[BybitTopic.Kind.trades.rawValue].isEmpty { return }
        let instrument = self.core.instruments[place]
        var writer = WireWriter(capacity: 256)
        writer.text("{\"topic\":\"publicTrade.")
        writer.plain(instrument.symbol)
        writer.text("\",\"ts\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(",\"type\":\"snapshot\",\"data\":[{\"i\":\"")
        writer.plain(Self.tradeID(place, trade.trade))
        writer.text("\",\"T\":")
        writer.integer(self.core.milliseconds(trade.at))
        writer.text(",\"p\":\"")
        writer.price(trade.price, instrument.units)
        writer.text("\",\"v\":\"")
        writer.quantity(trade.quantity, instrument.units)
        writer.text("\",\"S\":\"")
        writer.text(trade.aggressor == .bid ? "Buy" : "Sell")
        writer.text("\",\"s\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"BT\":false,\"RPI\":false,\"seq\":")
        writer.integer(self.books[place].sequence)
        writer.text("}]}")
        self.tell(place, .trades, writer.bytes, into: &output)
    }

    func tellTicker(_ place: Int, to connection: Int? = nil, into output: inout ServerOutput) {
        self.books[place].isTickerScheduled = false
        var writer = WireWriter(capacity: 384)
        writer.text("{\"topic\":\"tickers.")
        writer.plain(self.core.instruments[place].symbol)
        writer.text("\",\"ts\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(",\"type\":\"snapshot\",\"cs\":")
        writer.integer(self.books[place].sequence)
        writer.text(",\"data\":")
        self.writeTicker(place, hasBest: false, into: &writer)
        writer.text("}")
        if let connection { return output.send(writer.bytes, to: connection, as: .publicData) }
        self.tell(place, .ticker, writer.bytes, into: &output)
    }
}
