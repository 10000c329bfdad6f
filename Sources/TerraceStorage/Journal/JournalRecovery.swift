import TerraceCore

/// What a folder's segments come to, found without changing anything.
struct JournalRecovery {
    /// Bytes behind the last sound record that an interrupted write left.
    struct Tail: Equatable {
        var path: String
        var offset: Int
        var bytes: Int
    }

    /// The id of the journal; nil where nothing was written yet.
    var journal: UInt64?
    /// The number that the next record will have.
    var next: UInt64 = 1
    /// What follows from all records.
    var ledger = Ledger()
    /// The segments that are sound, oldest first.
    var segments: [JournalFolder.Segment] = []
    /// What has to be cut.
    var tail: Tail?
    /// Segments that were begun and hold nothing: to be removed.
    var unborn: [String] = []
    /// Whether the last run closed its journal.
    var endedInOrder = true

    /// For people: what was found that an orderly end does not leave.
    var notes: [String] {
        var notes = self.unborn.map {
            "\($0): the segment was being created when the last run ended; it holds nothing, and is removed"
        }
        if let tail = self.tail {
            notes.append(
                "\(tail.path): the last write was interrupted; \(tail.bytes) bytes behind record \(self.next - 1) are cut off"
            )
        }
        if self.next > 1, !self.endedInOrder {
            notes.append("the last run did not end in order; its last record is \(self.next - 1)")
        }
        return notes
    }

    /// Looks through `folder`: the newest segment record by record, the older ones by their checksums.
    ///
    /// - Throws: where something in the middle is damaged or missing, or a newer program wrote it.
    init(folder: JournalFolder) throws(JournalError) {
        self.segments = try folder.segments()
        try self.readNewest()
        try self.checkOlder(folder)
    }

    private mutating func readNewest() throws(JournalError) {
        while let newest = self.segments.last {
            switch try SegmentReader.open(newest.path, journal: self.journalBefore()) {
            case .unborn:
                break
            case .damaged(let what):
                throw .corrupt(file: newest.path, offset: 0, sequence: newest.first, what: what)
            case .reader(let reader):
                if reader.header.first != newest.first {
                    throw .corrupt(
                        file: newest.path, offset: 24, sequence: newest.first,
                        what: "it begins with record \(reader.header.first), and its name says otherwise")
                }
                if try self.read(reader) { return }
            }
            self.unborn.append(newest.path)
            self.segments.removeLast()
            // Its beginning told what followed from all before, and nothing else does any more.
            if self.segments.isEmpty, newest.first > 1 {
                throw .nothingBefore(file: newest.path, sequence: newest.first)
            }
        }
    }

    /// Whose the segment before the newest is.
    private func journalBefore() throws(JournalError) -> UInt64? {
        guard let before = self.segments.dropLast().last else { return nil }
        do throws(JournalError) {
            guard case .reader(let reader) = try SegmentReader.open(before.path) else { return nil }
            return reader.header.journal
        } catch {
            if JournalFolder.isGone(before.path) { return nil }
            throw error
        }
    }

    /// Reads all of a segment.
    ///
    /// - Returns: false where not even its description and its checkpoint were written.
    private mutating func read(_ reader: SegmentReader) throws(JournalError) -> Bool {
        var ledger = Ledger()
        var records = 0
        while true {
            switch try reader.next() {
            case .record(let raw):
                let record = try reader.decode(raw)
                if !Self.isPlausible(record, at: records) {
                    throw .corrupt(
                        file: reader.path, offset: raw.offset, sequence: raw.sequence,
                        what: "a segment begins with what its indices stand for and a checkpoint")
                }
                do { try ledger.apply(record) } catch { throw .ledger(error) }
                records += 1
                if case .ended = record.content { self.endedInOrder = true } else { self.endedInOrder = false }
                continue
            case .end:
                try self.checkReach(reader, "it ends too early")
            case .damaged(let what):
                let (offset, sequence) = (reader.offset, reader.sequence)
                switch try reader.verdict() {
                case .tail: try self.checkReach(reader, what)
                case .mended: continue
                case .damage: throw .corrupt(file: reader.path, offset: offset, sequence: sequence, what: what)
                }
                if records >= 2 {
                    self.tail = Tail(path: reader.path, offset: offset, bytes: max(0, reader.fileSize - offset))
                }
            }
            break
        }
        if records < 2 { return false }
        self.ledger = ledger
        self.journal = reader.header.journal
        self.next = reader.sequence
        return true
    }

    /// A segment is begun only when all before it is on the disk: so where one was, this one must reach up to it.
    private func checkReach(_ reader: SegmentReader, _ what: String) throws(JournalError) {
        guard let begun = self.unborn.last, let name = begun.split(separator: "/").last,
            let first = SegmentName.first(of: String(name)), reader.sequence < first
        else { return }
        throw .corrupt(
            file: reader.path, offset: reader.offset, sequence: reader.sequence,
            what:
                "\(what), and \(begun), which holds nothing, was begun when all up to record \(first - 1) was on the disk: "
                + "it must be removed too where this is cut")
    }

    /// What must stand at the beginning of a segment, and nowhere else.
    static func isPlausible(_ record: JournalRecord, at place: Int) -> Bool {
        switch record.content {
        case .run: place != 1
        case .checkpoint: place == 1
        case .entry, .ended: place > 1
        }
    }

    private func checkOlder(_ folder: JournalFolder) throws(JournalError) {
        guard let journal = self.journal else { return }
        var isOldest = true
        for (segment, following) in zip(self.segments, self.segments.dropFirst()) {
            do throws(JournalError) {
                try Self.check(segment, of: journal, upTo: following.first, folder)
                isOldest = false
            } catch {
                // Who only looks may find that the writer has just deleted it, as the oldest are.
                guard isOldest, case .system = error, JournalFolder.isGone(segment.path) else { throw error }
            }
        }
    }

    private static func check(
        _ segment: JournalFolder.Segment, of journal: UInt64, upTo next: UInt64, _ folder: JournalFolder
    ) throws(JournalError) {
        switch try SegmentReader.open(segment.path) {
        case .unborn:
            throw .corrupt(file: segment.path, offset: 0, sequence: segment.first, what: "the header is not there")
        case .damaged(let what):
            throw .corrupt(file: segment.path, offset: 0, sequence: segment.first, what: what)
        case .reader(let reader):
            if reader.header.journal != journal { throw .foreign(file: segment.path) }
            if reader.header.first != segment.first {
                throw .corrupt(
                    file: segment.path, offset: 24, sequence: segment.first,
                    what: "it begins with record \(reader.header.first), and its name says otherwise")
            }
            try self.check(reader, upTo: next, folder)
        }
    }

    /// What stands behind the record at which the next segment goes on was never durable, and was written again there.
    private static func check(
        _ reader: SegmentReader, upTo next: UInt64, _ folder: JournalFolder
    ) throws(JournalError) {
        while reader.sequence < next {
            switch try reader.next() {
            case .record: continue
            case .end: throw .missing(folder: folder.path, sequence: reader.sequence, next: next)
            case .damaged(let what):
                throw .corrupt(file: reader.path, offset: reader.offset, sequence: reader.sequence, what: what)
            }
        }
    }
}
