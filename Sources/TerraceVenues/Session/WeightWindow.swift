public import TerraceCore

/// What was sent to a venue in the last window, in the venue's weights, kept in tenths of the window: never more than the
/// limit in any window, wherever it begins.
public struct WeightWindow: Sendable {
    private static let parts = 10
    private let limit: Int
    private let partNanoseconds: Int64
    private var used = Array(repeating: 0, count: parts + 1)  // By part of time, in a ring.
    private var current: Int64 = 0  // The part of time that is now.
    private var sum = 0
    private var blockedUntil = Timestamp.distantPast

    /// At most `limit` in any `seconds`.
    public init(limit: Int, seconds: Int64) {
        self.limit = max(1, limit)
        self.partNanoseconds = max(1, seconds * 1_000_000_000 / Int64(Self.parts))
    }

    private mutating func pass(to now: Timestamp) {
        let part = now.nanoseconds / self.partNanoseconds
        if part <= self.current { return }
        let steps = min(part - self.current, Int64(self.used.count))
        for step in 1...steps {
            let place = Int((self.current + step) % Int64(self.used.count))
            self.sum -= self.used[place]
            self.used[place] = 0
        }
        if steps == Int64(self.used.count) { self.sum = 0 }
        self.current = part
    }

    /// Takes `weight` where `percent` of the limit leaves room for it and the venue has not told us to wait.
    public mutating func take(_ weight: Int, percent: Int, at now: Timestamp) -> Bool {
        self.pass(to: now)
        if now < self.blockedUntil || self.sum + weight > self.limit * percent / 100 { return false }
        self.add(weight)
        return true
    }

    private mutating func add(_ weight: Int) {
        self.used[Int(self.current % Int64(self.used.count))] += weight
        self.sum += weight
    }

    /// When to try again after `take` said no.
    public func retryAt(_ now: Timestamp) -> Timestamp {
        max(self.blockedUntil, now.advanced(by: self.partNanoseconds))
    }

    /// The venue says that this share of the limit is used: others share the address, or the count here is wrong.
    public mutating func observe(share: Double, at now: Timestamp) {
        self.pass(to: now)
        if !(share >= 0 && share < 100) { return }
        let told = Int(share * Double(self.limit))
        if told > self.sum { self.add(told - self.sum) }
    }

    /// The venue says to wait: nothing is sent until `moment`.
    public mutating func block(until moment: Timestamp) { self.blockedUntil = max(self.blockedUntil, moment) }

    /// How much of the limit the last window has used, in percent.
    public mutating func percentUsed(at now: Timestamp) -> Int {
        self.pass(to: now)
        return self.sum * 100 / self.limit
    }

    /// Whether the venue has told us to wait.
    public func isBlocked(at now: Timestamp) -> Bool { now < self.blockedUntil }
}
