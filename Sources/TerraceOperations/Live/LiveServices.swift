internal import Foundation
import TerraceCore
import TerraceSimulation
import TerraceStorage

/// What a run shares with others or keeps for the next: its journal and its store.
struct LiveServices: Sendable {
    let plan: LivePlan
    let record: LiveRecord?
    let store: LiveStore?
    /// What they had to tell, from before they were there on.
    let notices: ServiceNotices
    /// Whether there are quotes, which go while the journal fails: a feed has none.
    var quotes = true

    /// What was traded before the run; see `LiveStore.volumes`.
    func volumes(_ say: @Sendable (String) -> Void) async -> [[VolumeBucket]] {
        guard let store = self.store else { return [] }
        let now = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        return await store.volumes(self.plan, at: now) { line in
            self.notices.noted([line])
            say(line)
        }
    }

    /// What there is to tell people since the last time.
    func takeNotices() -> [String] {
        let journal = (self.record?.journal.takeNotices() ?? []).map { $0.line(quotes: self.quotes) }
        return self.notices.noted(journal + (self.store?.takeNotices() ?? []))
    }

    /// What a run shows of itself, with how they fare.
    ///
    /// - Parameter redis: How the bus does.
    func shown(_ progress: RunProgress, redis: BusReport?) -> RunProgress {
        var progress = progress
        let report = self.report(redis: redis)
        if !report.lines.isEmpty { progress.services = report }
        return progress
    }

    /// What a feed tells beside its pace, where anything is amiss: trades that were not recorded, and what is not stored.
    var shortfall: String {
        let dropped = self.record?.journal.statistics.dropped ?? 0
        if dropped == 0 { return "" }
        let lag = self.store?.followerStatistics?.lagRecords ?? 0
        return "  journal dropped \(Figures.grouped(dropped)) trades, store \(Figures.grouped(lag)) records behind"
    }

    /// How they fare; `redis` is how the bus does.
    func report(redis: BusReport?) -> ServicesReport {
        let resources = ResourcePlan(pairs: self.plan.desk.bound.setup.pairs.count)
        var report = ServicesReport()
        report.journal = self.record.map { JournalReport($0.journal.statistics) }
        report.store = self.store.map { StoreReport($0, planned: resources.databaseConnections) }
        report.notices = self.notices.all
        report.bus = redis
        report.bus?.plannedConnections = resources.redisConnections
        return report
    }
}
