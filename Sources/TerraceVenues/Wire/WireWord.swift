/// Eight bytes of a message at once, the first one lowest: the scanner looks for quotes and points in all eight with a
/// few integer operations, without a branch that would be mispredicted for each length of number.
///
/// The tests "is this byte zero" and "is this byte below n" are the classic ones of Mycroft (1987): a borrow can only
/// spoil bytes above the first hit, so that the lowest hit is always right, and only that one is used.
@usableFromInline
enum WireWord {
    /// A byte in all eight places.
    @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// The eight bytes at `offset`.
    ///
    /// - Precondition: `offset + 8` is within `bytes`; the load checks that.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
        // SAFETY: the load checks its bounds, and every pattern of bits is a UInt64.
        unsafe UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// How many bytes stand before the first that ends a plain text: a quote, a backslash or a control character; 8 where
    /// none of the eight does.
    @inline(__always)
    static func plainTextBytes(_ word: UInt64) -> Int {
        let quote = word ^ Self.all(UInt8(ascii: "\""))
        let escape = word ^ Self.all(UInt8(ascii: "\\"))
        let quotes = (quote &- Self.all(1)) & ~quote
        let escapes = (escape &- Self.all(1)) & ~escape
        let controls = (word &- Self.all(0x20)) & ~word
        return ((quotes | escapes | controls) & Self.all(0x80)).trailingZeroBitCount >> 3
    }

    /// How many digits the word begins with, given the word exclusive-or "00000000".
    ///
    /// A byte above 9 sets its high bit by itself or when 0x76 is added; a carry only reaches bytes above the first such.
    @inline(__always)
    static func leadingDigits(_ values: UInt64) -> Int {
        (((values &+ Self.all(0x76)) | values) & Self.all(0x80)).trailingZeroBitCount >> 3
    }

    /// Whether the word is eight digit values, 0 to 9 each.
    @inline(__always)
    static func isDigits(_ values: UInt64) -> Bool { ((values &+ Self.all(0x76)) | values) & Self.all(0x80) == 0 }

    /// The number that eight digit values make, the first in the lowest byte.
    ///
    /// Neighbours are joined to pairs, pairs to fours and fours to eight by one multiplication each.
    @inline(__always)
    static func number(_ values: UInt64) -> UInt64 {
        let pairs = (values &* 2561) >> 8 & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 6_553_601) >> 16 & 0x0000_FFFF_0000_FFFF
        return (fours &* 42_949_672_960_001) >> 32
    }
}
