import ArgumentParser
import TerraceOperations
import TerraceStorage

/// `terrace journal export`.
struct JournalExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a journal's fills, orders or all of it as CSV or JSON lines.",
        discussion: """
            Every number is the exact decimal as text; times are UTC to the nanosecond.

              terrace journal export desk.yml --content fills --out fills.csv
              terrace journal export terrace-data --content orders --format jsonl --strategy alpha

            A file is there whole or not at all.
            """)

    @Argument(help: "The journal's folder, the data folder it is in, or the configuration of its run.") var place:
        String
    @Option(help: "fills, orders (commands, what venues said, and fills) or all.") var content = "fills"
    @Option(help: "csv or jsonl.") var format = "csv"
    @OptionGroup var filter: JournalFilterOptions
    @Option(help: "The file to write; standard output without.") var out: String?

    func validate() throws { _ = try self.export() }

    private func export() throws -> JournalExport {
        guard let content = JournalExport.Content(rawValue: self.content) else {
            throw ValidationError("--content is fills, orders or all, not \"\(self.content)\"")
        }
        guard let format = JournalExport.Format(rawValue: self.format) else {
            throw ValidationError("--format is csv or jsonl, not \"\(self.format)\"")
        }
        return JournalExport(content, as: format, filter: try self.filter.filter())
    }

    func run() throws {
        let export = try self.export()
        try JournalCommand.read(self.place) { folder in
            let file = try OutputFile(path: self.out ?? "/dev/stdout")
            let count = try export.run(folder: folder, to: file) { JournalCommand.note("note: " + $0) }
            if let out = self.out { JournalCommand.note("\(out): \(count) rows") }
        }
    }
}
