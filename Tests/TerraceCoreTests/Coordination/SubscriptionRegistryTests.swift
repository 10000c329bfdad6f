import TerraceCore
import Testing

/// The registry the obvious way: who needs what, and what the market-data side was told.
private struct RegistryTwin {
    var needs: [[UInt32: Priority]]
    var told: [UInt32: Priority] = [:]

    func wanted(_ instrument: UInt32) -> Priority? { self.needs.compactMap { $0[instrument] }.min() }

    mutating func take(_ change: SubscriptionRegistry.Change) {
        switch change {
        case .follow(let instrument, let priority): self.told[instrument.raw] = priority
        case .unfollow(let instrument): self.told[instrument.raw] = nil
        }
    }
}

@Suite("A registry of subscriptions") struct SubscriptionRegistryTests {
    private static func instrument(_ raw: Int64) -> InstrumentIndex { InstrumentIndex(UInt32(raw)) }

    @Test("tells what a list of who needs what comes to", arguments: 1...30)
    func twin(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        var registry = SubscriptionRegistry()
        registry.reserve(instruments: 20, subscribers: 12)
        var twin = RegistryTwin(needs: Array(repeating: [:], count: 12))
        for step in 0..<4_000 {
            let subscriber = Int(random.below(12))
            let instrument = Self.instrument(random.below(20))
            let priority = Priority.allCases[Int(random.below(4))]
            switch random.below(20) {
            case 0..<9:
                registry.subscribe(subscriber, instrument, priority)
                twin.needs[subscriber][instrument.raw] = priority
            case 9..<15:
                registry.unsubscribe(subscriber, instrument)
                twin.needs[subscriber][instrument.raw] = nil
            case 15:
                registry.unsubscribe(subscriber)
                twin.needs[subscriber] = [:]
            case 16:
                let some = (0..<20 as Range<Int64>).filter { _ in random.below(3) == 0 }.map { Self.instrument($0) }
                registry.set(subscriber, to: some, priority)
                twin.needs[subscriber] = Dictionary(uniqueKeysWithValues: some.map { ($0.raw, priority) })
            default:
                // Told as many as there is room for.
                var left = random.below(6)
                while left > 0, let change = registry.nextChange() {
                    left -= 1
                    switch change {
                    case .follow(let instrument, let priority):
                        #expect(twin.told[instrument.raw] != priority, "seed \(seed), step \(step): told twice")
                    case .unfollow(let instrument):
                        #expect(twin.told[instrument.raw] != nil, "seed \(seed), step \(step): was not followed")
                    }
                    twin.take(change)
                }
            }
            let told = registry.priority(of: instrument)
            #expect(told == twin.wanted(instrument.raw), "seed \(seed), step \(step)")
            let known = registry.instruments(of: subscriber).map(\.raw)
            #expect(known == twin.needs[subscriber].keys.sorted(), "seed \(seed), step \(step)")
        }
        while let change = registry.nextChange() { twin.take(change) }
        let isDone = !registry.hasChanges
        #expect(isDone)
        for raw in 0..<20 as Range<UInt32> { #expect(twin.told[raw] == twin.wanted(raw), "seed \(seed)") }
        let count = registry.followedCount
        #expect(count == twin.told.count)
    }

    @Test("tells nothing of what was undone before it was told")
    func undone() {
        var registry = SubscriptionRegistry()
        registry.reserve(instruments: 2, subscribers: 2)
        registry.subscribe(0, Self.instrument(1), .normal)
        registry.unsubscribe(0, Self.instrument(1))
        let nothing = registry.nextChange()
        #expect(nothing == nil)
        registry.subscribe(0, Self.instrument(1), .normal)
        let first = registry.nextChange()
        #expect(first == .follow(Self.instrument(1), .normal))
        registry.unsubscribe(0, Self.instrument(1))
        registry.subscribe(1, Self.instrument(1), .normal)
        let second = registry.nextChange()
        #expect(second == nil)
    }

    @Test("takes the priority of the most urgent subscriber, and gives it up with him")
    func priority() {
        var registry = SubscriptionRegistry()
        registry.reserve(instruments: 1, subscribers: 3)
        let instrument = Self.instrument(0)
        registry.subscribe(0, instrument, .low)
        registry.subscribe(1, instrument, .critical)
        registry.subscribe(2, instrument, .critical)
        let first = registry.nextChange()
        registry.unsubscribe(1)
        let second = registry.nextChange()
        registry.unsubscribe(2, instrument)
        let third = registry.nextChange()
        registry.unsubscribe(0, instrument)
        let last = registry.nextChange()
        #expect(first == .follow(instrument, .critical))
        #expect(second == nil)
        #expect(third == .follow(instrument, .low))
        #expect(last == .unfollow(instrument))
    }
}
