import ArgumentParser
import Foundation
import TerraceOperations

/// `terrace bench bus`.
struct BenchBusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bus",
        abstract: "Measure market data over Redis, from the publisher to what strategies get.",
        discussion: """
            Changes of two levels a side are published at an even pace and then in batches, over a Redis that nothing else \
            uses: to one pool of connections for all strategies, and then, as it was done before, to a connection and a \
            subscription of each strategy, which decodes its own copy. Publisher and subscribers are in this process.

              terrace bench bus --redis redis://127.0.0.1:6379 --json bus.json
              terrace bench bus --redis redis://127.0.0.1:6379 --seconds 2 --rate 5000 --check
            """)

    @Option(help: "The address of Redis, redis://HOST:PORT; without it, what TERRACE_REDIS says.") var redis: String?
    @Option(help: "Strategies, 1 to 5000; a multiple of --instruments.") var strategies = 500
    @Option(help: "Instruments, 1 to 1000.") var instruments = 100
    @Option(help: "Messages a second at the even pace, 10 to 200000.") var rate = 20_000
    @Option(help: "How long each is measured, 1 to 600 seconds.") var seconds = 5
    @Option(help: "Write the figures as JSON to this file.") var json: String?
    @Flag(help: "Fail where counts or ratios are wrong. For CI: times are not looked at.") var check = false

    func validate() throws {
        guard (1...1_000).contains(self.instruments) else {
            throw ValidationError("--instruments is 1 to 1000, not \(self.instruments)")
        }
        guard (1...5_000).contains(self.strategies), self.strategies % self.instruments == 0 else {
            throw ValidationError("--strategies is 1 to 5000 and a multiple of --instruments, not \(self.strategies)")
        }
        guard (10...200_000).contains(self.rate) else {
            throw ValidationError("--rate is 10 to 200000, not \(self.rate)")
        }
        guard (1...600).contains(self.seconds) else {
            throw ValidationError("--seconds is 1 to 600, not \(self.seconds)")
        }
    }

    func run() async throws {
        guard let redis = self.redis ?? ProcessInfo.processInfo.environment["TERRACE_REDIS"] else {
            throw ValidationError("--redis is missing, and TERRACE_REDIS names no Redis")
        }
        let figures = try self.json.map { try OutputFile(path: $0) }
        let benchmark: BusBenchmark
        do throws(BusBenchmark.Failure) {
            benchmark = try BusBenchmark(
                redis: redis, strategies: self.strategies, instruments: self.instruments, rate: self.rate,
                seconds: self.seconds)
        } catch {
            LiveCommand.complain("Error: \(error)")
            throw ExitCode(2)
        }
        let report = try await benchmark.run()
        print(report.text)
        if let figures { try figures.write(Array(try report.json()) + [10]) }
        if self.check, !report.complaints.isEmpty {
            for complaint in report.complaints { print(complaint) }
            throw ExitCode.failure
        }
    }
}
