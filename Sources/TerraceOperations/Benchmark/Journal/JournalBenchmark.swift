import CTerrace
internal import Foundation
import Glibc
internal import Histogram
import TerraceCore
import TerraceStorage

/// Measures a journal: what an append costs the shard, how soon it is durable, how many records a second are sustained, and what the
/// way before it (one write and one fdatasync a record, on the calling thread) does in the same run.
public final class JournalBenchmark {
    private let folder: String
    private let seconds: Int
    private let records: Int
    private var report = JournalBenchmarkReport()
    /// How many entries were appended to the journal that is open.
    private var appended = 0

    /// Writes in `folder`, which must not be there: `seconds` of a steady load, then `records` as fast as they go.
    public init(folder: String, seconds: Int, records: Int) {
        self.folder = folder
        self.seconds = max(1, seconds)
        self.records = max(1_000, records)
    }

    /// Measures, reads everything back, and removes the folder.
    public func run() throws -> JournalBenchmarkReport {
        defer { try? FileManager.default.removeItem(atPath: self.folder) }
        let settings = JournalSettings(keepBytes: .max)
        let opening = try Journal.open(folder: self.folder, settings: settings, run: JournalBenchmarkLoad.run)
        let journal = opening.journal
        // SAFETY: the path lives through the call.
        self.report.isDisk = unsafe cterrace_is_in_memory(self.folder) == 0
        self.measureAppends(journal)
        self.watchAppends(journal)
        self.measureDurability(journal)
        self.measureRate(journal)
        try journal.close()
        self.report.appended = self.appended
        self.report.dropped = Int(journal.statistics.dropped)
        self.report.syncs = Int(journal.statistics.batches)
        try self.readBack()
        try self.measureOneByOne()
        if self.report.oneByOne.recordsPerSecond > 0 {
            self.report.ratio = self.report.sustained.recordsPerSecond / self.report.oneByOne.recordsPerSecond
        }
        return self.report
    }

    private static func nanoseconds() -> Int64 {
        var time = timespec()
        // SAFETY: the call writes to `time` and nowhere else.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func now() -> Timestamp {
        var time = timespec()
        // SAFETY: as above.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private static var histogram: Histogram<UInt32> {
        Histogram<UInt32>(
            lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)
    }

    /// Waits until the writer has at most `left` entries before it.
    private func settle(_ journal: Journal, left: Int = 0) {
        while self.appended - journal.durableEntries > left { usleep(200) }
    }

    // MARK: The shard's side

    private static let chunk = 8_192
    private static let chunks = 16

    /// Each append by itself, with the time that the measure takes left in.
    private func measureAppends(_ journal: Journal) {
        var histogram = Self.histogram
        let (began, cyclesBegan) = (Self.nanoseconds(), cterrace_cycles())
        var taken = [UInt64](repeating: 0, count: Self.chunk)
        var cycles: [UInt64] = []
        var allocations: UInt64 = 0
        for _ in 0..<Self.chunks {
            let time = Self.now()
            let before = cterrace_allocations()
            for place in 0..<Self.chunk {
                let entry = JournalBenchmarkLoad.entry(self.appended, at: time)
                let from = cterrace_cycles()
                journal.append(entry)
                taken[place] = cterrace_cycles() &- from
                self.appended += 1
            }
            allocations += cterrace_allocations() - before
            cycles += taken
            self.settle(journal)
        }
        let scale = Double(Self.nanoseconds() - began) / Double(max(1, cterrace_cycles() &- cyclesBegan))
        for one in cycles { _ = histogram.record(UInt64(max(1, Double(one) * scale))) }
        self.report.append = JournalBenchmarkReport.Percentiles(histogram)
        self.report.allocationsPerAppend = Double(allocations) / Double(cycles.count)
    }

    /// Has the system stop the thread at any system call during an append.
    private func watchAppends(_ journal: Journal) {
        guard cterrace_watch_begin() == 0 else { return }
        // The watch must see what it is to see: a call made on purpose.
        cterrace_watch(1)
        _ = getppid()
        cterrace_watch(0)
        var calls: UInt64 = 0
        for _ in 0..<4 {
            let time = Self.now()
            for _ in 0..<Self.chunk {
                let entry = JournalBenchmarkLoad.entry(self.appended, at: time)
                cterrace_watch(1)
                journal.append(entry)
                cterrace_watch(0)
                self.appended += 1
            }
            self.settle(journal)
        }
        calls = cterrace_watch_end()
        if calls == 0 { return }
        self.report.systemCalls = JournalBenchmarkReport.SystemCalls(
            appends: 4 * Self.chunk, appendsWithCalls: Int(calls) - 1)
    }

    // MARK: Durability

    /// 2,000 records a second, twenty at a time, and for each how long it took until it was durable, as the shard sees it.
    private func measureDurability(_ journal: Journal) {
        var histogram = Self.histogram
        let before = journal.statistics.batches
        let first = self.appended
        var times: [Int64] = []
        times.reserveCapacity(self.seconds * 2_000)
        var seen = 0
        func look() {
            let durable = journal.durableEntries - first
            if durable <= seen { return }
            let now = Self.nanoseconds()
            while seen < durable, seen < times.count {
                _ = histogram.record(UInt64(max(1, now - times[seen])))
                seen += 1
            }
        }
        let start = Self.nanoseconds()
        for burst in 0..<self.seconds * 100 {
            while Self.nanoseconds() < start + Int64(burst) * 10_000_000 {
                look()
                usleep(50)
            }
            let time = Self.now()
            for _ in 0..<20 {
                times.append(Self.nanoseconds())
                journal.append(JournalBenchmarkLoad.entry(self.appended, at: time))
                self.appended += 1
            }
        }
        while seen < times.count {
            look()
            usleep(50)
        }
        self.report.durable = JournalBenchmarkReport.Percentiles(histogram)
        self.report.durableRecords = times.count
        self.report.durableSyncs = Int(journal.statistics.batches - before)
    }

    // MARK: Rate

    private func measureRate(_ journal: Journal) {
        let before = journal.statistics
        let start = Self.nanoseconds()
        for number in 0..<self.records {
            if number % 1_024 == 0 { self.settle(journal, left: 16_384) }
            journal.append(JournalBenchmarkLoad.entry(self.appended, at: Self.now()))
            self.appended += 1
        }
        self.settle(journal)
        let seconds = Double(Self.nanoseconds() - start) / 1e9
        let after = journal.statistics
        self.report.sustained = JournalBenchmarkReport.Rate(
            records: self.records, seconds: seconds, syncs: Int(after.batches - before.batches),
            bytesPerRecord: Double(after.bytes - before.bytes) / Double(self.records))
        self.report.sync = JournalBenchmarkReport.Percentiles(after.sync)
    }

    /// The way before: each record is written and brought to the disk by whoever has it.
    private func measureOneByOne() throws {
        let path = self.folder + "/one-by-one"
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw OutputError(path: path, code: errno) }
        defer { _ = close(descriptor) }
        let bytes = [UInt8](repeating: 1, count: max(1, Int(self.report.sustained.bytesPerRecord)))
        var histogram = Self.histogram
        let start = Self.nanoseconds()
        var count = 0
        while count < 2_000, Self.nanoseconds() - start < 3_000_000_000 {
            let from = Self.nanoseconds()
            let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if written != bytes.count || fdatasync(descriptor) != 0 { throw OutputError(path: path, code: errno) }
            _ = histogram.record(UInt64(max(1, Self.nanoseconds() - from)))
            count += 1
        }
        self.report.oneByOne = JournalBenchmarkReport.Rate(
            records: count, seconds: Double(Self.nanoseconds() - start) / 1e9, syncs: count,
            bytesPerRecord: Double(bytes.count))
        self.report.oneByOneRecord = JournalBenchmarkReport.Percentiles(histogram)
    }

    // MARK: What is there

    private func readBack() throws {
        let start = Self.nanoseconds()
        let reader = try JournalReader(folder: self.folder)
        var due = 0
        var misplaced = 0
        while let record = try reader.next() {
            guard case .entry(let content) = record.content else { continue }
            if !JournalBenchmarkLoad.isEntry(due, content) { misplaced += 1 }
            due += 1
        }
        self.report.readBack = due
        self.report.misplaced = misplaced
        self.report.readPerSecond = Double(due) / (Double(Self.nanoseconds() - start) / 1e9)
    }
}
