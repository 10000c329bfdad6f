import Foundation
import Glibc
import Synchronization

@testable import TerraceStorage

extension PostgresServer {
    /// All its processes: those that work in its data folder.
    var processes: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
            return place?.hasPrefix("\(self.folder)/data") == true
        }.sorted()
    }

    /// Stops all its processes where they are: it accepts connections, as the system does that for it, and never answers.
    func pause() {
        // Twice, because a process may have started another one before it was stopped itself.
        for _ in 0..<2 { for process in self.processes { Glibc.kill(process, SIGSTOP) } }
    }

    /// Lets them go on.
    func resume() { for process in self.processes { Glibc.kill(process, SIGCONT) } }

    func address(_ database: String = "postgres") throws -> PostgresAddress {
        try PostgresAddress(url: self.url(database))
    }

    /// A pool with impatient settings.
    func pool(
        size: Int, database: String = "postgres", settings: PostgresSettings = PostgresSettings(),
        _ change: (inout PoolSettings) -> Void = { _ in }
    ) throws -> ConnectionPool<PostgresConnection> {
        var pool = PoolSettings(size: size)
        pool.leastBackoff = .milliseconds(20)
        pool.mostBackoff = .milliseconds(200)
        change(&pool)
        let address = try self.address(database)
        return ConnectionPool(place: address.description, settings: pool) {
            PostgresConnection(address: address, settings: settings)
        }
    }
}

/// Counts the connections at a server again and again, on a connection of its own, while a test goes on. All count but its own and
/// those named `cutter`, whatever they are called: a connection has no name yet when it begins.
final class PoolCounter: Sendable {
    private let server: PostgresServer
    private let ends = Atomic<Bool>(false)
    private let most = Atomic<Int>(0)
    private let samples = Atomic<Int>(0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ server: PostgresServer) {
        self.server = server
        Thread.detachNewThread {
            self.count()
            self.ended.signal()
        }
    }

    /// Ends it: the most connections there were at one time, and how often it has looked.
    func end() -> (most: Int, samples: Int) {
        self.ends.store(true, ordering: .releasing)
        self.ended.wait()
        return (self.most.load(ordering: .relaxed), self.samples.load(ordering: .relaxed))
    }

    private func count() {
        var connection: PostgresConnection?
        while !self.ends.load(ordering: .acquiring) {
            do {
                let known =
                    try connection
                    ?? PostgresConnection.connected(
                        to: self.server.address(), settings: PostgresSettings(applicationName: "counter"))
                connection = known
                let result = try known.query(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE backend_type = 'client backend' AND application_name NOT IN ('counter', 'cutter')
                    """
                )
                let count = Int(try result.int(0, 0))
                self.most.store(max(count, self.most.load(ordering: .relaxed)), ordering: .relaxed)
                self.samples.add(1, ordering: .relaxed)
            } catch {
                connection?.close(by: .now)
                connection = nil
            }
            usleep(1_000)
        }
    }
}

/// A number that many tasks count up.
final class PoolCount: Sendable {
    private let number = Atomic<Int>(0)
    var value: Int { self.number.load(ordering: .sequentiallyConsistent) }
    func add(_ count: Int = 1) { self.number.add(count, ordering: .sequentiallyConsistent) }
}
