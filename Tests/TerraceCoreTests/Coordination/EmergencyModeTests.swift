import TerraceCore
import Testing

/// Emergency mode by the book: the worst wait of each second in a list, the classes counted through it from the start.
struct EmergencyTwin {
    let limit: Int64
    var worst: [Int64] = [0]
    var byHand = 4

    mutating func observe(_ lateness: Int64) {
        self.worst[self.worst.count - 1] = max(self.worst[self.worst.count - 1], lateness)
    }

    mutating func secondEnds() -> Int {
        var kept = 4
        var calm = 0
        for worst in self.worst {
            if worst > self.limit {
                kept = max(1, kept - 1)
                calm = 0
            } else if worst < self.limit / 2 {
                calm += 1
                if calm == 5 {
                    kept = min(4, kept + 1)
                    calm = 0
                }
            } else {
                calm = 0
            }
        }
        self.worst.append(0)
        return min(kept, self.byHand)
    }
}

@Suite("Emergency mode") struct EmergencyModeTests {
    @Test("sheds and restores as its rule says, second for second", arguments: 1...50)
    func twin(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        var mode = EmergencyMode(limitNanoseconds: 1_000)
        var twin = EmergencyTwin(limit: 1_000)
        var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        for second in 0..<600 {
            let load = random.below(second % 100 < 40 ? 2_600 : 700)
            for _ in 0..<random.below(4) {
                let lateness = random.below(load + 1)
                mode.observe(lateness)
                twin.observe(lateness)
            }
            if random.below(50) == 0 {
                let kept = Int(random.below(7)) - 1
                mode.hold(kept)
                twin.byHand = min(max(kept, 1), 4)
            }
            let kept = mode.assess(at: now)
            let expected = twin.secondEnds()
            #expect(kept == expected, "seed \(seed), second \(second)")
            #expect((1...4).contains(kept), "the critical class is never shed")
            now = now.advanced(by: 1_000_000_000)
        }
    }

    @Test("assesses once a second, however often it is asked")
    func onceASecond() {
        var mode = EmergencyMode(limitNanoseconds: 1_000)
        var now = Timestamp(nanoseconds: 5)
        _ = mode.assess(at: now)
        for _ in 0..<9 {
            now = now.advanced(by: 100_000_000)
            mode.observe(5_000)
            let kept = mode.assess(at: now)
            #expect(kept == 4)
        }
        let later = mode.assess(at: now.advanced(by: 100_000_000))
        #expect(later == 3)
    }
}
