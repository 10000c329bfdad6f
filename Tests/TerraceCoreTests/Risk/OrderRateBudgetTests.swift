import TerraceCore
import Testing

@Suite("The order-rate budget") struct OrderRateBudgetTests {
    @Test(
        "never lets more than the venue allows into any window, whenever it is drawn on",
        arguments: [
            (1, 1_000), (2, 10), (3, 7), (5, 1_000), (10, 10), (20, 10_000), (50, 997), (100, 101), (300, 1_000),
        ] as [(Int, Int64)])
    func window(orders: Int, window: Int64) {
        for seed in 1...30 as ClosedRange<UInt64> {
            var random = TestRandom(state: seed)
            var budget = OrderRateBudget(orders: orders, windowNanoseconds: window)
            var sent: [Int64] = []
            var now = random.below(100)
            let haste = 1 + random.below(max(2, 3 * window / Int64(orders)))
            for _ in 0..<1_500 {
                // Bursts at one moment, a steady stream, and pauses in which the bucket fills.
                now += random.below(3) == 0 ? 0 : random.below(40) == 0 ? random.below(2 * window) : random.below(haste)
                if budget.take(keepingTenths: 0, at: Timestamp(nanoseconds: now)) { sent.append(now) }
            }
            var first = 0
            for (last, moment) in sent.enumerated() {
                while moment - sent[first] >= window { first += 1 }
                #expect(last - first + 1 <= orders, "seed \(seed)")
            }
        }
    }

    @Test("says to the nanosecond when it will have an order again", arguments: 1...30)
    func available(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        let orders = Int(1 + random.below(60))
        var budget = OrderRateBudget(orders: orders, windowNanoseconds: 10_000)
        var now: Int64 = 1
        for _ in 0..<500 {
            let tenths = random.below(6)
            let at = budget.available(keepingTenths: tenths, after: Timestamp(nanoseconds: now)).nanoseconds
            if at > now {
                let early = budget.take(keepingTenths: tenths, at: Timestamp(nanoseconds: at - 1))
                #expect(!early)
            }
            let afterwards = budget.take(keepingTenths: tenths, at: Timestamp(nanoseconds: at))
            #expect(afterwards && at <= now + 20_000, "even a small budget serves everybody in the end")
            now = max(now, at) + random.below(300)
        }
    }

    @Test("without a limit never says no")
    func unlimited() {
        var budget = OrderRateBudget(orders: 0, windowNanoseconds: 10_000)
        for _ in 0..<10_000 {
            let taken = budget.take(keepingTenths: 5, at: Timestamp(nanoseconds: 1))
            #expect(taken)
        }
    }

    @Test("keeps more back the less a requote matters, and always something for cancels")
    func reserve() {
        let kept = [Priority.critical, .important, .normal, .low].map {
            OrderRateBudget.tenthsToKeep($0, isFarOff: false, cancelsCount: true)
        }
        #expect(kept == kept.sorted() && kept[0] > 0 && Set(kept).count == 4)
        #expect(OrderRateBudget.tenthsToKeep(.low, isFarOff: true, cancelsCount: true) == kept[0])
        #expect(
            OrderRateBudget.tenthsToKeep(.critical, isFarOff: false, cancelsCount: false) == 0,
            "cancels that do not count need nothing kept for them")
        var budget = OrderRateBudget(orders: 40, windowNanoseconds: 1_000_000)
        var taken = [Int64]()
        for tenths in kept.reversed() {
            var count: Int64 = 0
            while budget.take(keepingTenths: tenths, at: Timestamp(nanoseconds: 1)) { count += 1 }
            taken.append(count)
        }
        #expect(taken == [10, 2, 2, 2], "of a bucket of 20 each class leaves its tenths")
        var cancels = 0
        while budget.take(keepingTenths: 0, at: Timestamp(nanoseconds: 1)) { cancels += 1 }
        #expect(cancels == 4)
    }
}
