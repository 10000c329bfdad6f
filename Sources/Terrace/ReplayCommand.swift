import ArgumentParser
import Foundation
import TerraceOperations
import TerraceVenues

/// `terrace replay`.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make markets on paper beside recordings of a real feed.",
        discussion: """
            The engine reads the recorded messages as it would read live ones, quotes, and is filled on paper: an order has \
            a place in the queue behind what was displayed at its price; recorded trades and cancels move it up, and what \
            trades beyond the queue fills it. docs/replay.md says how, and what that leaves out.

            A recording is text, one record a line, plain or gzip: <receive time, ns since 1970> <kind> <text>, where the \
            kind is "<" for a message received, ">" for one sent, "h" for an HTTP reply (its text is <url> <body>). Files \
            are read in the order given, as one stream.

            Tick, lot and least notional are those of an exchangeInfo reply in the recordings (give its file first), \
            or of the configuration, or else the steps of the recorded book. Without --config each symbol gets one top-of-book line and two \
            passive lines, sized by what a level of its book holds.

              terrace replay --venue binance --symbol BTC/USDT btcusdt.rec.gz
              terrace replay --venue binance --symbol BTC/USDT --symbol ETH/USDT --report report.json btc.rec.gz
              terrace replay --venue binance --symbol BTC/USDT --config desk.yml btcusdt.rec.gz
              terrace replay --venue binance_perp --symbol BTC/USDT --speed 10 perp.rec

            Ctrl-C ends early: every order is cancelled on paper, and engine and paper venue are compared as at the end. \
            The exit code is 1 where they differ.
            """)

    @Option(help: "Whose feed it is: binance or binance_perp.") var venue: String
    @Option(help: "A pair to quote, BASE/QUOTE. May be given several times.") var symbol: [String]
    @Option(help: "A configuration (YAML or JSON); its strategies on these pairs and this venue are quoted.")
    var config: String?
    @Option(help: "How fast recorded time goes: max, or how many times as fast as the clock, such as 1 or 10.")
    var speed = "max"
    @Option(help: "Milliseconds that a command or a report takes, each way, 0 to 10000.") var latency = 5.0
    @Option(help: "Write the report as JSON to this file.") var report: String?
    @Argument(help: "Recordings, in the order in which they were recorded.") var files: [String]

    func validate() throws {
        _ = try self.market()
        _ = try self.pace()
        guard self.latency >= 0, self.latency <= 10_000 else {
            throw ValidationError("--latency is 0 to 10000 milliseconds, not \(self.latency)")
        }
        if self.symbol.isEmpty { throw ValidationError("--symbol is missing: name a pair, such as BTC/USDT") }
    }

    private func market() throws -> BinanceMarket {
        do throws(ReplayError) {
            return try ReplayRun.market(named: self.venue)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private func pace() throws -> ReplayRun.Speed {
        if self.speed == "max" { return .unlimited }
        guard let factor = Double(self.speed), factor > 0, factor <= 1_000_000 else {
            throw ValidationError("--speed is max or a number above 0, such as 1 or 10, not \"\(self.speed)\"")
        }
        return .times(factor)
    }

    func run() async throws {
        let output = try self.report.map { try OutputFile(path: $0) }
        var replay = ReplayRun(market: try self.market(), symbols: self.symbol, files: self.files)
        replay.speed = try self.pace()
        replay.latencyNanoseconds = Int64(self.latency * 1e6)
        if let path = self.config {
            do throws(ConfigurationError) {
                replay.configuration = try DeskConfiguration.load(path: path)
            } catch {
                try? FileHandle.standardError.write(contentsOf: Data((error.description + "\n").utf8))
                throw ExitCode(2)
            }
        }
        let result: RunReport
        do throws(ReplayError) {
            result = try await replay.run(stopsOnSignal: true) { line in
                try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
            }
        } catch {
            var text = "Error: \(error.description)\n"
            if case .configuration(let wrong) = error { text = wrong.description + "\n" }
            try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
            throw ExitCode(2)
        }
        print(Screen.summary(result))
        print(ReplayText.summary(result))
        if let output { try result.write(to: output) }
        if let failure = ReplayText.failure(result) {
            try? FileHandle.standardError.write(contentsOf: Data("Error: \(failure)\n".utf8))
            throw ExitCode(1)
        }
        if !result.reconciled { throw ExitCode(1) }
    }
}
