public import TerraceCore

/// How an order id is written at the venues: `trc-` and 32 hexadecimal digits, 36 characters that every venue takes.
///
/// The first twelve, `trc-` and the instance, are the prefix by which an engine knows its own orders after a restart.
extension ClientOrderID {
    /// How many bytes the text has.
    public static let textLength = 36

    /// Writes the text.
    public func write(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "t"))
        bytes.append(UInt8(ascii: "r"))
        bytes.append(UInt8(ascii: "c"))
        bytes.append(UInt8(ascii: "-"))
        Self.write(self.high, into: &bytes)
        Self.write(self.low, into: &bytes)
    }

    private static func write(_ word: UInt64, into bytes: inout [UInt8]) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 4
            let digit = UInt8(truncatingIfNeeded: word >> shift) & 0xF
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }

    /// The text, for messages to people.
    public var text: String {
        var bytes: [UInt8] = []
        self.write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The id that stands at `text` in `bytes`, or nil where that is none of ours: whoever sent the order, this engine or
    /// another of the desk's, wrote its id so.
    public init?(_ text: WireText, in bytes: Span<UInt8>) {
        guard text.count == Self.textLength, !text.isEscaped, bytes[text.start] == UInt8(ascii: "t"),
            bytes[text.start + 1] == UInt8(ascii: "r"), bytes[text.start + 2] == UInt8(ascii: "c"),
            bytes[text.start + 3] == UInt8(ascii: "-")
        else { return nil }
        var words: [2 of UInt64] = [0, 0]
        for place in 0..<32 {
            let byte = bytes[text.start + 4 + place]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            words[place / 16] = words[place / 16] << 4 | UInt64(digit)
        }
        self.init(high: words[0], low: words[1])
    }
}
