internal import Foundation
internal import Synchronization

/// Brings what is in a journal to a store, each fact once, on a thread of its own.
///
/// A batch and the cursor that says how far the journal is stored are one transaction. Whatever is interrupted, and wherever, the
/// cursor tells where to go on; so a commit whose answer was lost is neither repeated nor forgotten. While the store is down, or the
/// system refuses to read the journal, the journal keeps what is not stored, and the follower tries again, for ever. It gives up only where trying again can't help: where
/// the tables are of a newer program, or the journal is damaged or not the one that was stored before.
public final class StoreFollower: Sendable {
    private let loop: FollowerLoop
    private let isStarted = Mutex(false)

    /// What is durable in `journal`, as it is being written. The journal keeps what is not stored.
    public init(store: TradeStore, journal: Journal, settings: StoreFollowerSettings = StoreFollowerSettings()) {
        self.loop = FollowerLoop(store: store, source: .journal(journal), settings: settings)
        journal.holdFrom(0)
    }

    /// What is complete in the journal in `folder`, which another process may be writing.
    public init(store: TradeStore, folder: String, settings: StoreFollowerSettings = StoreFollowerSettings()) {
        self.loop = FollowerLoop(store: store, source: .folder(folder), settings: settings)
    }

    /// Starts the thread, once.
    public func start() {
        let isFirst = self.isStarted.withLock { isStarted in
            defer { isStarted = true }
            return !isStarted
        }
        if !isFirst { return }
        let loop = self.loop
        let thread = Thread { loop.run() }
        thread.name = "store"
        thread.start()
    }

    /// Stores what the journal has, for no longer than `limit`, and ends. Blocks for that long: never call it from a task.
    ///
    /// - Returns: Whether everything that the journal had is stored.
    @discardableResult
    public func stop(within limit: Duration = .seconds(10)) -> Bool {
        self.loop.stop(by: .after(limit))
        if self.isStarted.withLock({ $0 }) { self.loop.waitForEnd() }
        return self.loop.control.withLock { $0.isDone }
    }

    /// How it fares.
    public var statistics: StoreFollowerStatistics {
        let newest = self.loop.newest
        return self.loop.control.withLock { control in
            var statistics = control.statistics
            statistics.lagRecords = max(newest, statistics.cursor) - statistics.cursor
            if statistics.lagRecords > 0, control.behindSince != .never {
                statistics.lagSeconds = Double(Deadline.now.nanoseconds - control.behindSince.nanoseconds) / 1e9
            }
            return statistics
        }
    }
}
