internal import Synchronization
import TerraceCore

/// Reads a journal from a record on, segment after segment, also while it is written.
///
/// Not thread-safe: one thread or task reads. A reader that was made by a `Journal` gives only what is on the disk; another one,
/// of a folder that some process writes to, whatever is complete. Where bringing that to the disk then fails, the writer writes it
/// anew in another segment, and such a reader gives it again: its `sequence` goes back.
public final class JournalReader {
    private let folder: JournalFolder
    private let queue: JournalQueue?
    private var current: SegmentReader?
    /// The number of the record that is due next.
    public private(set) var sequence: UInt64
    /// What indices stand for in the record that was read last.
    public private(set) var run: RunDescription?
    private var journal: UInt64?
    /// The record with which the next segment begins, where there is one: what the current one holds from there on was never
    /// durable, and stands there once more.
    private var limit = UInt64.max
    private var segmentsSeen = -1
    /// The first record of the current segment.
    private var segment: UInt64 = 0
    private var failure: JournalError?

    /// A reader of the journal in `folder` whose first record is `sequence`, or the oldest that is kept where that is nil.
    ///
    /// - Throws: `empty` where there is no journal, `missing` where the record is no longer kept, `beyondEnd` where it is more
    ///   than one behind the last.
    public convenience init(folder: String, from sequence: UInt64? = nil) throws(JournalError) {
        try self.init(folder: JournalFolder(path: folder), from: sequence, queue: nil)
    }

    init(folder: JournalFolder, from sequence: UInt64?, queue: JournalQueue?) throws(JournalError) {
        self.folder = folder
        self.queue = queue
        let segments = try folder.segments()
        guard let oldest = segments.first else { throw .empty(folder: folder.path) }
        let wanted = max(1, sequence ?? oldest.first)
        self.sequence = wanted
        guard let start = segments.last(where: { $0.first <= wanted }) else {
            throw .missing(folder: folder.path, sequence: wanted, next: oldest.first)
        }
        self.sequence = start.first
        // What comes before in the same segment tells what indices stand for.
        while self.sequence < wanted {
            if try self.next() == nil {
                if self.sequence == wanted { break }
                throw .beyondEnd(folder: folder.path, asked: wanted, last: self.sequence - 1)
            }
        }
    }

    /// The next record; nil where there is none yet.
    ///
    /// - Throws: where something is damaged or missing. The same is thrown again when it is asked again.
    public func next() throws(JournalError) -> JournalRecord? {
        if let failure = self.failure { throw failure }
        do throws(JournalError) {
            return try self.read()
        } catch {
            switch error {
            case .corrupt, .missing, .foreign, .newerVersion, .nothingBefore: self.failure = error
            case .locked, .system, .beyondEnd, .empty, .ledger, .tooLarge, .notWritten: break
            }
            throw error
        }
    }

    private func read() throws(JournalError) -> JournalRecord? {
        if let queue = self.queue, self.sequence > queue.durableSequence.load(ordering: .acquiring) { return nil }
        while true {
            if self.current == nil, try !self.enter() { return nil }
            try self.lookAhead()
            if self.sequence >= self.limit, try self.leave() { continue }
            switch try self.step() {
            case .record(let record):
                return self.passed(record)
            case .end:
                do throws(JournalError) {
                    if try self.leave() { continue }
                } catch {
                    // More may have been written, and another segment begun, since the end was looked at.
                    if case .missing = error, case .record(let record) = try self.step() { return self.passed(record) }
                    throw error
                }
                if self.queue != nil {
                    throw .missing(folder: self.folder.path, sequence: self.sequence, next: self.sequence + 1)
                }
                return nil
            case .damaged(let file, let offset, let what):
                var isFollowed = false
                do throws(JournalError) {
                    // What is damaged here is no part of the journal where the next segment begins with the record that is due.
                    if try self.leave() { continue }
                } catch {
                    guard case .missing = error else { throw error }
                    isFollowed = true
                }
                switch try self.current?.verdict() {
                case .mended: continue
                case .tail where self.queue == nil && !isFollowed: return nil
                case .tail, .damage, nil:
                    // What was being written when it was looked at, or was read ahead of the disk and then written otherwise, is
                    // sound when it is read anew.
                    if case .record(let record) = try self.step() { return self.passed(record) }
                    throw .corrupt(file: file, offset: offset, sequence: self.sequence, what: what)
                }
            }
        }
    }

    private func passed(_ record: JournalRecord) -> JournalRecord {
        self.sequence = record.sequence + 1
        if case .run(let run, _) = record.content { self.run = run }
        return record
    }

    private enum Step {
        case record(JournalRecord)
        case end
        case damaged(file: String, offset: Int, what: String)
    }

    private func step() throws(JournalError) -> Step {
        guard let reader = self.current else { return .end }
        switch try reader.next() {
        case .record(let raw): return .record(try reader.decode(raw))
        case .end: return .end
        case .damaged(let what): return .damaged(file: reader.path, offset: reader.offset, what: what)
        }
    }

    /// Opens the segment that begins with the record that is due.
    private func enter() throws(JournalError) -> Bool {
        let path = self.folder.path(of: self.sequence)
        switch try SegmentReader.open(path) {
        case .unborn: return try self.isBeingBegun(path, self.sequence)
        case .damaged(let what): throw .corrupt(file: path, offset: 0, sequence: self.sequence, what: what)
        case .reader(let reader):
            if let journal = self.journal, journal != reader.header.journal { throw .foreign(file: path) }
            self.journal = reader.header.journal
            self.current = reader
            self.segment = self.sequence
            self.segmentsSeen = -1
            return true
        }
    }

    /// A segment that holds nothing is being begun where it is the newest: there is no record yet. Elsewhere it is damaged.
    private func isBeingBegun(_ path: String, _ first: UInt64) throws(JournalError) -> Bool {
        if try self.folder.segments().contains(where: { $0.first > first }) {
            throw .corrupt(file: path, offset: 0, sequence: first, what: "the header is not there")
        }
        return false
    }

    /// Looks where the next segment begins: when a segment is entered, and when the writer has begun another.
    private func lookAhead() throws(JournalError) {
        let begun = self.queue?.segmentsBegun.load(ordering: .acquiring) ?? 0
        if begun == self.segmentsSeen { return }
        let segments = try self.folder.segments()
        self.segmentsSeen = begun
        self.limit = segments.first { $0.first > self.segment }?.first ?? .max
    }

    /// Goes on to the next segment, if there is one that begins with the record that is due, or before it.
    ///
    /// It begins before it where records were read that were never durable, which only a reader without a journal does: what became
    /// of them stands in the next segment, and is read from there.
    private func leave() throws(JournalError) -> Bool {
        let segments = try self.folder.segments()
        guard let following = segments.first(where: { $0.first > self.segment }) else { return false }
        if following.first > self.sequence {
            throw .missing(folder: self.folder.path, sequence: self.sequence, next: following.first)
        }
        let reader: SegmentReader
        switch try SegmentReader.open(following.path, journal: self.journal) {
        case .reader(let opened): reader = opened
        case .unborn: return try self.isBeingBegun(following.path, following.first)
        case .damaged(let what):
            throw .corrupt(file: following.path, offset: 0, sequence: following.first, what: what)
        }
        if let journal = self.journal, journal != reader.header.journal { throw .foreign(file: following.path) }
        self.current = reader
        self.segment = following.first
        self.sequence = following.first
        self.segmentsSeen = -1
        return true
    }
}
