import ArgumentParser
import Foundation
import TerraceCore
import TerraceOperations

/// `terrace bench engine`.
struct BenchEngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Measure books, quoting and memory of the core on a feed, on one processor.",
        discussion: """
            w1 applies levels and reads the touch after each message; touch quotes every pair where a touch changed; w2 \
            reads ten consolidated levels a side, both sweeps and evaluates a stack at every message.

              terrace bench engine --feed market.feed --json result.json
              terrace bench engine --feed market.feed --dump-books books.csv --dump-wapq wapq.csv --wapq 12.5

            With a dump and no --json nothing is measured.
            """)

    @Option(help: "The feed to measure on; `terrace bench feed` makes one.") var feed: String
    @Option(help: "Write the figures as JSON to this file.") var json: String?
    @Option(help: "Write the final consolidated books, 20 levels a side, as CSV to this file.") var dumpBooks: String?
    @Option(help: "Write the weighted average prices for --wapq as CSV to this file.") var dumpWapq: String?
    @Option(help: "The quantity to sweep, decimal text in the base coin.") var wapq: String?
    @Option(help: "How often each workload runs; the fastest counts. 1 to 100.") var passes = 3

    func validate() throws {
        guard (1...100).contains(self.passes) else { throw ValidationError("--passes is 1 to 100, not \(self.passes)") }
        guard (self.dumpWapq == nil) == (self.wapq == nil) else {
            throw ValidationError("--dump-wapq and --wapq belong together")
        }
        _ = try self.quantity()
    }

    func run() throws {
        let file = try FeedFile(path: self.feed)
        let books = try self.dumpBooks.map { try OutputFile(path: $0) }
        let sweeps = try self.dumpWapq.map { try OutputFile(path: $0) }
        let figures = try self.json.map { try OutputFile(path: $0) }
        let pairs = file.header.pairs
        let benchmark = EngineBenchmark(feed: file, passes: self.passes)
        if let books { try books.write(Array(benchmark.booksCSV(pairs).utf8)) }
        if let sweeps, let quantity = try self.quantity() {
            try sweeps.write(Array(benchmark.sweepsCSV(pairs, quantity: quantity).utf8))
        }
        if figures == nil, books != nil || sweeps != nil { return }
        let report = try benchmark.run()
        let text = String(decoding: try report.json(), as: UTF8.self) + "\n"
        print(text, terminator: "")
        if let figures { try figures.write(Array(text.utf8)) }
    }

    private func quantity() throws -> Quantity? {
        guard let text = self.wapq else { return nil }
        let quantity: Quantity
        do { quantity = try Units.standard.quantity(text) } catch {
            throw ValidationError("--wapq: \"\(text)\": \(error)")
        }
        guard quantity > .zero else { throw ValidationError("--wapq is above zero, not \(text)") }
        return quantity
    }
}
