import Synchronization
import Testing

@testable import TerraceStorage

@Suite("Questions that come together") struct QueryCacheBatchTests {
    /// A window that ends when the test says so, and a database that notes what it was asked.
    final class Bench: Sendable {
        let window = CacheGate()
        let asked = Mutex<[[Int]]>([])
        func batcher(
            keyLimit: Int = 100, underWay: Int = 4, waiting: Int = 1_000, gate: CacheGate? = nil,
            _ answer: @escaping @Sendable (Int) throws(DatabaseError) -> Int? = { $0 * 10 }
        ) -> QueryBatcher<Int, Int> {
            QueryBatcher(
                keyLimit: keyLimit, underWayLimit: underWay, waitingLimit: waiting,
                sleep: { _ in await self.window.wait() },
                load: { (keys) throws(DatabaseError) in
                    self.asked.withLock { $0.append(keys.sorted()) }
                    await gate?.wait()
                    var answers: [Int: Int] = [:]
                    for key in keys { answers[key] = try answer(key) }
                    return answers
                })
        }
        var queries: [[Int]] { self.asked.withLock { $0 } }
    }

    static func ask(_ batcher: QueryBatcher<Int, Int>, _ key: Int) -> Task<Result<Int?, DatabaseError>, Never> {
        Task {
            do throws(DatabaseError) { return .success(try await batcher.value(for: key)) } catch {
                return .failure(error)
            }
        }
    }

    @Test("are one query, and everybody gets the own answer; what is not there is nil")
    func together() async {
        let bench = Bench()
        let batcher = bench.batcher { $0 == 3 ? nil : $0 * 10 }
        let tasks = [1, 2, 3, 2, 1].map { Self.ask(batcher, $0) }
        await until { batcher.statistics.questions == 5 }
        #expect(bench.queries == [])
        await bench.window.open()
        var answers: [Result<Int?, DatabaseError>] = []
        for task in tasks { answers.append(await task.value) }
        #expect(answers == [.success(10), .success(20), .success(nil), .success(20), .success(10)])
        #expect(bench.queries == [[1, 2, 3]])
    }

    @Test(
        "go when they are enough, though the window is not over; what comes while all ways are busy goes together next")
    func full() async {
        let bench = Bench()
        let gate = CacheGate()
        let batcher = bench.batcher(keyLimit: 2, underWay: 1, gate: gate)
        let first = [1, 2].map { Self.ask(batcher, $0) }
        await until { bench.queries == [[1, 2]] }
        let rest = (3...7).map { Self.ask(batcher, $0) }
        await until { batcher.statistics.questions == 7 }
        #expect(batcher.statistics.batches == 1)
        await gate.open()
        for (key, task) in zip(1...7, first + rest) { #expect(await task.value == .success(key * 10)) }
        #expect(bench.queries.count == 4 && bench.queries.allSatisfy { $0.count <= 2 })
        #expect(Set(bench.queries.flatMap { $0 }) == Set(1...7))
    }

    @Test("fail together, and the next ones do not")
    func failure() async {
        let bench = Bench()
        await bench.window.open()
        let error = DatabaseError(.unreachable, at: "here", "gone")
        let repairs = PoolCount()
        let batcher = bench.batcher { (key) throws(DatabaseError) in
            if repairs.value == 0 { throw error }
            return key
        }
        #expect(await Self.ask(batcher, 1).value == .failure(error))
        repairs.add()
        #expect(await Self.ask(batcher, 1).value == .success(1))
        #expect(batcher.statistics.failures == 1 && batcher.statistics.batches == 2)
    }

    @Test("lose who is cancelled, and are not asked at all where nobody is left")
    func cancel() async {
        let bench = Bench()
        let batcher = bench.batcher()
        let gone = Self.ask(batcher, 1)
        let stays = Self.ask(batcher, 2)
        await until { batcher.statistics.questions == 2 }
        gone.cancel()
        guard case .failure(let error) = await gone.value else {
            Issue.record("the cancelled one got an answer")
            return
        }
        #expect(error.kind == .cancelled)
        await bench.window.open()
        #expect(await stays.value == .success(20))
        #expect(bench.queries == [[2]])
    }

    @Test("are refused where too many wait")
    func bound() async {
        let bench = Bench()
        let batcher = bench.batcher(waiting: 2)
        let tasks = [1, 2].map { Self.ask(batcher, $0) }
        await until { batcher.statistics.questions == 2 }
        guard case .failure(let error) = await Self.ask(batcher, 3).value else {
            Issue.record("one too many was let in")
            return
        }
        #expect(error.kind == .queueFull)
        await bench.window.open()
        for task in tasks { _ = await task.value }
        #expect(await Self.ask(batcher, 3).value == .success(30))
    }
}
