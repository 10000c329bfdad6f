/// A text in a message, as a place in its bytes: nothing is copied.
public struct WireText: Equatable, Sendable {
    /// The byte after the opening quote.
    public let start: Int
    /// The closing quote.
    public let end: Int
    /// Whether it holds escapes, so that its bytes are not its content.
    public let isEscaped: Bool

    /// The text within `start..<end`.
    public init(start: Int, end: Int, isEscaped: Bool) {
        self.start = start
        self.end = end
        self.isEscaped = isEscaped
    }

    /// How many bytes stand between the quotes.
    public var count: Int { self.end - self.start }
}

extension WireText {
    /// Whether the content is exactly `text`. Escapes are resolved.
    ///
    /// - Complexity: O(length); does not allocate.
    public func equals(_ text: StaticString, in bytes: Span<UInt8>) -> Bool {
        let wanted = text.utf8CodeUnitCount
        if !self.isEscaped {
            guard self.count == wanted else { return false }
            for index in 0..<wanted {
                // SAFETY: the index is below the count of the constant's code units.
                guard unsafe text.utf8Start[index] == bytes[self.start + index] else { return false }
            }
            return true
        }
        var bytesSeen = 0
        var matches = true
        self.forEachByte(in: bytes) { byte in
            if bytesSeen < wanted {
                // SAFETY: the index is below the count of the constant's code units.
                if unsafe text.utf8Start[bytesSeen] != byte { matches = false }
            }
            bytesSeen += 1
        }
        return matches && bytesSeen == wanted
    }

    /// Calls `body` with each byte of the content, escapes resolved to UTF-8. An unpaired surrogate becomes U+FFFD.
    ///
    /// The text has been read by a `WireScanner`, so that every escape is whole.
    @inline(__always)
    public func forEachByte(in bytes: Span<UInt8>, _ body: (UInt8) -> Void) {
        var index = self.start
        while index < self.end {
            let byte = bytes[index]
            index += 1
            if byte != UInt8(ascii: "\\") || index >= self.end {
                body(byte)
                continue
            }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "b"): body(0x08)
            case UInt8(ascii: "f"): body(0x0C)
            case UInt8(ascii: "n"): body(0x0A)
            case UInt8(ascii: "r"): body(0x0D)
            case UInt8(ascii: "t"): body(0x09)
            case UInt8(ascii: "u"):
                var scalar = self.hexadecimal(at: index, in: bytes)
                index += 4
                if scalar & 0xFC00 == 0xD800, index + 6 <= self.end, bytes[index] == UInt8(ascii: "\\"),
                    bytes[index + 1] == UInt8(ascii: "u")
                {
                    let low = self.hexadecimal(at: index + 2, in: bytes)
                    if low & 0xFC00 == 0xDC00 {
                        scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
                        index += 6
                    }
                }
                if scalar & 0xF800 == 0xD800, scalar < 0x10000 { scalar = 0xFFFD }
                if let encoded = Unicode.Scalar(scalar).flatMap({ UTF8.encode($0) }) {
                    for unit in encoded { body(unit) }
                }
            default: body(escape)  // A quote, a backslash or a slash stands for itself.
            }
        }
    }

    /// The four hexadecimal digits at `index`; digits that are none, or beyond the text, count as zero.
    private func hexadecimal(at index: Int, in bytes: Span<UInt8>) -> UInt32 {
        var value: UInt32 = 0
        for place in index..<index + 4 {
            value <<= 4
            if place < self.end { value |= WireScanner.hexadecimalDigit(bytes[place]) ?? 0 }
        }
        return value
    }

    /// The content as a string, for names at start and for messages to people; never on the path of market data.
    public func string(in bytes: Span<UInt8>) -> String {
        var content: [UInt8] = []
        self.forEachByte(in: bytes) { content.append($0) }
        return String(decoding: content, as: UTF8.self)
    }
}
