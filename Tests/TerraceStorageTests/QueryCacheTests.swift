import Synchronization
import Testing

@testable import TerraceStorage

@Suite("A cache of answers") struct QueryCacheTests {
    struct Trades: QueryKey {
        typealias Value = [Int]
        static let timeToLive = Duration.seconds(10)
        static func bytes(of value: [Int]) -> Int { value.count * 8 }
        var symbol: String
    }
    struct Buckets: QueryKey {
        typealias Value = String
        static func bytes(of value: String) -> Int { value.utf8.count }
        var symbol: String
    }

    /// A clock by hand, and a database that counts its queries.
    final class Bench: Sendable {
        let time = Atomic<Int64>(1_000_000_000)
        let queries = Atomic<Int>(0)
        func pass(_ duration: Duration) { self.time.add(duration.nanosecondsHeld, ordering: .sequentiallyConsistent) }
        func cache(_ settings: QueryCacheSettings = QueryCacheSettings()) -> QueryCache {
            QueryCache(settings: settings) { Deadline(nanoseconds: self.time.load(ordering: .sequentiallyConsistent)) }
        }
        func trades(_ cache: QueryCache, _ symbol: String, _ value: [Int] = [1]) async throws(DatabaseError) -> [Int] {
            try await cache.value(for: Trades(symbol: symbol)) {
                self.queries.add(1, ordering: .relaxed)
                return value
            }
        }
        var count: Int { self.queries.load(ordering: .relaxed) }
    }

    @Test("gives an answer for as long as its kind is good for, and not a moment longer")
    func timeToLive() async throws {
        let bench = Bench()
        let cache = bench.cache()
        #expect(try await bench.trades(cache, "BERA", [1]) == [1])
        bench.pass(.seconds(10) - .nanoseconds(1))
        #expect(try await bench.trades(cache, "BERA", [2]) == [1])
        bench.pass(.nanoseconds(1))
        #expect(try await bench.trades(cache, "BERA", [3]) == [3])
        #expect(bench.count == 2)
        let buckets = Buckets(symbol: "BERA")
        #expect(try await cache.value(for: buckets) { "b" } == "b")
        bench.pass(.seconds(29))
        #expect(try await cache.value(for: buckets) { "c" } == "b", "30 seconds, where the kind says nothing")
        let statistics = cache.statistics
        #expect(statistics.hits == 2 && statistics.misses == 3 && statistics.rate == 0.4)
    }

    @Test("asks once where a hundred ask the same, and tells all of them")
    func singleFlight() async throws {
        let cache = QueryCache()
        let gate = CacheGate()
        let queries = PoolCount()
        let answers = await withTaskGroup(of: [Int]?.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try? await cache.value(for: Trades(symbol: "BERA")) { () throws(DatabaseError) in
                        queries.add()
                        await gate.wait()
                        return [7]
                    }
                }
            }
            await until { cache.statistics.joins == 99 }
            await gate.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: [7], count: 100))
        #expect(queries.value == 1)
        #expect(cache.statistics.misses == 1 && cache.statistics.underWay == 0)
    }

    @Test("keeps a failure for a second, so that a database in trouble is not asked by all")
    func failures() async throws {
        let bench = Bench()
        let cache = bench.cache()
        let failure = DatabaseError(.timedOut, at: "here", "late")
        for _ in 0..<5 {
            await #expect(throws: failure) {
                try await cache.value(for: Trades(symbol: "BERA")) { () throws(DatabaseError) in
                    bench.queries.add(1, ordering: .relaxed)
                    throw failure
                }
            }
        }
        #expect(bench.count == 1)
        bench.pass(.seconds(1))
        #expect(try await bench.trades(cache, "BERA") == [1])
        #expect(cache.statistics.failures == 1 && cache.statistics.failureHits == 4)
    }

    @Test("tells who is cancelled at once, and the others get their answer")
    func cancelOne() async throws {
        let cache = QueryCache()
        let gate = CacheGate()
        let ask: @Sendable () async -> Result<[Int], DatabaseError> = {
            do throws(DatabaseError) {
                return .success(
                    try await cache.value(for: Trades(symbol: "BERA")) {
                        await gate.wait()
                        return [7]
                    })
            } catch { return .failure(error) }
        }
        let first = Task { await ask() }
        await until { cache.statistics.misses == 1 }
        let second = Task { await ask() }
        await until { cache.statistics.joins == 1 }
        first.cancel()
        guard case .failure(let error) = await first.value else {
            Issue.record("the cancelled one got an answer")
            return
        }
        #expect(error.kind == .cancelled)
        await gate.open()
        #expect(await second.value == .success([7]))
        #expect(cache.statistics.entries == 1)
    }

    @Test("gives a question up when nobody waits any more, and asks anew then")
    func cancelAll() async throws {
        let cache = QueryCache()
        let wasCancelled = PoolCount()
        let only = Task {
            try await cache.value(for: Trades(symbol: "BERA")) { () throws(DatabaseError) in
                while !Task.isCancelled { await Task.yield() }
                wasCancelled.add()
                return [6]
            }
        }
        await until { cache.statistics.misses == 1 }
        only.cancel()
        _ = await only.result
        await until { wasCancelled.value == 1 }
        #expect(try await cache.value(for: Trades(symbol: "BERA")) { [7] } == [7])
        #expect(
            try await cache.value(for: Trades(symbol: "BERA")) { [8] } == [7], "what the first brought late is not kept"
        )
    }

    @Test("does not keep an answer that was forgotten while it was under way")
    func forget() async throws {
        let cache = QueryCache()
        let gate = CacheGate()
        let asking = Task {
            try await cache.value(for: Trades(symbol: "BERA")) { () throws(DatabaseError) in
                await gate.wait()
                return [1]
            }
        }
        await until { cache.statistics.underWay == 1 }
        cache.remove(Trades(symbol: "BERA"))
        await gate.open()
        #expect(try await asking.value == [1])
        #expect(try await cache.value(for: Trades(symbol: "BERA")) { [2] } == [2])
        cache.removeAll()
        #expect(try await cache.value(for: Trades(symbol: "BERA")) { [3] } == [3])
    }

    @Test("lets no more wait than it may")
    func bound() async throws {
        let cache = QueryCache(settings: QueryCacheSettings(waiting: 2))
        let gate = CacheGate()
        let tasks = (0..<2).map { number in
            Task {
                try await cache.value(for: Trades(symbol: "\(number)")) { () throws(DatabaseError) in
                    await gate.wait()
                    return [number]
                }
            }
        }
        await until { cache.statistics.underWay == 2 }
        let refusal = await #expect(throws: DatabaseError.self) {
            try await cache.value(for: Trades(symbol: "3")) { [3] }
        }
        #expect(refusal?.kind == .queueFull && cache.statistics.refused == 1)
        await gate.open()
        for (number, task) in tasks.enumerated() { #expect(try await task.value == [number]) }
        #expect(try await cache.value(for: Trades(symbol: "3")) { [3] } == [3])
    }

    /// The same table, slow and plain: a list, the one used last at its end.
    struct PlainTable {
        struct Row {
            var key: Int
            var value: Int
            var bytes: Int
            var goodUntil: Int64
        }
        var rows: [Row] = []
        mutating func find(_ key: Int, _ now: Int64) -> Int? {
            guard let place = self.rows.firstIndex(where: { $0.key == key }) else { return nil }
            let row = self.rows.remove(at: place)
            if now >= row.goodUntil { return nil }
            self.rows.append(row)
            return row.value
        }
        mutating func insert(_ row: Row, _ now: Int64, entries: Int, bytes: Int) {
            self.rows.removeAll { $0.key == row.key }
            if row.bytes > bytes || row.goodUntil <= now { return }
            while self.rows.count >= entries || self.rows.reduce(row.bytes, { $0 + $1.bytes }) > bytes {
                self.rows.removeFirst()
            }
            self.rows.append(row)
        }
    }
    struct Number: QueryKey {
        typealias Value = Int
        static func bytes(of value: Int) -> Int { value }
        var number: Int
    }

    @Test("throws away what was not asked for longest, within its bounds, as the plain table does", arguments: 1...20)
    func twin(seed: Int) {
        var random = PoolRandom(state: UInt64(seed))
        var table = CacheTable(entryLimit: 8, byteLimit: 100)
        var plain = PlainTable()
        var found = 0
        for step in 0..<5_000 {
            let now = Int64(step)
            let key = random.below(16)
            if random.isOne(in: 2) {
                let bytes = random.below(random.isOne(in: 20) ? 150 : 40)
                let goodUntil = now + Int64(random.below(60))
                let row = PlainTable.Row(key: key, value: step, bytes: bytes, goodUntil: goodUntil)
                table.insert(CacheKey(Number(number: key)), .value(step), bytes: bytes, at: now, goodUntil: goodUntil)
                plain.insert(row, now, entries: 8, bytes: 100)
            } else {
                var value: Int?
                if case .value(let kept)? = table.find(CacheKey(Number(number: key)), at: now)?.content {
                    value = kept as? Int
                }
                #expect(value == plain.find(key, now), "seed \(seed), step \(step)")
                if value != nil { found += 1 }
            }
            #expect(table.count == plain.rows.count && table.count <= 8)
            #expect(table.bytes == plain.rows.reduce(0) { $0 + $1.bytes } && table.bytes <= 100)
        }
        #expect(found > 200 && table.evictions > 100)
    }

    @Test("keeps questions of different kinds apart, though they look the same")
    func kinds() async throws {
        let start = Deadline.now
        let cache = QueryCache(now: { start })
        #expect(try await cache.value(for: Trades(symbol: "BERA")) { [1] } == [1])
        #expect(try await cache.value(for: Buckets(symbol: "BERA")) { "b" } == "b")
        #expect(try await cache.value(for: Trades(symbol: "BERA")) { [2] } == [1])
    }
}

/// Holds tasks up until it is opened.
actor CacheGate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    func wait() async {
        if !self.isOpen { await withCheckedContinuation { self.waiting.append($0) } }
    }
    func open() {
        self.isOpen = true
        for continuation in self.waiting { continuation.resume() }
        self.waiting = []
    }
}

/// Waits until something is so, which only a fault of the program prevents: then the test run ends by its own limit.
func until(_ condition: () -> Bool) async {
    while !condition() { try? await Task.sleep(for: .milliseconds(1)) }
}
