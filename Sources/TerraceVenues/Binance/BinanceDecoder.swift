import TerraceCore

/// Turns a message of Binance's market data into integers, in place.
///
/// First it walks over the message once and notes where each field that it knows begins (any order, anything else checked
/// and skipped); levels are read during that walk when the symbol is known by then, as it is in all that Binance sends.
/// Then, knowing the kind of message, it reads the fields that the kind has. So a field of a kind that nobody uses is
/// never taken for a malformed one, and a message is wholly valid JSON before any of it is believed.
///
/// Sources: "Spot WebSocket Streams", "WebSocket Market Streams" and "Order Book" of the Binance API documentation.
public struct BinanceDecoder: Sendable {
    /// The market whose messages these are.
    public let market: BinanceMarket
    private let symbols: SymbolTable
    private let prices: [DecimalUnit]
    private let quantities: [DecimalUnit]

    /// A decoder of `market` for `instruments`; a message's slot is the place in this list.
    ///
    /// - Throws: `SymbolTable.Refusal` where a symbol is there twice or can't be one.
    public init(market: BinanceMarket, instruments: [FeedInstrument]) throws(SymbolTable.Refusal) {
        self.market = market
        self.symbols = try SymbolTable(instruments.map(\.symbol))
        self.prices = instruments.map { DecimalUnit(priceOf: $0.units) }
        self.quantities = instruments.map { DecimalUnit(quantityOf: $0.units) }
    }

    /// The place of the symbol that stands in `range` of `bytes`, or nil.
    public func slot(of bytes: Span<UInt8>, in range: Range<Int>) -> Int? {
        self.symbols.slot(of: bytes, from: range.lowerBound, to: range.upperBound)
    }

    /// Decodes a message of the stream.
    ///
    /// - Throws: `WireError`; `message` then tells kind and slot as far as they could be made out, and nothing else.
    /// - Complexity: O(length); allocates only while `message` grows.
    public func decode(_ bytes: Span<UInt8>, into message: inout BinanceMessage) throws(WireError) {
        message.begin()
        var fields = BinanceFields()
        do throws(WireError) {
            try self.walk(bytes, &fields, into: &message)
            try self.interpret(bytes, &fields, into: &message)
        } catch {
            self.identify(bytes, &fields, &message)
            throw error
        }
    }

    /// Decodes the body of a snapshot of the instrument at `slot`, as `GET /api/v3/depth` and `GET /fapi/v1/depth` give it.
    ///
    /// A refusal (`{"code","msg"}`) is no error: its kind says so.
    ///
    /// - Precondition: `slot` is a place in the list of instruments.
    /// - Throws: `WireError`; `message` holds nothing of use then.
    public func decode(snapshot bytes: Span<UInt8>, of slot: Int, into message: inout BinanceMessage) throws(WireError)
    {
        precondition(self.prices.indices.contains(slot), "the slot is none of this decoder")
        message.begin()
        message.slot = slot
        var fields = BinanceFields()
        try self.walk(bytes, &fields, into: &message)
        if fields.has(.lastUpdateID) || !fields.has(.code) {
            try self.readSnapshot(bytes, &fields, into: &message)
        } else {
            try self.readRefusal(bytes, &fields, into: &message)
        }
    }

    // MARK: The walk

    /// Notes where the fields are.
    private func walk(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, into message: inout BinanceMessage
    ) throws(WireError) {
        guard bytes.count <= WireLimits.messageBytes else { throw WireError(.tooLong, at: WireLimits.messageBytes) }
        var scanner = WireScanner()
        try scanner.take("{", bytes, else: .object)
        if !scanner.takes("}", bytes) {
            repeat {
                let key = try scanner.key(bytes)
                guard let field = BinanceField(key, in: bytes) else {
                    try scanner.skipValue(bytes)
                    continue
                }
                if field == .data, scanner.takes("{", bytes) {
                    try fields.note(field, at: scanner.position - 1, key)
                    try self.walkPayload(bytes, &scanner, &fields, into: &message)
                } else {
                    try self.walkField(field, key, bytes, &scanner, &fields, into: &message)
                }
            } while try scanner.continues(until: "}", bytes)
        }
        try scanner.finish(bytes)
    }

    /// Notes where the fields of the payload of a combined stream are; its `{` has been read.
    private func walkPayload(
        _ bytes: Span<UInt8>, _ scanner: inout WireScanner, _ fields: inout BinanceFields,
        into message: inout BinanceMessage
    ) throws(WireError) {
        if scanner.takes("}", bytes) { return }
        repeat {
            let key = try Self.key(bytes, &scanner)
            if let field = BinanceField(key, in: bytes), field != .stream, field != .data {
                try self.walkField(field, key, bytes, &scanner, &fields, into: &message)
            } else {
                try scanner.skipValue(bytes)
            }
        } while try scanner.continues(until: "}", bytes)
    }

    /// Reads a key and its colon; most keys of a payload are one letter, written without blanks.
    @inline(__always)
    private static func key(_ bytes: Span<UInt8>, _ scanner: inout WireScanner) throws(WireError) -> WireText {
        let start = scanner.position
        if bytes.count - start > 4, bytes[start] == UInt8(ascii: "\""),
            (bytes[start + 1] | 0x20) &- UInt8(ascii: "a") < 26,
            bytes[start + 2] == UInt8(ascii: "\""), bytes[start + 3] == UInt8(ascii: ":")
        {
            scanner.position = start + 4
            return WireText(start: start + 1, end: start + 2, isEscaped: false)
        }
        return try scanner.key(bytes)
    }

    /// Notes where a field is and walks over it; reads it where it is a list of levels of a known instrument.
    @inline(__always)
    private func walkField(
        _ field: BinanceField, _ key: WireText, _ bytes: Span<UInt8>, _ scanner: inout WireScanner,
        _ fields: inout BinanceFields, into message: inout BinanceMessage
    ) throws(WireError) {
        scanner.skipBlanks(bytes)
        try fields.note(field, at: scanner.position, key)
        switch field {
        case .bids, .asks, .snapshotBids, .snapshotAsks:
            if scanner.peek(bytes) == UInt8(ascii: "["), let slot = self.levelSlot(bytes, field, &fields, &message) {
                let side: Side = field == .bids || field == .snapshotBids ? .bid : .ask
                try scanner.levels(
                    bytes, side: side, price: self.prices[slot], quantity: self.quantities[slot],
                    into: &message.levels)
                fields.haveRead(field)
                return
            }
        default: break
        }
        try fields.read(field, bytes, &scanner)
    }

    /// The slot whose levels come now, where that is known already; nil leaves them for later.
    @inline(__always)
    private func levelSlot(
        _ bytes: Span<UInt8>, _ field: BinanceField, _ fields: inout BinanceFields, _ message: inout BinanceMessage
    ) -> Int? {
        if message.slot == nil { self.identify(bytes, &fields, &message) }
        switch field {
        case .bids, .asks: return message.kind == .depth ? message.slot : nil
        default: return fields.has(.lastUpdateID) && !fields.has(.event) ? message.slot : nil
        }
    }

    // MARK: What it is about

    /// Finds out kind and slot as far as the fields tell.
    private func identify(_ bytes: Span<UInt8>, _ fields: inout BinanceFields, _ message: inout BinanceMessage) {
        if fields.has(.event), let event = fields.text(.event, bytes) {
            message.kind = Self.kind(of: event, in: bytes)
        }
        if let symbol = fields.text(.symbol, bytes) {
            message.namesSymbol = true
            message.slot = self.symbols.slot(of: symbol, in: bytes)
        } else if let stream = fields.text(.stream, bytes), bytes[stream.start] != UInt8(ascii: "!") {
            message.namesSymbol = true
            message.slot = self.slot(ofStream: stream, in: bytes)
        }
    }

    /// The place of the symbol in a stream's name, which has it in lower case.
    private func slot(ofStream stream: WireText, in bytes: Span<UInt8>) -> Int? {
        self.symbols.slot(
            of: bytes, from: stream.start, to: Self.symbolEnd(of: stream, in: bytes), uppercasing: true)
    }

    /// The kind of message that an event type says.
    private static func kind(of event: WireText, in bytes: Span<UInt8>) -> BinanceMessageKind {
        if event.isEscaped || event.count == 11, event.equals("depthUpdate", in: bytes) { return .depth }
        if event.isEscaped || event.count == 5, event.equals("trade", in: bytes) { return .trade }
        if event.isEscaped || event.count == 10, event.equals("bookTicker", in: bytes) { return .bestQuote }
        if event.isEscaped || event.count == 8, event.equals("aggTrade", in: bytes) { return .aggregateTrade }
        if event.isEscaped || event.count == 14, event.equals("serverShutdown", in: bytes) { return .serverShutdown }
        return .other
    }

    /// Where the symbol in a stream's name ends: at the `@`.
    private static func symbolEnd(of stream: WireText, in bytes: Span<UInt8>) -> Int {
        var end = stream.start
        while end < stream.end, bytes[end] != UInt8(ascii: "@") { end += 1 }
        return end
    }

    /// Refuses a payload that came by the stream of another symbol.
    ///
    /// So a slot that was taken from the stream, where levels came before the symbol, is that of the symbol too.
    private func checkStream(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, symbol: WireText
    ) throws(WireError) {
        guard fields.has(.stream) else { return }
        let stream = try fields.needText(.stream, bytes)
        if bytes[stream.start] == UInt8(ascii: "!") { return }
        var isSame = !stream.isEscaped
        if symbol.isEscaped {
            isSame = isSame && self.slot(ofStream: stream, in: bytes) == self.symbols.slot(of: symbol, in: bytes)
        } else {
            let length = Self.symbolEnd(of: stream, in: bytes) - stream.start
            isSame = isSame && length == symbol.count
            for place in 0..<(isSame ? length : 0) {
                var byte = bytes[stream.start + place]
                if byte &- UInt8(ascii: "a") < 26 { byte &-= 0x20 }
                if byte != bytes[symbol.start + place] { isSame = false }
            }
        }
        guard isSame else { throw WireError(.symbolMismatch, at: symbol.start) }
    }

    // MARK: The fields of each kind

    /// Reads the fields that the kind of message has.
    private func interpret(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, into message: inout BinanceMessage
    ) throws(WireError) {
        if fields.has(.event) {
            let event = try fields.needText(.event, bytes)
            message.kind = Self.kind(of: event, in: bytes)
        } else if fields.has(.lastUpdateID) {
            message.kind = .snapshot
        } else if fields.hasAll([.lastID, .symbol, .bids, .bidQuantity, .asks, .askQuantity]) {
            message.kind = .bestQuote
        } else if fields.has(.error) || fields.has(.code) {
            return try self.readRefusal(bytes, &fields, into: &message)
        } else if fields.has(.result) {
            message.kind = .acknowledgement
            message.request = fields.number(.request, bytes) ?? -1
            return
        } else {
            return
        }
        switch message.kind {
        case .other, .serverShutdown, .acknowledgement, .refusal: return
        case .depth, .trade, .aggregateTrade, .bestQuote:
            let symbol = try fields.needText(.symbol, bytes)
            message.namesSymbol = true
            try self.checkStream(bytes, &fields, symbol: symbol)
            if message.slot == nil { message.slot = self.symbols.slot(of: symbol, in: bytes) }
        case .snapshot: self.identify(bytes, &fields, &message)
        }
        guard let slot = message.slot else { return }
        switch message.kind {
        case .depth: try self.readDepth(bytes, &fields, slot, into: &message)
        case .snapshot: try self.readSnapshot(bytes, &fields, into: &message)
        case .trade, .aggregateTrade: try self.readTrade(bytes, &fields, slot, into: &message)
        case .bestQuote: try self.readBestQuote(bytes, &fields, slot, into: &message)
        case .acknowledgement, .refusal, .serverShutdown, .other: break
        }
    }

    private func readDepth(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, _ slot: Int, into message: inout BinanceMessage
    ) throws(WireError) {
        // A snapshot and a change in one: whichever is meant, its levels are mixed up.
        guard !fields.isRead(.snapshotBids), !fields.isRead(.snapshotAsks) else {
            throw WireError(.duplicateField, at: fields.offset(.lastUpdateID))
        }
        message.firstID = try fields.needID(.firstID, bytes)
        message.lastID = try fields.needID(.lastID, bytes)
        guard message.firstID <= message.lastID else { throw WireError(.idsOutOfOrder, at: fields.offset(.firstID)) }
        if self.market == .perpetual { message.previousID = try fields.needID(.previousID, bytes) }
        message.venueTime = try fields.venueTime(bytes)
        try self.readLevels(.bids, .bid, bytes, &fields, slot, into: &message)
        try self.readLevels(.asks, .ask, bytes, &fields, slot, into: &message)
    }

    private func readSnapshot(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, into message: inout BinanceMessage
    ) throws(WireError) {
        message.kind = .snapshot
        guard let slot = message.slot else { return }
        message.lastID = try fields.needID(.lastUpdateID, bytes)
        message.venueTime = try fields.venueTime(bytes)
        try self.readLevels(.snapshotBids, .bid, bytes, &fields, slot, into: &message)
        try self.readLevels(.snapshotAsks, .ask, bytes, &fields, slot, into: &message)
    }

    /// Reads levels that came before their symbol, and misses those that did not come at all.
    private func readLevels(
        _ field: BinanceField, _ side: Side, _ bytes: Span<UInt8>, _ fields: inout BinanceFields, _ slot: Int,
        into message: inout BinanceMessage
    ) throws(WireError) {
        if fields.isRead(field) { return }
        var scanner = try fields.need(field, bytes)
        try scanner.levels(
            bytes, side: side, price: self.prices[slot], quantity: self.quantities[slot], into: &message.levels)
    }

    /// Reads a trade. One without price and quantity is taken as such: perpetuals report trades outside of the book so.
    private func readTrade(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, _ slot: Int, into message: inout BinanceMessage
    ) throws(WireError) {
        message.tradeID = try fields.needID(message.kind == .trade ? .tradeID : .asks, bytes)
        let price = try fields.needDecimal(.price, bytes, unit: self.prices[slot])
        let quantity = try fields.needDecimal(.quantity, bytes, unit: self.quantities[slot])
        guard (price == 0) == (quantity == 0) else { throw WireError(.zero, at: fields.offset(.price)) }
        var scanner = try fields.need(.buyerIsMaker, bytes)
        message.aggressor = try scanner.boolean(bytes) ? .ask : .bid
        message.price = Price(units: price)
        message.quantity = Quantity(units: quantity)
        message.venueTime = try fields.venueTime(bytes)
    }

    private func readBestQuote(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, _ slot: Int, into message: inout BinanceMessage
    ) throws(WireError) {
        let prices = self.prices[slot]
        let quantities = self.quantities[slot]
        message.lastID = try fields.needID(.lastID, bytes)
        message.bid.price.units = try fields.needDecimal(.bids, bytes, unit: prices)
        message.bid.quantity.units = try fields.needDecimal(.bidQuantity, bytes, unit: quantities)
        message.ask.price.units = try fields.needDecimal(.asks, bytes, unit: prices)
        message.ask.quantity.units = try fields.needDecimal(.askQuantity, bytes, unit: quantities)
        message.venueTime = try fields.venueTime(bytes)
    }

    /// Reads `{"code","msg"}`, or the same within `"error"`.
    private func readRefusal(
        _ bytes: Span<UInt8>, _ fields: inout BinanceFields, into message: inout BinanceMessage
    ) throws(WireError) {
        message.kind = .refusal
        message.request = fields.number(.request, bytes) ?? -1
        message.code = 0
        if fields.has(.code) {
            message.code = fields.number(.code, bytes) ?? 0
        } else {
            var scanner = WireScanner(at: fields.offset(.error))
            guard scanner.takes("{", bytes), !scanner.takes("}", bytes) else { return }
            repeat {
                let key = try scanner.key(bytes)
                if key.equals("code", in: bytes), message.code == 0 {
                    message.code = try scanner.signedInteger(bytes)
                } else {
                    try scanner.skipValue(bytes)
                }
            } while try scanner.continues(until: "}", bytes)
        }
    }
}
