import ArgumentParser
import TerraceOperations

/// `terrace bench feed`.
struct BenchFeedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feed",
        abstract: "Write a binary market-data feed from a seed.",
        discussion: """
            The same arguments give the same file. A record takes 32 bytes, so a million updates take 32 MB, and the \
            snapshots that come first about 4 KB for each pair and venue.

              terrace bench feed --pairs 500 --venues 4 --updates 10000000 --seed 7 --out big.feed
            """)

    @Option(help: "Pairs, 1 to 65535.") var pairs: Int
    @Option(help: "Venues, each with every pair, 1 to 64.") var venues: Int
    @Option(help: "Level records after the snapshots, 0 to 2000000000.") var updates: Int
    @Option(help: "The seed of the market.") var seed: UInt64
    @Option(help: "The file to write.") var out: String

    func validate() throws {
        guard (1...65_535).contains(self.pairs) else {
            throw ValidationError("--pairs is 1 to 65535, not \(self.pairs)")
        }
        guard (1...64).contains(self.venues) else { throw ValidationError("--venues is 1 to 64, not \(self.venues)") }
        guard (0...FeedGenerator.largestUpdateCount).contains(self.updates) else {
            throw ValidationError("--updates is 0 to \(FeedGenerator.largestUpdateCount), not \(self.updates)")
        }
        guard !self.out.isEmpty else { throw ValidationError("--out needs a file name") }
    }

    func run() throws {
        let header = try FeedGenerator(
            pairs: self.pairs, venues: self.venues, updates: self.updates, seed: self.seed
        ).write(to: self.out)
        print(
            "\(self.out): \(header.pairs.count) pairs, \(header.venues) venues, \(header.records) records, "
                + "of which \(header.snapshots) snapshot records")
    }
}
