import ArgumentParser
import TerraceOperations

/// `terrace bench decode`.
struct BenchDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Measure the decoding of depth messages to integers, and their way into the engine's book.",
        discussion: """
            Messages of 29 levels in 975 bytes, as Binance and Bybit send them, by the feeds that a live run uses, on processor 0.

              terrace bench decode --json decode.json
            """)

    @Option(help: "Messages in a pass, 2 to 1000000.") var messages = 20_000
    @Option(help: "Passes, 2 to 100.") var passes = 9
    @Option(help: "Write the figures as JSON to this file.") var json: String?
    @Flag(help: "Fail where a message costs an allocation. For CI: times are not looked at.") var check = false

    func validate() throws {
        guard (2...1_000_000).contains(self.messages) else {
            throw ValidationError("--messages is 2 to 1000000, not \(self.messages)")
        }
        guard (2...100).contains(self.passes) else { throw ValidationError("--passes is 2 to 100, not \(self.passes)") }
    }

    func run() throws {
        let figures = try self.json.map { try OutputFile(path: $0) }
        let report = try DecodeBenchmark(messages: self.messages, passes: self.passes).run()
        let text = try report.json()
        print(String(decoding: text, as: UTF8.self))
        if let figures { try figures.write(Array(text) + [10]) }
        if self.check, report.binance.allocationsPerMessage + report.bybit.allocationsPerMessage > 0 {
            throw ExitCode.failure
        }
    }
}
