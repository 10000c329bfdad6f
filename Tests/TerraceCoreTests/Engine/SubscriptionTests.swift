import TerraceCore
import Testing

@Suite("An engine follows") struct SubscriptionTests {
    private static func rig(
        _ pricing: PricingSource = .aggregated, venues: Int = 3, on bits: UInt64 = 0b001
    ) throws -> Rig {
        try Rig(venues: venues) {
            $0.passiveLines = [.plain(10)]
            $0.venues = VenueSet(bits: bits)
            $0.pricing = pricing
        }
    }

    private static func another(_ id: String, on bits: UInt64, _ priority: Priority = .normal) -> StrategyDefinition {
        Rig.definition(id) {
            $0.passiveLines = [.plain(10)]
            $0.venues = VenueSet(bits: bits)
            $0.pricing = .singleVenue(VenueIndex(UInt8(bits.trailingZeroBitCount)))
            $0.priority = priority
        }
    }

    private static func follow(_ instrument: UInt32, _ priority: Priority = .normal) -> Command {
        .follow(InstrumentIndex(instrument), priority)
    }
    private static func unfollow(_ instrument: UInt32) -> Command { .unfollow(InstrumentIndex(instrument)) }

    @Test(
        "where a strategy quotes and what it is priced from",
        arguments: [
            (.aggregated, [0, 1, 2]), (.liquidityWeighted, [0, 1, 2]), (.microprice, [0, 1, 2]),
            (.wapq(Quantity(units: 5)), [0, 1, 2]), (.singleVenue(VenueIndex(0)), [0]),
            (.singleVenue(VenueIndex(2)), [0, 2]), (.component(VenueSet(bits: 0b010)), [0, 1]),
        ] as [(PricingSource, [UInt32])])
    func needs(pricing: PricingSource, expected: [UInt32]) throws {
        let rig = try Self.rig(pricing)
        rig.settle()
        #expect(rig.demands == expected.map { Self.follow($0) })
        for venue in 0..<3 { rig.snapshot(venue) }
        rig.settle()
        // Books that nobody needs are not taken in, and not asked for either.
        let live = (0..<3).filter { rig.isLive($0) }
        #expect(live == expected.map { Int($0) })
        let asked = rig.pass(seconds: 120, answering: true).snapshots
        #expect(asked == 0)
        #expect(rig.demands.count == expected.count)
    }

    @Test("what a removed strategy needs until its last order is gone")
    func removal() throws {
        let rig = try Self.rig(.singleVenue(VenueIndex(0)))
        let other = try rig.engine.register(Self.another("b", on: 0b010, .critical))
        rig.settle()
        #expect(rig.demands == [Self.follow(0), Self.follow(1, .critical)])
        for venue in 0..<2 { rig.snapshot(venue) }
        rig.settle()
        #expect(rig.standing.count == 4)
        rig.demands = []
        try rig.engine.remove(other)
        let cancels = rig.turn()
        #expect(cancels.cancels.count == 2)
        _ = rig.turn()
        #expect(rig.demands == [])
        #expect(rig.isLive(1))
        rig.answer(cancels)
        _ = rig.turn()
        #expect(rig.demands == [Self.unfollow(1)])
        #expect(!rig.isLive(1))
        let demand = rig.engine.demand(for: InstrumentIndex(1))
        #expect(demand == nil)
        #expect(rig.engine.followedInstruments == 1)
        // What comes late changes nothing.
        rig.levels(1, bids: [(999_000, 5)])
        rig.snapshot(1)
        #expect(!rig.isLive(1))
    }

    @Test("what a paused strategy needs")
    func pause() throws {
        let rig = try Self.rig()
        rig.settle()
        rig.demands = []
        rig.control(.pause(rig.strategy))
        rig.settle()
        #expect(rig.demands == [])
        #expect(rig.engine.followedInstruments == 3)
    }

    @Test("what an updated definition needs, with its priority, and no longer what the old one did")
    func update() throws {
        let rig = try Self.rig(.component(VenueSet(bits: 0b010)))
        rig.settle()
        for venue in 0..<2 { rig.snapshot(venue) }
        rig.settle()
        rig.demands = []
        try rig.update {
            $0.pricing = .singleVenue(VenueIndex(2))
            $0.priority = .important
        }
        rig.settle()
        #expect(rig.demands.count == 3)
        #expect(rig.demands.contains(Self.follow(0, .important)))
        #expect(rig.demands.contains(Self.follow(2, .important)))
        #expect(rig.demands.contains(Self.unfollow(1)))
        // Without a reference price nothing is quoted, until the book has come.
        #expect(!rig.isLive(1) && rig.isLive(0))
        rig.snapshot(2)
        rig.settle()
        #expect(rig.standing.count == 2)
    }

    @Test("a strategy that comes back before its last order is gone without a gap")
    func revival() throws {
        let rig = try Self.rig(venues: 1)
        rig.snapshot()
        rig.settle()
        rig.demands = []
        let definition = rig.engine.definition(rig.strategy)
        try rig.engine.remove(rig.strategy)
        let cancels = rig.turn()
        _ = try rig.engine.register(definition)
        rig.answer(cancels)
        rig.settle()
        #expect(rig.demands == [])
        #expect(rig.isLive() && rig.standing.count == 2)
    }

    @Test("beside what it needs what a strategy is subscribed to, until that is taken back")
    func wishes() throws {
        let rig = try Self.rig(.singleVenue(VenueIndex(0)))
        rig.settle()
        rig.demands = []
        let pair = PairIndex(0)
        try rig.engine.subscribe(rig.strategy, to: [pair], on: VenueSet(bits: 0b011), priority: .critical)
        try rig.engine.subscribe(rig.strategy, to: [pair], on: VenueSet(bits: 0b010), priority: .low)
        rig.settle()
        #expect(rig.demands == [Self.follow(0, .critical), Self.follow(1, .low)])
        let subscriptions = rig.engine.subscriptions(of: rig.strategy)
        #expect(subscriptions.needed.map(\.raw) == [0] && subscriptions.asked.map(\.raw) == [0, 1])
        rig.demands = []
        try rig.engine.unsubscribe(rig.strategy, from: [pair], on: VenueSet(bits: 0b011))
        rig.settle()
        #expect(rig.demands == [Self.follow(0), Self.unfollow(1)])
        rig.demands = []
        try rig.engine.subscribe(rig.strategy, to: [pair], on: VenueSet(bits: 0b110), priority: .low)
        rig.settle()
        try rig.engine.unsubscribe(rig.strategy)
        rig.settle()
        #expect(rig.demands == [Self.follow(1, .low), Self.follow(2, .low), Self.unfollow(1), Self.unfollow(2)])
    }

    @Test("nothing of a subscription that can't be as it was asked for, and says why")
    func refusals() throws {
        let rig = try Self.rig(.singleVenue(VenueIndex(0)))
        rig.settle()
        rig.demands = []
        let (pair, missing) = (PairIndex(0), PairIndex(7))
        #expect(throws: SubscriptionError.unknownPair(missing)) {
            try rig.engine.subscribe(rig.strategy, to: [pair, missing], on: VenueSet(bits: 2), priority: .low)
        }
        #expect(throws: SubscriptionError.noInstrument(pair, VenueIndex(5))) {
            try rig.engine.subscribe(rig.strategy, to: [pair], on: VenueSet(bits: 0b100010), priority: .low)
        }
        #expect(throws: SubscriptionError.unknownStrategy) {
            try rig.engine.subscribe(StrategyIndex(9), to: [pair], on: VenueSet(bits: 2), priority: .low)
        }
        try rig.engine.remove(rig.strategy)
        #expect(throws: SubscriptionError.unknownStrategy) { try rig.engine.unsubscribe(rig.strategy) }
        _ = rig.turn()
        rig.settle()
        #expect(rig.demands == [Self.unfollow(0)])
    }

    @Test("an instrument whose book was told while nobody needed it by asking for it at once")
    func ignored() throws {
        let rig = try Self.rig(.singleVenue(VenueIndex(0)))
        rig.snapshot(1)
        rig.settle()
        #expect(!rig.isLive(1))
        _ = try rig.engine.register(Self.another("b", on: 0b010))
        let commands = rig.turn()
        #expect(rig.demands.last == Self.follow(1))
        #expect(commands.snapshots == 1)
        rig.answer(commands)
        rig.settle()
        #expect(rig.isLive(1))
    }

    @Test("an instrument whose book does not come by asking for it after a while")
    func missing() throws {
        let rig = try Self.rig(.singleVenue(VenueIndex(0)), venues: 1)
        rig.settle()
        #expect(rig.pass(seconds: 4, answering: false).snapshots == 0)
        #expect(rig.pass(seconds: 3, answering: false).snapshots == 1)
    }

    @Test("one after the other where few commands fit a turn")
    func smallBuffer() throws {
        let rig = try Rig(venues: 3, capacity: 1) { $0.passiveLines = [.plain(10)] }
        for count in 1...3 {
            _ = rig.turn()
            #expect(rig.demands.count == count)
        }
        #expect(rig.demands == [Self.follow(0), Self.follow(1), Self.follow(2)])
    }
}
