import TerraceCore

/// Where the fields of one message begin.
///
/// Readers are `mutating` only so that the tables are read where they lie: through a borrowed value the compiler copies a
/// whole table to the stack for each look, which took 10% of a message's time.
struct BinanceFields: ~Copyable {
    /// The place of each field's value; only those whose bit in `present` is set mean something.
    private var offsets: [24 of Int32] = .init(repeating: 0)
    /// What was read of a field during the walk: a number, or a text's start and, above it, its end.
    private var values: [24 of Int64] = .init(repeating: 0)
    private var present: UInt32 = 0
    private var numbers: UInt32 = 0
    private var texts: UInt32 = 0
    private var read: UInt32 = 0

    /// A message without fields.
    init() {}

    /// Whether the message has `field`.
    @inline(__always)
    func has(_ field: BinanceField) -> Bool { self.present >> UInt32(field.rawValue) & 1 == 1 }

    /// Whether the message has all of `fields`.
    @inline(__always)
    func hasAll(_ fields: [6 of BinanceField]) -> Bool {
        for index in 0..<6 where !self.has(fields[index]) { return false }
        return true
    }

    /// Whether the value has been read during the walk.
    func isRead(_ field: BinanceField) -> Bool { self.read >> UInt32(field.rawValue) & 1 == 1 }

    /// Says that the value has been read during the walk.
    @inline(__always)
    mutating func haveRead(_ field: BinanceField) { self.read |= 1 << UInt32(field.rawValue) }

    /// Notes that the value of `field` begins at `offset`, which is within `WireLimits.messageBytes`.
    ///
    /// - Throws: `duplicateField` where the message has it already: which of two values holds is anybody's guess.
    @inline(__always)
    mutating func note(_ field: BinanceField, at offset: Int, _ key: WireText) throws(WireError) {
        guard !self.has(field) else { throw WireError(.duplicateField, at: key.start) }
        self.present |= 1 << UInt32(field.rawValue)
        self.offsets[field.rawValue] = Int32(truncatingIfNeeded: offset)
    }

    /// Walks over the value of `field`, which has just been noted, and keeps it where it is an id or a plain text.
    @inline(__always)
    mutating func read(
        _ field: BinanceField, _ bytes: Span<UInt8>, _ scanner: inout WireScanner
    ) throws(WireError) {
        let start = scanner.position
        let first = scanner.peek(bytes)
        if first == UInt8(ascii: "\"") {
            let text = try scanner.text(bytes)
            if !text.isEscaped {
                self.texts |= 1 << UInt32(field.rawValue)
                self.values[field.rawValue] = Int64(text.start) | Int64(text.end) << 32
            }
            return
        }
        if first &- UInt8(ascii: "0") <= 9, let number = try? scanner.integer(bytes) {
            self.numbers |= 1 << UInt32(field.rawValue)
            self.values[field.rawValue] = number
            return
        }
        scanner.position = start
        try scanner.skipValue(bytes)
    }

    /// The place of the value of a field that the message has.
    @inline(__always)
    mutating func offset(_ field: BinanceField) -> Int { Int(self.offsets[field.rawValue]) }

    /// A reader at the value of `field`.
    ///
    /// - Throws: `missingField` at the end of the message where there is none.
    @inline(__always)
    mutating func need(_ field: BinanceField, _ bytes: Span<UInt8>) throws(WireError) -> WireScanner {
        guard self.has(field) else { throw WireError(.missingField, at: bytes.count) }
        return WireScanner(at: self.offset(field))
    }

    /// The text of `field`, which must be there and not empty.
    @inline(__always)
    mutating func needText(_ field: BinanceField, _ bytes: Span<UInt8>) throws(WireError) -> WireText {
        if self.texts >> UInt32(field.rawValue) & 1 == 1 {
            let value = self.values[field.rawValue]
            if value & 0xFFFF_FFFF < value >> 32 {
                return WireText(start: Int(value & 0xFFFF_FFFF), end: Int(value >> 32), isEscaped: false)
            }
        }
        var scanner = try self.need(field, bytes)
        let text = try scanner.text(bytes)
        guard text.count > 0 else { throw WireError(.text, at: text.start) }
        return text
    }

    /// The id in `field`, which must be there.
    @inline(__always)
    mutating func needID(_ field: BinanceField, _ bytes: Span<UInt8>) throws(WireError) -> Int64 {
        if self.numbers >> UInt32(field.rawValue) & 1 == 1 { return self.values[field.rawValue] }
        var scanner = try self.need(field, bytes)
        return try scanner.integer(bytes)
    }

    /// The number in `field`, which must be there, as a count of `unit`.
    @inline(__always)
    mutating func needDecimal(_ field: BinanceField, _ bytes: Span<UInt8>, unit: DecimalUnit) throws(WireError) -> Int64
    {
        var scanner = try self.need(field, bytes)
        return try scanner.decimal(bytes, unit: unit)
    }

    /// The text of `field`, or nil where there is none that is whole and not empty. Safe on messages that are cut off.
    mutating func text(_ field: BinanceField, _ bytes: Span<UInt8>) -> WireText? {
        guard self.has(field), self.offset(field) < bytes.count else { return nil }
        return try? self.needText(field, bytes)
    }

    /// The whole number in `field`, or nil where there is none.
    mutating func number(_ field: BinanceField, _ bytes: Span<UInt8>) -> Int64? {
        guard self.has(field) else { return nil }
        var scanner = WireScanner(at: self.offset(field))
        return try? scanner.signedInteger(bytes)
    }

    /// When the matching engine did it (`T`), or else when the venue sent it (`E`); zero where the message has neither.
    ///
    /// Both are milliseconds since 1970, or microseconds where the connection asked for those; milliseconds reach 10^14
    /// in the year 5138, microseconds did in 1973.
    mutating func venueTime(_ bytes: Span<UInt8>) throws(WireError) -> Timestamp {
        let field: BinanceField = self.has(.time) ? .time : .eventTime
        guard self.has(field) else { return .distantPast }
        let count = try self.needID(field, bytes)
        let nanosecondsPerCount: Int64 = count < 100_000_000_000_000 ? 1_000_000 : 1_000
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: nanosecondsPerCount)
        guard !overflow else { throw WireError(.time, at: self.offset(field)) }
        return Timestamp(nanoseconds: nanoseconds)
    }
}
