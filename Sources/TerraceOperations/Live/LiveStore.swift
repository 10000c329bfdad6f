internal import Foundation
internal import Synchronization
import TerraceCore
import TerraceSimulation
import TerraceStorage

/// The trade store of a run: what was traded before is read from it at the start, and what the journal records goes there.
final class LiveStore: Sendable {
    let store: TradeStore
    let connections: Int
    private let follower: StoreFollower?
    private let journal: Journal?
    private let notices = Mutex(StoreNotices())

    private init(_ store: TradeStore, connections: Int, journal: Journal?, follower: StoreFollower?) {
        self.store = store
        self.connections = connections
        self.journal = journal
        self.follower = follower
    }

    /// Opens the store of a plan, and has it follow `journal`.
    ///
    /// A store that is not reached now is no reason not to trade: the journal keeps everything until it is. Without a journal the
    /// store is only read: nothing in it is changed, and where that can't be the run does without.
    ///
    /// - Parameter role: `run` or `feed`: PostgreSQL lists its connections by it.
    /// - Returns: nil where there is nothing to read, and nothing to write.
    /// - Throws: `LiveRunError.record` where there is a journal to be stored and waiting can't help: a wrong password, no such
    ///   database, tables of a newer program.
    static func open(
        _ plan: LivePlan, _ journal: Journal?, role: String, password: String?, say: @Sendable (String) -> Void
    ) async throws(LiveRunError) -> LiveStore? {
        let services = plan.desk.configuration.services
        let location: StoreLocation
        do throws(PostgresAddressError) {
            switch try StoreLocation(services.storePath) {
            case .sqlite(let path): location = .sqlite(path: path)
            case .postgres(let address): location = .postgres(address.with(password: password))
            }
        } catch {
            throw .record("store: \(error)")
        }
        if case .sqlite(let path) = location {
            // Without a journal there is nothing to keep, only what was kept to look at.
            if journal == nil, !FileManager.default.fileExists(atPath: path) { return nil }
            if journal != nil {
                let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
                // Where this fails, opening the file does too, and says why.
                try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            }
        }
        let resources = ResourcePlan(pairs: plan.desk.bound.setup.pairs.count)
        let store = TradeStore(
            location: location, pool: PoolSettings(plan: resources),
            postgres: PostgresSettings(applicationName: "terrace-\(role)"))
        guard let journal else {
            if await Self.isReadable(store, say) {
                return LiveStore(store, connections: resources.databaseConnections, journal: nil, follower: nil)
            }
            await store.stop()
            return nil
        }
        do throws(DatabaseError) {
            try await store.migrate(by: .after(.seconds(5)))
        } catch {
            if error.kind.isForPeople {
                await store.stop()
                throw .record("store: \(error.description)")
            }
            say(
                "warning: store: \(error.description); the run goes on without, and the journal keeps what belongs there"
            )
        }
        let follower = StoreFollower(
            store: store, journal: journal,
            settings: StoreFollowerSettings(
                keepTradeDays: services.store.tradeDays, keepBucketDays: services.store.bucketDays))
        follower.start()
        return LiveStore(store, connections: resources.databaseConnections, journal: journal, follower: follower)
    }

    /// Whether something can be read from a store that nothing is written to; says why not.
    private static func isReadable(_ store: TradeStore, _ say: @Sendable (String) -> Void) async -> Bool {
        do throws(DatabaseError) {
            if try await store.hasTables() { return true }
            say(
                "store: \(store.location) has no tables yet; coefficients begin at 1, and follow what is traded from now on"
            )
        } catch {
            say(
                "warning: store: \(error.description); coefficients begin at 1, and follow what is traded from now on"
            )
        }
        return false
    }

    /// What each instrument traded over the longest period that a strategy looks at, in buckets, oldest first; empty where the
    /// store does not tell, which is said.
    func volumes(
        _ plan: LivePlan, at now: Timestamp, say: @Sendable (String) -> Void
    ) async -> [[VolumeBucket]] {
        let instruments = plan.instrumentsByName
        let longest = plan.desk.bound.strategies.flatMap { $0.volume.periods.map { $0.buckets } }.max() ?? 0
        if longest == 0 || instruments.isEmpty { return [] }
        let since = now.advanced(by: -Int64(longest + 1) * VolumeTable.bucketNanoseconds)
        do throws(DatabaseError) {
            let series = try await self.store.volumeBuckets(
                symbols: plan.desk.bound.setup.symbols, exchanges: plan.desk.bound.engine.venues.map { $0.name },
                since: since, priority: .critical)
            var volumes: [[VolumeBucket]] = Array(repeating: [], count: instruments.count)
            for one in series {
                let name = LivePlan.InstrumentName(venue: one.venue, symbol: one.symbol)
                guard let index = instruments[name]?.index else { continue }
                volumes[index] = one.buckets
            }
            return volumes
        } catch {
            say("warning: store: \(error.description); coefficients begin at 1, and follow what is traded from now on")
            return []
        }
    }

    /// How the pool fares.
    var statistics: PoolStatistics { self.store.poolStatistics }

    /// How the follower of the journal fares; nil where there is none.
    var followerStatistics: StoreFollowerStatistics? { self.follower?.statistics }

    /// What a person should know of the follower: each change of it, and while it does not store, again every ten minutes.
    func takeNotices() -> [String] {
        guard let statistics = self.follower?.statistics else { return [] }
        return self.notices.withLock { $0.lines(statistics, at: .now) { self.journal?.bytesOnDisk ?? 0 } }
    }

    /// Stores what the journal has, for no longer than ten seconds, and lets go of all connections.
    ///
    /// - Returns: what a person should know: what is not stored is stored by the next run.
    func stop() async -> [String] {
        var lines: [String] = []
        if let follower = self.follower {
            let isDone = await withCheckedContinuation { continuation in
                // It blocks.
                Thread.detachNewThread { continuation.resume(returning: follower.stop(within: .seconds(10))) }
            }
            if !isDone {
                let left = follower.statistics
                lines.append(
                    "warning: store: \(left.lagRecords) records are not stored yet; the journal keeps them, and the next run "
                        + "stores them" + (left.lastError.map { " (\($0))" } ?? ""))
            }
        }
        await self.store.stop()
        return lines
    }
}
