import ArgumentParser
import Foundation
import TerraceOperations
import TerraceStorage

/// `terrace bench store`.
struct BenchStoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Measure the trade store: catching up, a warm start, and hundreds of strategies that ask.",
        discussion: """
            Journals are written to the folder for temporary files and brought to a new SQLite file, to an empty PostgreSQL \
            database, or to both. On PostgreSQL every pair's strategy then asks for its trades and its volume, first through one \
            pool, then with a connection for each and a query for each question; the server needs a connection for every pair.

            The URL of PostgreSQL is taken from TERRACE_POSTGRES, or from --postgres with the password in PGPASSWORD.

              terrace bench store --sqlite bench.sqlite --json store.json
              scripts/with_servers.sh --postgres max_connections=600 terrace bench store --sqlite bench.sqlite
            """)

    @Option(help: "The URL of an empty PostgreSQL database, without a password.") var postgres: String?
    @Option(help: "The path of an SQLite file that is not there yet.") var sqlite: String?
    @Option(help: "Fills, 1 to 10000000.") var fills = 200_000
    @Option(help: "Pairs, each on four venues, with a strategy each, 1 to 500.") var pairs = 500
    @Option(help: "Ten seconds in which each instrument trades once, 1 to 8640.") var buckets = 360
    @Option(help: "Times that each strategy asks, 1 to 1000.") var rounds = 10
    @Option(help: "Write the figures as JSON to this file.") var json: String?
    @Flag(help: "Fail where counts or ratios are wrong. For CI: times are not looked at.") var check = false

    func validate() throws {
        guard (1...10_000_000).contains(self.fills) else {
            throw ValidationError("--fills is 1 to 10000000, not \(self.fills)")
        }
        guard (1...500).contains(self.pairs) else { throw ValidationError("--pairs is 1 to 500, not \(self.pairs)") }
        guard (1...8_640).contains(self.buckets) else {
            throw ValidationError("--buckets is 1 to 8640, not \(self.buckets)")
        }
        guard (1...1_000).contains(self.rounds) else {
            throw ValidationError("--rounds is 1 to 1000, not \(self.rounds)")
        }
    }

    private static func address(_ url: String) throws -> PostgresAddress {
        do throws(PostgresAddressError) {
            return try PostgresAddress(url: url)
        } catch {
            LiveCommand.complain("Error: \(error)")
            throw ExitCode(2)
        }
    }

    private func locations() throws -> [StoreLocation] {
        var locations: [StoreLocation] = []
        if let url = self.postgres {
            let address = try Self.address(url)
            // Everybody on the machine sees a program's arguments.
            if address.hasPassword { throw ValidationError("--postgres takes no password: put it into PGPASSWORD") }
            locations.append(.postgres(address))
        } else if let url = ProcessInfo.processInfo.environment["TERRACE_POSTGRES"], !url.isEmpty {
            locations.append(.postgres(try Self.address(url)))
        }
        if let path = self.sqlite { locations.append(.sqlite(path: path)) }
        if locations.isEmpty {
            throw ValidationError("name a database: --sqlite PATH, --postgres URL or TERRACE_POSTGRES")
        }
        return locations
    }

    func run() async throws {
        let benchmark = StoreBenchmark(
            locations: try self.locations(), fills: self.fills, pairs: self.pairs, buckets: self.buckets,
            rounds: self.rounds)
        let figures = try self.json.map { try OutputFile(path: $0) }
        let report: StoreBenchmarkReport
        do {
            report = try await benchmark.run { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
        } catch let error as DatabaseError where error.kind.isForPeople || error.kind == .unreachable {
            LiveCommand.complain("Error: \(error)")
            throw ExitCode(2)
        } catch let error as StoreBenchmark.Failure where error.isOfPlace {
            LiveCommand.complain("Error: \(error)")
            throw ExitCode(2)
        }
        let text = try report.json()
        print(String(decoding: text, as: UTF8.self))
        if let figures { try figures.write(Array(text) + [10]) }
        if self.check, !report.faults.isEmpty {
            for fault in report.faults { print(fault) }
            throw ExitCode.failure
        }
    }
}
