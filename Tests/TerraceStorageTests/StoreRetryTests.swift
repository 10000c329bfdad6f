import Foundation
import Testing

@testable import TerraceStorage

@Suite("A follower that is refused something for a moment") struct StoreRetryTests {
    private static let settings = StoreFollowerSettings(
        batchRecords: 20, leastBackoff: .milliseconds(20), mostBackoff: .milliseconds(200), keepTradeDays: nil,
        keepBucketDays: nil)

    /// Waits until something is so, within bounds.
    private static func wait(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<3_000 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test(
        "a segment that can't be opened is tried again, and nothing is lost or doubled",
        arguments: StoreEngine.allCases,
        ["oldest", "middle"])
    func unreadable(engine: StoreEngine, which: String) async throws {
        let script = StoreScript(seed: 71, events: 1_000)
        let place = try engine.place()
        let folder = try script.write()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".tj") }.sorted()
        try #require(names.count > 3)
        // A link to itself is there and can't be opened, as where too many files are open. The oldest one is needed to begin at
        // all; to one in the middle the follower comes while it reads.
        let name = which == "oldest" ? names[0] : names[names.count / 2]
        let path = "\(folder)/\(name)"
        try FileManager.default.moveItem(atPath: path, toPath: "\(folder)/away")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: name)
        let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 2))
        let follower = StoreFollower(store: store, folder: folder, settings: Self.settings)
        follower.start()
        #expect(try await Self.wait { follower.statistics.retries >= 3 })
        #expect(follower.statistics.lastError?.contains(name) == true, "\(follower.statistics)")
        // It says nothing else while the trouble lasts, however often it tries.
        for _ in 0..<50 {
            #expect(follower.statistics.state == .waiting)
            try await Task.sleep(for: .milliseconds(10))
        }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(folder)/away", toPath: path)
        #expect(await stopped(follower))
        #expect(follower.statistics.lagRecords == 0 && follower.statistics.lastError == nil)
        await store.stop()
        try script.check(place)
    }

    @Test("tables that somebody renamed for a while are waited for", arguments: StoreEngine.allCases)
    func renamedTable(engine: StoreEngine) async throws {
        let script = StoreScript(seed: 72, events: 300)
        let place = try engine.place()
        let connection = try connected(place)
        try connection.migrate()
        _ = try connection.lines("ALTER TABLE journals RENAME TO journals_away")
        let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 2))
        let follower = StoreFollower(store: store, folder: try script.write(), settings: Self.settings)
        follower.start()
        #expect(try await Self.wait { follower.statistics.retries >= 2 })
        #expect(follower.statistics.state == .waiting)
        #expect(follower.statistics.lastError?.contains("journals") == true, "\(follower.statistics)")
        _ = try connection.lines("ALTER TABLE journals_away RENAME TO journals")
        #expect(await stopped(follower))
        await store.stop()
        try script.check(place)
    }
}
