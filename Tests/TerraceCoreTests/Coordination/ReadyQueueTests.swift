import TerraceCore
import Testing

/// The ready queue the obvious way: four lists, and how often each was passed over.
struct ReadyQueueTwin {
    struct Entry: Equatable {
        let strategy: UInt32
        let since: Int64
    }
    var lists: [[Entry]] = [[], [], [], []]
    var passedOver = [0, 0, 0, 0]

    mutating func mark(_ strategy: UInt32, _ priority: Priority, at time: Int64) -> Bool {
        if self.lists.contains(where: { $0.contains { $0.strategy == strategy } }) { return false }
        self.lists[Int(priority.rawValue) - 1].append(Entry(strategy: strategy, since: time))
        return true
    }

    mutating func pop() -> Entry? {
        let busy = (0..<4).filter { !self.lists[$0].isEmpty }
        guard let first = busy.first else { return nil }
        let chosen = busy.dropFirst().first { self.passedOver[$0] >= ReadyQueue.share } ?? first
        for other in busy where other > chosen { self.passedOver[other] += 1 }
        self.passedOver[chosen] = 0
        return self.lists[chosen].removeFirst()
    }
}

@Suite("The ready queue") struct ReadyQueueTests {
    static let priorities: [Priority] = [.critical, .important, .normal, .low]

    @Test("serves as four lists with a guaranteed share do", arguments: 1...40)
    func twin(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        var queue = ReadyQueue()
        queue.reserve(60)
        var twin = ReadyQueueTwin()
        for step in 0..<3_000 {
            // Long stretches of more marks than turns, and the other way round.
            if random.below(10) < (step / 300 % 2 == 0 ? 7 : 4) {
                let strategy = UInt32(random.below(60))
                // A strategy's class is its own, but may be changed while it does not wait.
                let priority = Self.priorities[Int(random.below(8) == 0 ? random.below(4) : Int64(strategy) % 4)]
                let told = queue.mark(StrategyIndex(strategy), priority, at: Timestamp(nanoseconds: Int64(step)))
                let expected = twin.mark(strategy, priority, at: Int64(step))
                #expect(told == expected, "seed \(seed), step \(step)")
            } else {
                let told = queue.pop()
                let expected = twin.pop()
                #expect(told?.strategy.raw == expected?.strategy, "seed \(seed), step \(step)")
                #expect(told?.since.nanoseconds == expected?.since, "seed \(seed), step \(step)")
            }
            #expect(queue.count == twin.lists.reduce(0) { $0 + $1.count })
        }
    }

    @Test("lets no class with work wait longer than its share, however much more urgent work there is")
    func share() {
        var queue = ReadyQueue()
        queue.reserve(400)
        var served = [0, 0, 0, 0]
        var since = [0, 0, 0, 0]
        for turn in 0..<4_000 {
            for strategy in 0..<400 as Range<UInt32> {
                _ = queue.mark(StrategyIndex(strategy), Self.priorities[Int(strategy % 4)], at: .distantPast)
            }
            guard let (strategy, _) = queue.pop() else { continue }
            let priority = Int(strategy.raw % 4)
            served[priority] += 1
            since[priority] = turn
            for other in 0..<4 { #expect(turn - since[other] <= ReadyQueue.share + 3) }
        }
        #expect(served.allSatisfy { $0 >= 4_000 / (ReadyQueue.share + 4) })
        #expect(served[0] == served.max(), "the most urgent class has most of the turns")
    }
}
