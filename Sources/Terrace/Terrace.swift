import ArgumentParser
import Foundation
import TerraceOperations

/// The command line. One file a command.
@main
struct Terrace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terrace",
        abstract: "A market-making engine: stacked quotes on hundreds of pairs over many venues, in one process.",
        discussion: """
            Start with `terrace demo`: it makes markets on 100 pairs over 4 simulated venues until you press Ctrl-C.

            Exit codes: 0 good, 1 failed, 2 usage or configuration.
            """,
        version: ProgramVersion.text,
        subcommands: [
            DemoCommand.self, CheckCommand.self, DoctorCommand.self, RunCommand.self, FeedCommand.self,
            VenuesCommand.self,
            ReplayCommand.self, JournalCommand.self, BenchCommand.self, StoreCommand.self,
        ])

    static func main() async {
        // Who reads our output may go first (`terrace demo | head`); orders are cancelled and reports written all the same.
        signal(SIGPIPE, SIG_IGN)
        // A limit of file sizes must end no run: the write fails instead, and the journal says so and has quotes pulled.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch let error as OutputError {
            Self.fail(error.description)
        } catch let error as FeedError {
            Self.fail(error.description)
        } catch {
            let text = Self.fullMessage(for: error)
            let code = Self.exitCode(for: error)
            if code.isSuccess {
                print(text)
                Foundation.exit(0)
            }
            try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
            // The library's own code for wrong usage is 64; ours is 2.
            Foundation.exit(code == .validationFailure ? 2 : 1)
        }
    }

    /// Ends because of a file that was named wrongly.
    private static func fail(_ text: String) -> Never {
        try? FileHandle.standardError.write(contentsOf: Data("Error: \(text)\n".utf8))
        Foundation.exit(2)
    }
}
