/// How a journal is kept.
public struct JournalSettings: Sendable, Equatable {
    /// A segment that has this many bytes is followed by a new one.
    public var segmentBytes: Int
    /// The oldest segments are deleted while all of them have more bytes than this, ...
    public var keepBytes: Int
    /// ... but never so that fewer than this many are left.
    public var keepSegments: Int
    /// How many entries wait for the writer without a lock; a power of two.
    public var ringCapacity: Int
    /// How many more wait when the writer is stuck. Beyond it public trades are counted and dropped; nothing else ever is.
    public var overflowLimit: Int
    /// When an entry is not durable after this long, the journal counts as failing.
    public var stallNanoseconds: Int64
    /// The longest pause of the idle writer.
    public var pauseNanoseconds: Int
    /// How long closing waits for records that can't be written.
    public var closeSeconds: Double

    /// 64 MiB segments, a gibibyte of them, at least four.
    public init(
        segmentBytes: Int = 64 << 20, keepBytes: Int = 1 << 30, keepSegments: Int = 4, ringCapacity: Int = 1 << 15,
        overflowLimit: Int = 1_000_000, stallNanoseconds: Int64 = 2_000_000_000, pauseNanoseconds: Int = 500_000,
        closeSeconds: Double = 10
    ) {
        self.segmentBytes = max(1 << 10, segmentBytes)
        self.keepBytes = max(0, keepBytes)
        self.keepSegments = max(1, keepSegments)
        var capacity = 64
        while capacity < min(ringCapacity, 1 << 24) { capacity *= 2 }
        self.ringCapacity = capacity
        self.overflowLimit = max(0, overflowLimit)
        self.stallNanoseconds = max(1_000_000, stallNanoseconds)
        self.pauseNanoseconds = max(10_000, min(pauseNanoseconds, 100_000_000))
        self.closeSeconds = max(0, closeSeconds)
    }
}
