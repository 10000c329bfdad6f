/// How Bybit names orders and trades: whole numbers as text on spot, such as `1666800494330512128`, and UUIDs elsewhere.
///
/// The engine's tables hold 64 bits. A number below 2^63 stands for itself; any other name for its FNV-1a hash (Fowler, Noll
/// and Vo, 64 bits) with the highest bit set, so that a hash is never taken for a number. Two of a million names share 63 bits
/// with a chance of 1 in 18 million.
enum BybitIdentifier {
    /// The 64 bits that stand for the name in `text`; 0 for an empty one.
    static func number(of text: WireText, in bytes: Span<UInt8>) -> UInt64 {
        guard text.count > 0 else { return 0 }
        if !text.isEscaped, let number = Self.plainNumber(bytes, text.start, text.end) { return number }
        var hash = Self.offsetBasis
        text.forEachByte(in: bytes) { byte in hash = (hash ^ UInt64(byte)) &* Self.prime }
        return hash | 1 << 63
    }

    /// The 64 bits that stand for `name`; 0 for an empty one.
    static func number(of name: String) -> UInt64 {
        let bytes = Array(name.utf8)
        return Self.number(of: WireText(start: 0, end: bytes.count, isEscaped: false), in: bytes.span)
    }

    /// The number in `start..<end`, up to 18 digits and more where it stays below 2^63; nil where it is none, or would not be
    /// written so.
    private static func plainNumber(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64? {
        guard end - start <= 19, bytes[start] != UInt8(ascii: "0") else { return nil }
        var value: UInt64 = 0
        for place in start..<end {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + UInt64(digit)  // Nineteen digits stay below 10^19, which 64 bits hold.
        }
        return value < 1 << 63 ? value : nil
    }

    private static let offsetBasis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01B3
}
