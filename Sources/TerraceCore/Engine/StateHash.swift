/// A 64-bit hash of a state, the same in every process, on every machine and at every optimisation level.
///
/// The standard library's `Hasher` draws a new seed in each process, so it cannot tell whether a replay reached the state
/// of the live run. This one folds whole words by xor and multiplication, as FNV-1a does with bytes, with a rotation so
/// that high bits reach low ones, and ends with the finisher of MurmurHash3 (`fmix64`, Appleby, public domain). It is not
/// made to withstand somebody who wants a collision.
public struct StateHash: Hashable, Sendable {
    private var state: UInt64

    /// The hash of nothing.
    public init() { self.state = 0xcbf2_9ce4_8422_2325 }  // FNV's 64-bit offset basis.

    /// Takes in one word. The order of words counts.
    public mutating func combine(_ word: UInt64) {
        let mixed = (self.state ^ word) &* 0x9E37_79B9_7F4A_7C15  // 2^64 / golden ratio, odd: a bijection.
        self.state = mixed << 29 | mixed >> 35
    }

    /// Takes in a signed word.
    public mutating func combine(_ word: Int64) { self.combine(UInt64(bitPattern: word)) }

    /// Takes in an index or a count.
    public mutating func combine(_ value: Int) { self.combine(UInt64(bitPattern: Int64(value))) }

    /// Takes in a truth value.
    public mutating func combine(_ value: Bool) { self.combine(value ? 1 : 0 as UInt64) }

    /// Takes in 128 bits.
    public mutating func combine(_ value: Int128) {
        self.combine(UInt64(truncatingIfNeeded: value))
        self.combine(UInt64(truncatingIfNeeded: value >> 64))
    }

    /// Takes in the bits of a signal. Two `nan`s of different bits are different, and so are the two zeros.
    public mutating func combine(_ value: Double) { self.combine(value.bitPattern) }

    /// The hash of what was taken in so far; taking in more may go on.
    public var value: UInt64 {
        var hash = self.state
        hash ^= hash >> 33
        hash = hash &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 33
        hash = hash &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }
}
