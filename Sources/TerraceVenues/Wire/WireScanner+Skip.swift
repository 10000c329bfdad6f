extension WireScanner {
    /// Walks over a value of any kind, checking that it is one.
    ///
    /// Open brackets are the bits of one word, an object being 1, so that hostile nesting can't exhaust the stack.
    ///
    /// - Throws: What the grammar wanted, or `nesting` beyond `WireLimits.nesting` brackets.
    /// - Complexity: O(length); does not allocate.
    public mutating func skipValue(_ bytes: Span<UInt8>) throws(WireError) {
        var objects: UInt64 = 0
        var depth = 0
        while true {
            self.skipBlanks(bytes)
            switch self.peek(bytes) {
            case UInt8(ascii: "\""): _ = try self.text(bytes)
            case UInt8(ascii: "{"):
                guard depth < WireLimits.nesting else { throw self.error(.nesting) }
                self.position += 1
                if !self.takes("}", bytes) {
                    objects = objects << 1 | 1
                    depth += 1
                    _ = try self.key(bytes)
                    continue
                }
            case UInt8(ascii: "["):
                guard depth < WireLimits.nesting else { throw self.error(.nesting) }
                self.position += 1
                if !self.takes("]", bytes) {
                    objects <<= 1
                    depth += 1
                    continue
                }
            case UInt8(ascii: "t"): try self.skip("true", bytes)
            case UInt8(ascii: "f"): try self.skip("false", bytes)
            case UInt8(ascii: "n"): try self.skip("null", bytes)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try self.skipNumber(bytes)
            default: throw self.error(.value)
            }
            // A value is over: walk out of the brackets that close here, or on to the next member.
            while depth > 0 {
                let isObject = objects & 1 == 1
                if try self.continues(until: isObject ? "}" : "]", bytes) {
                    if isObject { _ = try self.key(bytes) }
                    break
                }
                objects >>= 1
                depth -= 1
            }
            if depth == 0 { return }
        }
    }

    /// Walks over `true`, `false` or `null`.
    private mutating func skip(_ literal: StaticString, _ bytes: Span<UInt8>) throws(WireError) {
        let count = literal.utf8CodeUnitCount
        guard bytes.count - self.position >= count else { throw WireError(.literal, at: bytes.count) }
        for index in 0..<count {
            // SAFETY: the index is below the count of the constant's code units.
            guard unsafe bytes[self.position + index] == literal.utf8Start[index] else { throw self.error(.literal) }
        }
        self.position += count
    }

    /// Walks over a number as JSON writes it: `-`, digits without leading zero, fraction, exponent.
    mutating func skipNumber(_ bytes: Span<UInt8>) throws(WireError) {
        if self.peek(bytes) == UInt8(ascii: "-") { self.position += 1 }
        if self.peek(bytes) == UInt8(ascii: "0") { self.position += 1 } else { try self.skipDigits(bytes) }
        if self.peek(bytes) == UInt8(ascii: ".") {
            self.position += 1
            try self.skipDigits(bytes)
        }
        if self.peek(bytes) | 0x20 == UInt8(ascii: "e") {
            self.position += 1
            let sign = self.peek(bytes)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { self.position += 1 }
            try self.skipDigits(bytes)
        }
    }

    /// Walks over one digit or more.
    private mutating func skipDigits(_ bytes: Span<UInt8>) throws(WireError) {
        guard self.peek(bytes) &- UInt8(ascii: "0") <= 9 else { throw self.error(.number) }
        while self.peek(bytes) &- UInt8(ascii: "0") <= 9 { self.position += 1 }
    }
}
