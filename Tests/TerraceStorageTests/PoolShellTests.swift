import Foundation
import Synchronization
import TerraceCore
import Testing

@testable import TerraceStorage

/// A database of tests: counts its connections, and does as the test says.
final class PoolFake: Sendable {
    struct State {
        var open = 0
        var mostOpen = 0
        var opened = 0
        var failure: DatabaseError?
        var isDirty = false
        var recovers = 0
    }
    let state = Mutex(State())
    func set(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }
    func read<T: Sendable>(_ path: (State) -> T) -> T { self.state.withLock { path($0) } }

    final class Connection: PooledConnection {
        let fake: PoolFake
        let number: Int
        var deadline = Deadline.never
        private var isOpen = false

        init(_ fake: PoolFake) {
            self.fake = fake
            self.number = 0
        }
        var isClean: Bool { self.isOpen && self.fake.read { !$0.isDirty } }
        func open(by deadline: Deadline) throws(DatabaseError) {
            if let failure = self.fake.read({ $0.failure }) { throw failure }
            self.isOpen = true
            self.fake.set {
                $0.open += 1
                $0.opened += 1
                $0.mostOpen = max($0.mostOpen, $0.open)
            }
        }
        func begin(deadline: Deadline) { self.deadline = deadline }
        func check(by deadline: Deadline) throws(DatabaseError) {
            if let failure = self.fake.read({ $0.failure }) { throw failure }
        }
        func recover(by deadline: Deadline) throws(DatabaseError) {
            self.fake.set {
                $0.isDirty = false
                $0.recovers += 1
            }
            try self.check(by: deadline)
        }
        func close(by deadline: Deadline) {
            if self.isOpen { self.fake.set { $0.open -= 1 } }
            self.isOpen = false
        }
    }

    func pool(_ size: Int, _ change: (inout PoolSettings) -> Void = { _ in }) -> ConnectionPool<Connection> {
        var settings = PoolSettings(size: size)
        settings.leastBackoff = .milliseconds(5)
        settings.mostBackoff = .milliseconds(20)
        change(&settings)
        return ConnectionPool(place: "fake", settings: settings) { Connection(self) }
    }
}

@Suite("The threads of a pool") struct PoolShellTests {
    static func kind(_ body: () async throws -> Void) async -> DatabaseError.Kind? {
        do {
            try await body()
            return nil
        } catch { return (error as? DatabaseError)?.kind }
    }

    @Test("serve 500 callers of all priorities with few connections, every one once")
    func many() async throws {
        let fake = PoolFake()
        let pool = fake.pool(5)
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<500 {
                group.addTask {
                    (try? await pool.run(Priority.allCases[number % 4], by: .after(.seconds(60))) { _ in number })
                        ?? -1_000_000
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 500 * 499 / 2)
        #expect(fake.read { $0.mostOpen } <= 5)
        let statistics = pool.statistics
        #expect(statistics.queries == 500 && statistics.isUp && statistics.failures.isEmpty && statistics.waiting == 0)
        #expect((1...5).contains(statistics.mostOpen) && statistics.mostOpen <= fake.read { $0.mostOpen })
        #expect(await pool.stop() == 0)
        #expect(fake.read { $0.open } == 0)
        #expect(await Self.kind { _ = try await pool.run(by: .never) { _ in 1 } } == .stopped)
        #expect(await pool.stop() == 0, "a second stop finds nothing to do")
    }

    @Test("give the errors of a request to who asked, and clean the connection that is left in doubt")
    func errors() async throws {
        let fake = PoolFake()
        let pool = fake.pool(1)
        let failure = DatabaseError(.constraint, at: "fake", "twice")
        await #expect(throws: failure) {
            try await pool.run(by: .never) { (_) throws(DatabaseError) -> Int in
                fake.set { $0.isDirty = true }
                throw failure
            }
        }
        #expect(try await pool.run(by: .never) { _ in fake.read { $0.recovers } } == 1)
        #expect(pool.statistics.failures == ["constraint": 1])
        await pool.stop()
    }

    @Test("withdraw who is cancelled while waiting, keep deadlines of waiting, and refuse when too many wait")
    func waiting() async throws {
        let fake = PoolFake()
        let pool = fake.pool(1) { $0.queueLimit = 2 }
        let bell = DispatchSemaphore(value: 0)
        let holder = Task { try await pool.run(by: .never) { (connection) in bell.wait() } }
        await until { pool.statistics.inUse == 1 }
        let cancelled = Task { await Self.kind { _ = try await pool.run(by: .never) { _ in 1 } } }
        await until { pool.statistics.waiting == 1 }
        let late = Task { await Self.kind { _ = try await pool.run(by: .after(.milliseconds(30))) { _ in 1 } } }
        await until { pool.statistics.waiting == 2 || pool.statistics.waitTimeouts == 1 }
        cancelled.cancel()
        #expect(await cancelled.value == .cancelled)
        #expect(await late.value == .timedOut)
        let waiters = (0..<2).map { _ in Task { try await pool.run(by: .never) { _ in 1 } } }
        await until { pool.statistics.waiting == 2 }
        #expect(await Self.kind { _ = try await pool.run(by: .never) { _ in 1 } } == .queueFull)
        bell.signal()
        for waiter in waiters { #expect(try await waiter.value == 1) }
        try await holder.value
        let statistics = pool.statistics
        #expect(statistics.cancelled == 1 && statistics.waitTimeouts == 1 && statistics.refused == 1)
        await pool.stop()
    }

    @Test("tell who waited why there was no connection, and serve again by themselves when there is one")
    func down() async throws {
        let fake = PoolFake()
        fake.set { $0.failure = DatabaseError(.unreachable, at: "fake", "nobody listens") }
        let pool = fake.pool(3)
        let error = await #expect(throws: DatabaseError.self) {
            try await pool.run(by: .after(.milliseconds(50))) { _ in 1 }
        }
        #expect(error?.kind == .unreachable && error?.detail.contains("nobody listens") == true)
        #expect(!pool.statistics.isUp)
        let patient = Task { try await pool.run(by: .never) { _ in 2 } }
        await until { pool.statistics.waiting == 1 }
        fake.set { $0.failure = nil }
        #expect(try await patient.value == 2)
        #expect(pool.statistics.isUp && pool.statistics.openFailures > 0)
        await pool.stop()
    }

    @Test("lend a connection for good, and get it back at the stop")
    func lease() async throws {
        let fake = PoolFake()
        let pool = fake.pool(2)
        let follower = Task {
            try await pool.lease(by: .never) { (_, lease) in
                var turns = 0
                while !lease.isStopping {
                    turns += 1
                    usleep(500)
                }
                return turns
            }
        }
        await until { pool.statistics.leased == 1 }
        for number in 0..<50 { #expect(try await pool.run(by: .never) { _ in number } == number) }
        #expect(await Self.kind { try await pool.lease(by: .never) { (_, _) in () } } == .queueFull)
        #expect(await pool.stop() == 0)
        #expect(try await follower.value > 0)
    }

    @Test("say how many do not come back in time at the stop")
    func stuck() async throws {
        let fake = PoolFake()
        let pool = fake.pool(2)
        let bell = DispatchSemaphore(value: 0)
        let holder = Task { try await pool.run(by: .never) { _ in bell.wait() } }
        await until { pool.statistics.inUse == 1 }
        #expect(await pool.stop(within: .milliseconds(20)) == 1)
        bell.signal()
        try await holder.value
        #expect(await pool.stop() == 0)
        #expect(fake.read { $0.open } == 0)
    }

    @Test("serve threads that block as well")
    func blocking() async throws {
        let fake = PoolFake()
        let pool = fake.pool(2)
        let answer = PoolAnswer<Int>()
        Thread.detachNewThread {
            var sum = 0
            for number in 0..<100 { sum += (try? pool.runBlocking(by: .never) { _ in number }) ?? 0 }
            sum += (try? pool.leaseBlocking(by: .never) { (_, _) in 1 }) ?? 0
            sum += pool.stopBlocking()
            answer.put(sum)
        }
        await until { fake.read { $0.opened > 0 && $0.open == 0 } }
        #expect(answer.take() == 4_951)
    }
}
