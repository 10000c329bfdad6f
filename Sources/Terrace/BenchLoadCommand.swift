import ArgumentParser
import TerraceOperations

/// `terrace bench load`.
struct BenchLoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Take in many books of two venues at a high rate over the network.",
        discussion: """
            Two feeders on 127.0.0.1, one in the words of Binance and one in those of Bybit, send depth messages of 29 levels \
            for all pairs in turn. One shard decodes and applies them, and quotes every pair; its orders are answered at once. \
            The touch of every tenth pair moves with each message.

              terrace bench load --json load.json
              terrace bench load --pairs 50 --rate 2000 --seconds 3 --check
            """)

    @Option(help: "Pairs, each on both venues, 1 to 500.") var pairs = 500
    @Option(help: "Messages a second, both venues together, 2 to 200000.") var rate = 50_000
    @Option(help: "How long, 3 to 3600 seconds.") var seconds = 30
    @Option(help: "Write the figures as JSON to this file.") var json: String?
    @Flag(help: "Fail where a message is lost or memory grows. For CI: times are not looked at.") var check = false

    func validate() throws {
        guard (1...500).contains(self.pairs) else { throw ValidationError("--pairs is 1 to 500, not \(self.pairs)") }
        guard (2...200_000).contains(self.rate) else {
            throw ValidationError("--rate is 2 to 200000, not \(self.rate)")
        }
        guard (3...3_600).contains(self.seconds) else {
            throw ValidationError("--seconds is 3 to 3600, not \(self.seconds)")
        }
    }

    func run() throws {
        let figures = try self.json.map { try OutputFile(path: $0) }
        let report = try LoadBenchmark(pairs: self.pairs, rate: self.rate, seconds: self.seconds).run()
        let text = try report.json()
        print(String(decoding: text, as: UTF8.self))
        if let figures { try figures.write(Array(text) + [10]) }
        if self.check, !report.faults.isEmpty {
            for fault in report.faults { print(fault) }
            throw ExitCode.failure
        }
    }
}
