internal import DequeModule
internal import TerraceCore

/// The requests that wait for a connection, a queue a priority class.
///
/// Within a class the oldest goes first. Across classes the most urgent goes first, except that a class that has been passed over
/// eight times while somebody waited in it goes next: the rule of the engine's `ReadyQueue`.
struct PoolQueue {
    /// One who waits.
    struct Waiter: Equatable {
        var request: UInt64
        var priority: Priority
        /// Nanoseconds of the monotonic clock, as all times here.
        var since: Int64
        var deadline: Int64
        var isLease: Bool
        /// Withdrawn while it was served already.
        var isCancelled = false
    }

    private struct Class {
        var waiters = Deque<Waiter>()
        var passedOver = 0
    }

    private var classes: InlineArray<4, Class> = InlineArray(repeating: Class())
    /// How many wait.
    private(set) var count = 0
    /// No one's deadline is before this.
    private(set) var soonestDeadline = Int64.max

    /// Lets one wait behind the others of the class.
    mutating func append(_ waiter: Waiter) {
        self.classes[waiter.priority.index].waiters.append(waiter)
        self.took(waiter)
    }

    /// Lets one wait before the others of the class: whoever had been served and was not.
    mutating func putBack(_ waiter: Waiter) {
        self.classes[waiter.priority.index].waiters.prepend(waiter)
        self.took(waiter)
    }

    /// Takes the one whose turn it is.
    mutating func pop() -> Waiter? {
        var chosen = -1
        for index in 0..<4 where !self.classes[index].waiters.isEmpty {
            if chosen < 0 {
                chosen = index
            } else if self.classes[index].passedOver >= ReadyQueue.share {
                chosen = index
                break
            }
        }
        if chosen < 0 { return nil }
        for index in 0..<4 where index > chosen && !self.classes[index].waiters.isEmpty {
            self.classes[index].passedOver += 1
        }
        self.classes[chosen].passedOver = 0
        self.count -= 1
        return self.classes[chosen].waiters.popFirst()
    }

    /// Takes out one; `nil` where it does not wait. O(n).
    mutating func remove(_ request: UInt64) -> Waiter? {
        for index in 0..<4 {
            guard let place = self.classes[index].waiters.firstIndex(where: { $0.request == request }) else { continue }
            self.count -= 1
            return self.classes[index].waiters.remove(at: place)
        }
        return nil
    }

    /// Takes out all whose deadline is past at `now`, oldest first in a class. O(n) where there is one, else O(1).
    mutating func removeExpired(at now: Int64) -> [Waiter] {
        if now < self.soonestDeadline { return [] }
        var expired: [Waiter] = []
        self.soonestDeadline = .max
        for index in 0..<4 {
            expired += self.classes[index].waiters.filter { $0.deadline <= now }
            self.classes[index].waiters.removeAll { $0.deadline <= now }
            for waiter in self.classes[index].waiters {
                self.soonestDeadline = min(self.soonestDeadline, waiter.deadline)
            }
        }
        self.count -= expired.count
        return expired
    }

    /// Takes out all, most urgent first.
    mutating func removeAll() -> [Waiter] {
        var all: [Waiter] = []
        for index in 0..<4 {
            all += self.classes[index].waiters
            self.classes[index] = Class()
        }
        self.count = 0
        self.soonestDeadline = .max
        return all
    }

    private mutating func took(_ waiter: Waiter) {
        self.count += 1
        self.soonestDeadline = min(self.soonestDeadline, waiter.deadline)
    }
}
