import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("Requests that wait for a connection") struct PoolQueueTests {
    /// The same queue, slow and plain: one list, and for each class how often it was passed over.
    struct PlainQueue {
        var waiters: [PoolQueue.Waiter] = []
        var passedOver = [0, 0, 0, 0]

        mutating func pop() -> PoolQueue.Waiter? {
            let waiting = Set(self.waiters.map { $0.priority.index }).sorted()
            guard let urgent = waiting.first else { return nil }
            let chosen = waiting.dropFirst().first { self.passedOver[$0] >= 8 } ?? urgent
            for index in waiting where index > chosen { self.passedOver[index] += 1 }
            self.passedOver[chosen] = 0
            guard let place = self.waiters.firstIndex(where: { $0.priority.index == chosen }) else { return nil }
            return self.waiters.remove(at: place)
        }
    }

    static func waiter(_ request: UInt64, _ priority: Priority, deadline: Int64 = .max) -> PoolQueue.Waiter {
        PoolQueue.Waiter(request: request, priority: priority, since: 0, deadline: deadline, isLease: false)
    }

    @Test("go in the order of the plain queue, whatever comes, goes and expires", arguments: 1...20)
    func twin(seed: Int) {
        var random = PoolRandom(state: UInt64(seed))
        var queue = PoolQueue()
        var plain = PlainQueue()
        var popped = 0
        for step in 0..<4_000 {
            let now = Int64(step)
            switch random.below(10) {
            case 0...4:
                let waiter = Self.waiter(
                    UInt64(step), Priority.allCases[random.below(4)], deadline: now + Int64(random.below(200)) + 1)
                queue.append(waiter)
                plain.waiters.append(waiter)
            case 5...7:
                let waiter = queue.pop()
                #expect(waiter == plain.pop(), "seed \(seed), step \(step)")
                if let waiter {
                    popped += 1
                    if random.isOne(in: 6) {
                        queue.putBack(waiter)
                        plain.waiters.insert(waiter, at: 0)
                    }
                }
            case 8:
                guard let request = plain.waiters.randomElement(using: &random)?.request else { break }
                #expect(queue.remove(request)?.request == request)
                #expect(queue.remove(request) == nil)
                plain.waiters.removeAll { $0.request == request }
            default:
                let expired = Set(queue.removeExpired(at: now).map { $0.request })
                #expect(expired == Set(plain.waiters.filter { $0.deadline <= now }.map { $0.request }), "seed \(seed)")
                plain.waiters.removeAll { $0.deadline <= now }
            }
            #expect(queue.count == plain.waiters.count)
            #expect(queue.soonestDeadline <= plain.waiters.map { $0.deadline }.min() ?? .max)
        }
        #expect(popped > 500)
    }

    @Test("of a low priority are served while urgent ones never end", arguments: [Priority.important, .normal, .low])
    func share(priority: Priority) {
        var queue = PoolQueue()
        for number in 0..<10 { queue.append(Self.waiter(UInt64(number), priority)) }
        var turns: [Int] = []
        for turn in 1...100 {
            queue.append(Self.waiter(UInt64(1_000 + turn), .critical))
            if let waiter = queue.pop(), waiter.priority == priority { turns.append(turn) }
        }
        #expect(turns.first == 9)
        #expect(zip(turns, turns.dropFirst()).allSatisfy { $1 - $0 == 9 })
    }
}
