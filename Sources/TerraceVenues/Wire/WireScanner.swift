/// A reader of JSON that walks over received bytes in place.
///
/// It is a place in a message and nothing else: the bytes come with each call, lent by whoever owns them. Keys may come in
/// any order, and values that nobody asked for are checked and skipped, whatever they are. It does not allocate, does not
/// recurse, and reads no byte outside the message. After an error the place is where the reader gave up.
public struct WireScanner: Sendable {
    /// The next byte to read.
    public var position: Int

    /// A reader at `position`.
    public init(at position: Int = 0) { self.position = position }

    /// An error at the place of the reader.
    @inline(__always)
    func error(_ fault: WireFault) -> WireError { WireError(fault, at: self.position) }

    /// The next byte, or 0 at the end: no valid JSON has a zero byte outside of texts, nor inside.
    @inline(__always)
    func peek(_ bytes: Span<UInt8>) -> UInt8 { self.position < bytes.count ? bytes[self.position] : 0 }

    /// Walks over blanks, tabs and line ends.
    @inline(__always)
    public mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while self.position < bytes.count, bytes[self.position] <= 0x20 {
            switch bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return
            }
        }
    }

    /// Walks over blanks and then over `byte`.
    ///
    /// - Throws: `fault` where something else stands.
    @inline(__always)
    public mutating func take(
        _ byte: Unicode.Scalar, _ bytes: Span<UInt8>, else fault: WireFault
    ) throws(WireError) {
        self.skipBlanks(bytes)
        guard self.peek(bytes) == UInt8(ascii: byte) else { throw self.error(fault) }
        self.position += 1
    }

    /// Walks over blanks, and over `byte` where it stands next.
    ///
    /// - Returns: Whether it did.
    @inline(__always)
    public mutating func takes(_ byte: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
        self.skipBlanks(bytes)
        guard self.peek(bytes) == UInt8(ascii: byte) else { return false }
        self.position += 1
        return true
    }

    /// Whether another member follows in an object or array that is open: walks over the comma, or over `close`.
    ///
    /// - Throws: `separator` where neither stands.
    @inline(__always)
    public mutating func continues(until close: Unicode.Scalar, _ bytes: Span<UInt8>) throws(WireError) -> Bool {
        self.skipBlanks(bytes)
        let byte = self.peek(bytes)
        if byte == UInt8(ascii: ",") {
            self.position += 1
            return true
        }
        guard byte == UInt8(ascii: close) else { throw self.error(.separator) }
        self.position += 1
        return false
    }

    /// Reads a text.
    ///
    /// - Throws: `text` where none stands, it is not closed or it holds control characters; `escape` where one is broken.
    @inline(__always)
    public mutating func text(_ bytes: Span<UInt8>) throws(WireError) -> WireText {
        try self.take("\"", bytes, else: .text)
        let start = self.position
        var isEscaped = false
        while true {
            if self.position + 8 <= bytes.count {
                let plain = WireWord.plainTextBytes(WireWord.load(bytes, at: self.position))
                self.position += plain
                if plain == 8 { continue }
            }
            let byte = self.peek(bytes)
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                try self.skipEscape(bytes)
            } else if byte < 0x20 {
                throw self.error(.text)
            } else {
                self.position += 1
            }
        }
        self.position += 1
        return WireText(start: start, end: self.position - 1, isEscaped: isEscaped)
    }

    /// Reads a key and the colon after it.
    @inline(__always)
    public mutating func key(_ bytes: Span<UInt8>) throws(WireError) -> WireText {
        let key = try self.text(bytes)
        try self.take(":", bytes, else: .colon)
        return key
    }

    /// Walks over a backslash and what it escapes.
    private mutating func skipEscape(_ bytes: Span<UInt8>) throws(WireError) {
        self.position += 1
        switch self.peek(bytes) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            self.position += 1
        case UInt8(ascii: "u"):
            self.position += 1
            for _ in 0..<4 {
                guard Self.hexadecimalDigit(self.peek(bytes)) != nil else { throw self.error(.escape) }
                self.position += 1
            }
        default: throw self.error(.escape)
        }
    }

    /// The value of a hexadecimal digit, or nil where `byte` is none.
    static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    /// Walks over the blanks at the end of a message.
    ///
    /// - Throws: `end` where anything else is left.
    public mutating func finish(_ bytes: Span<UInt8>) throws(WireError) {
        self.skipBlanks(bytes)
        guard self.position == bytes.count else { throw self.error(.end) }
    }
}
