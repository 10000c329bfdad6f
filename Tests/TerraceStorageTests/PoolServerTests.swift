import Foundation
import Synchronization
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A pool on a real PostgreSQL") struct PoolServerTests {
    typealias Pool = ConnectionPool<PostgresConnection>

    static func result<T: Sendable>(
        _ body: () async throws(DatabaseError) -> T
    ) async -> Result<T, DatabaseError> {
        do throws(DatabaseError) { return .success(try await body()) } catch { return .failure(error) }
    }
    static func kind<T>(_ result: Result<T, DatabaseError>) -> DatabaseError.Kind? {
        if case .failure(let error) = result { error.kind } else { nil }
    }
    static func one(_ pool: Pool, by deadline: Deadline = .after(.seconds(60))) async throws(DatabaseError) -> Int64 {
        try await pool.run(by: deadline) { (connection) throws(DatabaseError) in
            try connection.query("SELECT $1::bigint", [.int(1)]).int(0, 0)
        }
    }

    @Test("serves 500 strategies of all priorities with the 20 connections of the plan")
    func strategies() async throws {
        let server = try PostgresServer(settings: ["max_connections=60"])
        let counter = PoolCounter(server)
        let size = ResourcePlan(pairs: 500).databaseConnections
        let pool = try server.pool(size: size)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for strategy in 0..<500 {
                group.addTask {
                    for _ in 0..<4 {
                        let answer = await Self.result { () async throws(DatabaseError) in
                            try await pool.run(Priority.allCases[strategy % 4], by: .after(.seconds(60))) {
                                (connection) throws(DatabaseError) in
                                try connection.query("SELECT $1::bigint, pg_sleep(0.001)", [.int(Int64(strategy))]).int(
                                    0, 0)
                            }
                        }
                        guard case .success(Int64(strategy)) = answer else { return false }
                    }
                    return true
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 500 && answers.allSatisfy { $0 })
        let statistics = pool.statistics
        #expect(statistics.queries == 2_000 && statistics.failures.isEmpty && statistics.mostWaiting > size)
        await pool.stop()
        let counted = counter.end()
        #expect(counted.most <= size && counted.samples > 10, "\(counted)")
        #expect(counted.most > size / 2)
    }

    @Test("refuses with a clear error when too many wait, and serves those it let in")
    func refuses() async throws {
        let server = try PostgresServer.shared()
        let owner = try PostgresConnection.connected(to: server.address())
        try owner.execute("SELECT pg_advisory_lock(4711)")
        let pool = try server.pool(size: 2, settings: PostgresSettings(statementTimeout: .seconds(60))) {
            $0.queueLimit = 10
        }
        let holders = (0..<2).map { _ in
            Task {
                await Self.result { () async throws(DatabaseError) in
                    try await pool.run(by: .after(.seconds(60))) { (connection) throws(DatabaseError) in
                        try connection.execute("SELECT pg_advisory_xact_lock_shared(4711)").rows
                    }
                }
            }
        }
        await until { pool.statistics.inUse == 2 }
        let asking = Task {
            await withTaskGroup(of: DatabaseError?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        switch await Self.result({ () async throws(DatabaseError) in try await Self.one(pool) }) {
                        case .success: nil
                        case .failure(let error): error
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        await until { pool.statistics.refused == 40 && pool.statistics.waiting == 10 }
        owner.close(by: .after(.seconds(60)))
        let rest = await asking.value
        let refusals = rest.compactMap { $0 }
        #expect(refusals.count == 40 && refusals.allSatisfy { $0.kind == .queueFull })
        #expect(refusals.first?.description.contains("10 requests wait for 2 connections already") == true)
        for holder in holders { #expect(Self.kind(await holder.value) == nil) }
        #expect(pool.statistics.refused == 40)
        await pool.stop()
    }

    @Test("finds its way back when the server is killed and started again, and never has one connection too many")
    func restarted() async throws {
        let server = try PostgresServer()
        let counter = PoolCounter(server)
        let pool = try server.pool(size: 4)
        let ends = PoolCount()
        let served = PoolCount()
        let failed = PoolCount()
        let others = PoolCount()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    while ends.value == 0 {
                        switch await Self.result({ () async throws(DatabaseError) in
                            try await Self.one(pool, by: .after(.milliseconds(500)))
                        }) {
                        case .success: served.add(1)
                        case .failure(let error):
                            let isExpected = error.kind == .unreachable || error.kind == .timedOut
                            isExpected ? failed.add() : others.add()
                        }
                    }
                }
            }
            for _ in 0..<2 {
                let before = served.value
                await until { served.value > before + 200 }
                try server.kill()
                await until { !pool.statistics.isUp }
                try server.start()
            }
            let before = served.value
            await until { served.value > before + 200 }
            ends.add()
            try await group.waitForAll()
        }
        let statistics = pool.statistics
        #expect(statistics.isUp && statistics.lost > 0 && statistics.reconnects > 0)
        #expect(failed.value > 0 && others.value == 0)
        await pool.stop()
        #expect(counter.end().most <= 4)
    }

    @Test("loses nothing and does nothing twice when connections are cut within transactions")
    func cutInTransactions() async throws {
        let server = try PostgresServer()
        try server.run(
            "create table facts (id bigint primary key, worker bigint); create table marks (worker bigint primary key, last bigint)"
        )
        let counter = PoolCounter(server)
        let pool = try server.pool(size: 4)
        let cuts = PoolCount()
        let ends = PoolCount()
        let address = try server.address()
        let cutter = Task.detached {
            let connection = try PostgresConnection.connected(
                to: address, settings: PostgresSettings(applicationName: "cutter"))
            while ends.value == 0 {
                let cut = try connection.query(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
                    WHERE application_name = 'terrace' AND state LIKE '%transaction%' LIMIT 1) t
                    """)
                cuts.add(Int(try cut.int(0, 0)))
                try await Task.sleep(for: .milliseconds(3))
            }
            connection.close(by: .after(.seconds(60)))
        }
        // Each worker writes its facts in order; where the commit's outcome is unknown, the mark in the same transaction tells.
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<6 {
                group.addTask {
                    let first = Int64(worker) * 1_000_000
                    var written: Int64 = 0
                    while written < 60 || cuts.value < 8 {
                        let answer = await Self.result { () async throws(DatabaseError) in
                            try await pool.run(by: .after(.seconds(60))) { (connection) throws(DatabaseError) in
                                try connection.transaction { (connection) throws(DatabaseError) in
                                    let mark = try connection.query(
                                        "SELECT coalesce(max(last), 0) FROM marks WHERE worker = $1",
                                        [.int(Int64(worker))]
                                    ).int(0, 0)
                                    let next = mark + 1
                                    try connection.query(
                                        "INSERT INTO facts VALUES ($1, $2)", [.int(first + next), .int(Int64(worker))])
                                    try connection.query(
                                        "INSERT INTO marks VALUES ($1, $2) ON CONFLICT (worker) DO UPDATE SET last = $2",
                                        [.int(Int64(worker)), .int(next)])
                                    return next
                                }
                            }
                        }
                        switch answer {
                        case .success(let next): written = next
                        case .failure(let error): #expect(error.kind == .unreachable, "\(error)")
                        }
                    }
                }
            }
        }
        ends.add()
        try await cutter.value
        #expect(cuts.value >= 8)
        let rows = try server.run(
            "select count(*) from (select worker, count(*) c, max(id) - worker * 1000000 m from facts group by worker) f join marks k using (worker) where f.c <> k.last or f.m <> k.last"
        )
        #expect(rows == [["0"]])
        #expect(pool.statistics.lost >= 1 && pool.statistics.isUp)
        await pool.stop()
        #expect(counter.end().most <= 4)
    }

    @Test("tells at once that the password is wrong, and serves by itself once it is right")
    func password() async throws {
        let server = try PostgresServer()
        try server.run("create role trader login password 'old-secret'")
        let address = try PostgresAddress(url: "postgres://trader:new-secret@127.0.0.1:\(server.port)/postgres")
        var settings = PoolSettings(size: 3)
        settings.mostBackoff = .milliseconds(200)
        let pool = ConnectionPool(place: address.description, settings: settings) {
            PostgresConnection(address: address)
        }
        let answer = await Self.result { () async throws(DatabaseError) in try await Self.one(pool, by: .never) }
        #expect(Self.kind(answer) == .authentication)
        let text = "\(answer) \(pool.statistics)"
        #expect(
            !text.contains("secret") && pool.statistics.lastFailure?.contains("password authentication failed") == true)
        try server.run("alter role trader password 'new-secret'")
        await until { pool.statistics.isUp }
        #expect(try await Self.one(pool) == 1)
        await pool.stop()
    }

    @Test("tells at once that the database is missing, and serves by itself once it is there")
    func missing() async throws {
        let server = try PostgresServer()
        let pool = try server.pool(size: 3, database: "later")
        let answer = await Self.result { () async throws(DatabaseError) in try await Self.one(pool, by: .never) }
        #expect(Self.kind(answer) == .missingDatabase)
        try server.run("create database later")
        await until { pool.statistics.isUp }
        #expect(try await Self.one(pool) == 1)
        await pool.stop()
    }

    @Test("keeps every deadline while the server stands still, and serves again with no more connections than before")
    func paused() async throws {
        let server = try PostgresServer()
        let counter = PoolCounter(server)
        let size = 4
        let pool = try server.pool(size: size, settings: PostgresSettings(connectTimeout: .milliseconds(500))) {
            $0.connectTimeout = .milliseconds(500)
            $0.recoverTimeout = .milliseconds(500)
            $0.checkTimeout = .milliseconds(500)
            $0.closeTimeout = .seconds(30)
        }
        let ask: @Sendable () async -> DatabaseError.Kind? = {
            Self.kind(
                await Self.result { () async throws(DatabaseError) in
                    try await Self.one(pool, by: .after(.milliseconds(200)))
                })
        }
        let askMany: @Sendable () async -> [DatabaseError.Kind?] = {
            await withTaskGroup(of: DatabaseError.Kind?.self) { group in
                for _ in 0..<20 { group.addTask { await ask() } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(await askMany() == Array(repeating: nil, count: 20))
        server.pause()
        // All of these come back though the server does not: the pause ends only after them.
        for _ in 0..<10 {
            for kind in await askMany() { #expect(kind == .timedOut || kind == .unreachable) }
        }
        server.resume()
        await until { pool.statistics.isUp && pool.statistics.idle > 0 }
        var answers = await askMany()
        for _ in 0..<200 where answers != Array(repeating: nil, count: 20) { answers = await askMany() }
        #expect(answers == Array(repeating: nil, count: 20))
        await pool.stop()
        let counted = counter.end()
        #expect(counted.most <= size && counted.samples > 10, "\(counted)")
    }

    @Test("makes do with the connections that the server has left, and takes more when there are more")
    func tooMany() async throws {
        let server = try PostgresServer(settings: ["max_connections=6", "superuser_reserved_connections=0"])
        let others = try (0..<3).map { _ in try PostgresConnection.connected(to: server.address()) }
        let pool = try server.pool(size: 5)
        let ask: @Sendable () async -> [DatabaseError.Kind?] = {
            await withTaskGroup(of: DatabaseError.Kind?.self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        Self.kind(
                            await Self.result { () async throws(DatabaseError) in
                                try await pool.run(by: .after(.seconds(60))) { (connection) throws(DatabaseError) in
                                    try connection.execute("SELECT pg_sleep(0.01)").rows
                                }
                            })
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(await ask().allSatisfy { $0 == nil })
        let few = pool.statistics
        #expect(few.isUp && few.opened <= 3 && few.failures["too_many_connections"] ?? 0 > 0)
        for other in others { other.close(by: .after(.seconds(60))) }
        for _ in 0..<200 where pool.statistics.opened < 5 { #expect(await ask().allSatisfy { $0 == nil }) }
        #expect(pool.statistics.opened == 5)
        await pool.stop()
    }

    @Test("uses connections again after requests that ran out of time, instead of opening others")
    func late() async throws {
        let server = try PostgresServer()
        let counter = PoolCounter(server)
        let pool = try server.pool(size: 2)
        let kinds = await withTaskGroup(of: DatabaseError.Kind?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    Self.kind(
                        await Self.result { () async throws(DatabaseError) in
                            try await pool.run(by: .after(.milliseconds(150))) { (connection) throws(DatabaseError) in
                                try connection.execute("SELECT pg_sleep(600)").rows
                            }
                        })
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(kinds == Array(repeating: .timedOut, count: 20))
        for _ in 0..<20 { #expect(try await Self.one(pool) == 1) }
        #expect(pool.statistics.opened <= 2 && pool.statistics.lost == 0)
        await pool.stop()
        #expect(counter.end().most <= 2)
        #expect(
            try server.run("select count(*) from pg_stat_activity where state = 'active'") == [["1"]], "only this one")
    }

    @Test("replaces connections under load without ever having one too many")
    func recycling() async throws {
        let server = try PostgresServer()
        let counter = PoolCounter(server)
        let pool = try server.pool(size: 3) { $0.uses = 5 }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    for _ in 0..<50 {
                        let answer = await Self.result { () async throws(DatabaseError) in try await Self.one(pool) }
                        #expect(answer == .success(1))
                    }
                }
            }
        }
        #expect(pool.statistics.recycled >= 90)
        await pool.stop()
        let counted = counter.end()
        #expect(counted.most <= 3 && counted.samples > 10, "\(counted)")
    }

    @Test("answers a hundred strategies that ask the same with one query at the server")
    func cached() async throws {
        let server = try PostgresServer.shared()
        let pool = try server.pool(size: 3)
        let cache = QueryCache()
        let answers = await withTaskGroup(of: Result<String, DatabaseError>.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await Self.result { () async throws(DatabaseError) in
                        try await cache.value(for: QueryCacheTests.Buckets(symbol: "BERA")) {
                            () async throws(DatabaseError) in
                            try await pool.run(by: .after(.seconds(60))) { (connection) throws(DatabaseError) in
                                try connection.query("SELECT $1::text", [.text("BERA")]).text(0, 0)
                            }
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: .success("BERA"), count: 100))
        #expect(pool.statistics.queries == 1)
        await pool.stop()
    }
}
