/// A publisher of a venue, as it is heard.
struct HeardPublisher {
    /// How long the shortest way counts as the shortest.
    private static let window: Int64 = 30_000_000_000

    let epoch: UInt64
    /// When something of it came first.
    let since: Int64
    /// When something of it came last.
    var heardAt: Int64
    /// What it said of the venue's connection; nil before its first heartbeat.
    var isVenueUp: Bool?
    // The shortest way from its clock to ours, clocks that differ included: in this window and the one before.
    private var shortest: Int64 = .max
    private var shortestBefore: Int64 = .max
    private var windowEnd: Int64 = 0

    init(epoch: UInt64, at now: Int64) {
        self.epoch = epoch
        self.since = now
        self.heardAt = now
    }

    /// How much longer than the shortest way lately a message of `time` took that is read now.
    mutating func lag(of time: Int64, at now: Int64) -> Int64 {
        let way = now &- time
        if now >= self.windowEnd {
            self.windowEnd = now + Self.window
            self.shortestBefore = self.shortest
            self.shortest = way
        }
        self.shortest = min(self.shortest, way)
        let (lag, overflow) = way.subtractingReportingOverflow(min(self.shortest, self.shortestBefore))
        return overflow ? .max : lag
    }
}
