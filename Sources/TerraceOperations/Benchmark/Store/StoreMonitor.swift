import Foundation
import Glibc
import Synchronization
import TerraceStorage

/// What a PostgreSQL server itself says of its load, asked through a connection of its own.
///
/// `@unchecked Sendable`: the connection is used by one thread at a time, under a lock.
final class StoreMonitor: @unchecked Sendable {
    private struct Watch {
        var number = 0
        var most = 0
    }

    private let connection: PostgresConnection
    private let turn = Mutex(())
    private let watch = Mutex(Watch())

    init(_ address: PostgresAddress) throws(DatabaseError) {
        self.connection = try PostgresConnection.connected(
            to: address, settings: PostgresSettings(applicationName: "terrace-monitor"))
    }

    private func text(_ sql: String) throws(DatabaseError) -> String {
        try self.turn.withLock { _ throws(DatabaseError) in try self.connection.execute(sql).text(0, 0) }
    }

    private func number(_ sql: String) throws(DatabaseError) -> Int { Int(try self.text(sql)) ?? 0 }

    /// What the server does for a commit to outlive the loss of power.
    func durability() throws(DatabaseError) -> String {
        try self.text(
            """
            SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
            WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')
            """)
    }

    /// - Throws: `StoreBenchmark.Failure` where the server does not let so many strategies connect.
    func checkRoom(for strategies: Int) throws {
        let most = try self.number("SELECT current_setting('max_connections')")
        let needed = strategies + 10
        if most >= needed { return }
        throw StoreBenchmark.Failure(
            description: "the server lets \(most) connect: max_connections of \(needed) is needed, or fewer pairs")
    }

    /// Transactions that the server has counted in this database; what sessions have not reported yet is not in it.
    func transactions() throws(DatabaseError) -> Int {
        try self.number("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
    }

    /// Connections of programs of ours now, but this one.
    private func connections() throws(DatabaseError) -> Int {
        try self.number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'terrace'")
    }

    /// Begins to count connections, fifty times a second.
    func beginWatch() {
        let number = self.watch.withLock { watch in
            watch.number += 1
            watch.most = 0
            return watch.number
        }
        Thread.detachNewThread {
            while true {
                let count = (try? self.connections()) ?? 0
                let isOver = self.watch.withLock { watch in
                    guard watch.number == number else { return true }
                    watch.most = max(watch.most, count)
                    return false
                }
                if isOver { return }
                usleep(20_000)
            }
        }
    }

    /// Ends it: the most there were.
    func endWatch() -> Int {
        self.watch.withLock { watch in
            watch.number += 1
            return watch.most
        }
    }
}
