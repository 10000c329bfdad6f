public import TerraceCore

/// The venue's time as reckoned from ours: the difference is measured by asking, and is off by at most half the time that the
/// question took; a better measurement replaces a worse one, and any replaces one that is two minutes old.
public struct VenueClock: Sendable {
    /// The venue's time less ours, in milliseconds.
    public private(set) var skewMilliseconds: Int64 = 0
    private var roundTrip = Int64.max
    private var measuredAt = Timestamp.distantPast

    /// A clock that agrees with ours until it is measured.
    public init() {}

    /// Whether it was ever measured.
    public var isMeasured: Bool { self.measuredAt != .distantPast }

    /// The venue's time at `now`, in milliseconds since 1970.
    public func milliseconds(at now: Timestamp) -> Int64 { now.nanoseconds / 1_000_000 &+ self.skewMilliseconds }

    /// The venue said that it was `told` (milliseconds since 1970), asked at `sent` and answered at `received`.
    public mutating func measure(_ told: Int64, sent: Timestamp, received: Timestamp) {
        let roundTrip = received.nanoseconds(since: sent)
        guard roundTrip >= 0, told > 0, told < 1 << 50 else { return }
        let isOld = received.nanoseconds(since: self.measuredAt) > 120_000_000_000
        if roundTrip > self.roundTrip, !isOld { return }
        self.roundTrip = roundTrip
        self.measuredAt = received
        self.skewMilliseconds = told - (sent.nanoseconds + roundTrip / 2) / 1_000_000
    }

    /// The venue does not believe our time: the next measurement counts, however good.
    public mutating func distrust() { self.roundTrip = .max }
}
