/// What a feed has received since it began, over all instruments.
public struct FeedCounters: Sendable {
    /// Messages on the stream, whatever became of them.
    public var messages: UInt64 = 0
    /// Well-formed messages of a kind that the feed does not use.
    public var ignored: UInt64 = 0
    /// Well-formed messages, and snapshots, of symbols that the feed does not carry.
    public var unknownSymbols: UInt64 = 0
    /// Replies to requests.
    public var replies: UInt64 = 0
    /// Messages and snapshots that made no sense.
    public var malformed: UInt64 = 0
    /// The last error.
    public private(set) var lastError: WireError?
    private var faults: [UInt64]

    /// Nothing yet.
    public init() { self.faults = Array(repeating: 0, count: WireFault.allCases.count) }

    /// How many messages made no sense because of `fault`.
    public func count(of fault: WireFault) -> UInt64 { self.faults[Int(fault.rawValue)] }

    /// Counts a message that made no sense.
    mutating func count(_ error: WireError) {
        self.malformed += 1
        self.faults[Int(error.fault.rawValue)] += 1
        self.lastError = error
    }
}
