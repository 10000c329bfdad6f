/// Random bits for waits. SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
struct BusRandom {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From half of `nanoseconds` to all of it.
    mutating func jitter(_ nanoseconds: Int64) -> Int64 {
        let half = max(1, nanoseconds / 2)
        return half + Int64(truncatingIfNeeded: self.next() % UInt64(half))
    }
}
