/// The strategies that wait for their evaluation: a queue a priority class, each strategy in it at most once.
///
/// Within a class the oldest goes first. Across classes the most urgent goes first, except that a class that has been passed
/// over `share` times while it had work goes next, so that no class starves whatever the load. All operations are O(1);
/// storage grows only at registration.
public struct ReadyQueue: ~Copyable {
    private static let nobody: UInt32 = .max
    /// How often a class with work may be passed over.
    public static let share: Int = 8

    // Not private: in debug builds the compiler (6.3.1) fails on private element types of a generic owner in another file.
    struct Entry {
        var markedAt = Timestamp.distantPast
        var next = ReadyQueue.nobody
        var isWaiting = false
    }
    struct Class {
        var head = ReadyQueue.nobody
        var tail = ReadyQueue.nobody
        var passedOver = 0
    }

    private var entries = FixedArray<Entry>()
    private var classes: InlineArray<4, Class>
    /// How many strategies wait.
    public private(set) var count = 0

    /// An empty queue.
    public init() { self.classes = InlineArray(repeating: Class()) }

    /// Makes room for strategies with indices below `capacity`.
    public mutating func reserve(_ capacity: Int) {
        self.entries.growAppending(repeating: Entry(), count: max(0, capacity - self.entries.count))
    }

    /// Marks a strategy ready, with the time of the oldest update that it has not served.
    ///
    /// - Returns: false where it was ready already, and nothing changed but the count of conflations that the caller keeps.
    public mutating func mark(_ strategy: StrategyIndex, _ priority: Priority, at time: Timestamp) -> Bool {
        let index = strategy.index
        if self.entries[index].isWaiting { return false }
        self.entries[index] = Entry(markedAt: time, next: Self.nobody, isWaiting: true)
        let queue = priority.index
        if self.classes[queue].tail == Self.nobody {
            self.classes[queue].head = strategy.raw
        } else {
            self.entries[Int(self.classes[queue].tail)].next = strategy.raw
        }
        self.classes[queue].tail = strategy.raw
        self.count += 1
        return true
    }

    /// Takes the strategy whose turn it is, with the time since when it waited.
    public mutating func pop() -> (strategy: StrategyIndex, since: Timestamp)? {
        if self.count == 0 { return nil }
        var chosen = -1
        for queue in 0..<4 where self.classes[queue].head != Self.nobody {
            if chosen < 0 {
                chosen = queue
            } else if self.classes[queue].passedOver >= Self.share {
                chosen = queue
                break
            }
        }
        for queue in 0..<4 where queue > chosen && self.classes[queue].head != Self.nobody {
            self.classes[queue].passedOver += 1
        }
        self.classes[chosen].passedOver = 0
        let raw = self.classes[chosen].head
        let index = Int(raw)
        self.classes[chosen].head = self.entries[index].next
        if self.classes[chosen].head == Self.nobody { self.classes[chosen].tail = Self.nobody }
        self.entries[index].isWaiting = false
        self.count -= 1
        return (StrategyIndex(raw), self.entries[index].markedAt)
    }
}
