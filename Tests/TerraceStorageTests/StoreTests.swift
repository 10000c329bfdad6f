import Foundation
import Synchronization
import Testing

@testable import TerraceCore
@testable import TerraceStorage

@Suite("A store, on SQLite and on PostgreSQL") struct StoreTests {
    @Test("holds what the journal has, in batches of any size", arguments: StoreEngine.allCases, [1, 7, 100, 32_000])
    func follows(engine: StoreEngine, batch: Int) async throws {
        let script = StoreScript(seed: UInt64(batch), events: 600)
        let place = try engine.place()
        let folder = try script.write()
        let statistics = try await follow(folder, into: place, batch: batch)
        #expect(statistics.lagRecords == 0)
        try script.check(place)
        // Once more there is nothing left to do.
        #expect(try await follow(folder, into: place, batch: batch).records == 0)
        try script.check(place)
    }

    @Test("stores each fact once where two follow the same journal at the same time", arguments: StoreEngine.allCases)
    func twoFollowers(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 11, events: 1_500)
        let place = try engine.place()
        let folder = try script.write()
        async let first = follow(folder, into: place, batch: 13)
        async let second = follow(folder, into: place, batch: 17)
        let records = try await first.records + second.records
        try script.check(place)
        let connection = try connected(place)
        #expect(try connection.lines("SELECT sequence FROM journals") == ["\(records)"])
    }

    @Test("counts a public trade once that several processes recorded", arguments: StoreEngine.allCases)
    func twoJournals(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 12, events: 800)
        let place = try engine.place()
        async let first = follow(script.write(), into: place, batch: 19)
        async let second = follow(script.write(), into: place, batch: 23)
        _ = try await (first, second)
        let connection = try connected(place)
        #expect(try connection.lines("SELECT count(*) FROM trades WHERE source = 0") == ["\(script.trades.count)"])
        #expect(try connection.lines("SELECT count(*) FROM fills") == ["\(script.fills.count)"])
        // Trades without a number can't be told apart from each other: each journal has its own.
        let counted = try connection.lines("SELECT sum(trades) FROM buckets")
        #expect(counted == ["\(script.trades.count + 2 * script.unnumbered)"])
    }

    @Test("refuses a batch that is stored already, as a whole", arguments: StoreEngine.allCases)
    func repeatedBatch(engine: StoreEngine) throws {
        let connection = try connected(try engine.place())
        let writer = connection.writer()
        try writer.prepare()
        var batch = StoreBatch(journal: -5, after: 0)
        batch.through = 10
        batch.actions = [StoreBatch.Action(sequence: 3, time: .distantPast, actor: "operator", action: "kill")]
        try writer.write(batch)
        #expect(throws: DatabaseError.self) { try writer.write(batch) }
        var overlapping = StoreBatch(journal: -5, after: 5)
        overlapping.through = 15
        overlapping.actions = [StoreBatch.Action(sequence: 12, time: .distantPast, actor: "operator", action: "kill")]
        let error = #expect(throws: DatabaseError.self) { try writer.write(overlapping) }
        #expect(error?.kind == .conflict)
        #expect(try writer.cursor(of: -5) == 10)
        #expect(try writer.cursor(of: 6) == nil)
        #expect(try connection.lines("SELECT sequence FROM actions") == ["3"])
    }

    @Test("gives back what was written, exactly", arguments: StoreEngine.allCases)
    func rows(engine: StoreEngine) throws {
        let connection = try connected(try engine.place())
        let writer = connection.writer()
        try writer.prepare()
        let order = ClientOrderID(high: 0x0000_0007_FFEE_0001, low: 0x8000_0000_0000_0001)
        let huge = ExactDecimal(units: 1 << 56, exponent: 6)
        let tiny = ExactDecimal(units: 1, exponent: -18)
        let time = Timestamp(nanoseconds: 1_790_000_123_456_789_000)
        var batch = StoreBatch(journal: Int64.min, after: 0)
        batch.through = 9
        batch.time = time
        batch.instruments = [StoreBatch.Instrument(venue: "a'\"\\\u{9}v", symbol: "ÄX/USDT")]
        batch.strategies = ["s; DROP TABLE fills --"]
        batch.trades = [
            StoreBatch.Trade(
                instrument: 0, source: 0, trade: -1, time: time, aggressor: .ask, price: tiny, quantity: huge),
            StoreBatch.Trade(
                instrument: 0, source: Int64.min, trade: 4, time: time.advanced(by: 1_000), aggressor: .bid,
                price: huge,
                quantity: tiny),
        ]
        batch.fills = [
            StoreBatch.Fill(
                instrument: 0, trade: -1, strategy: 0, order: order, side: .ask, price: tiny, quantity: huge,
                fee: ExactDecimal(units: -3, exponent: -20), feeCoin: "B\\N", isMaker: true, time: time, sequence: 5)
        ]
        var holding = StoreBatch.Holding()
        holding.quantity = ExactDecimal(units: -(1 << 61), exponent: -18)
        holding.cost = ExactDecimal(units: .max, exponent: -20)
        batch.positions = [
            StoreBatch.Position(
                sequence: 5, time: time, strategy: 0, instrument: 0, venue: holding, total: StoreBatch.Holding())
        ]
        batch.orders[order] = StoreBatch.Order(
            id: order, strategy: 0, instrument: 0, side: .ask, price: tiny, quantity: huge, filled: tiny,
            state: "working",
            isOpen: true, time: time, sequence: 5)
        batch.configurations = [
            StoreBatch.Configuration(
                sequence: 2, time: time, strategy: 0, symbol: "ÄX/USDT", json: "{\"a\":\"\\n\\t\"}\n", run: 1)
        ]
        try writer.write(batch)

        let trades = try connection.recentTrades(symbols: ["ÄX/USDT"], venues: [], since: time, limit: 10)
        #expect(trades.count == 2)
        #expect(trades.first?.trade == UInt64.max && trades.last?.trade == nil)
        #expect(trades.first?.venue == "a'\"\\\u{9}v" && trades.first?.time == time)
        #expect(trades.first?.price == tiny && trades.first?.quantity == huge && trades.first?.aggressor == .ask)
        let fills = try connection.fills(
            strategy: "s; DROP TABLE fills --", from: time, to: time.advanced(by: 1_000), limit: 10)
        #expect(fills.count == 1)
        #expect(fills.first?.order == order && fills.first?.trade == .max && fills.first?.sequence == 5)
        #expect(fills.first?.fee.description == "-0.00000000000000000003" && fills.first?.feeCoin == "B\\N")
        #expect(fills.first?.price == tiny && fills.first?.isMaker == true && fills.first?.time == time)
        let positions = try connection.positions(at: time)
        #expect(positions.first?.quantity == holding.quantity && positions.first?.cost == holding.cost)
        #expect(try connection.positions(at: time.advanced(by: -1_000)).isEmpty)
        let orders = try connection.openOrders()
        #expect(orders.first?.order == order && orders.first?.filled == tiny && orders.first?.state == "working")
        let revisions = try connection.revisions(of: "s; DROP TABLE fills --")
        #expect(revisions.first?.configuration == "{\"a\":\"\\n\\t\"}\n" && revisions.first?.validFrom == time)
        let series = try connection.volumeBuckets(symbols: [], venues: [], since: time)
        #expect(series.count == 1 && series.first?.buckets.count == 1)
        let bucket = try connection.lines("SELECT base, quote, trades, start FROM buckets")
        let fields = try #require(bucket.first).split(separator: "\t").map { String($0) }
        #expect(fields[0] == "72057594037927936000000.000000000000000001")
        #expect(ExactDecimal(fields[1]) == ExactDecimal("144115.188075855872"))
        #expect(fields[2...] == ["2", "1790000120"])
    }

    @Test(
        "tells the configurations that a strategy had, oldest first, to the one that asks",
        arguments: StoreEngine.allCases)
    func strategyHistory(engine: StoreEngine) async throws {
        let place = try engine.place()
        let connection = try connected(place)
        let writer = connection.writer()
        try writer.prepare()
        let start = Timestamp(nanoseconds: 1_790_000_123_456_789_000)
        var batch = StoreBatch(journal: 8, after: 0)
        batch.through = 40
        batch.strategies = ["one", "other"]
        // Written in no order; two at one moment are told apart by their records.
        batch.configurations = [(30, 2), (10, 0), (11, 0), (20, 1)].map { sequence, seconds in
            StoreBatch.Configuration(
                sequence: sequence, time: start.advanced(by: seconds * 1_000_000_000), strategy: 0, symbol: "BERA/USDT",
                json: "{\"number\":\(sequence)}", run: 5)
        }
        batch.configurations.append(
            StoreBatch.Configuration(sequence: 12, time: start, strategy: 1, symbol: "BTC/USDT", json: "{}", run: 5))
        try writer.write(batch)
        let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 1))
        let history = try await store.strategyHistory(id: "one")
        #expect(history.map { $0.configuration } == [10, 11, 20, 30].map { "{\"number\":\($0)}" })
        #expect(history.allSatisfy { $0.symbol == "BERA/USDT" && $0.run == 5 })
        #expect(history.first?.validFrom == start && history.last?.validFrom == start.advanced(by: 2_000_000_000))
        #expect(try await store.strategyHistory(id: "other").count == 1)
        #expect(try await store.strategyHistory(id: "nobody").isEmpty)
        #expect(try await store.strategyHistory(id: "one") == history && store.cacheStatistics.hits == 1)
        await store.stop()
    }

    @Test("asks for many symbols and venues at once, and keeps the answers", arguments: StoreEngine.allCases)
    func questions(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 21, events: 2_000)
        let place = try engine.place()
        _ = try await follow(script.write(), into: place)
        let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 3))
        let since = Timestamp(nanoseconds: StoreScript.start)
        let all = try await store.volumeBuckets(symbols: [], exchanges: [], since: since)
        #expect(all.reduce(0) { $0 + $1.buckets.count } == script.base.count)
        for series in all {
            for bucket in series.buckets {
                let key = StoreScript.Key(
                    venue: series.venue, symbol: series.symbol, number: bucket.start.nanoseconds / 1_000_000_000)
                let exact = Double(script.quote[key] ?? 0) / 1e20
                #expect(abs(bucket.quote - exact) <= exact.ulp * 2)
            }
        }
        let one = try await store.volumeBuckets(symbols: ["PEPE/USDT"], exchanges: ["beta"], since: since)
        #expect(one == all.filter { $0.symbol == "PEPE/USDT" && $0.venue == "beta" })
        #expect(try await store.volumeBuckets(symbols: ["NONE"], exchanges: [], since: since).isEmpty)
        let trades = try await store.recentTrades(symbols: [], exchanges: [], since: since, limit: 5)
        #expect(trades.count == 20)
        #expect(Dictionary(grouping: trades) { $0.venue + $0.symbol }.values.allSatisfy { $0.count == 5 })
        let queries = store.poolStatistics.queries
        await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let since = Timestamp(nanoseconds: StoreScript.start + Int64(number) * 1_000)
                    return (try? await store.recentTrades(symbols: [], exchanges: [], since: since, limit: 7).count)
                        ?? -1
                }
            }
            for await count in group { #expect(count == 28) }
        }
        #expect(store.poolStatistics.queries - queries == 1)
        await store.stop()
    }

    @Test("asks once for strategies whose clocks differ by nanoseconds", arguments: StoreEngine.allCases)
    func grain(engine: StoreEngine) async throws {
        let store = TradeStore(location: try StoreLocation(try engine.place()), pool: PoolSettings(size: 3))
        try await store.migrate()
        let queries = store.poolStatistics.queries
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let since = Timestamp(nanoseconds: StoreScript.start + Int64(number) * 9_999_999)
                    let trades = try? await store.recentTrades(symbols: ["A", "B"], exchanges: [], since: since)
                    let volumes = try? await store.volumeBuckets(symbols: ["B", "A"], exchanges: [], since: since)
                    let positions = try? await store.positions(at: since)
                    return trades != nil && volumes != nil && positions != nil
                }
            }
            for await isAnswered in group { #expect(isAnswered) }
        }
        #expect(store.poolStatistics.queries - queries == 3)
        #expect(store.cacheStatistics.misses == 3 && store.cacheStatistics.rate == 0.99)
        #expect(Timestamp(nanoseconds: -1).wholeSecond == Timestamp(nanoseconds: -1_000_000_000))
        #expect(Timestamp(nanoseconds: .min).wholeSecond == .distantPast)
        await store.stop()
    }

    @Test("puts questions about one pair each together, and tells each its own", arguments: StoreEngine.allCases)
    func together(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 22, events: 1_000)
        let place = try engine.place()
        _ = try await follow(script.write(), into: place)
        let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 3))
        let since = Timestamp(nanoseconds: StoreScript.start)
        let all = try await store.recentTrades(symbols: [], exchanges: ["beta"], since: since)
        let volumes = try await store.volumeBuckets(symbols: [], exchanges: [], since: since)
        let queries = store.poolStatistics.queries
        await withTaskGroup(of: (symbol: String, trades: [StoredTrade]?, volumes: [VolumeSeries]?).self) { group in
            for symbol in StoreScript.symbols + (0..<200).map({ "NONE\($0)" }) {
                group.addTask {
                    async let trades = try? store.recentTrades(symbols: [symbol], exchanges: ["beta"], since: since)
                    async let volumes = try? store.volumeBuckets(symbols: [symbol], exchanges: [], since: since)
                    return (symbol, await trades, await volumes)
                }
            }
            for await answer in group {
                #expect(answer.trades == all.filter { $0.symbol == answer.symbol })
                #expect(answer.volumes == volumes.filter { $0.symbol == answer.symbol })
            }
        }
        let batches = store.batchStatistics
        #expect(batches.questions == 404 && batches.keys == 404 && batches.failures == 0)
        #expect(store.poolStatistics.queries - queries == batches.batches)
        #expect(batches.batches < 100)
        // Who can't wait does not.
        _ = try await store.recentTrades(
            symbols: ["BERA/USDT"], exchanges: ["alpha"], since: since, priority: .critical)
        #expect(store.batchStatistics.questions == 404)
        await store.stop()
    }

    @Test("makes its tables from none and from those of every earlier number", arguments: StoreEngine.allCases)
    func migrations(engine: StoreEngine) throws {
        for earlier in 0...StoreMigration.newest {
            let connection = try connected(try engine.place())
            if let postgres = connection as? PostgresConnection {
                try PostgresSchema.migrate(postgres, upTo: earlier)
            } else if let sqlite = connection as? SQLiteConnection {
                try SQLiteSchema.migrate(sqlite, upTo: earlier)
            }
            try connection.migrate()
            try connection.migrate()
            #expect(
                try connection.lines("SELECT number FROM schema_versions ORDER BY number")
                    == StoreMigration.all.map { "\($0.number)" })
            #expect(try connection.lines("SELECT * FROM fills_named").isEmpty)
        }
        #expect(StoreMigration.all.map { $0.number } == Array(1...StoreMigration.newest))
    }

    @Test("makes its tables once where many start at the same time", arguments: StoreEngine.allCases)
    func migrationsAtOnce(engine: StoreEngine) async throws {
        let place = try engine.place()
        let location = try StoreLocation(place)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let store = TradeStore(location: location, pool: PoolSettings(size: 1))
                    try await store.migrate()
                    await store.stop()
                }
            }
            try await group.waitForAll()
        }
        let connection = try connected(place)
        #expect(try connection.lines("SELECT count(*) FROM schema_versions") == ["\(StoreMigration.newest)"])
    }

    @Test("deletes what is old in bounded steps, and does not count it again", arguments: StoreEngine.allCases)
    func retention(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 31, events: 2_000)
        let place = try engine.place()
        _ = try await follow(script.write(), into: place)
        let connection = try connected(place)
        let middle = Timestamp(nanoseconds: StoreScript.start + 300_000_000_000)
        let horizon = StoreHorizon(trades: middle, buckets: .distantPast)
        let writer = connection.writer()
        let old = "trades WHERE source = 0"
        let before = Int(try connection.lines("SELECT count(*) FROM \(old)")[0]) ?? 0
        #expect(try writer.deleteOlder(than: horizon, limit: 10) == 10)
        let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 1))
        try await store.deleteOlder(than: horizon, chunk: 50)
        let after = Int(try connection.lines("SELECT count(*) FROM \(old)")[0]) ?? 0
        #expect(after > 0 && after < before)
        let kept = try connection.recentTrades(symbols: [], venues: [], since: .distantPast, limit: 100_000)
        #expect(!kept.isEmpty && kept.allSatisfy { $0.time >= middle })
        // Another process tells the same trades later: those that are gone were counted already.
        let sums = "SELECT instrument, start, base, quote FROM buckets ORDER BY instrument, start"
        let counted = try connection.lines("SELECT sum(trades) FROM buckets")[0]
        #expect(Int(counted) == script.trades.count + script.unnumbered)
        var again = StoreBatch(journal: 77, after: 0)
        again.through = 1
        again.instruments = [StoreBatch.Instrument(venue: "alpha", symbol: "BERA/USDT")]
        again.trades = [
            StoreBatch.Trade(
                instrument: 0, source: 0, trade: 1, time: Timestamp(nanoseconds: StoreScript.start + 1_700_000_000),
                aggressor: .bid, price: ExactDecimal(units: 1, exponent: 0),
                quantity: ExactDecimal(units: 1, exponent: 0))
        ]
        let sumsBefore = try connection.lines(sums)
        try writer.write(again)
        #expect(try connection.lines(sums) == sumsBefore)
        try await store.deleteOlder(
            than: StoreHorizon(trades: middle, buckets: Timestamp(nanoseconds: .max)), chunk: 50)
        #expect(try connection.lines(sums).isEmpty)
        #expect(try connection.lines("SELECT count(*) FROM fills") == ["\(script.fills.count)"])
        await store.stop()
    }

    @Test("follows a journal while it is written, and holds what is not stored", arguments: StoreEngine.allCases)
    func live(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 41, events: 1_200)
        let place = try engine.place()
        let opening = try Journal.open(
            folder: try StoreFolder.make() + "/journal",
            settings: JournalSettings(segmentBytes: 4_096, keepBytes: 0, keepSegments: 1), run: StoreScript.description)
        let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 2))
        let follower = StoreFollower(
            store: store, journal: opening.journal,
            settings: StoreFollowerSettings(batchDelay: .milliseconds(5), keepTradeDays: nil, keepBucketDays: nil))
        // Half of it is there before anybody follows: retention keeps nothing but what is held.
        let half = script.entries.count / 2
        for entry in script.entries[..<half] { opening.journal.append(entry) }
        try await Task.sleep(for: .milliseconds(50))
        follower.start()
        for entry in script.entries[half...] {
            opening.journal.append(entry)
            if Int(entry.time.nanoseconds / 1_000) % 100 == 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
        try opening.journal.close()
        #expect(await stopped(follower))
        #expect(follower.statistics.lagRecords == 0 && follower.statistics.state == .stopped)
        await store.stop()
        try script.check(place)
    }
}
