import TerraceCore

/// One market-data connection of a session, and the feed of the instruments on it.
struct MarketConnection {
    enum State: Equatable {
        /// None; the next attempt is due at `retryAt`.
        case closed  // Stays so while nobody needs what it carries.
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
    /// A message about subscriptions that was sent, and not acknowledged.
    struct Unacknowledged {
        let request: Int64
        let slots: [Int]
        let isOn: Bool
        let at: Timestamp
    }
    /// Oldest first.
    var unacknowledged: [Unacknowledged] = []
    /// How many of its instruments somebody needs, and since when that is none.
    var wanted = 0
    var idleSince = Timestamp.distantPast
    /// Subscriptions may not be as they are wanted.
    var hasChanges = false
    /// Of its instruments, in their order: during a renewal two connections fetch the same one's snapshot.
    private var snapshots: [SnapshotState]
    private var subscriptions: [SlotSubscription]

    init(slots: Range<Int>, feed: any VenueFeed, wanted: Int) {
        self.slots = slots
        self.feed = feed
        self.wanted = wanted
        self.snapshots = Array(repeating: SnapshotState(), count: slots.count)
        self.subscriptions = Array(repeating: SlotSubscription(), count: slots.count)
    }

    /// Whether the instrument at `slot` is among its own.
    func isCarrying(_ slot: Int) -> Bool { self.state != .retired && self.slots.contains(slot) }

    /// Where the subscription of the instrument at `slot` is.
    func subscription(_ slot: Int) -> SlotSubscription {
        self.slots.contains(slot) ? self.subscriptions[slot - self.slots.lowerBound] : SlotSubscription()
    }

    mutating func changeSubscription(_ slot: Int, _ body: (inout SlotSubscription) -> Void) {
        if self.slots.contains(slot) { body(&self.subscriptions[slot - self.slots.lowerBound]) }
    }

    /// The message of this number, which has been answered now; nil where it is none of ours.
    mutating func takeUnacknowledged(_ request: Int64) -> Unacknowledged? {
        guard let place = self.unacknowledged.firstIndex(where: { $0.request == request }) else { return nil }
        return self.unacknowledged.remove(at: place)
    }

    /// Where the snapshot of the instrument at `slot` is.
    func snapshot(_ slot: Int) -> SnapshotState {
        self.slots.contains(slot) ? self.snapshots[slot - self.slots.lowerBound] : SnapshotState()
    }

    mutating func change(_ slot: Int, _ body: (inout SnapshotState) -> Void) {
        if self.slots.contains(slot) { body(&self.snapshots[slot - self.slots.lowerBound]) }
    }

    var hasFrames: Bool { self.framesSent < self.frames.count }

    /// Takes the next of them.
    mutating func nextFrame() -> [UInt8]? {
        guard self.hasFrames else { return nil }
        defer { self.framesSent += 1 }
        return self.frames[self.framesSent]
    }

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
        for place in self.snapshots.indices {
            self.snapshots[place].stage = .none
            self.subscriptions[place] = SlotSubscription()
        }
    }
}
