import TerraceCore

/// One market-data connection of a session, and the feed of the instruments on it.
struct MarketConnection {
    enum State: Equatable {
        /// None; the next attempt is due at `retryAt`.
        case closed
        case opening
        case open
        /// Its instruments have gone over to another.
        case retired
    }
    /// The instruments that it carries.
    let slots: Range<Int>
    let feed: any VenueFeed
    var state = State.closed
    var socket = -1
    var retryAt = Timestamp.distantPast
    var backoff = Backoff(least: 250_000_000, most: 30_000_000_000)
    var openedAt = Timestamp.distantPast
    var heardAt = Timestamp.distantPast
    var probedAt = Timestamp.distantPast
    /// When it is to be renewed.
    var renewAt = Timestamp.distantFuture
    /// The connection whose instruments it takes over, one by one, as its own books of them are whole.
    var successorOf: Int?
    /// Messages to send, as the venue's limit lets them go.
    var frames: [[UInt8]] = []
    var framesSent = 0
    var nextFrameAt = Timestamp.distantPast
    /// Subscriptions that were sent, and not acknowledged: their numbers and slots.
    var unacknowledged: [(request: Int64, slots: [Int])] = []
    var subscribedAt = Timestamp.distantPast
    /// Of its instruments, in their order: during a renewal two connections fetch the same one's snapshot.
    private var snapshots: [SnapshotState]

    init(slots: Range<Int>, feed: any VenueFeed) {
        self.slots = slots
        self.feed = feed
        self.snapshots = Array(repeating: SnapshotState(), count: slots.count)
    }

    /// Where the snapshot of the instrument at `slot` is.
    func snapshot(_ slot: Int) -> SnapshotState {
        self.slots.contains(slot) ? self.snapshots[slot - self.slots.lowerBound] : SnapshotState()
    }

    mutating func change(_ slot: Int, _ body: (inout SnapshotState) -> Void) {
        if self.slots.contains(slot) { body(&self.snapshots[slot - self.slots.lowerBound]) }
    }

    var hasFrames: Bool { self.framesSent < self.frames.count }

    mutating func enqueue(_ frame: [UInt8]) {
        if !self.hasFrames {
            self.frames.removeAll(keepingCapacity: true)
            self.framesSent = 0
        }
        self.frames.append(frame)
    }

    mutating func reset() {
        self.socket = -1
        self.frames.removeAll()
        self.framesSent = 0
        self.unacknowledged.removeAll()
        for place in self.snapshots.indices { self.snapshots[place].stage = .none }
    }
}
