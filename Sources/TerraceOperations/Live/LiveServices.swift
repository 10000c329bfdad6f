internal import Foundation
import TerraceCore
import TerraceSimulation
import TerraceStorage

/// What a run shares with others or keeps for the next: its journal and its store.
struct LiveServices: Sendable {
    let plan: LivePlan
    let record: LiveRecord?
    let store: LiveStore?

    /// What was traded before the run; see `LiveStore.volumes`.
    func volumes(_ say: @Sendable (String) -> Void) async -> [[VolumeBucket]] {
        guard let store = self.store else { return [] }
        let now = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        return await store.volumes(self.plan, at: now, say: say)
    }

    /// What there is to tell people since the last time.
    func takeNotices() -> [String] {
        (self.record?.journal.takeNotices() ?? []) + (self.store?.takeNotices() ?? [])
    }

    /// How they fare; `redis` is how the bus does.
    func report(redis: BusReport?) -> ServicesReport {
        let resources = ResourcePlan(pairs: self.plan.desk.bound.setup.pairs.count)
        var report = ServicesReport()
        report.store = self.store.map { StoreReport($0, planned: resources.databaseConnections) }
        report.bus = redis
        report.bus?.plannedConnections = resources.redisConnections
        return report
    }
}
