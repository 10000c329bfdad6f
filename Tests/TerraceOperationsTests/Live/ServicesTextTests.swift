import Foundation
import TerraceCore
import Testing

@testable import TerraceOperations
@testable import TerraceStorage

@Suite("What a run shows of journal, store and bus") struct ServicesTextTests {
    @Test("has a line for each that there is, on the screen and in the summary") func lines() async throws {
        let folder = NSTemporaryDirectory() + "terrace-services-text-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let plan = try await LiveStoreTests.plan(store: folder + "/store.sqlite")
        let opening = try Journal.open(folder: folder + "/journal", run: plan.runDescription)
        let store = try #require(
            try await LiveStore.open(plan, opening.journal, role: "run", password: nil, say: { _ in }))
        let services = LiveServices(
            plan: plan,
            record: LiveRecord(
                journal: opening.journal, ledger: opening.ledger, run: plan.runDescription, notes: []),
            store: store, notices: ServiceNotices())
        var bus = BusReport()
        bus.updates = 1_234
        bus.mostConnections = 1
        let progress = services.shown(RunProgress(), redis: bus)
        let lines = Screen.lines(progress, title: "test", width: 200, height: 60)
        for name in ["journal  ", "store  ", "bus  "] {
            #expect(lines.count { $0.hasPrefix("  " + name) } == 1, "\(lines)")
        }
        #expect(lines.contains { $0.contains("1,234 updates") && $0.contains("1 of ") })
        #expect(
            lines.contains { $0.contains(" of \(store.connections) connections, ") && $0.contains("records behind") })
        #expect(lines.contains { $0.contains("records, on the disk p50 ") && $0.contains("failures 0") })
        #expect(services.shortfall == "")
        #expect(await store.stop() == [])
        try opening.journal.close()
        var report = try DemoRun().virtuallyForOneSecond()
        #expect(!Screen.summary(report).contains("\njournal  "))
        report.services = services.report(redis: bus)
        let summary = Screen.summary(report)
        for name in ["journal  ", "store  ", "bus  "] { #expect(summary.contains("\n" + name), "\(summary)") }
    }

    @Test("is nothing where there is none") func none() async throws {
        let plan = try await LiveStoreTests.plan(store: "/nowhere/store.sqlite")
        let services = LiveServices(plan: plan, record: nil, store: nil, notices: ServiceNotices())
        #expect(services.shown(RunProgress(), redis: nil).services == nil)
        #expect(ServicesReport().lines.isEmpty)
    }
}

extension DemoRun {
    fileprivate func virtuallyForOneSecond() throws -> RunReport {
        var demo = self
        demo.pairs = 1
        demo.venues = 1
        demo.seconds = 1
        return try demo.virtually()
    }
}
