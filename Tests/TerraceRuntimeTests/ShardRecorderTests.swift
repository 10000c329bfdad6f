import NIOCore
import NIOPosix
import TerraceCore
import TerraceRuntime
import TerraceSimulation
import Testing

/// Writes down in memory what a shard gives it, as words, beside what the wire has carried by then. On the shard's loop only, which
/// is what makes `@unchecked Sendable` true.
final class ScriptedRecorder: ShardRecorder, @unchecked Sendable {
    var isFailing = false
    var words: [String] = []
    /// How many commands the wire had carried when each was recorded.
    var carried: [Int] = []
    /// Fails when this many commands are recorded.
    var failsAt = Int.max
    weak var wire: ScriptedWire?

    func record(_ event: Event, at time: Timestamp) {
        switch event {
        case .market(.trade): self.words.append("trade")
        case .market: self.words.append("book")
        case .order(let report):
            self.words.append("\(report.outcome)".split(separator: "(").first.map(String.init) ?? "")
        case .balance: self.words.append("balance")
        case .fillsKnown: self.words.append("mark")
        case .connection(_, let change): self.words.append("\(change)")
        case .turn: self.words.append("turn")
        case .control(let control): self.words.append("\(control)")
        }
    }

    func record(_ command: Command, at time: Timestamp) {
        self.carried.append(self.wire?.sent.count ?? -1)
        if self.carried.count >= self.failsAt { self.isFailing = true }
        self.words.append("\(command)".split(separator: "(").first.map(String.init) ?? "")
    }

    func record(_ fact: EngineFact, at time: Timestamp) {
        self.words.append("\(fact)".split(separator: "(").first.map(String.init) ?? "")
    }

    func record(_ change: StrategyChange, of strategy: StrategyIndex, at time: Timestamp) {
        switch change {
        case .defined(let definition, let configuration):
            self.words.append("\(definition.id) \(strategy.index) \(configuration)")
        case .removed: self.words.append("removed \(strategy.index)")
        }
    }

    func record(stateHash: UInt64, at time: Timestamp) { self.words.append("hash") }
}

@Suite("What a shard records") struct ShardRecorderTests {
    /// A shard with a recorder, before anything has come.
    private static func started(
        on loop: any EventLoop, failsAt: Int = .max
    ) throws -> (shard: Shard<ScriptedVenue>, wire: ScriptedWire, recorder: ScriptedRecorder, setup: MarketSetup) {
        let setup = MarketSetup(pairs: 1, venues: 1)
        let wire = ScriptedWire(loop: loop)
        let recorder = ScriptedRecorder()
        recorder.wire = wire
        recorder.failsAt = failsAt
        let shard = Shard(
            engine: try ShardTests.patientEngine(setup), connections: ScriptedVenue(wire: wire),
            clock: ShardClock(origin: ShardTests.start), recorder: recorder, on: loop)
        shard.start()
        return (shard, wire, recorder, setup)
    }

    private func wait(for isDone: @escaping @Sendable () -> Bool, on loop: any EventLoop) async throws {
        while try await !loop.submit(isDone).get() { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test(
        "is all but books, in its order: what came, what the engine did, each command before it is sent",
        .timeLimit(.minutes(5)))
    func records() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let (shard, wire, recorder, setup) = try Self.started(on: loop)
        let mark = Event.fillsKnown(InstrumentIndex(0), through: 3, milliseconds: 5)
        let trade = Event.market(
            .trade(
                InstrumentIndex(0), aggressor: .bid, Price(units: 100), Quantity(units: 1), venueTime: .distantPast,
                id: 1))
        try await wire.arrive(
            ShardTests.opening(setup) + [mark, trade, .connection(VenueIndex(0), .heartbeat)]
        ).get()
        try await self.wait(for: { wire.sent.count >= 6 && wire.waiting.isEmpty }, on: loop)
        shard.take(.shed(keepingUpTo: 4))
        try await self.wait(for: { recorder.words.contains { $0.hasPrefix("shed") } }, on: loop)
        let (words, carried) = try await loop.submit { (recorder.words, recorder.carried) }.get()
        let balances = setup.balances[0].count
        var expected = ["up"] + Array(repeating: "balance", count: balances) + ["mark", "trade", "seeded"]
        expected += Array(repeating: "place", count: 6) + Array(repeating: "accepted", count: 6)
        expected.append("shed(keepingUpTo: 4)")
        #expect(words == expected)
        #expect(carried == Array(0..<6))
        // How a run ends is nothing that the next one should go on with.
        let isEmpty = try await shard.stop(within: .hours(1)).get()
        let last = try await loop.submit { recorder.words.dropFirst(words.count) }.get()
        #expect(isEmpty && !last.contains("kill") && last.count { $0 == "cancel" } == 6)
        try await group.shutdownGracefully()
    }

    @Test("names strategies that come, change and go, before their orders", .timeLimit(.minutes(5)))
    func strategies() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let (shard, wire, recorder, setup) = try Self.started(on: loop)
        try await wire.arrive(ShardTests.opening(setup)).get()
        try await self.wait(for: { wire.sent.count >= 6 && wire.waiting.isEmpty }, on: loop)
        let known = try await loop.submit { recorder.words.count }.get()
        var definition = setup.strategies()[0]
        definition.id = "second"
        definition.topOfBookLines = []
        definition.passiveLines = [definition.passiveLines[1]]
        definition.passiveLines[0].timeoutNanoseconds = 3_600_000_000_000
        let second = try await shard.register(definition, configuration: "first").get().get()
        try await self.wait(for: { wire.sent.count >= 8 && wire.waiting.isEmpty }, on: loop)
        try await shard.update(second, to: definition, configuration: "other").get().get()
        try await shard.remove(second).get().get()
        let twice = try await shard.remove(second).get()
        #expect(throws: RegistrationError.unknownStrategy) { try twice.get() }
        try await self.wait(for: { wire.sent.count >= 10 && wire.waiting.isEmpty }, on: loop)
        let words = try await loop.submit { Array(recorder.words.dropFirst(known)) }.get()
        let told = words.filter { $0.hasPrefix("second") || $0.hasPrefix("removed") }
        #expect(words.first == "second 1 first" && words.contains("place"))
        #expect(told == ["second 1 first", "second 1 other", "removed 1"])
        let cancels = words.drop { $0 != "removed 1" }.count { $0 == "cancel" }
        #expect(cancels == 2)
        _ = try await shard.stop(within: .hours(1)).get()
        try await group.shutdownGracefully()
    }

    @Test("and can't, is not sent where it would make an order; quotes go, and come back", .timeLimit(.minutes(5)))
    func fails() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        // The third order can't be written down: neither it nor those behind it are sent.
        let (shard, wire, recorder, setup) = try Self.started(on: loop, failsAt: 3)
        try await wire.arrive(ShardTests.opening(setup)).get()
        try await self.wait(
            for: { recorder.words.contains("stopRecording") && wire.sent.count >= 4 && wire.waiting.isEmpty }, on: loop)
        let (sent, words) = try await loop.submit { (wire.sent, recorder.words) }.get()
        let places = sent.count { if case .place = $0 { true } else { false } }
        let cancels = sent.count { if case .cancel = $0 { true } else { false } }
        #expect(places == 2 && cancels == 2)
        #expect(words.count { $0 == "rejected" } == 4)
        let open = try await shard.inspect { engine, _, _ in engine.openOrders }.get()
        #expect(open == 0)
        try await loop.submit {
            recorder.failsAt = .max
            recorder.isFailing = false
        }.get()
        try await self.wait(for: { wire.sent.count { if case .place = $0 { true } else { false } } >= 8 }, on: loop)
        let again = try await loop.submit { recorder.words }.get()
        #expect(again.contains("recordAgain"))
        _ = try await shard.stop(within: .hours(1)).get()
        try await group.shutdownGracefully()
    }
}
