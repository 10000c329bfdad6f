import TerraceCore
import Testing

@Suite("Booked trades") struct SeenTradesTests {
    @Test("are known as a list of the last ones knows them", arguments: [1, 2, 3, 7, 64, 100])
    func twin(capacity: Int) {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = TestRandom(state: seed)
            var seen = SeenTrades(capacity: capacity)
            var list: [[UInt64]] = []
            for step in 0..<2_000 {
                // Numbers that count up, as venues give them, old ones again, and numbers that share their low bits.
                let trade: UInt64 =
                    switch random.below(3) {
                    case 0: UInt64(step)
                    case 1: UInt64(random.below(Int64(2 * capacity + 2)))
                    default: UInt64(random.below(4)) << 60 | UInt64(random.below(8))
                    }
                let instrument = UInt32(random.below(3))
                let isNew = !list.contains([trade, UInt64(instrument)])
                if isNew {
                    list.append([trade, UInt64(instrument)])
                    if list.count > capacity { list.removeFirst() }
                }
                let told = seen.insert(trade, InstrumentIndex(instrument))
                #expect(told == isNew, "seed \(seed), step \(step)")
            }
        }
    }
}
