import TerraceCore

/// Turns a message of Bybit's public stream into integers, in place.
///
/// It walks over the message once. The data are read during that walk when topic has come by then, as it has in all that
/// Bybit sends, and otherwise after it: the order of the keys differs between Bybit's products. A message is wholly valid JSON
/// before any of it is believed.
///
/// Sources: Bybit API v5 documentation, "Orderbook", "Trade" and "Connect" of the WebSocket stream.
public struct BybitDecoder: Sendable {
    /// How many levels a side the book's topic has: 1, 50, 200 or 1000. Other depths' messages are none of the feed's.
    public let depth: Int
    private let bookPrefix: [UInt8]
    private let tradePrefix = Array("publicTrade.".utf8)
    private let symbols: SymbolTable
    private let prices: [DecimalUnit]
    private let quantities: [DecimalUnit]

    /// A decoder for `instruments`; a message's slot is the place in this list.
    ///
    /// - Throws: `SymbolTable.Refusal` where a symbol is there twice or can't be one.
    public init(instruments: [FeedInstrument], depth: Int = 200) throws(SymbolTable.Refusal) {
        self.depth = depth
        self.bookPrefix = Array("orderbook.\(depth).".utf8)
        self.symbols = try SymbolTable(instruments.map(\.symbol))
        self.prices = instruments.map { DecimalUnit(priceOf: $0.units) }
        self.quantities = instruments.map { DecimalUnit(quantityOf: $0.units) }
    }

    /// What a topic is about.
    private enum Topic { case book, trades, other }

    /// What the envelope said.
    private struct Envelope {
        var fields = BybitFieldSet()
        var topic: Topic?
        var topicSymbol = WireText(start: 0, end: 0, isEscaped: false)
        /// Where data begin that came before their topic.
        var dataStart: Int?
        var isSnapshot: Bool?
        var typeStart = 0
        var isSuccess: Bool?
        var isPong = false
        var matchingTime: Int64?
        var time: Int64?
    }

    /// Decodes a message.
    ///
    /// - Throws: `WireError`; `message` then tells kind and slot as far as they could be made out, and nothing else.
    /// - Complexity: O(length); allocates only while `message` grows.
    public func decode(_ bytes: Span<UInt8>, into message: inout BybitMessage) throws(WireError) {
        message.begin()
        guard bytes.count <= WireLimits.messageBytes else { throw WireError(.tooLong, at: WireLimits.messageBytes) }
        var scanner = WireScanner()
        var envelope = Envelope()
        try scanner.take("{", bytes, else: .object)
        if !scanner.takes("}", bytes) {
            repeat {
                let key = try scanner.key(bytes)
                guard let field = BybitField(key, in: bytes) else {
                    try scanner.skipValue(bytes)
                    continue
                }
                try self.read(field, key, bytes, &scanner, &envelope, into: &message)
            } while try scanner.continues(until: "}", bytes)
        }
        try scanner.finish(bytes)
        try self.interpret(bytes, &envelope, into: &message)
    }

    // MARK: The envelope

    /// Reads one field of the envelope.
    @inline(__always)
    private func read(
        _ field: BybitField, _ key: WireText, _ bytes: Span<UInt8>, _ scanner: inout WireScanner,
        _ envelope: inout Envelope, into message: inout BybitMessage
    ) throws(WireError) {
        switch field {
        case .topic:
            try envelope.fields.note(field, key)
            try self.readTopic(scanner.text(bytes), bytes, &envelope, into: &message)
        case .type:
            try envelope.fields.note(field, key)
            let type = try scanner.text(bytes)
            envelope.typeStart = type.start
            if type.equals("delta", in: bytes) {
                envelope.isSnapshot = false
            } else if type.equals("snapshot", in: bytes) {
                envelope.isSnapshot = true
            }
        case .time:
            try envelope.fields.note(field, key)
            envelope.time = try scanner.integer(bytes)
        case .matchingTime:
            try envelope.fields.note(field, key)
            envelope.matchingTime = try scanner.integer(bytes)
        case .data:
            try envelope.fields.note(field, key)
            scanner.skipBlanks(bytes)
            if envelope.topic == nil {
                envelope.dataStart = scanner.position
                try scanner.skipValue(bytes)
            } else {
                try self.readData(bytes, &scanner, &envelope, into: &message)
            }
        case .success:
            try envelope.fields.note(field, key)
            envelope.isSuccess = try scanner.boolean(bytes)
        case .message, .operation:
            try envelope.fields.note(field, key)
            scanner.skipBlanks(bytes)
            if scanner.peek(bytes) == UInt8(ascii: "\"") {
                if try scanner.text(bytes).equals("pong", in: bytes) { envelope.isPong = true }
            } else {
                try scanner.skipValue(bytes)
            }
        case .request:
            try envelope.fields.note(field, key)
            message.request = try Self.request(bytes, &scanner)
        case .symbol, .bids, .asks, .updateID, .sequence, .tradeTime, .side, .quantity, .price, .tradeID, .isBlockTrade:
            try scanner.skipValue(bytes)
        }
    }

    /// The number of a request, which is sent as text; -1 where it is none of ours.
    private static func request(_ bytes: Span<UInt8>, _ scanner: inout WireScanner) throws(WireError) -> Int64 {
        scanner.skipBlanks(bytes)
        guard scanner.peek(bytes) == UInt8(ascii: "\"") else {
            try scanner.skipValue(bytes)
            return -1
        }
        let text = try scanner.text(bytes)
        guard !text.isEscaped else { return -1 }
        var number = WireScanner(at: text.start)
        guard let value = try? number.integer(bytes), number.position == text.end else { return -1 }
        return value
    }

    /// Finds out what a topic is about: `orderbook.200.BTCUSDT` or `publicTrade.BTCUSDT`.
    private func readTopic(
        _ topic: WireText, _ bytes: Span<UInt8>, _ envelope: inout Envelope, into message: inout BybitMessage
    ) throws(WireError) {
        envelope.topic = .other
        guard !topic.isEscaped else { throw WireError(.escape, at: topic.start) }
        if let symbol = Self.symbolStart(of: topic, after: self.bookPrefix, bytes) {
            envelope.topic = .book
            envelope.topicSymbol = WireText(start: symbol, end: topic.end, isEscaped: false)
        } else if let symbol = Self.symbolStart(of: topic, after: self.tradePrefix, bytes) {
            envelope.topic = .trades
            envelope.topicSymbol = WireText(start: symbol, end: topic.end, isEscaped: false)
            message.kind = .trades
        } else {
            return
        }
        message.namesSymbol = true
        message.slot = self.symbols.slot(of: envelope.topicSymbol, in: bytes)
    }

    /// Where `topic` goes on after `prefix`, or nil where it does not begin with it.
    @inline(__always)
    private static func symbolStart(of topic: WireText, after prefix: [UInt8], _ bytes: Span<UInt8>) -> Int? {
        let count = prefix.count
        guard topic.count > count else { return nil }
        for place in 0..<count where prefix[place] != bytes[topic.start + place] { return nil }
        return topic.start + count
    }

    // MARK: The data

    /// Reads the data of a topic that is known.
    private func readData(
        _ bytes: Span<UInt8>, _ scanner: inout WireScanner, _ envelope: inout Envelope,
        into message: inout BybitMessage
    ) throws(WireError) {
        guard let slot = message.slot, let topic = envelope.topic else {
            try scanner.skipValue(bytes)
            return
        }
        switch topic {
        case .book: try self.readBook(bytes, &scanner, slot, envelope.topicSymbol, into: &message)
        case .trades: try self.readTrades(bytes, &scanner, slot, envelope.topicSymbol, into: &message)
        case .other: try scanner.skipValue(bytes)
        }
    }

    /// Reads `{"s":symbol,"b":[...],"a":[...],"u":id,"seq":sequence}`.
    private func readBook(
        _ bytes: Span<UInt8>, _ scanner: inout WireScanner, _ slot: Int, _ symbol: WireText,
        into message: inout BybitMessage
    ) throws(WireError) {
        var fields = BybitFieldSet()
        message.sequence = 0
        try scanner.take("{", bytes, else: .object)
        if !scanner.takes("}", bytes) {
            repeat {
                let key = try scanner.key(bytes)
                guard let field = BybitField(key, in: bytes) else {
                    try scanner.skipValue(bytes)
                    continue
                }
                switch field {
                case .bids, .asks:
                    try fields.note(field, key)
                    try scanner.levels(
                        bytes, side: field == .bids ? .bid : .ask, price: self.prices[slot],
                        quantity: self.quantities[slot], into: &message.levels)
                case .symbol:
                    try fields.note(field, key)
                    try Self.check(scanner.text(bytes), is: symbol, bytes)
                case .updateID:
                    try fields.note(field, key)
                    message.updateID = try scanner.integer(bytes)
                case .sequence:
                    try fields.note(field, key)
                    message.sequence = try scanner.integer(bytes)
                default: try scanner.skipValue(bytes)
                }
            } while try scanner.continues(until: "}", bytes)
        }
        guard fields.hasAll(.book) else { throw WireError(.missingField, at: scanner.position - 1) }
    }

    /// Reads the list of trades.
    private func readTrades(
        _ bytes: Span<UInt8>, _ scanner: inout WireScanner, _ slot: Int, _ symbol: WireText,
        into message: inout BybitMessage
    ) throws(WireError) {
        try scanner.take("[", bytes, else: .array)
        if scanner.takes("]", bytes) { return }
        repeat {
            guard message.trades.count < BybitMessage.mostTrades else { throw scanner.error(.tooManyLevels) }
            message.trades.append(try self.readTrade(bytes, &scanner, slot, symbol))
        } while try scanner.continues(until: "]", bytes)
    }

    private func readTrade(
        _ bytes: Span<UInt8>, _ scanner: inout WireScanner, _ slot: Int, _ symbol: WireText
    ) throws(WireError) -> BybitTrade {
        var fields = BybitFieldSet()
        var trade = BybitTrade(
            id: 0, sequence: 0, aggressor: .bid, price: .zero, quantity: .zero, venueTime: .distantPast,
            isBlockTrade: false)
        try scanner.take("{", bytes, else: .object)
        if !scanner.takes("}", bytes) {
            repeat {
                let key = try scanner.key(bytes)
                guard let field = BybitField(key, in: bytes) else {
                    try scanner.skipValue(bytes)
                    continue
                }
                try self.read(field, key, bytes, &scanner, &fields, slot, symbol, into: &trade)
            } while try scanner.continues(until: "}", bytes)
        }
        guard fields.hasAll(.trade) else { throw WireError(.missingField, at: scanner.position - 1) }
        return trade
    }

    /// Reads one field of a trade.
    @inline(__always)
    private func read(
        _ field: BybitField, _ key: WireText, _ bytes: Span<UInt8>, _ scanner: inout WireScanner,
        _ fields: inout BybitFieldSet, _ slot: Int, _ symbol: WireText, into trade: inout BybitTrade
    ) throws(WireError) {
        scanner.skipBlanks(bytes)
        let start = scanner.position
        switch field {
        case .tradeTime:
            try fields.note(field, key)
            trade.venueTime = try Self.moment(scanner.integer(bytes), at: start)
        case .symbol:
            try fields.note(field, key)
            try Self.check(scanner.text(bytes), is: symbol, bytes)
        case .side:
            try fields.note(field, key)
            let side = try scanner.text(bytes)
            let isBuy = side.equals("Buy", in: bytes)
            guard isBuy || side.equals("Sell", in: bytes) else { throw WireError(.literal, at: start) }
            trade.aggressor = isBuy ? .bid : .ask
        case .quantity:
            try fields.note(field, key)
            trade.quantity.units = try scanner.decimal(bytes, unit: self.quantities[slot])
            guard trade.quantity.units > 0 else { throw WireError(.zero, at: start) }
        case .price:
            try fields.note(field, key)
            trade.price.units = try scanner.decimal(bytes, unit: self.prices[slot])
            guard trade.price.units > 0 else { throw WireError(.zero, at: start) }
        case .tradeID:
            try fields.note(field, key)
            trade.id = BybitIdentifier.number(of: try scanner.text(bytes), in: bytes)
            guard trade.id != 0 else { throw WireError(.text, at: start) }
        case .sequence:
            try fields.note(field, key)
            trade.sequence = try scanner.integer(bytes)
        case .isBlockTrade:
            try fields.note(field, key)
            trade.isBlockTrade = try scanner.boolean(bytes)
        default: try scanner.skipValue(bytes)
        }
    }

    // MARK: The whole

    /// Says what the message is, from all of its fields.
    private func interpret(
        _ bytes: Span<UInt8>, _ envelope: inout Envelope, into message: inout BybitMessage
    ) throws(WireError) {
        guard let topic = envelope.topic else {
            message.kind =
                envelope.isPong ? .pong : envelope.isSuccess.map { $0 ? .acknowledgement : .refusal } ?? .other
            return
        }
        switch topic {
        case .other: return
        case .trades: message.kind = .trades
        case .book:
            // Until the type is known a fault may be one of a book, which is what `other` is taken for.
            guard let isSnapshot = envelope.isSnapshot else {
                throw envelope.fields.has(.type)
                    ? WireError(.literal, at: envelope.typeStart) : WireError(.missingField, at: bytes.count)
            }
            message.kind = isSnapshot ? .snapshot : .delta
        }
        guard envelope.fields.has(.data) else { throw WireError(.missingField, at: bytes.count) }
        if let start = envelope.dataStart {
            var scanner = WireScanner(at: start)
            try self.readData(bytes, &scanner, &envelope, into: &message)
        }
        if let time = envelope.matchingTime ?? envelope.time {
            message.venueTime = try Self.moment(time, at: bytes.count)
        }
    }

    /// Refuses data of another symbol than the topic's.
    @inline(__always)
    private static func check(_ symbol: WireText, is wanted: WireText, _ bytes: Span<UInt8>) throws(WireError) {
        var isSame = !symbol.isEscaped && symbol.count == wanted.count
        for place in 0..<(isSame ? symbol.count : 0)
        where bytes[symbol.start + place] != bytes[wanted.start + place] {
            isSame = false
        }
        guard isSame else { throw WireError(.symbolMismatch, at: symbol.start) }
    }

    /// The moment `milliseconds` after 1970.
    @inline(__always)
    private static func moment(_ milliseconds: Int64, at place: Int) throws(WireError) -> Timestamp {
        let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { throw WireError(.time, at: place) }
        return Timestamp(nanoseconds: nanoseconds)
    }
}
