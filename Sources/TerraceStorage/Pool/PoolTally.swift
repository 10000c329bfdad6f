internal import Histogram

/// What a pool has counted since it started.
struct PoolTally {
    /// Requests that got a connection and were run to their end, well or not.
    var served = 0
    var refusedQueueFull = 0
    var refusedDown = 0
    var refusedLeases = 0
    var waitTimeouts = 0
    var cancelled = 0
    var refusedStopped = 0
    private(set) var opened = 0
    /// The most that were open at once.
    private(set) var mostOpen = 0
    /// Opened in the place of one that was lost.
    private(set) var reconnects = 0
    private var toReplace = 0
    var openFailures = 0
    /// Replaced for age or use.
    var recycled = 0
    /// Found dead, or not to be made clean.
    private(set) var lost = 0
    var mostWaiting = 0
    /// By kind, in the order of the kinds.
    var failures = [Int](repeating: 0, count: DatabaseError.Kind.allCases.count)
    /// Nanoseconds, to a minute.
    var waits = Self.empty
    /// Nanoseconds, to a minute.
    var services = Self.empty

    private static let most: Int64 = 60_000_000_000
    private static var empty: Histogram<UInt32> {
        Histogram<UInt32>(
            lowestDiscernibleValue: 1_000, highestTrackableValue: UInt64(Self.most),
            numberOfSignificantValueDigits: .two)
    }

    mutating func record(wait: Int64) { self.waits.record(UInt64(min(max(wait, 0), Self.most))) }
    mutating func record(service: Int64) { self.services.record(UInt64(min(max(service, 0), Self.most))) }

    /// Another one is open: with it there are `open`.
    mutating func countOpened(open: Int) {
        self.opened += 1
        self.mostOpen = max(self.mostOpen, open)
        if self.toReplace > 0 {
            self.toReplace -= 1
            self.reconnects += 1
        }
    }

    mutating func countLost() {
        self.lost += 1
        self.toReplace += 1
    }

    mutating func count(_ refusal: PoolMachine.Refusal) {
        switch refusal {
        case .queueFull: self.refusedQueueFull += 1
        case .tooManyLeases: self.refusedLeases += 1
        case .deadline: self.waitTimeouts += 1
        case .cancelled: self.cancelled += 1
        case .stopped: self.refusedStopped += 1
        case .down: self.refusedDown += 1
        }
    }
}
