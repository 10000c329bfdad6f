import ArgumentParser
import TerraceOperations

/// `terrace bench wire`.
struct BenchWireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wire",
        abstract: "Measure from a depth message at one socket to the order request at another.",
        discussion: """
            A feeder on 127.0.0.1 sends depth messages of Binance, 975 bytes each, that all move the touch; the engine answers \
            each with an order request over its own connections. Times are taken right before the message is written and right \
            after the request has been read, at the feeder's sockets. Sender and engine share processor 0.

              terrace bench wire --messages 20000 --json wire.json
              terrace bench wire --messages 20000 --tls
            """)

    @Option(help: "Messages that count, 1 to 1000000; up to 2000 more come before.") var messages = 20_000
    @Option(help: "Messages a second, 1 to 10000.") var rate = 1_000
    @Flag(help: "Over TLS, both ways.") var tls = false
    @Option(help: "Write the figures as JSON to this file.") var json: String?

    func validate() throws {
        guard (1...1_000_000).contains(self.messages) else {
            throw ValidationError("--messages is 1 to 1000000, not \(self.messages)")
        }
        guard (1...10_000).contains(self.rate) else { throw ValidationError("--rate is 1 to 10000, not \(self.rate)") }
    }

    func run() throws {
        let figures = try self.json.map { try OutputFile(path: $0) }
        let report = try WireBenchmark(messages: self.messages, rate: self.rate, usesTLS: self.tls).run()
        print(report.text)
        if let figures { try figures.write(Array(try report.json()) + [10]) }
    }
}
