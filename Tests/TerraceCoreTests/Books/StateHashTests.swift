import TerraceCore
import Testing

@Suite("A state hash") struct StateHashTests {
    @Test("is the same in every process, and tells order and values apart")
    func stable() {
        var hash = StateHash()
        hash.combine(1 as Int64)
        hash.combine(true)
        hash.combine(Int128(-1))
        hash.combine(0.5)
        #expect(hash.value == stateHashOfTheTest)
        var seen: Set<UInt64> = []
        for first in 0..<100 {
            for second in 0..<100 {
                var hash = StateHash()
                hash.combine(first)
                hash.combine(second)
                seen.insert(hash.value)
            }
        }
        #expect(seen.count == 10_000)
    }
}

/// What the run in which the test was written gave.
private let stateHashOfTheTest: UInt64 = 10_629_362_643_539_058_905
