import ArgumentParser
import Foundation
import TerraceCore
import TerraceOperations
import TerraceStorage

/// `terrace journal`.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Read the journal of a live run: what was traded, ordered, asked for and decided.",
        discussion: """
            A live run writes down every fill, every transition of an order, every command, every change of a strategy and every \
            action of an operator, in segments in `data`/journal. docs/journal.md says how. These commands only read, and may be \
            used while a run writes.

              terrace journal show desk.yml --last 20 --follow
              terrace journal show terrace-data --kind fill --symbol BERA/USDT --from 2026-11-29
              terrace journal verify terrace-data/journal
              terrace journal export desk.yml --content fills --out fills.csv
            """,
        subcommands: [
            JournalShowCommand.self, JournalVerifyCommand.self, JournalExportCommand.self, JournalWriteCommand.self,
        ])

    /// Runs `body` on the journal that `text` means; errors are told in the way of all commands.
    static func read(_ text: String, _ body: (String) throws -> Void) throws {
        do {
            try body(JournalPlace(text).folder)
        } catch let error as JournalPlaceError {
            Self.complain(error.description)
            throw ExitCode(2)
        } catch let error as JournalError {
            Self.complain(error.description)
            if case .empty = error { throw ExitCode(2) }
            throw ExitCode(1)
        }
    }

    static func complain(_ text: String) { Self.note("Error: " + text) }

    static func note(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    /// A moment of an option.
    static func moment(_ text: String, _ option: String) throws -> Timestamp {
        guard let moment = UTCTime.moment(text) else {
            throw ValidationError(
                "--\(option) is a date or a moment in UTC, such as 2026-11-29 or 2026-11-29T08:30:00Z, not \"\(text)\"")
        }
        return moment
    }
}

/// Which records are wanted.
struct JournalFilterOptions: ParsableArguments {
    @Option(help: "Only this venue. May be given several times.") var venue: [String] = []
    @Option(help: "Only this pair, BASE/QUOTE. May be given several times.") var symbol: [String] = []
    @Option(help: "Only the strategy with this id. May be given several times.") var strategy: [String] = []
    @Option(help: "Not before this moment, UTC: 2026-11-29, or 2026-11-29T08:30:00Z.") var from: String?
    @Option(help: "Before this moment.") var to: String?

    func validate() throws { _ = try self.filter() }

    func filter() throws -> JournalFilter {
        var filter = JournalFilter()
        filter.venues = Set(self.venue)
        filter.symbols = Set(self.symbol)
        filter.strategies = Set(self.strategy)
        filter.from = try self.from.map { try JournalCommand.moment($0, "from") }
        filter.to = try self.to.map { try JournalCommand.moment($0, "to") }
        return filter
    }
}
