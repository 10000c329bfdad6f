import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import TerraceExchangeServer

/// `terrace-exchange`.
@main
struct TerraceExchange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terrace-exchange",
        abstract: "A simulated exchange behind the public protocol of a real one, over real sockets.",
        discussion: """
            REST and WebSockets share one port, on the loopback interface. It prints its address when it is ready, and ends \
            on Ctrl-C. Without --accounts there is one account, key "terrace-test-key", secret "terrace-test-secret".

              terrace-exchange --protocol binance --port 18080
              terrace-exchange --protocol bybit --symbols BTCUSDT,ETHUSDT --rate 20000 --seed 7
              terrace-exchange --protocol binance --faults gap=0.001,drop=0.01,lost-ack=0.02,skew=250ms
              curl -X POST 'http://127.0.0.1:18080/admin/fault?next=restart'

            Faults, as a list or as a file with one a line: drop, silence, restart (chance a second); gap, duplicate, \
            reorder, lost-private, duplicate-private (chance a message); slow-ack, lost-ack, error-after-accept (chance a \
            command); rate-limit, ban (chance a request); slow-time, silence-time, rate-limit-time, ban-time, \
            restart-time, skew (times in us, ms or s).

            Accounts are a file of lines key:secret[:COIN=amount,...[:trade,withdraw]].

            Exit codes: 0 good, 1 failed, 2 usage or configuration.
            """)

    @Option(name: .customLong("protocol"), help: "Whose protocol: binance or bybit (both spot).") var kind: String
    @Option(help: "The port, 0 for one that is free.") var port = 0
    @Option(parsing: .upToNextOption, help: "Serve TLS: a certificate and its key, PEM files.") var tls: [String] = []
    @Option(help: "Pairs to list, 1 to 5000.") var pairs: Int?
    @Option(help: "Pairs to list by symbol, separated by commas.") var symbols: String?
    @Option(help: "The seed of everything random.") var seed: UInt64 = 1
    @Option(help: "Book level updates a second by the crowd, over all pairs, 0 to 2000000.") var rate = 1_000.0
    @Option(help: "What goes wrong: a list, or a file of one.") var faults: String?
    @Option(help: "A file of accounts.") var accounts: String?
    @Option(help: "Milliseconds between book updates on 100 ms streams; 0 for each change at once.")
    var depthInterval = 100
    @Option(help: "Orders an account may send in the venue's window, instead of the venue's limit.")
    var ordersPerWindow: Int?
    @Option(help: "Weight an address may use in the venue's window, instead of the venue's limit.")
    var weightPerWindow: Int?

    static func main() async {
        // Who reads our output may go first.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as ExchangeError {
            self.fail(error.description, 2)
        } catch {
            let code = Self.exitCode(for: error)
            if code.isSuccess {
                print(Self.fullMessage(for: error))
                Foundation.exit(0)
            }
            if code == .validationFailure { self.fail(Self.fullMessage(for: error), 2, prefix: "") }
            self.fail("\(error)", 1)
        }
    }

    private static func fail(_ text: String, _ code: Int32, prefix: String = "Error: ") -> Never {
        try? FileHandle.standardError.write(contentsOf: Data("\(prefix)\(text)\n".utf8))
        Foundation.exit(code)
    }

    private func settings() throws -> ExchangeSettings {
        guard let kind = ExchangeKind(rawValue: self.kind) else {
            throw ValidationError(
                "--protocol is \(ExchangeKind.allCases.map { $0.rawValue }.joined(separator: " or "))")
        }
        guard (0...65_535).contains(self.port) else { throw ValidationError("--port is 0 to 65535, not \(self.port)") }
        guard self.tls.isEmpty || self.tls.count == 2 else {
            throw ValidationError("--tls takes two files, a certificate and its key")
        }
        for path in self.tls where !FileManager.default.isReadableFile(atPath: path) {
            throw ValidationError("--tls: \(path) can't be read")
        }
        if self.pairs != nil, self.symbols != nil { throw ValidationError("give --pairs or --symbols, not both") }
        guard (0...10_000).contains(self.depthInterval) else {
            throw ValidationError("--depth-interval is 0 to 10000, not \(self.depthInterval)")
        }
        for (name, value) in [
            ("--orders-per-window", self.ordersPerWindow), ("--weight-per-window", self.weightPerWindow),
        ] {
            if let value, !(1...1_000_000_000).contains(value) {
                throw ValidationError("\(name) is 1 to 1000000000, not \(value)")
            }
        }
        var settings = ExchangeSettings(kind: kind)
        settings.pairs = self.pairs ?? settings.pairs
        settings.symbols = self.symbols?.split(separator: ",").map { String($0) } ?? []
        settings.seed = self.seed
        settings.rate = self.rate
        settings.depthNanoseconds = Int64(self.depthInterval) * 1_000_000
        settings.ordersPerWindow = self.ordersPerWindow
        settings.weightPerWindow = self.weightPerWindow
        if let faults = self.faults {
            // A list has an equals sign, or is `none`; a file that is named so can be given as ./none.
            let text = faults.contains("=") || faults == "none" ? faults : try Self.text(of: faults, "--faults")
            do {
                settings.faults = try FaultPlan(text)
            } catch {
                throw ValidationError("--faults: \(error)")
            }
        }
        if let accounts = self.accounts {
            do {
                settings.accounts = try AccountList(try Self.text(of: accounts, "--accounts")).accounts
            } catch let error as AccountList.TextError {
                throw ValidationError("\(accounts): \(error)")
            }
        }
        return settings
    }

    private static func text(of path: String, _ option: String) throws -> String {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size <= 1 << 20,
            let text = try? String(contentsOfFile: path, encoding: .utf8)
        else { throw ValidationError("\(option): \(path) can't be read, or is no text of 1 MiB at most") }
        return text
    }

    func run() async throws {
        let settings = try self.settings()
        let tls = self.tls.count == 2 ? ExchangeTLS(certificateFile: self.tls[0], keyFile: self.tls[1]) : nil
        let stop = StopSignal()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let shell = try await ExchangeShell.start(settings, port: self.port, tls: tls, group: group)
        let scheme = tls == nil ? "http" : "https"
        print("terrace-exchange: \(self.kind) on \(scheme)://127.0.0.1:\(shell.port)")
        _ = fflush(nil)
        await stop.wait()
        await shell.stop()
        try await group.shutdownGracefully()
    }
}
