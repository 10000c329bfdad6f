/// Finds the place of a symbol in a list given at start, from the bytes of a message, without making a string of them.
///
/// Open addressing over a table at most half full, so that an unknown symbol is known to be one after two looks on average.
/// Symbols are up to 32 bytes long, as UTF-8; some venues have symbols that are not ASCII.
public struct SymbolTable: Sendable {
    /// A symbol's bytes, filled up with zeros. No symbol holds a zero byte.
    private typealias Key = SIMD4<UInt64>

    private var keys: [Key]
    private var slots: [Int32]  // The symbol's place in the list, or -1.
    private let mask: Int
    /// How many symbols it knows.
    public let count: Int

    /// The longest symbol, in bytes.
    public static let longestSymbol = 32

    /// Why a list of symbols was refused.
    public enum Refusal: Error, Equatable, CustomStringConvertible {
        /// The symbol stands in the list twice.
        case duplicate(String)
        /// The symbol is empty, longer than 32 bytes or holds a zero byte.
        case unusable(String)

        /// What happened and what to do.
        public var description: String {
            switch self {
            case .duplicate(let symbol): "symbol \"\(symbol)\" is given twice: give each instrument once"
            case .unusable(let symbol): "symbol \"\(symbol)\" is not 1 to 32 bytes long"
            }
        }
    }

    /// A table of `symbols`, each written as the venue's messages write it.
    public init(_ symbols: [String]) throws(Refusal) {
        var capacity = 4
        while capacity < symbols.count * 2 { capacity *= 2 }
        self.mask = capacity - 1
        self.count = symbols.count
        self.keys = Array(repeating: Key.zero, count: capacity)
        self.slots = Array(repeating: -1, count: capacity)
        for (index, symbol) in symbols.enumerated() {
            let bytes = Array(symbol.utf8)
            let isUsable = !bytes.isEmpty && bytes.count <= Self.longestSymbol && !bytes.contains(0)
            guard isUsable, let slot = Int32(exactly: index) else { throw .unusable(symbol) }
            var key = Key.zero
            for (place, byte) in bytes.enumerated() { Self.add(byte, at: place, to: &key) }
            var place = self.home(of: key)
            while self.slots[place] >= 0 {
                if self.keys[place] == key { throw .duplicate(symbol) }
                place = (place + 1) & self.mask
            }
            self.keys[place] = key
            self.slots[place] = slot
        }
    }

    /// A table without symbols.
    static let empty = SymbolTable()

    private init() {
        self.mask = 3
        self.count = 0
        self.keys = Array(repeating: Key.zero, count: 4)
        self.slots = Array(repeating: -1, count: 4)
    }

    /// The place of the symbol that `text` is, or nil.
    ///
    /// - Complexity: O(1) on average, O(count) at worst; does not allocate.
    public func slot(of text: WireText, in bytes: Span<UInt8>) -> Int? {
        guard text.isEscaped else { return self.slot(of: bytes, from: text.start, to: text.end) }
        var key = Key.zero
        var length = 0
        text.forEachByte(in: bytes) { byte in
            if length < Self.longestSymbol { Self.add(byte, at: length, to: &key) }
            length += 1
        }
        return length <= Self.longestSymbol ? self.slot(of: key) : nil
    }

    /// The place of the symbol within `start..<end` of `bytes`, or nil.
    ///
    /// - Parameter uppercasing: Whether `a` to `z` are taken as `A` to `Z`: Binance's stream names are in lower case.
    @inline(__always)
    public func slot(of bytes: Span<UInt8>, from start: Int, to end: Int, uppercasing: Bool = false) -> Int? {
        guard start < end, end - start <= Self.longestSymbol, end <= bytes.count else { return nil }
        if !uppercasing {
            return self.slot(
                of: Key(
                    Self.word(bytes, start, end), Self.word(bytes, start + 8, end), Self.word(bytes, start + 16, end),
                    Self.word(bytes, start + 24, end)))
        }
        var key = Key.zero
        for place in 0..<(end - start) {
            var byte = bytes[start + place]
            if byte &- UInt8(ascii: "a") < 26 { byte &-= 0x20 }
            Self.add(byte, at: place, to: &key)
        }
        return self.slot(of: key)
    }

    /// The bytes from `start` up to `end`, eight at most, filled up with zeros.
    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        let count = end - start
        if count <= 0 { return 0 }
        if count >= 8 { return WireWord.load(bytes, at: start) }
        if start + 8 <= bytes.count { return WireWord.load(bytes, at: start) & ((1 << UInt64(8 * count)) - 1) }
        var word: UInt64 = 0
        for place in 0..<count { word |= UInt64(bytes[start + place]) << UInt64(8 * place) }
        return word
    }

    private func slot(of key: Key) -> Int? {
        var place = self.home(of: key)
        while self.slots[place] >= 0 {  // Half of the table is empty, so that this ends.
            if self.keys[place] == key { return Int(self.slots[place]) }
            place = (place + 1) & self.mask
        }
        return nil
    }

    /// Puts `byte` at `place`, which is below 32 and was zero before.
    @inline(__always)
    private static func add(_ byte: UInt8, at place: Int, to key: inout Key) {
        key[place >> 3] |= UInt64(byte) << UInt64((place & 7) * 8)
    }

    /// Where the search for `key` begins. Multiplication spreads the bytes; the high bits are the best mixed.
    private func home(of key: Key) -> Int {
        let mixed = (key[0] ^ key[1] &* 0x9E37_79B9_7F4A_7C15 ^ (key[2] &+ key[3]) &* 0xC2B2_AE3D_27D4_EB4F)
        return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) >> 32) & self.mask
    }
}
