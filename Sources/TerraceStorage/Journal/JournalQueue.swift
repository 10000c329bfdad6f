internal import Synchronization
import TerraceCore

/// What a shard's thread and a journal's writer share: the ring between them, what does not fit there, and how things stand.
final class JournalQueue: @unchecked Sendable {
    /// Why the journal does not count as recording, by bits.
    enum Trouble {
        /// Writing fails.
        static let failing: UInt8 = 1
        /// The ring is full.
        static let overflowing: UInt8 = 2
        /// The writer does not come back from the disk.
        static let stalled: UInt8 = 4
    }
    /// Entries that found the ring full.
    struct Overflow {
        var entries: [JournalEntry] = []
        var dropped: UInt64 = 0
    }
    /// For people.
    struct Status {
        var failure: String?
        var notices: [JournalNotice] = []
        /// Whether people know that the writer does not come back from the disk: only the shard sees that.
        var isStallTold = false
        var figures = JournalFigures()
    }

    let ring: JournalRing
    private let overflowLimit: Int
    private let stallNanoseconds: Int64
    private let isOverflowing = Atomic<Bool>(false)
    private let overflow = Mutex(Overflow())
    private let runs = Mutex<[(at: Int, run: RunDescription)]>([])
    let runsWaiting = Atomic<Int>(0)
    let trouble = Atomic<UInt8>(0)
    /// How many entries are on the disk.
    let durableEntries = Atomic<Int>(0)
    /// The number of the last record that is.
    let durableSequence = Atomic<UInt64>(0)
    /// A follower needs the records from this one on; the largest number where there is no follower.
    let hold = Atomic<UInt64>(.max)
    /// Counts segments that were begun, so that a reader knows when to look for the next.
    let segmentsBegun = Atomic<Int>(0)
    let isClosing = Atomic<Bool>(false)
    let isAbandoned = Atomic<Bool>(false)
    let status = Mutex(Status())
    // The shard's.
    private var appended = 0
    private var markCount = 0
    private var markTime = Timestamp.distantPast
    // The writer's: what it has taken over from beside the ring, and how much of that it has used.
    private var spill: [JournalEntry] = []
    private var spilled = 0

    init(_ settings: JournalSettings) {
        self.ring = JournalRing(capacity: settings.ringCapacity)
        self.overflowLimit = settings.overflowLimit
        self.stallNanoseconds = settings.stallNanoseconds
    }

    // MARK: The shard's side

    @inline(__always)
    func append(_ entry: JournalEntry) {
        if self.isOverflowing.load(ordering: .relaxed) || !self.ring.push(entry) {
            self.appendBesides(entry)
        } else {
            self.appended &+= 1
        }
        if self.durableEntries.load(ordering: .relaxed) >= self.markCount {
            self.markCount = self.appended
            self.markTime = entry.time
        } else if entry.time.nanoseconds(since: self.markTime) > self.stallNanoseconds {
            self.trouble.bitwiseOr(Trouble.stalled, ordering: .releasing)
        }
    }

    /// The ring is full, or what came before waits beside it: order is kept.
    @inline(never)
    private func appendBesides(_ entry: JournalEntry) {
        let isTaken = self.overflow.withLock { overflow in
            // The writer may have emptied it meanwhile; only this thread makes it overflow again.
            if !self.isOverflowing.load(ordering: .relaxed), self.ring.push(entry) { return true }
            self.isOverflowing.store(true, ordering: .releasing)
            if overflow.entries.count >= self.overflowLimit, entry.content.isPublicTrade {
                overflow.dropped += 1
                return false
            }
            overflow.entries.append(entry)
            return true
        }
        if isTaken { self.appended &+= 1 }
        self.trouble.bitwiseOr(Trouble.overflowing, ordering: .releasing)
    }

    /// From the next entry on, indices stand for what `run` says. For the shard.
    func describe(_ run: RunDescription) {
        let at = self.appended
        self.runs.withLock { $0.append((at, run)) }
        self.runsWaiting.add(1, ordering: .releasing)
    }

    // MARK: The writer's side

    /// Moves what waits to the end of `batch`, at most `limit`, in the order in which it was appended.
    func take(into batch: inout [JournalEntry], limit: Int) {
        var room = limit
        if self.spilled < self.spill.count {
            let taken = min(room, self.spill.count - self.spilled)
            batch.append(contentsOf: self.spill[self.spilled..<self.spilled + taken])
            self.spilled += taken
            room -= taken
            if self.spilled < self.spill.count { return }
            (self.spill, self.spilled) = ([], 0)
        }
        // Read before the ring: what the shard puts beside it comes after all that it has put into it.
        let isOverflowing = self.isOverflowing.load(ordering: .acquiring)
        room -= self.ring.take(into: &batch, limit: room)
        guard isOverflowing, room > 0 else { return }
        self.spill = self.overflow.withLock { overflow in
            var entries: [JournalEntry] = []
            swap(&entries, &overflow.entries)
            self.isOverflowing.store(false, ordering: .releasing)
            return entries
        }
    }

    /// Whether something waits that did not fit into the ring.
    var overflows: Bool { self.spilled < self.spill.count || self.isOverflowing.load(ordering: .acquiring) }

    /// How many entries wait beside the ring, and how many public trades were dropped.
    func overflowCounts() -> (waiting: Int, dropped: UInt64) {
        let spilled = self.spill.count - self.spilled
        return self.overflow.withLock { ($0.entries.count + spilled, $0.dropped) }
    }

    /// Behind how many entries the next description comes; nil where none waits.
    func nextRunAt() -> Int? {
        if self.runsWaiting.load(ordering: .acquiring) == 0 { return nil }
        return self.runs.withLock { $0.first?.at }
    }

    func takeRun() -> RunDescription? {
        self.runs.withLock { runs in
            if runs.isEmpty { return nil }
            self.runsWaiting.subtract(1, ordering: .relaxed)
            return runs.removeFirst().run
        }
    }
}

extension JournalContent {
    /// Whether it is what everybody can hear again elsewhere: it goes first when there is no more room.
    var isPublicTrade: Bool {
        switch self {
        case .event(.market): true
        case .event(.order), .event(.balance), .event(.fillsKnown), .event(.connection), .event(.turn),
            .event(.control),
            .command, .fact, .stateHash:
            false
        }
    }
}
