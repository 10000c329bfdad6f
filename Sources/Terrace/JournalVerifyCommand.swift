import ArgumentParser
import TerraceOperations
import TerraceStorage

/// `terrace journal verify`.
struct JournalVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every record of a journal, and say whether all of it is sound.",
        discussion: """
            Checks each record's checksum, number and meaning, and that each segment begins with what follows from those before \
            it. Says what is damaged, where, and what to do. Changes nothing, and may be used while a run writes.

              terrace journal verify terrace-data/journal

            Exit codes: 0 sound, 1 damaged. The incomplete end that a crash leaves is no damage: it is said, and the next start \
            cuts it off.
            """)

    @Argument(help: "The journal's folder, the data folder it is in, or the configuration of its run.") var place:
        String

    func run() throws {
        try JournalCommand.read(self.place) { folder in
            let verification = try JournalVerification(folder: folder)
            for line in JournalVerdict(verification, folder: folder).lines { print(line) }
            for fault in verification.faults { JournalCommand.complain(fault) }
            if !verification.isSound { throw ExitCode(1) }
        }
    }
}
