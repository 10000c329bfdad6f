import Foundation
import Testing

@testable import TerraceStorage

/// The two engines: what holds of a store is tested on both.
enum StoreEngine: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case sqlite
    case postgres

    var testDescription: String { self.rawValue }

    /// A new empty database of its own, as a path or a URL.
    func place() throws -> String {
        switch self {
        case .sqlite: try StoreFolder.make() + "/store.sqlite"
        case .postgres: try PostgresServer.shared().newDatabase()
        }
    }
}

/// Folders for tests, each its own.
enum StoreFolder {
    static func make() throws -> String {
        let path = NSTemporaryDirectory() + "/terrace-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}

/// An open connection to the store at `place`, of whichever engine.
func connected(_ place: String) throws(DatabaseError) -> any StoreReading {
    let connection: any StoreReading
    if place.hasPrefix("postgres") {
        guard let address = try? PostgresAddress(url: place) else { throw DatabaseError(.other, at: "", "no URL") }
        connection = PostgresConnection(address: address)
    } else {
        connection = SQLiteConnection(path: place)
    }
    try connection.open(by: .after(.seconds(10)))
    return connection
}

/// Stores all that the journal in `folder` has, in this process.
func follow(_ folder: String, into place: String, batch: Int = 100) async throws -> StoreFollowerStatistics {
    let store = TradeStore(location: try StoreLocation(place), pool: PoolSettings(size: 2))
    let follower = StoreFollower(
        store: store, folder: folder,
        settings: StoreFollowerSettings(batchRecords: batch, keepTradeDays: nil, keepBucketDays: nil))
    follower.start()
    let isDone = await stopped(follower)
    await store.stop()
    #expect(isDone, "\(follower.statistics)")
    return follower.statistics
}

/// Stops a follower from a thread that may block.
func stopped(_ follower: StoreFollower, within limit: Duration = .seconds(120)) async -> Bool {
    await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: follower.stop(within: limit)) }.start()
    }
}
