internal import Synchronization

/// A ring that one thread fills and another empties: no lock, no system call, no allocation after it was made.
///
/// Each side keeps what it last saw of the other's index, and looks again only when by that the ring is full or empty.
@safe
final class JournalRing: @unchecked Sendable {
    // SAFETY: `capacity` places. Those from `emptied` up to `filled` hold entries that the producer wrote before it published
    // `filled`; only the consumer reads them, and only the producer writes the others. Freed when the last owner goes.
    private let places: UnsafeMutablePointer<JournalEntry>
    let capacity: Int
    private let mask: Int
    // The producer's.
    private var tail = 0
    private var seenHead = 0
    private let gapA = InlineArray<16, UInt64>(repeating: 0)
    private let filled = Atomic<Int>(0)
    private let gapB = InlineArray<16, UInt64>(repeating: 0)
    private let emptied = Atomic<Int>(0)
    private let gapC = InlineArray<16, UInt64>(repeating: 0)
    // The consumer's.
    private var head = 0
    /// The most that the consumer has found waiting.
    private(set) var highWater = 0

    /// - Precondition: `capacity` is a power of two.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        self.capacity = capacity
        self.mask = capacity - 1
        unsafe self.places = .allocate(capacity: capacity)
    }

    deinit { unsafe self.places.deallocate() }

    /// Adds an entry; false where the ring is full. For the producer.
    @inline(__always)
    func push(_ entry: JournalEntry) -> Bool {
        if self.tail &- self.seenHead == self.capacity {
            self.seenHead = self.emptied.load(ordering: .acquiring)
            if self.tail &- self.seenHead == self.capacity { return false }
        }
        // SAFETY: the place is empty: the consumer has said so. Entries are trivial and need no end.
        unsafe (self.places + (self.tail & self.mask)).initialize(to: entry)
        self.tail &+= 1
        self.filled.store(self.tail, ordering: .releasing)
        return true
    }

    /// Moves up to `limit` entries to the end of `batch`: how many. For the consumer.
    func take(into batch: inout [JournalEntry], limit: Int) -> Int {
        let waiting = self.filled.load(ordering: .acquiring) &- self.head
        self.highWater = max(self.highWater, waiting)
        let count = min(waiting, limit)
        for _ in 0..<count {
            // SAFETY: the producer has published the place.
            batch.append(unsafe self.places[self.head & self.mask])
            self.head &+= 1
        }
        if count > 0 { self.emptied.store(self.head, ordering: .releasing) }
        return count
    }
}
