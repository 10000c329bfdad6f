internal import Foundation
import TerraceCore
import TerraceSimulation
import TerraceStorage

/// What a live run keeps: the journal it writes, what it goes on from, and the store that follows the journal.
struct LiveRecord: Sendable {
    let journal: Journal
    /// All that earlier runs left.
    let ledger: Ledger
    let run: RunDescription
    /// What a person should read before the run begins.
    var notes: [String]

    /// Opens the journal of a plan. Nothing may be sent before.
    ///
    /// - Throws: `LiveRunError.record` where the journal can't be used: then nothing must be traded.
    static func open(
        _ plan: LivePlan, folder: String? = nil, mode: String? = nil
    ) throws(LiveRunError) -> LiveRecord {
        let services = plan.desk.configuration.services
        var run = plan.runDescription
        if let mode { run.mode = mode }
        do throws(JournalError) {
            let opening = try Journal.open(
                folder: folder ?? services.journalFolder,
                settings: JournalSettings(
                    segmentBytes: Int(services.journal.segmentBytes), keepBytes: Int(services.journal.keptBytes)),
                run: run)
            return LiveRecord(journal: opening.journal, ledger: opening.ledger, run: run, notes: opening.notes)
        } catch {
            throw .record(error.description)
        }
    }

    /// The recorder of the run's shard.
    func recorder(_ plan: LivePlan) -> JournalRecorder {
        JournalRecorder(
            self.journal, run: self.run, symbols: plan.desk.bound.setup.symbols,
            recordsTrades: !plan.desk.configuration.services.bus.isShared)
    }
}
