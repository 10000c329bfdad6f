import ArgumentParser

/// `terrace bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the core alone, and make the feeds that it is measured on.",
        discussion: """
              terrace bench feed --pairs 100 --venues 4 --updates 5000000 --seed 1 --out market.feed
              terrace bench engine --feed market.feed --json result.json
            """,
        subcommands: [BenchEngineCommand.self, BenchFeedCommand.self])
}
