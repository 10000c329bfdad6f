import TerraceCore
import Testing

@Suite("The coordinator") struct CoordinationTests {
    @Test("serves urgent strategies first, oldest first within a class, and starves nobody")
    func queue() {
        var queue = ReadyQueue()
        queue.reserve(100)
        for index in 0..<60 as Range<UInt32> { _ = queue.mark(StrategyIndex(index), .critical, at: .distantPast) }
        _ = queue.mark(StrategyIndex(80), .low, at: .distantPast)
        let conflated = queue.mark(StrategyIndex(80), .low, at: .distantPast)
        #expect(!conflated)
        var order: [UInt32] = []
        while let (strategy, _) = queue.pop() { order.append(strategy.raw) }
        #expect(order.count == 61)
        #expect(order.firstIndex(of: 80) == ReadyQueue.share)
        #expect(order.filter { $0 != 80 } == Array(0..<60))
    }

    @Test("wakes strategies in order of time, then index")
    func timers() {
        var timers = TimerHeap()
        timers.reserve(50)
        var random = TestRandom(state: 3)
        var expected: [(Int64, UInt32)] = []
        for index in 0..<50 as Range<UInt32> {
            let time = random.below(10)
            timers.wake(StrategyIndex(index), by: Timestamp(nanoseconds: 100))
            timers.wake(StrategyIndex(index), by: Timestamp(nanoseconds: time))
            timers.wake(StrategyIndex(index), by: Timestamp(nanoseconds: 50))
            expected.append((time, index))
        }
        var woken: [UInt32] = []
        while let strategy = timers.pop(dueAt: Timestamp(nanoseconds: 10)) { woken.append(strategy.raw) }
        #expect(woken == expected.sorted { $0 < $1 }.map { $0.1 })
    }

    static func expect(_ kept: Int, _ expected: Int) { #expect(kept == expected) }

    @Test("sheds when late, and comes back only after calm")
    func emergency() {
        var mode = EmergencyMode(limitNanoseconds: 100)
        var now = Timestamp(nanoseconds: 1_000_000_000)
        func later() { now = now.advanced(by: 1_000_000_000) }
        mode.observe(500)
        Self.expect(mode.assess(at: now), 3)
        later()
        mode.observe(70)
        Self.expect(mode.assess(at: now), 3)
        for second in 1...5 {
            later()
            Self.expect(mode.assess(at: now), (second < 5 ? 3 : 4))
        }
    }

    @Test("keeps cancels a reserve of the order rate")
    func budget() {
        var budget = OrderRateBudget(orders: 20, windowNanoseconds: 10_000_000_000)
        let now = Timestamp(nanoseconds: 1)
        var placed = 0
        while budget.take(keepingTenths: 2, at: now) { placed += 1 }
        #expect(placed == 8)
        var cancelled = 0
        while budget.take(keepingTenths: 0, at: now) { cancelled += 1 }
        #expect(cancelled == 2)
        #expect(budget.available(keepingTenths: 0, after: now) == now.advanced(by: 1_000_000_000))
    }

    @Test("makes a volume coefficient from the ratio of short to long averages")
    func volume() {
        var table = VolumeTable()
        _ = table.addInstrument(units: .standard)
        let instrument = InstrumentIndex(0)
        var settings = VolumeSettings()
        settings.periods = [.seconds30, .minutes1]
        let subscription = table.subscribe(instrument, settings)
        let again = table.subscribe(instrument, settings)
        #expect(again == subscription)
        let before = table.coefficient(subscription)
        #expect(before == .one)
        _ = table.roll(to: Timestamp(nanoseconds: 5))
        for bucket in 0..<6 {
            let quantity: Int64 = bucket < 3 ? 100_000_000 : 300_000_000
            table.traded(instrument, Price(units: 100_000_000), Quantity(units: quantity), at: .distantPast)
            let closed = table.roll(to: Timestamp(nanoseconds: Int64(bucket + 1) * 10_000_000_000))
            #expect(closed)
        }
        // Three buckets of 1, three of 3: 3 against 2.
        let busy = table.coefficient(subscription)
        #expect(busy.ppm == 1_500_000)
        _ = table.roll(to: Timestamp(nanoseconds: 100_000_000_000_000))
        let silent = table.coefficient(subscription)
        #expect(silent == .one, "silence beyond all periods is no history")
    }
}
