public import Foundation
internal import Histogram
import TerraceStorage

/// What `terrace bench journal` measured; the names are those of its JSON.
public struct JournalBenchmarkReport: Codable, Equatable, Sendable {
    /// How long something took, in nanoseconds.
    public struct Percentiles: Codable, Equatable, Sendable {
        /// Half were faster.
        public var p50Ns = 0
        /// 99 of 100 were faster.
        public var p99Ns = 0
        /// 999 of 1,000 were faster.
        public var p999Ns = 0
        /// The longest.
        public var maxNs = 0

        /// Nothing measured.
        public init() {}

        init(_ histogram: Histogram<UInt32>) {
            if histogram.totalCount == 0 { return }
            self.p50Ns = Int(histogram.valueAtPercentile(50))
            self.p99Ns = Int(histogram.valueAtPercentile(99))
            self.p999Ns = Int(histogram.valueAtPercentile(99.9))
            self.maxNs = Int(histogram.max)
        }

        init(_ percentiles: JournalPercentiles) {
            self.p50Ns = Int(percentiles.p50)
            self.p99Ns = Int(percentiles.p99)
            self.p999Ns = Int(percentiles.p999)
            self.maxNs = Int(percentiles.maximum)
        }
    }
    /// Records that were brought to the disk.
    public struct Rate: Codable, Equatable, Sendable {
        /// How many.
        public var records = 0
        /// In how many seconds.
        public var seconds = 0.0
        /// By how many fdatasync.
        public var syncs = 0
        /// Bytes a record.
        public var bytesPerRecord = 0.0
        /// Records a second.
        public var recordsPerSecond = 0.0

        /// Nothing measured.
        public init() {}

        init(records: Int, seconds: Double, syncs: Int, bytesPerRecord: Double) {
            self.records = records
            self.seconds = seconds
            self.syncs = syncs
            self.bytesPerRecord = bytesPerRecord
            self.recordsPerSecond = seconds > 0 ? Double(records) / seconds : 0
        }
    }
    /// What the system saw the shard's thread ask for.
    public struct SystemCalls: Codable, Equatable, Sendable {
        /// Appends that were watched.
        public var appends = 0
        /// Of these, how many made a system call.
        public var appendsWithCalls = 0
    }

    /// One append on the shard's thread, with the reading of the time stamp counter left in.
    public var append = Percentiles()
    /// How often an append asked the allocator for memory.
    public var allocationsPerAppend = 0.0
    /// Absent where the system can't watch a thread (Linux before 5.11, processors other than x86-64).
    public var systemCalls: SystemCalls?
    /// From an append to when the shard can see that it is durable, at 2,000 records a second in bursts of twenty.
    public var durable = Percentiles()
    /// How many records that is of.
    public var durableRecords = 0
    /// By how many fdatasync they came to the disk.
    public var durableSyncs = 0
    /// Records as fast as they go.
    public var sustained = Rate()
    /// One fdatasync of the journal's writer, over the whole run.
    public var sync = Percentiles()
    /// The way before: one write and one fdatasync a record, on the calling thread.
    public var oneByOne = Rate()
    /// What a record costs the calling thread that way.
    public var oneByOneRecord = Percentiles()
    /// How many times as many records a second are sustained.
    public var ratio = 0.0
    /// Whether the folder is on a disk; in memory fdatasync costs nothing, and the ratio tells nothing.
    public var isDisk = false
    /// Entries that were appended, in all phases.
    public var appended = 0
    /// Entries that were found when the journal was read.
    public var readBack = 0
    /// Entries that were found where another was due.
    public var misplaced = 0
    /// Entries that were dropped.
    public var dropped = 0
    /// fdatasync in all phases.
    public var syncs = 0
    /// Entries read a second.
    public var readPerSecond = 0.0

    /// Nothing measured.
    public init() {}

    /// What is wrong by counts and ratios, whatever machine it ran on.
    public var faults: [String] {
        var faults: [String] = []
        if self.readBack != self.appended { faults.append("\(self.readBack) of \(self.appended) records were found") }
        if self.misplaced > 0 { faults.append("\(self.misplaced) records are not where they were appended") }
        if self.dropped > 0 { faults.append("\(self.dropped) records were dropped") }
        if self.syncs >= self.appended { faults.append("\(self.syncs) fdatasync for \(self.appended) records") }
        if self.allocationsPerAppend > 0 { faults.append("\(self.allocationsPerAppend) allocations an append") }
        if let calls = self.systemCalls, calls.appendsWithCalls > 0 {
            faults.append("\(calls.appendsWithCalls) of \(calls.appends) appends made a system call")
        }
        if self.isDisk, self.ratio < 3 {
            faults.append("only \(self.ratio) times as many records a second as with an fdatasync each")
        }
        return faults
    }

    /// The figures as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
