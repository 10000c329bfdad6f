/// A 64-bit digest of an engine's state: FNV-1a over 64-bit words, with a final mix. The same in every process and build.
public struct StateHash: Sendable {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The digest of nothing.
    public init() {}

    /// Adds a word.
    public mutating func combine(_ word: UInt64) {
        self.state = (self.state ^ word) &* 0x0000_0100_0000_01B3
        self.state ^= self.state >> 32
    }

    /// Adds a signed word.
    public mutating func combine(_ word: Int64) { self.combine(UInt64(bitPattern: word)) }

    /// Adds 128 bits.
    public mutating func combine(_ value: Int128) {
        self.combine(UInt64(truncatingIfNeeded: value))
        self.combine(UInt64(truncatingIfNeeded: value >> 64))
    }

    /// The digest of all that was added.
    public var value: UInt64 {
        let mixed = (self.state ^ (self.state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return mixed ^ (mixed >> 33)
    }
}
