import TerraceCore

extension WireScanner {
    /// Reads a whole number: an id, a time, a count.
    ///
    /// - Throws: `negative` below zero; `integer` where no plain whole number stands, or 2^63 and above.
    @inline(__always)
    public mutating func integer(_ bytes: Span<UInt8>) throws(WireError) -> Int64 {
        self.skipBlanks(bytes)
        let start = self.position
        var value: UInt64 = 0
        if bytes.count - start >= 8 {
            let word = WireWord.load(bytes, at: start) ^ WireWord.all(UInt8(ascii: "0"))
            if WireWord.isDigits(word) {
                value = WireWord.number(word)
                self.position += 8
            }
        }
        while self.position < bytes.count {
            let digit = bytes[self.position] &- UInt8(ascii: "0")
            if digit > 9 { break }
            // Up to 19 digits are below 10^19, which 64 bits without sign hold.
            guard self.position - start < 19 else { throw self.error(.integer) }
            value = value &* 10 &+ UInt64(digit)
            self.position += 1
        }
        let digits = self.position - start
        let next = self.peek(bytes)
        if digits == 0 { throw self.error(next == UInt8(ascii: "-") ? .negative : .integer) }
        guard value <= UInt64(Int64.max), digits == 1 || bytes[start] != UInt8(ascii: "0"),
            next != UInt8(ascii: "."), next | 0x20 != UInt8(ascii: "e")
        else { throw self.error(.integer) }
        return Int64(bitPattern: value)
    }

    /// Reads a whole number that may be below zero, such as an error code.
    public mutating func signedInteger(_ bytes: Span<UInt8>) throws(WireError) -> Int64 {
        let isNegative = self.takes("-", bytes)
        let magnitude = try self.integer(bytes)
        return isNegative ? -magnitude : magnitude
    }

    /// Reads `true` or `false`.
    public mutating func boolean(_ bytes: Span<UInt8>) throws(WireError) -> Bool {
        self.skipBlanks(bytes)
        let first = self.peek(bytes)
        guard first == UInt8(ascii: "t") || first == UInt8(ascii: "f") else { throw self.error(.boolean) }
        try self.skipValue(bytes)
        return first == UInt8(ascii: "t")
    }

    /// Reads a price or quantity, as text or as a number, as a count of `unit`: exact, never by way of a float.
    ///
    /// - Throws: `decimal`, `finerThanUnit`, `tooLarge` or `negative`.
    @inline(__always)
    public mutating func decimal(_ bytes: Span<UInt8>, unit: DecimalUnit) throws(WireError) -> Int64 {
        self.skipBlanks(bytes)
        if self.peek(bytes) == UInt8(ascii: "\"") {
            self.position += 1
            var shape = DecimalShape()
            let value = self.quotedDecimal(bytes, unit: unit, shape: &shape)
            if value >= 0 { return value }
            self.position -= 1
        }
        return try self.anyDecimal(bytes, unit: unit)
    }

    /// Reads the decimal text that starts here, after its opening quote, and its closing quote, if it is an ordinary one:
    /// up to eight digits before the point and after it, and a few more bytes left in the message.
    ///
    /// - Parameter shape: The digits that the last number had; those of this one after.
    /// - Returns: The count, or -1 where the text is out of the ordinary; the place is then the same as before.
    @inline(__always)
    mutating func quotedDecimal(_ bytes: Span<UInt8>, unit: DecimalUnit, shape: inout DecimalShape) -> Int64 {
        let start = self.position
        guard unit.isFast, bytes.count &- start >= 10 else { return -1 }
        let zeros = WireWord.all(UInt8(ascii: "0"))
        let first = WireWord.load(bytes, at: start) ^ zeros
        var point = start &+ shape.whole
        var digits = first &<< UInt64(truncatingIfNeeded: 64 &- 8 &* shape.whole)
        if bytes[point] != UInt8(ascii: ".") || !WireWord.isDigits(digits) {
            let count = WireWord.leadingDigits(first)
            guard count > 0 else { return -1 }
            shape.whole = count
            point = start &+ count
            digits = first &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
        }
        var fraction: UInt64 = 0
        var end = point
        if bytes[point] == UInt8(ascii: ".") {
            guard bytes.count &- point > 9 else { return -1 }
            let second = WireWord.load(bytes, at: point &+ 1) ^ zeros
            var decimals = shape.decimals
            end = point &+ 1 &+ decimals
            // All ones in the first `decimals` bytes: two shifts, because one by 64 would be one by nothing.
            var kept =
                second
                & ~((~0 &<< UInt64(truncatingIfNeeded: 4 &* decimals)) &<< UInt64(truncatingIfNeeded: 4 &* decimals))
            if bytes[end] != UInt8(ascii: "\"") || !WireWord.isDigits(kept) {
                decimals = WireWord.leadingDigits(second)
                shape.decimals = decimals
                end = point &+ 1 &+ decimals
                kept =
                    second
                    & ~((~0 &<< UInt64(truncatingIfNeeded: 4 &* decimals)) &<< UInt64(truncatingIfNeeded: 4 &* decimals))
            }
            guard kept & ~unit.fractionMask == 0 else { return -1 }
            fraction = WireWord.number(kept &<< unit.fractionShift)
        }
        guard bytes[end] == UInt8(ascii: "\"") else { return -1 }
        // Below 10^8 * 10^8 + 10^8, so that neither can overflow.
        var value = Int64(bitPattern: WireWord.number(digits)) &* unit.wholeFactor &+ Int64(bitPattern: fraction)
        if unit.fineFactor != 1 {
            let (product, overflow) = value.multipliedReportingOverflow(by: unit.fineFactor)
            if overflow { return -1 }
            value = product
        }
        guard value <= unit.limit else { return -1 }
        self.position = end &+ 1
        return value
    }

    /// Reads any decimal the slow way, which also finds out what is wrong with it.
    @inline(never)
    private mutating func anyDecimal(_ bytes: Span<UInt8>, unit: DecimalUnit) throws(WireError) -> Int64 {
        let start = self.position
        var range = start..<start
        if self.peek(bytes) == UInt8(ascii: "\"") {
            let text = try self.text(bytes)
            guard !text.isEscaped else { throw WireError(.decimal, at: start) }
            range = text.start..<text.end
        } else {
            switch self.peek(bytes) {
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try self.skipNumber(bytes)
            default: throw self.error(.decimal)
            }
            range = start..<self.position
        }
        guard !range.isEmpty else { throw WireError(.decimal, at: start) }
        if bytes[range.lowerBound] == UInt8(ascii: "-") {
            throw WireError(.negative, at: start)
        }
        do throws(MoneyError) {
            let value = try DecimalText.units(
                of: bytes.extracting(range), exponent: unit.exponent, limit: Int128(unit.limit))
            return Int64(truncatingIfNeeded: value)  // Within 0...limit, and the limit is an Int64.
        } catch {
            switch error {
            case .notADecimal, .unitsOutOfRange: throw WireError(.decimal, at: start)
            case .finerThanUnit: throw WireError(.finerThanUnit, at: start)
            case .tooLarge: throw WireError(.tooLarge, at: start)
            }
        }
    }
}
