import TerraceCore
import TerraceRuntime
import TerraceStorage

/// A shard's record in a journal.
///
/// Everything but `isFailing` is called on the shard's loop, which is what makes this `@unchecked Sendable`.
final class JournalRecorder: ShardRecorder, @unchecked Sendable {
    private let journal: Journal
    private let recordsTrades: Bool
    private var run: RunDescription
    private let symbols: [String]  // By pair.

    /// Records into `journal`, which was opened for `run`.
    ///
    /// - Parameter recordsTrades: Whether public trades are recorded: not where a feed does so for all.
    init(_ journal: Journal, run: RunDescription, symbols: [String], recordsTrades: Bool) {
        self.journal = journal
        self.run = run
        self.symbols = symbols
        self.recordsTrades = recordsTrades
    }

    var isFailing: Bool { self.journal.isFailing }

    func record(_ event: Event, at time: Timestamp) {
        if !self.recordsTrades, case .market = event { return }
        self.journal.append(JournalEntry(time: time, content: .event(event)))
    }

    func record(_ command: Command, at time: Timestamp) {
        self.journal.append(JournalEntry(time: time, content: .command(command)))
    }

    func record(_ fact: EngineFact, at time: Timestamp) {
        self.journal.append(JournalEntry(time: time, content: .fact(fact)))
    }

    func record(_ change: StrategyChange, of strategy: StrategyIndex, at time: Timestamp) {
        switch change {
        case .defined(let definition, let configuration):
            self.run.define(
                RunDescription.Strategy(
                    id: definition.id, hash: Engine.hash(of: definition.id),
                    symbol: self.symbols[definition.pair.index], configuration: configuration), at: strategy.index)
        case .removed: self.run.remove(at: strategy.index)
        }
        self.journal.describe(self.run)
    }

    func record(stateHash: UInt64, at time: Timestamp) {
        self.journal.append(JournalEntry(time: time, content: .stateHash(stateHash)))
    }
}
