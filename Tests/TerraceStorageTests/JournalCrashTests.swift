import Foundation
import Glibc
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A process that writes a journal and is killed at any moment") struct JournalCrashTests {
    /// 20 seeds by default, `TERRACE_SOAK_SEEDS` of them in the long run.
    static let seeds: [UInt64] = {
        let count = ProcessInfo.processInfo.environment["TERRACE_SOAK_SEEDS"].flatMap { Int($0) } ?? 20
        return (0..<max(1, count)).map { 2_000 + UInt64($0) }
    }()

    @Test("has everything on the disk that it said was durable, in order and once", arguments: Self.seeds)
    func killed(seed: UInt64) throws {
        var random = JournalRandom(seed)
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        var first: UInt64 = 1
        for round in 0..<3 {
            let label = "seed \(seed), round \(round)"
            let child = try JournalChild([
                folder, "--first", "\(first)", "--burst", "\(1 + random.next() % 80)", "--pause",
                "\(random.next() % 900)", "--segment-bytes", "\(4_096 << (random.next() % 5))",
            ])
            // From the first line on: how long a process takes to start says nothing.
            #expect(child.waits { $0.contains("open") }, "\(label): \(child.lines)")
            usleep(UInt32(random.next() % 60_000))
            child.kill()
            let said = child.durable
            let numbers = try JournalSamples.numbers(folder)
            #expect(numbers == Array(1..<(UInt64(numbers.count) + 1)), "\(label)")
            #expect(numbers.count >= Int(first) - 1 + said, "\(label): \(numbers.count), and \(said) were durable")
            #expect(try JournalVerification(folder: folder).isSound, "\(label)")
            first = UInt64(numbers.count) + 1
        }
        // What is left opens, and goes on.
        let opening = try Journal.open(folder: folder, run: JournalChild.run)
        #expect(opening.ledger.strategy("alpha")?.total.quantity.units == Int64(first - 1) * 100_000_000)
        try opening.journal.close()
    }

    @Test("and that may write no larger file says that it fails, and loses nothing that was durable")
    func limited() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        // 64 KiB a file, and segments that want to be larger; dash counts blocks of 512 bytes.
        let child = try JournalChild(
            [folder, "--segment-bytes", "1000000", "--count", "10000", "--burst", "10", "--pause", "1000"],
            shell: "ulimit -f 128; exec \"$0\" \"$@\"")
        #expect(child.waits { $0.contains("failing") }, "\(child.lines)")
        child.waitUntilExit()
        let numbers = try JournalSamples.numbers(folder)
        #expect(numbers == Array(1..<(UInt64(numbers.count) + 1)))
        #expect(numbers.count >= child.durable && numbers.count > 100, "\(child.lines.suffix(3))")
        #expect(try JournalVerification(folder: folder).isSound)
    }

    @Test("and whose disk is full says so, goes on when there is room, and loses nothing")
    func full() throws {
        let disk = JournalSamples.folder()
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        defer { JournalSamples.remove(disk) }
        // Only where this user may mount.
        guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else { return }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let filler = disk + "/filler"
        try Data(count: 700_000).write(to: URL(fileURLWithPath: filler))
        let child = try JournalChild([
            disk + "/journal", "--segment-bytes", "100000000", "--count", "12000", "--burst", "20", "--pause", "1000",
            "--settle",
        ])
        #expect(child.waits { $0.contains("failing") }, "\(child.lines.suffix(3))")
        #expect(child.durable < 12_000)
        try FileManager.default.removeItem(atPath: filler)
        #expect(child.waits { $0.contains("works again") }, "\(child.lines.suffix(3))")
        child.waitUntilExit()
        let numbers = try JournalSamples.numbers(disk + "/journal")
        let durable = child.durable
        #expect(numbers == Array(1..<(UInt64(numbers.count) + 1)))
        #expect(numbers.count >= durable)
    }
}

/// A process that appends to a journal, and what it has said.
final class JournalChild: @unchecked Sendable {
    /// The run that it describes.
    static let run = RunDescription(
        instance: 7, mode: "live", program: "test", venues: ["binance"], coins: ["BERA", "USDT"],
        instruments: [
            RunDescription.Instrument(venue: 0, symbol: "BERA/USDT", priceExponent: -8, quantityExponent: -8)
        ],
        strategies: [RunDescription.Strategy(id: "alpha", hash: 100, symbol: "BERA/USDT", configuration: "{}")])

    private let process = Process()
    private let output = Pipe()
    private var text = ""

    init(_ arguments: [String], shell: String? = nil) throws {
        let all = ["journal", "_write"] + arguments
        if let shell {
            self.process.executableURL = URL(fileURLWithPath: "/bin/sh")
            self.process.arguments = ["-c", shell, StoreCrashTests.program.path] + all
        } else {
            self.process.executableURL = StoreCrashTests.program
            self.process.arguments = all
        }
        self.process.standardOutput = self.output
        self.process.standardError = FileHandle.nullDevice
        try self.process.run()
    }

    /// What it has said so far, whole lines only.
    var lines: [String] {
        let parts = self.text.split(separator: "\n", omittingEmptySubsequences: false)
        return parts.dropLast().map { String($0) }
    }

    /// How many entries it has last said to be durable.
    var durable: Int {
        self.lines.last { $0.hasPrefix("durable ") }.flatMap { Int($0.dropFirst(8)) } ?? 0
    }

    /// Reads until a line is such; false where the output ends before.
    func waits(_ isSuch: (String) -> Bool) -> Bool {
        while !self.lines.contains(where: isSuch) { if !self.read() { return false } }
        return true
    }

    private func read() -> Bool {
        let data = self.output.fileHandleForReading.availableData
        self.text += String(decoding: data, as: UTF8.self)
        return !data.isEmpty
    }

    func kill() {
        _ = Glibc.kill(self.process.processIdentifier, SIGKILL)
        self.waitUntilExit()
    }

    func waitUntilExit() {
        while self.read() {}
        self.process.waitUntilExit()
    }
}
