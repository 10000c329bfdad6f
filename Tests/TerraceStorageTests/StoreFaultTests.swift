import Foundation
import Glibc
import Testing

@testable import TerraceCore
@testable import TerraceStorage

@Suite("A store that fails") struct StoreFaultTests {
    /// A follower of a script's journal into `place`, started.
    private static func started(
        _ folder: String, _ place: String, batch: Int = 20
    ) throws -> (store: TradeStore, follower: StoreFollower) {
        var pool = PoolSettings(size: 2)
        pool.mostBackoff = .milliseconds(200)
        let store = TradeStore(location: try StoreLocation(place), pool: pool)
        let follower = StoreFollower(
            store: store, folder: folder,
            settings: StoreFollowerSettings(
                batchRecords: batch, leastBackoff: .milliseconds(20), mostBackoff: .milliseconds(200),
                keepTradeDays: nil,
                keepBucketDays: nil))
        follower.start()
        return (store, follower)
    }

    /// Waits until something is so, within bounds.
    private static func wait(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<1_500 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test("because its server is killed and started again loses nothing and doubles nothing")
    func killedServer() async throws {
        let server = try PostgresServer()
        let script = StoreScript(seed: 51, events: 6_000)
        let place = try server.newDatabase()
        let journal = try script.open()
        let (store, follower) = try Self.started(journal.folder, place)
        let part = script.entries.count / 4
        for number in 1...3 {
            // The server goes in the midst of the first half of a part. The second half comes when it is gone: however fast
            // the follower was, there is something left to store.
            let start = (number - 1) * part
            let mark = follower.statistics.records
            StoreScript.write(script.entries[start..<start + part / 2], to: journal)
            #expect(try await Self.wait { follower.statistics.records > mark + 200 })
            try server.kill()
            StoreScript.write(script.entries[start + part / 2..<start + part], to: journal)
            #expect(try await Self.wait { follower.statistics.state == .waiting })
            let text = follower.statistics.lastError ?? ""
            #expect(!text.isEmpty && !text.contains(PostgresServer.password), "\(text)")
            if number == 2 { try await Task.sleep(for: .milliseconds(300)) }
            try server.start()
        }
        StoreScript.write(script.entries[(3 * part)...], to: journal)
        try journal.close()
        #expect(await stopped(follower))
        #expect(follower.statistics.retries >= 3)
        await store.stop()
        try script.check(place)
        try server.kill()
    }

    @Test("because its connections are cut in the middle of transactions loses nothing and doubles nothing")
    func cutConnections() async throws {
        let script = StoreScript(seed: 52, events: 4_000)
        let server = try PostgresServer.shared()
        let place = try server.newDatabase()
        let name = String(place.split(separator: "/").last ?? "")
        let (store, follower) = try Self.started(script.write(), place, batch: 5)
        for _ in 0..<12 {
            let mark = follower.statistics.records
            #expect(try await Self.wait { follower.statistics.records > mark || follower.statistics.lagRecords == 0 })
            try server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)' AND pid <> pg_backend_pid()"
            )
        }
        #expect(await stopped(follower))
        #expect(follower.statistics.retries > 0)
        await store.stop()
        try script.check(place)
    }

    @Test("because its connection is cut within a transaction keeps nothing of it")
    func cutTransaction() throws {
        let server = try PostgresServer.shared()
        let place = try server.newDatabase()
        let connection = try #require(try connected(place) as? PostgresConnection)
        let writer = connection.writer()
        try writer.prepare()
        try writer.write(Self.bulk(after: 0))
        let error = #expect(throws: DatabaseError.self) {
            try connection.transaction { (connection) throws(DatabaseError) in
                try connection.execute("DELETE FROM actions; UPDATE journals SET sequence = 7")
                _ = try? server.run("SELECT pg_terminate_backend(\(connection.processID))")
                try connection.execute("SELECT 1")
            }
        }
        #expect(error?.kind == .unreachable, "\(error?.description ?? "")")
        #expect(!connection.isClean)
        #expect(throws: DatabaseError.self) { try writer.write(Self.bulk(after: 100)) }
        let another = try connected(place)
        #expect(try another.lines("SELECT count(*) FROM actions") == ["100"])
        try another.writer().write(Self.bulk(after: 100))
        #expect(try another.writer().cursor(of: 3) == 200)
    }

    /// What a follower says of a store that can't be used, until it says something.
    private static func complaint(of place: String) async throws -> (statistics: StoreFollowerStatistics, isDone: Bool)
    {
        let script = StoreScript(seed: 53, events: 100)
        let (store, follower) = try Self.started(script.write(), place)
        #expect(try await Self.wait { follower.statistics.lastError != nil })
        let statistics = follower.statistics
        let isDone = await stopped(follower, within: .milliseconds(100))
        await store.stop()
        let text = statistics.lastError ?? ""
        #expect(!text.contains("password-that") && !text.contains(PostgresServer.password), "\(statistics)")
        return (statistics, isDone)
    }

    @Test("because the password is wrong says so without it")
    func wrongPassword() async throws {
        let place = try PostgresServer.shared().newDatabase()
            .replacing(PostgresServer.password, with: "password-that-is-wrong")
        let (statistics, isDone) = try await Self.complaint(of: place)
        #expect(!isDone && statistics.state == .waiting)
        #expect(statistics.lastError?.contains("password authentication failed") == true, "\(statistics)")
    }

    @Test("because its database is missing says so, and is used once it is there")
    func missingDatabase() async throws {
        let server = try PostgresServer.shared()
        let script = StoreScript(seed: 54, events: 300)
        let (store, follower) = try Self.started(script.write(), server.url("t_comes_later"))
        #expect(try await Self.wait { follower.statistics.lastError?.contains("does not exist") == true })
        try server.run("CREATE DATABASE t_comes_later")
        #expect(await stopped(follower))
        await store.stop()
        try script.check(server.url("t_comes_later"))
    }

    @Test("because it takes no writes says so, loses nothing, and can be read", arguments: StoreEngine.allCases)
    func readOnly(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 55, events: 300)
        let place = try engine.place()
        _ = try await follow(script.write(), into: place)
        let writable: () throws -> Void
        switch engine {
        case .postgres:
            let name = String(place.split(separator: "/").last ?? "")
            try PostgresServer.shared().run("ALTER DATABASE \(name) SET default_transaction_read_only = on")
            writable = { try PostgresServer.shared().run("ALTER DATABASE \(name) RESET default_transaction_read_only") }
        case .sqlite:
            // As root rights do not hold: a file that is mounted read-only or opened so is what `query_only` stands for.
            let connection = SQLiteConnection(path: place, pragmas: ["query_only = 1"])
            try connection.open(by: .after(.seconds(5)))
            var batch = StoreBatch(journal: 1, after: 0)
            batch.through = 1
            let error = #expect(throws: DatabaseError.self) { try connection.writer().write(batch) }
            #expect(error?.kind == .readOnly, "\(error?.description ?? "")")
            try script.check(place)
            return
        }
        let later = StoreScript(seed: 56, events: 300)
        let (store, follower) = try Self.started(later.write(), place)
        #expect(try await Self.wait { follower.statistics.lastError?.contains("read-only") == true })
        #expect(try await store.openOrders().isEmpty == false)
        try writable()
        #expect(await stopped(follower))
        #expect(follower.statistics.lagRecords == 0)
        await store.stop()
    }

    @Test("because it is full says so, keeps what it has, and goes on when there is room")
    func fullFile() throws {
        let place = try StoreEngine.sqlite.place()
        let small = SQLiteConnection(path: place, pragmas: ["max_page_count = 60"])
        try small.open(by: .after(.seconds(5)))
        let writer = small.writer()
        try writer.prepare()
        let stored = try Self.fill(small, writer)
        small.close(by: .now)
        let roomy = SQLiteConnection(path: place)
        try roomy.open(by: .after(.seconds(5)))
        try roomy.writer().write(Self.bulk(after: stored))
        #expect(try roomy.lines("SELECT count(*) FROM actions") == ["\(stored + 100)"])
    }

    /// Writes until there is no room: how many records went in, all of which are there.
    private static func fill(_ connection: any StoreReading, _ writer: any StoreWriting) throws -> UInt64 {
        var stored: UInt64 = 0
        var problem: DatabaseError?
        while problem == nil, stored < 100_000 {
            do throws(DatabaseError) {
                try writer.write(Self.bulk(after: stored))
                stored += 100
            } catch {
                problem = error
            }
        }
        #expect(problem?.kind == .full, "\(problem?.description ?? "")")
        #expect(try writer.cursor(of: 3) == stored)
        #expect(try connection.lines("SELECT count(*) FROM actions") == ["\(stored)"])
        return stored
    }

    private static func bulk(after: UInt64) -> StoreBatch {
        var batch = StoreBatch(journal: 3, after: after)
        batch.through = after + 100
        batch.actions = (after..<after + 100).map {
            StoreBatch.Action(
                sequence: Int64($0) + 1, time: .distantPast, actor: "operator",
                action: String(repeating: "x", count: 60))
        }
        return batch
    }

    @Test("because its tablespace is full says so, keeps what it has, and goes on when there is room")
    func fullTablespace() throws {
        // Only root can mount a small file system; elsewhere the same is tested on SQLite.
        guard getuid() == 0 else { return }
        let server = try PostgresServer()
        let folder = server.folder + "/small"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func run(_ program: String, _ arguments: [String]) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [program] + arguments
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        // The server is in the name space of mounts of whoever started it: this process.
        guard try run("mount", ["-t", "tmpfs", "-o", "size=12m,mode=777", "tmpfs", folder]) == 0 else { return }
        defer { _ = try? run("umount", ["-l", folder]) }
        try FileManager.default.createDirectory(atPath: folder + "/space", withIntermediateDirectories: true)
        #expect(try run("chown", ["postgres", folder + "/space"]) == 0)
        try server.run("CREATE TABLESPACE small LOCATION '\(folder)/space'")
        try server.run("CREATE DATABASE t_small TABLESPACE small")
        let connection = try connected(server.url("t_small"))
        let writer = connection.writer()
        try writer.prepare()
        let stored = try Self.fill(connection, writer)
        #expect(try run("mount", ["-o", "remount,size=40m", folder]) == 0)
        try writer.write(Self.bulk(after: stored))
        #expect(try connection.lines("SELECT count(*) FROM actions") == ["\(stored + 100)"])
        connection.close(by: .after(.seconds(1)))
        try server.kill()
    }

    @Test("because its tables are newer than the program stops for good, and says so", arguments: StoreEngine.allCases)
    func newerTables(engine: StoreEngine) async throws {
        let place = try engine.place()
        let connection = try connected(place)
        try connection.migrate()
        _ = try connection.lines("INSERT INTO schema_versions (number) VALUES (\(StoreMigration.newest + 1))")
        let (statistics, isDone) = try await Self.complaint(of: place)
        #expect(!isDone && statistics.state == .failed)
        #expect(statistics.lastError?.contains("number \(StoreMigration.newest + 1)") == true, "\(statistics)")
    }

    @Test("because another program holds its file waits, and goes on")
    func lockedFile() async throws {
        let script = StoreScript(seed: 57, events: 300)
        let place = try StoreEngine.sqlite.place()
        let other = SQLiteConnection(path: place)
        try other.open(by: .after(.seconds(5)))
        try other.migrate()
        _ = try other.lines("BEGIN EXCLUSIVE")
        let impatient = SQLiteConnection(path: place, lockTimeout: .milliseconds(20))
        try impatient.open(by: .after(.seconds(5)))
        let error = #expect(throws: DatabaseError.self) { try impatient.writer().write(Self.bulk(after: 0)) }
        #expect(error?.kind == .locked, "\(error?.description ?? "")")
        let (store, follower) = try Self.started(script.write(), place)
        try await Task.sleep(for: .milliseconds(100))
        #expect(follower.statistics.records == 0)
        _ = try other.lines("COMMIT")
        #expect(await stopped(follower))
        await store.stop()
        try script.check(place)
    }

    @Test("because another process holds its file makes that one wait, and lets it in then")
    func lockedByProcess() throws {
        let script = StoreScript(seed: 60, events: 300)
        let place = try StoreEngine.sqlite.place()
        let holder = SQLiteConnection(path: place)
        try holder.open(by: .after(.seconds(5)))
        try holder.migrate()
        _ = try holder.lines("BEGIN EXCLUSIVE")
        let process = Process()
        process.executableURL = StoreCrashTests.program
        process.arguments = ["store", "_follow", try script.write()]
        process.environment = ProcessInfo.processInfo.environment.merging(["TERRACE_STORE": place]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        usleep(300_000)
        #expect(process.isRunning)
        #expect(try holder.lines("SELECT count(*) FROM fills") == ["0"])
        _ = try holder.lines("COMMIT")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && process.terminationReason == .exit)
        try script.check(place)
    }

    @Test("because its file is damaged says so", arguments: [0, 100, 5_000])
    func corruptFile(offset: Int) async throws {
        let place = try StoreEngine.sqlite.place()
        _ = try await follow(StoreScript(seed: 58, events: 300).write(), into: place)
        let file = try #require(FileHandle(forUpdatingAtPath: place))
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }))
        try file.close()
        let (statistics, isDone) = try await Self.complaint(of: place)
        #expect(!isDone)
        let text = statistics.lastError ?? ""
        #expect(text.contains("malformed") || text.contains("not a database"), "\(text)")
    }

    @Test("because its folder is missing says so")
    func missingFolder() async throws {
        let (statistics, _) = try await Self.complaint(of: "/nowhere/at/all/store.sqlite")
        #expect(statistics.lastError?.contains("/nowhere/at/all/store.sqlite") == true, "\(statistics)")
        let folder = try StoreFolder.make()
        let text = try await Self.complaint(of: folder).statistics.lastError ?? ""
        #expect(text.contains("the path of a file") && !text.contains("createdb"), "\(text)")
    }

    @Test(
        "because the journal went on without it, and what it needs is gone, stops and says so",
        arguments: StoreEngine.allCases)
    func missingRecords(engine: StoreEngine) async throws {
        let place = try engine.place()
        let folder = try StoreScript(seed: 59, events: 1_000).write()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".tj") }.sorted()
        try #require(names.count > 3)
        // A store that is new takes what there still is; one that has a part of it must not leave a hole.
        for name in names[..<2] { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        let statistics = try await follow(folder, into: place)
        #expect(statistics.records > 0)
        let connection = try connected(place)
        _ = try connection.lines("UPDATE journals SET sequence = 5")
        let (store, follower) = try Self.started(folder, place)
        #expect(try await Self.wait { follower.statistics.state == .failed })
        #expect(follower.statistics.lastError?.contains("missing") == true)
        #expect(await !stopped(follower))
        await store.stop()
    }
}
