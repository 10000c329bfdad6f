import ArgumentParser
import TerraceOperations
import TerraceStorage

/// `terrace journal show`.
struct JournalShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a journal, a line a record.",
        discussion: """
            A line has the time (UTC), the record's number, its kind, the names of venue, pair and strategy, and the rest; prices \
            and quantities are exact.

              terrace journal show desk.yml --last 20 --follow
              terrace journal show terrace-data --kind fill --symbol BERA/USDT --from 2026-11-29
              terrace journal show terrace-data --kind action --kind connection

            Kinds: \(JournalTopic.words).
            """)

    @Argument(help: "The journal's folder, the data folder it is in, or the configuration of its run.") var place:
        String
    @Option(help: "Only this kind of record. May be given several times.") var kind: [String] = []
    @OptionGroup var filter: JournalFilterOptions
    @Option(help: "Only the last so many, 1 to 1000000.") var last: Int?
    @Flag(help: "Go on with what is added, until Ctrl-C.") var follow = false

    func validate() throws {
        _ = try self.topics()
        if let last = self.last, !(1...1_000_000).contains(last) {
            throw ValidationError("--last is 1 to 1000000, not \(last)")
        }
    }

    private func topics() throws -> Set<JournalTopic> {
        Set(
            try self.kind.map { word in
                guard let topic = JournalTopic(rawValue: word) else {
                    throw ValidationError("--kind \"\(word)\" is no kind of record: there are \(JournalTopic.words)")
                }
                return topic
            })
    }

    func run() throws {
        var filter = try self.filter.filter()
        filter.topics = try self.topics()
        try JournalCommand.read(self.place) { folder in
            let listing = JournalListing(folder: folder, filter: filter, last: self.last, follows: self.follow)
            if try listing.run(note: { JournalCommand.note("note: " + $0) }) == 0 {
                JournalCommand.note("note: no record of \(folder) is such a one")
            }
        }
    }
}
