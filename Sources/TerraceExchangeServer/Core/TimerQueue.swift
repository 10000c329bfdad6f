internal import HeapModule
import TerraceCore

/// What is to happen later, by time; what is due at one moment comes in the order in which it was put in.
struct TimerQueue<Value> {
    private struct Entry: Comparable {
        let at: Int64
        let sequence: UInt64
        let value: Value
        static func < (left: Entry, right: Entry) -> Bool {
            left.at == right.at ? left.sequence < right.sequence : left.at < right.at
        }
        static func == (left: Entry, right: Entry) -> Bool { left.sequence == right.sequence }
    }
    private var heap = Heap<Entry>()
    private var sequence: UInt64 = 0

    /// How much is waiting.
    var count: Int { self.heap.count }
    /// When the next is due.
    var nextDue: Timestamp { Timestamp(nanoseconds: self.heap.min?.at ?? .max) }

    /// Puts in `value` for `moment`.
    mutating func insert(_ value: Value, at moment: Timestamp) {
        self.sequence += 1
        self.heap.insert(Entry(at: moment.nanoseconds, sequence: self.sequence, value: value))
    }

    /// Takes out what is due next.
    mutating func removeFirst() -> Value? { self.heap.popMin()?.value }

    /// Takes out everything.
    mutating func removeAll() { self.heap = Heap() }
}
