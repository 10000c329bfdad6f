/// The strategies that wait for their evaluation: a queue a priority class, each strategy in it at most once.
///
/// Within a class the oldest goes first. Across classes the most urgent goes first, except that a class that has been passed
/// over `share` times while it had work goes next, so that no class starves whatever the load. All operations are O(1); storage grows only at registration.
public struct ReadyQueue: ~Copyable {
    private static let nobody: UInt32 = .max
    /// How often a class with work may be passed over.
    public static let share: Int = 8

    private var next: [UInt32] = []
    private var markedAt: [Timestamp] = []
    private var classOf: [UInt8] = []  // 0...3 while waiting, 255 otherwise.
    private var head: [UInt32] = [nobody, nobody, nobody, nobody]
    private var tail: [UInt32] = [nobody, nobody, nobody, nobody]
    private var passedOver: [Int] = [0, 0, 0, 0]
    /// How many strategies wait.
    public private(set) var count = 0

    /// An empty queue.
    public init() {}

    /// Makes room for strategies with indices below `capacity`.
    public mutating func reserve(_ capacity: Int) {
        while self.next.count < capacity {
            self.next.append(Self.nobody)
            self.markedAt.append(.distantPast)
            self.classOf.append(255)
        }
    }

    /// Marks a strategy ready, with the time of the oldest update that it has not served.
    ///
    /// - Returns: false where it was ready already, and nothing changed but the count of conflations that the caller keeps.
    public mutating func mark(_ strategy: StrategyIndex, _ priority: Priority, at time: Timestamp) -> Bool {
        let index = strategy.index
        if self.classOf[index] != 255 { return false }
        let queue = priority.index
        self.classOf[index] = UInt8(truncatingIfNeeded: queue)
        self.markedAt[index] = time
        self.next[index] = Self.nobody
        if self.tail[queue] == Self.nobody {
            self.head[queue] = strategy.raw
        } else {
            self.next[Int(self.tail[queue])] = strategy.raw
        }
        self.tail[queue] = strategy.raw
        self.count += 1
        return true
    }

    /// Takes the strategy whose turn it is, with the time since when it waited.
    public mutating func pop() -> (strategy: StrategyIndex, since: Timestamp)? {
        if self.count == 0 { return nil }
        var chosen = -1
        for queue in 0..<4 where self.head[queue] != Self.nobody {
            if chosen < 0 {
                chosen = queue
            } else if self.passedOver[queue] >= Self.share {
                chosen = queue
                break
            }
        }
        for queue in 0..<4 where queue > chosen && self.head[queue] != Self.nobody { self.passedOver[queue] += 1 }
        self.passedOver[chosen] = 0
        let raw = self.head[chosen]
        let index = Int(raw)
        self.head[chosen] = self.next[index]
        if self.head[chosen] == Self.nobody { self.tail[chosen] = Self.nobody }
        self.classOf[index] = 255
        self.count -= 1
        return (StrategyIndex(raw), self.markedAt[index])
    }
}
