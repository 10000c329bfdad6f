/// What a journal has done since it was opened.
public struct JournalStatistics: Sendable, Equatable {
    /// Records that are on the disk, those that begin segments included.
    public internal(set) var records: UInt64 = 0
    /// Their bytes.
    public internal(set) var bytes: UInt64 = 0
    /// Groups of records that were written and brought to the disk together.
    public internal(set) var batches: UInt64 = 0
    /// Segments that were begun.
    public internal(set) var segments: UInt64 = 0
    /// Writes that failed, each attempt counted.
    public internal(set) var failures: UInt64 = 0
    /// Public trades that were dropped because too much waited.
    public internal(set) var dropped: UInt64 = 0
    /// The most entries that were found waiting in the ring.
    public internal(set) var ringHighWater = 0
    /// How long bringing a batch to the disk took: median, 99 of 100, 999 of 1,000 and longest, in nanoseconds.
    public internal(set) var sync = JournalPercentiles()
    /// From a batch's first entry, by the shard's clock, to its being on the disk; in nanoseconds.
    public internal(set) var durable = JournalPercentiles()
}

/// How long something took, in nanoseconds.
public struct JournalPercentiles: Sendable, Equatable {
    /// Half were faster.
    public internal(set) var p50: Int64 = 0
    /// 99 of 100 were faster.
    public internal(set) var p99: Int64 = 0
    /// 999 of 1,000 were faster.
    public internal(set) var p999: Int64 = 0
    /// The longest.
    public internal(set) var maximum: Int64 = 0
}
