import ArgumentParser
import Foundation
import TerraceOperations

/// `terrace doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check connections, clocks, keys, permissions, limits and rules of a desk's venues.",
        discussion: """
            Asks every venue that a strategy of the configuration uses, and prints a line for each finding: ok, warn or \
            FAIL, with what to do. Sends no order and cancels none. The exit code is 1 where a check fails.

              terrace doctor desk.yml
            """)

    @Argument(help: "The configuration, YAML or JSON.") var config: String

    func run() async throws {
        let desk = try LiveCommand.desk(self.config)
        let keys = VenueKeys.load(desk.venues)
        let isWell = try await LiveCommand.withNetwork { network in
            let doctor = Doctor(desk, .all, keys: keys, network) { line in
                print(line)
                fflush(nil)
            }
            return await doctor.run()
        }
        if !isWell { throw ExitCode(1) }
    }
}
