import Foundation
import TerraceCore
import TerraceSimulation

@testable import TerraceStorage

/// The journal of a campaign's engines: the real format, written by a writer of virtual time that loses, when it is killed, what it
/// has not written yet, and may be in the midst of a record.
final class CampaignJournal: @unchecked Sendable {
    private let folder: JournalFolder
    /// Of the segment under way: what is written, and what is in memory only.
    private var bytes: [UInt8] = []
    private var written = 0
    private var writtenAt = Timestamp.distantPast
    private var first: UInt64 = 1
    private var next: UInt64 = 1
    private let identity: UInt64
    private var buffer = JournalBuffer()
    /// How often what waits is written.
    private let pause: Int64
    /// How many records were lost so far, and how many runs have begun.
    private(set) var lost = 0
    private(set) var runs = 0

    init(seed: UInt64, pause: Int64) throws {
        self.identity = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        self.pause = pause
        let path = NSTemporaryDirectory() + "terrace-campaign-\(ProcessInfo.processInfo.processIdentifier)-\(UUID())"
        self.folder = JournalFolder(path: path)
        try self.folder.create()
    }

    deinit { try? FileManager.default.removeItem(atPath: self.folder.path) }

    /// A run begins: what the journal on the disk comes to, by the real recovery, and a segment of its own.
    func begin(_ run: RunDescription, at now: Timestamp) throws -> Ledger {
        let recovery = try JournalRecovery(folder: self.folder)
        if let tail = recovery.tail {
            let rest = try Data(contentsOf: URL(fileURLWithPath: tail.path)).prefix(tail.offset)
            try rest.write(to: URL(fileURLWithPath: tail.path))
        }
        self.lost += Int(self.next - recovery.next)
        var ledger = recovery.ledger
        try ledger.begin(run, isNew: true)
        self.runs += 1
        self.next = recovery.next
        self.first = self.next
        self.bytes = []
        self.buffer.removeAll()
        SegmentHeader(journal: self.identity, first: self.next, created: now.nanoseconds).encode(into: &self.buffer)
        self.record(.run, at: now) { run.encode(into: &$0) }
        self.record(.checkpoint, at: now) { ledger.encode(into: &$0) }
        self.take()
        // A run begins once that is on the disk.
        self.written = self.bytes.count
        self.writtenAt = now
        return ledger
    }

    private func record(_ kind: JournalKind, at time: Timestamp, _ body: (inout JournalBuffer) -> Void) {
        self.buffer.record(
            kind, startsBatch: self.written == self.bytes.count && self.buffer.count == 0, sequence: self.next,
            time: time, seed: SegmentHeader.seed(of: self.identity), body)
        self.next += 1
    }

    private func take() {
        self.bytes += self.buffer.withBytes { unsafe [UInt8]($0) }
        self.buffer.removeAll()
    }

    func append(_ content: JournalContent, at time: Timestamp) {
        self.record(content.kind, at: time) { content.encode(into: &$0, time: time) }
        self.take()
    }

    /// The writer's turn.
    func write(at now: Timestamp) {
        if now.nanoseconds(since: self.writtenAt) < self.pause { return }
        self.written = self.bytes.count
        self.writtenAt = now
    }

    /// `kill -9`: of what was not written yet, anything may have been, up to the middle of a record.
    func kill(random: inout SeededGenerator) throws {
        let waiting = UInt64(self.bytes.count - self.written)
        let end = self.written + (waiting == 0 ? 0 : Int(random.next() % (waiting + 1)))
        try Data(self.bytes[..<end]).write(to: URL(fileURLWithPath: self.folder.path(of: self.first)))
    }
}
