import ArgumentParser
import Foundation
import TerraceOperations

/// `terrace demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Make markets on simulated venues: real books, real matching, fills, inventory, profit, latency.",
        discussion: """
            Everything comes from the seed. On a terminal there is a live screen, elsewhere a line every few seconds. \
            Ctrl-C cancels every order, waits until the venues show none, and ends with a summary.

              terrace demo
              terrace demo --pairs 500 --rate 200000 --seconds 60 --report report.json
              terrace demo --virtual --seconds 60 --seed 7
            """)

    @Option(help: "Pairs to quote, 1 to 5000.") var pairs = 100
    @Option(help: "Venues, 1 to 16.") var venues = 4
    @Option(help: "Seconds to run; without it, until Ctrl-C (60 with --virtual).") var seconds: Double?
    @Option(help: "Book level updates a second, over all instruments, 1 to 2000000.") var rate = 10_000.0
    @Option(help: "The seed of the market.") var seed: UInt64 = 1
    @Option(help: "Event loops that share the pairs, 1 to 16.") var shards = 1
    @Flag(help: "Run in virtual time, as fast as it goes: the same seed gives the same state hash.") var virtual = false
    @Option(help: "Write the report as JSON to this file.") var report: String?

    func validate() throws {
        guard (1...5_000).contains(self.pairs) else { throw ValidationError("--pairs is 1 to 5000, not \(self.pairs)") }
        guard (1...16).contains(self.venues) else { throw ValidationError("--venues is 1 to 16, not \(self.venues)") }
        guard (1...16).contains(self.shards), self.shards <= self.pairs else {
            throw ValidationError("--shards is 1 to 16 and at most the number of pairs, not \(self.shards)")
        }
        guard self.rate >= 1, self.rate <= 2_000_000 else {
            throw ValidationError("--rate is 1 to 2000000, not \(self.rate)")
        }
        if let seconds = self.seconds, !(seconds > 0 && seconds <= 31_536_000) {
            throw ValidationError("--seconds is above 0 and at most a year, not \(seconds)")
        }
        if self.virtual, self.shards != 1 { throw ValidationError("--virtual runs one shard") }
    }

    func run() async throws {
        let output = try self.report.map { try OutputFile(path: $0) }
        var demo = DemoRun()
        demo.pairs = self.pairs
        demo.venues = self.venues
        demo.seconds = self.seconds
        demo.rate = self.rate
        demo.seed = self.seed
        demo.shards = self.shards
        let result: RunReport
        if self.virtual {
            result = try demo.virtually(stopsOnSignal: true)
        } else {
            let screen = Terminal()
            let title = "demo: \(self.pairs) pairs on \(self.venues) venues"
            screen?.open()
            defer { screen?.close() }
            let ticks = TickCounter()
            result = try await demo.inRealTime { progress in
                if let screen {
                    let (width, height) = screen.size
                    screen.show(Screen.lines(progress, title: title, width: width, height: height - 1))
                } else if ticks.next() % 3 == 0 {
                    print(Screen.line(progress))
                }
                return fflush(nil) == 0
            }
        }
        print(Screen.summary(result))
        if let output { try result.write(to: output) }
        if !result.reconciled { throw ExitCode(1) }
    }
}
