public import Foundation

/// What `terrace bench load` measured; the names are those of its JSON.
public struct LoadReport: Codable, Equatable, Sendable {
    /// A third of the run.
    public struct Third: Codable, Equatable, Sendable {
        /// Messages decoded, applied and given to the engine.
        public var messages = 0
        /// From when a message was due at the sender to when the shard had taken it in, in microseconds: half were faster.
        public var latenessP50Us: UInt32 = 0
        /// 99 of 100 were faster.
        public var latenessP99Us: UInt32 = 0
        /// The slowest.
        public var latenessMaxUs: UInt32 = 0
        /// Resident memory of the process at its end, senders included.
        public var residentBytes = 0
    }
    /// Pairs, each on two venues.
    public var pairs = 0
    /// Messages that were sent.
    public var sent = 0
    /// Messages that were taken in.
    public var received = 0
    /// Of these a second, from the first that was due to the last.
    public var messagesPerSecond = 0.0
    /// Commands that the engine gave.
    public var commands = 0
    /// Messages that made no sense, and books that were lost.
    public var malformed: UInt64 = 0
    /// Snapshots beyond one a book: each stands for a gap.
    public var snapshotsAgain: UInt64 = 0
    /// Which share of a processor the shard's thread used.
    public var processorShare = 0.0
    /// The run in thirds.
    public var thirds: [Third] = []

    /// Nothing measured.
    public init() {}

    /// What is wrong with the run by counts and ratios, whatever machine it ran on.
    public var faults: [String] {
        var faults: [String] = []
        if self.received != self.sent { faults.append("\(self.received) of \(self.sent) messages were taken in") }
        if self.malformed > 0 { faults.append("\(self.malformed) messages made no sense") }
        if self.snapshotsAgain > 0 { faults.append("\(self.snapshotsAgain) books had a gap") }
        if self.commands == 0 { faults.append("the engine gave no command") }
        if let first = self.thirds.first, let last = self.thirds.last,
            last.residentBytes > first.residentBytes + first.residentBytes / 20
        {
            faults.append("memory grew from \(first.residentBytes) to \(last.residentBytes) bytes")
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
