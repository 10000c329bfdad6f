import TerraceCore

/// A venue's time as seen from receive times: the least delay of its messages of late counts as none.
///
/// Messages of one venue take unlike times to reach us (in one recording prints take 27 ms longer than book messages), so a print
/// may be told after an order arrived before which it happened. The venue's time at which the order arrived tells.
struct VenueClock {
    /// How long a least delay is remembered at least, in nanoseconds: clocks drift, and are set.
    static let memory: Int64 = 60_000_000_000

    private var best: Int64?  // The venue's time less ours, at the least delay since `since`.
    private var bestBefore: Int64?
    private var since = Timestamp.distantPast

    /// A message that left the venue at `venueTime` was received at `now`.
    mutating func observe(_ venueTime: Timestamp, at now: Timestamp) {
        if venueTime == .distantPast { return }
        let ahead = venueTime.nanoseconds(since: now)
        if now.nanoseconds(since: self.since) > Self.memory {
            self.bestBefore = self.best
            self.best = ahead
            self.since = now
        } else {
            self.best = max(self.best ?? ahead, ahead)
        }
    }

    /// The venue's time at our `now`; `distantPast` where it has told none.
    func venueTime(at now: Timestamp) -> Timestamp {
        guard let best else { return .distantPast }
        return now.advanced(by: max(best, self.bestBefore ?? best))
    }
}
