import Testing
import TerraceCore

/// A seeded stream of what venues send and what our orders do, played to a `BookTable` and to its twin.
struct BookStream: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// Whether an event of this chance, in a thousand, happens.
    mutating func chance(_ perMille: Int) -> Bool { Int.random(in: 0..<1000, using: &self) < perMille }

    /// A distance that is mostly small and now and then large: up to 2^`spread`.
    mutating func distance(_ spread: Int) -> Int64 {
        let bits = Int.random(in: 0...spread, using: &self)
        return Int64(self.next() & (1 << UInt64(bits) - 1))
    }
}

/// A shape of market to test a book on.
struct BookScene: CustomTestStringConvertible, Sendable {
    var name: String
    var ring: Int
    var steps: [Int64]
    var mid: Int64
    var spread: Int  // Levels lie within 2^spread units of the mid.
    var drift: Int64  // The mid moves by up to this at a message.
    var levels: Int  // Of a snapshot, a side.
    var events: Int

    var testDescription: String { self.name }

    static let all = [
        BookScene(
            name: "one unit is the tick everywhere", ring: 512, steps: [1, 1, 1], mid: 1_000_000, spread: 7, drift: 3,
            levels: 20, events: 500),
        BookScene(
            name: "venues with different ticks", ring: 512, steps: [1, 5, 10, 100], mid: 5_000_000, spread: 9,
            drift: 40, levels: 25, events: 500),
        BookScene(
            name: "a tiny ring, most levels beyond it", ring: 8, steps: [1, 3, 7], mid: 90_000, spread: 8, drift: 9,
            levels: 30, events: 500),
        BookScene(
            name: "sparse books far wider than the ring", ring: 64, steps: [1, 2], mid: 77_000_000, spread: 20,
            drift: 3_000, levels: 60, events: 400),
        BookScene(
            name: "a mid that runs, prices near the lowest", ring: 16, steps: [1, 2, 4, 8, 16], mid: 600, spread: 8,
            drift: 60, levels: 15, events: 400),
        BookScene(
            name: "a ring of two words", ring: 128, steps: [10, 10], mid: 100_000, spread: 11, drift: 300, levels: 40,
            events: 400),
    ]
}
