import ArgumentParser
import Foundation
import TerraceOperations
import TerraceStorage

/// `terrace bench journal`.
struct BenchJournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Measure the journal: what an append costs, how soon it is durable, how many a second.",
        discussion: """
            Appends orders that are placed, accepted, filled, cancelled and gone, from one thread as a shard does: timed one by \
            one; watched for system calls; 2,000 a second in bursts of twenty, until each is durable; and as fast as they go. \
            Then everything is read back, and the way before is measured beside it: one write and one fdatasync a record.

              terrace bench journal --json journal.json
              terrace bench journal --seconds 1 --records 100000 --check
            """)

    @Option(help: "Seconds of the steady load, 1 to 3600.") var seconds = 10
    @Option(help: "Records of the sustained load, 1000 to 100000000.") var records = 2_000_000
    @Option(help: "Where the journal is written for the time of the run; a folder of the disk that is to be measured.")
    var folder: String?
    @Option(help: "Write the figures as JSON to this file.") var json: String?
    @Flag(
        help:
            "Fail where a record is lost, an append makes a system call, or nothing is gained. For CI: times are not looked at."
    )
    var check = false

    func validate() throws {
        guard (1...3_600).contains(self.seconds) else {
            throw ValidationError("--seconds is 1 to 3600, not \(self.seconds)")
        }
        guard (1_000...100_000_000).contains(self.records) else {
            throw ValidationError("--records is 1000 to 100000000, not \(self.records)")
        }
    }

    func run() throws {
        let figures = try self.json.map { try OutputFile(path: $0) }
        let folder = (self.folder ?? NSTemporaryDirectory()) + "/terrace-bench-journal-\(getpid())"
        let report: JournalBenchmarkReport
        do {
            report = try JournalBenchmark(folder: folder, seconds: self.seconds, records: self.records).run()
        } catch let error as JournalError {
            JournalCommand.complain(error.description)
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
