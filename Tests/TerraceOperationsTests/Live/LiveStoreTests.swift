import Foundation
import Synchronization
import TerraceCore
import TerraceVenues
import Testing

@testable import TerraceOperations
@testable import TerraceStorage

@Suite("The store of a run") struct LiveStoreTests {
    static func plan(store: String) async throws -> LivePlan {
        let desk = try DeskConfiguration.parse(
            """
            store: "\(store)"
            venues: { binance: { balances: { BTC: 3 } } }
            strategies:
              - id: one
                symbol: BTC/USDT
                exchanges: [binance]
                config:
                  inventory: { target_inventory: 1, max_inventory_deviation: 1 }
                  passive_lines: [{ mid_spread_bps: 20, quantity: 0.1 }]

            """, file: "desk.yml")
        return try await LiveRun(desk, mode: .paper).plan(
            keys: [(venue: "binance", key: Result<VenueCredentials, KeyError>.failure(.notNamed(venue: "binance")))],
            ScriptedNetwork.binance().network)
    }

    private static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "terrace-live-store-\(UUID())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Opens a store, stops it, and gives whether there was one and what was said.
    private static func open(_ place: String, _ journal: Journal? = nil) async throws -> (isThere: Bool, said: [String])
    {
        let said = Mutex<[String]>([])
        let store = try await LiveStore.open(
            try await Self.plan(store: place), journal, role: "run", password: nil,
            say: { line in said.withLock { $0.append(line) } })
        _ = await store?.stop()
        return (store != nil, said.withLock { $0 })
    }

    private static func opened(_ path: String) throws -> SQLiteConnection {
        let connection = SQLiteConnection(path: path)
        try connection.open(by: .after(.seconds(5)))
        return connection
    }

    @Test("is not changed by a run that writes nothing: a file without tables of ours is nothing to read")
    func foreign() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/store.sqlite"
        let connection = try Self.opened(path)
        _ = try connection.lines("CREATE TABLE theirs (x INTEGER)")
        let (isThere, said) = try await Self.open(path)
        #expect(!isThere && said.count == 1 && said[0].contains("has no tables yet"), "\(said)")
        #expect(try connection.lines("SELECT name FROM sqlite_master") == ["theirs"])
        // Nor is a folder made for a file that is not there.
        let missing = folder + "/none/store.sqlite"
        #expect(try await !Self.open(missing).isThere)
        #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
    }

    @Test("is read as it is by a run that writes nothing") func read() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/store.sqlite"
        let connection = try Self.opened(path)
        try SQLiteSchema.migrate(connection, upTo: 1)
        let (isThere, said) = try await Self.open(path)
        #expect(isThere && said.isEmpty, "\(said)")
        #expect(try connection.lines("SELECT max(number) FROM schema_versions") == ["1"])
    }

    @Test("of a newer program stops a run that has a journal to store; any other goes on without") func newer()
        async throws
    {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/store.sqlite"
        let connection = try Self.opened(path)
        try connection.migrate()
        _ = try connection.lines("INSERT INTO schema_versions (number) VALUES (\(StoreMigration.newest + 1))")
        let (isThere, said) = try await Self.open(path)
        #expect(!isThere && said.count == 1 && said[0].hasPrefix("warning: store: "), "\(said)")
        let plan = try await Self.plan(store: path)
        let journal = try Journal.open(folder: folder + "/journal", run: plan.runDescription).journal
        defer { try? journal.close() }
        await #expect(throws: LiveRunError.self) { try await Self.open(path, journal) }
    }

    @Test("is in the report with what it took in at the end, and the most connections") func report() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let plan = try await Self.plan(store: folder + "/store.sqlite")
        let journal = try Journal.open(folder: folder + "/journal", run: plan.runDescription).journal
        let store = try #require(
            try await LiveStore.open(plan, journal, role: "run", password: nil, say: { _ in }))
        var report = StoreReport(store, planned: store.connections)
        for second in 0..<200 {
            journal.append(
                JournalEntry(time: Timestamp(nanoseconds: Int64(second) * 1_000_000_000), content: .stateHash(1)))
        }
        for _ in 0..<20_000 where journal.durableEntries < 200 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(await store.stop() == [])
        report.takeFollower(of: store)
        #expect(report.storedRecords >= 200 && report.lagRecords == 0 && report.lastError == nil)
        #expect((1...store.connections).contains(report.mostConnections))
        try journal.close()
    }

    @Test("that nobody serves is a warning to a run that writes nothing") func unreachable() async throws {
        let (isThere, said) = try await Self.open("postgres://me@127.0.0.1:1/desk")
        #expect(
            !isThere && said.count == 1 && said[0].hasPrefix("warning: store: postgres://me@127.0.0.1:1/desk"),
            "\(said)")
    }
}
