import Foundation
import TerraceCore
import TerraceRuntime
import TerraceSimulation
import TerraceStorage
import Testing

@testable import TerraceOperations

@Suite("A shard's journal") struct JournalRecorderTests {
    private static func description(_ setup: MarketSetup, _ strategies: [StrategyDefinition]) -> RunDescription {
        RunDescription(
            instance: 1, mode: "live", program: "test", venues: setup.venues.map { $0.name }, coins: setup.assets,
            instruments: zip(setup.pairs, setup.symbols).flatMap { pair, symbol in
                pair.instruments.map {
                    RunDescription.Instrument(
                        venue: $0.venue.index, symbol: symbol, priceExponent: pair.units.priceExponent,
                        quantityExponent: pair.units.quantityExponent)
                }
            },
            strategies: strategies.map {
                RunDescription.Strategy(
                    id: $0.id, hash: Engine.hash(of: $0.id), symbol: setup.symbols[$0.pair.index],
                    configuration: "{\"id\":\"\($0.id)\"}")
            })
    }

    /// Every description in the journal, as ids and configurations.
    private static func told(_ folder: String) throws -> [[String]] {
        let reader = try JournalReader(folder: folder)
        var told: [[String]] = []
        while let record = try reader.next() {
            if case .run(let run, _) = record.content {
                told.append(run.strategies.map { "\($0.id) \($0.symbol) \($0.configuration)" })
            }
        }
        return told
    }

    @Test("names strategies that come, change and go while it runs; the next run knows what they hold")
    func strategies() async throws {
        let folder = NSTemporaryDirectory() + "terrace-recorder-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let setup = MarketSetup(pairs: 2, venues: 1)
        let first = setup.strategies()[0]
        let opening = try Journal.open(folder: folder, run: Self.description(setup, [first]))
        let recorder = JournalRecorder(
            opening.journal, run: Self.description(setup, [first]), symbols: setup.symbols, recordsTrades: true)
        let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var second = setup.strategies()[0]
        second.id = "second"
        second.pair = PairIndex(1)
        recorder.record(.defined(second, configuration: "{}"), of: StrategyIndex(1), at: now)
        let order = ClientOrderID(
            instance: 1, strategy: Engine.hash(of: "second"), slot: 0, sequence: 7)
        let fill = Fill(
            trade: 9, side: .bid, price: Price(units: 100), quantity: Quantity(units: 40), fee: .zero,
            feeAsset: AssetIndex(0), isMaker: true, cumulative: Quantity(units: 40))
        recorder.record(
            .order(OrderReport(instrument: InstrumentIndex(1), order: order, outcome: .filled(fill))), at: now)
        recorder.record(.defined(second, configuration: "{\"wider\":true}"), of: StrategyIndex(1), at: now)
        recorder.record(.removed, of: StrategyIndex(1), at: now)
        try opening.journal.close()

        let names = [first.id, "second"]
        #expect(
            try Self.told(folder).map { $0.map { String($0.split(separator: " ").first ?? "") } }
                == [[names[0]], names, names, names])
        #expect(
            try Self.told(folder).dropFirst().compactMap { $0.last } == [
                "second \(setup.symbols[1]) {}", "second \(setup.symbols[1]) {\"wider\":true}",
                "second \(setup.symbols[1]) null",
            ])
        let ledger = try Journal.ledger(in: folder)
        #expect(ledger.strategy("second")?.total.quantity.units == 40)

        // What the store makes of it.
        let store = TradeStore(location: .sqlite(path: folder + "/store.sqlite"), pool: PoolSettings(size: 2))
        let follower = StoreFollower(
            store: store, folder: folder,
            settings: StoreFollowerSettings(keepTradeDays: nil, keepBucketDays: nil))
        follower.start()
        let isStored = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: follower.stop(within: .seconds(300))) }.start()
        }
        let statistics = follower.statistics
        #expect(isStored, "\(statistics)")
        var listing = StoreListing(.fills)
        listing.strategy = "second"
        let fills = try await listing.lines(store)
        #expect(fills.count == 2 && fills[0].hasPrefix("time\tvenue\tsymbol\ttrade\tside"))
        #expect(fills[1].contains("\t\(setup.symbols[1])\t9\tbuy\t"))
        listing.content = .history
        let history = try await listing.lines(store)
        #expect(history.dropFirst().map { $0.split(separator: "\t").last } == ["{}", "{\"wider\":true}", "null"])
        let positions = try await StoreListing(.positions).lines(store)
        #expect(positions.count == 2 && positions[1].hasPrefix("second\t"))
        await store.stop()

        // Back again, in the other order, in a run of its own.
        let next = try Journal.open(folder: folder, run: Self.description(setup, [second, first]))
        #expect(next.ledger.strategy("second")?.total.quantity.units == 40)
        try next.journal.close()
    }
}
