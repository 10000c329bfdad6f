import Glibc

/// Random numbers from a seed, the same in every run: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The stream of `seed`.
    public init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03 }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// Uniform in `0..<bound`.
    public mutating func below(_ bound: Int) -> Int {
        bound <= 1 ? 0 : Int(truncatingIfNeeded: self.next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Uniform in (0, 1].
    public mutating func unit() -> Double { Double((self.next() >> 11) + 1) / 9_007_199_254_740_992 }

    /// Whether something of this probability happens.
    public mutating func chance(_ probability: Double) -> Bool { self.unit() <= probability }

    /// Exponential with this mean.
    public mutating func exponential(_ mean: Double) -> Double { -log(self.unit()) * mean }

    /// Standard normal, by Box and Muller's transform.
    public mutating func normal() -> Double { sqrt(-2 * log(self.unit())) * cos(2 * Double.pi * self.unit()) }
}
