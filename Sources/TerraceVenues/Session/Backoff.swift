/// How long to wait before the next attempt: twice as long after each failure, between a least and a most, and half of it by
/// chance, so that many who failed together do not come back together.
public struct Backoff: Sendable {
    private let least: Int64
    private let most: Int64
    private var failures = 0

    /// Waits between `least` and `most` nanoseconds.
    public init(least: Int64, most: Int64) {
        self.least = max(1, least)
        self.most = max(least, most)
    }

    /// The attempt went well.
    public mutating func reset() { self.failures = 0 }

    /// The attempt failed: how long to wait, in nanoseconds. `random` is any 64 bits.
    public mutating func next(random: UInt64) -> Int64 {
        var wait = self.least
        for _ in 0..<min(self.failures, 40) where wait < self.most { wait *= 2 }
        self.failures += 1
        wait = min(wait, self.most)
        return wait / 2 + Int64(truncatingIfNeeded: random % UInt64(wait / 2 + 1))
    }
}
