/// When each strategy wants to be looked at again without any event: a binary heap with one entry a strategy at most.
///
/// Entries at the same moment come out by strategy index, so that a run replays. O(log n) to change, O(1) to look.
public struct TimerHeap: ~Copyable {
    private var heap: [UInt32] = []
    private var place: [Int32] = []  // Where in the heap a strategy is; -1 where it is not.
    private var time: [Timestamp] = []

    /// An empty heap.
    public init() {}

    /// Makes room for strategies with indices below `capacity`.
    public mutating func reserve(_ capacity: Int) {
        while self.place.count < capacity {
            self.place.append(-1)
            self.time.append(.distantFuture)
        }
        self.heap.reserveCapacity(capacity)
    }

    /// The earliest moment; `distantFuture` where there is none.
    public var earliest: Timestamp { self.heap.isEmpty ? .distantFuture : self.time[Int(self.heap[0])] }

    /// Wakes `strategy` at `moment` at the latest: an earlier entry stays, a later one moves forward.
    public mutating func wake(_ strategy: StrategyIndex, by moment: Timestamp) {
        if moment == .distantFuture { return }
        let index = strategy.index
        if self.place[index] >= 0 {
            if self.time[index] <= moment { return }
            self.time[index] = moment
            self.rise(Int(self.place[index]))
        } else {
            self.time[index] = moment
            self.heap.append(strategy.raw)
            self.place[index] = Int32(truncatingIfNeeded: self.heap.count - 1)
            self.rise(self.heap.count - 1)
        }
    }

    /// Takes a strategy whose moment has come.
    public mutating func pop(dueAt now: Timestamp) -> StrategyIndex? {
        guard let first = self.heap.first, self.time[Int(first)] <= now else { return nil }
        self.place[Int(first)] = -1
        let last = self.heap.removeLast()
        if !self.heap.isEmpty {
            self.heap[0] = last
            self.place[Int(last)] = 0
            self.sink(0)
        }
        return StrategyIndex(first)
    }

    private func isBefore(_ left: UInt32, _ right: UInt32) -> Bool {
        let leftTime = self.time[Int(left)]
        let rightTime = self.time[Int(right)]
        return leftTime == rightTime ? left < right : leftTime < rightTime
    }

    private mutating func rise(_ start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            if !self.isBefore(self.heap[position], self.heap[parent]) { return }
            self.exchange(position, parent)
            position = parent
        }
    }

    private mutating func sink(_ start: Int) {
        var position = start
        while true {
            var least = position
            let left = 2 * position + 1
            if left < self.heap.count, self.isBefore(self.heap[left], self.heap[least]) { least = left }
            if left + 1 < self.heap.count, self.isBefore(self.heap[left + 1], self.heap[least]) { least = left + 1 }
            if least == position { return }
            self.exchange(position, least)
            position = least
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        self.heap.swapAt(left, right)
        self.place[Int(self.heap[left])] = Int32(truncatingIfNeeded: left)
        self.place[Int(self.heap[right])] = Int32(truncatingIfNeeded: right)
    }
}
