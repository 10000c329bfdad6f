import TerraceCore
import Testing

@Suite("The timers") struct TimerHeapTests {
    @Test("wake as a list that is searched through does", arguments: 1...40)
    func twin(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        var timers = TimerHeap()
        timers.reserve(50)
        var list: [UInt32: Int64] = [:]
        var now: Int64 = 0
        for step in 0..<3_000 {
            if random.below(3) > 0 {
                let strategy = UInt32(random.below(50))
                let moment = random.below(40) == 0 ? Int64.max : now + random.below(200) - 20
                timers.wake(StrategyIndex(strategy), by: Timestamp(nanoseconds: moment))
                if moment != .max { list[strategy] = min(list[strategy] ?? .max, moment) }
            } else {
                now += random.below(60)
                while true {
                    let due = list.filter { $0.value <= now }
                    let expected = due.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key
                    let woken = timers.pop(dueAt: Timestamp(nanoseconds: now))
                    #expect(woken?.raw == expected, "seed \(seed), step \(step)")
                    guard let expected else { break }
                    list[expected] = nil
                }
            }
            #expect(timers.earliest.nanoseconds == list.values.min() ?? .max, "seed \(seed), step \(step)")
        }
    }
}
