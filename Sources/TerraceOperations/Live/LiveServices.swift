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

    /// How they fare; `redis` is how the bus does.
    func report(redis: BusReport?) -> ServicesReport {
        let resources = ResourcePlan(pairs: self.plan.desk.bound.setup.pairs.count)
        var report = ServicesReport()
        report.store = self.store.map { StoreReport($0, planned: resources.databaseConnections) }
        report.notices = self.notices.all
        report.bus = redis
        report.bus?.plannedConnections = resources.redisConnections
        return report
    }
}
