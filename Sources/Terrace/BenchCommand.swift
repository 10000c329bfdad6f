import ArgumentParser

/// `terrace bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the core, the decoders, the way from wire to wire, journal, store and bus; make feeds.",
        discussion: """
              terrace bench feed --pairs 100 --venues 4 --updates 5000000 --seed 1 --out market.feed
              terrace bench engine --feed market.feed --json result.json
              terrace bench decode
              terrace bench wire --tls
              terrace bench journal
              terrace bench store --sqlite bench.sqlite
              terrace bench bus --redis redis://127.0.0.1:6379
            """,
        subcommands: [
            BenchEngineCommand.self, BenchFeedCommand.self, BenchDecodeCommand.self, BenchWireCommand.self,
            BenchLoadCommand.self, BenchJournalCommand.self, BenchStoreCommand.self, BenchBusCommand.self,
        ])
}
