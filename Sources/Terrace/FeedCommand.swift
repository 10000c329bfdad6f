import ArgumentParser
import Foundation
import TerraceOperations

/// `terrace feed`.
struct FeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feed",
        abstract: "Publish the market data of a desk's venues on the bus, for any number of runs.",
        discussion: """
            Connects to the venues that strategies of the configuration use, without a key, and publishes books and trades \
            over the Redis that "bus" names. Runs with the same "bus" take their market data from there. What nobody \
            listens to is not asked for at the venues.

            Public trades are recorded in the journal, and go to the store.

              terrace feed desk.yml
              terrace feed desk.yml --seconds 3600
            """)

    @Argument(help: "The configuration, YAML or JSON.") var config: String
    @Option(help: "Seconds to run; without it, until Ctrl-C.") var seconds: Double?

    func validate() throws {
        if let seconds = self.seconds, !(seconds > 0 && seconds <= 31_536_000) {
            throw ValidationError("--seconds is above 0 and at most a year, not \(seconds)")
        }
    }

    func run() async throws {
        // Before anything else runs that could look at the environment.
        let desk = try LiveCommand.desk(self.config)
        let passwords = try LiveCommand.passwords(desk)
        var feed = FeedRun(desk)
        feed.seconds = self.seconds
        feed.proxy = try LiveCommand.proxy()
        let ticks = TickCounter()
        do {
            let plan = try await LiveCommand.withNetwork { [feed] in try await feed.plan($0) }
            for note in plan.notes { print(note) }
            try await feed.run(plan, passwords: passwords) { line in
                print(line)
            } show: { line in
                if ticks.next() % 3 == 0 { print(line) }
                return fflush(nil) == 0
            }
        } catch let error as LiveRunError {
            LiveCommand.complain(error.description)
            throw ExitCode(2)
        }
    }
}
