import Foundation
import Synchronization
import TerraceCore
import TerraceVenues
import Testing

@testable import TerraceOperations
@testable import TerraceStorage

@Suite("What journal and store have to tell") struct ServiceNoticesTests {
    @Test(
        "is an alarm while the journal fails, a plain word when it does not, and in the report",
        arguments: [true, false])
    func failing(quotes: Bool) async throws {
        let folder = NSTemporaryDirectory() + "terrace-service-notices-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let plan = try await LiveStoreTests.plan(store: folder + "/store.sqlite")
        let fails = Atomic(false)
        var files = JournalFiles.system
        files.sync = { _ in fails.load(ordering: .relaxed) ? -28 : 0 }
        let opening = try Journal.open(
            folder: folder, settings: JournalSettings(), run: plan.runDescription, files: files)
        let journal = opening.journal
        let services = LiveServices(
            plan: plan,
            record: LiveRecord(journal: journal, ledger: opening.ledger, run: plan.runDescription, notes: []),
            store: nil, notices: ServiceNotices(), quotes: quotes)
        #expect(services.takeNotices() == [])
        fails.store(true, ordering: .relaxed)
        journal.append(JournalEntry(time: Timestamp(nanoseconds: 1), content: .stateHash(1)))
        for _ in 0..<20_000 where !journal.isFailing { try await Task.sleep(for: .milliseconds(1)) }
        let alarm = services.takeNotices()
        #expect(alarm.count == 1 && alarm[0].hasPrefix("ALARM: journal \(folder): can't "), "\(alarm)")
        #expect(alarm.allSatisfy { $0.contains("quotes are pulled") == quotes }, "\(alarm)")
        fails.store(false, ordering: .relaxed)
        for _ in 0..<20_000 where journal.isFailing { try await Task.sleep(for: .milliseconds(1)) }
        var again: [String] = []
        for _ in 0..<20_000 where again.isEmpty {
            again += services.takeNotices()
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(again.first?.hasPrefix("journal \(folder): records are written again") == true, "\(again)")
        try journal.close()
        #expect(services.report(redis: nil).notices == alarm + again)
    }

    @Test("is kept up to a number of lines") func bounded() {
        let notices = ServiceNotices()
        for number in 0..<1_100 { notices.noted(["\(number)"]) }
        #expect(notices.all.count == 1_000 && notices.all.last == "1099")
    }
}
