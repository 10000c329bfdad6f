import TerraceCore

/// Looks through a journal for people, by rows: all of it, its end, and what is added. Only reads, also while a run writes it.
public final class JournalBrowser {
    private let folder: JournalFolder
    private let filter: JournalFilter
    private var reader: JournalReader
    private var names = JournalNames()
    private var notes: [String] = []

    /// The rows of the journal in `folder` that `filter` wants.
    ///
    /// - Throws: where there is no journal, or it can't be read.
    public init(folder: String, filter: JournalFilter = JournalFilter()) throws(JournalError) {
        self.folder = JournalFolder(path: folder)
        self.filter = filter
        self.reader = try Self.reader(self.folder, filter)
    }

    private static func reader(
        _ folder: JournalFolder, _ filter: JournalFilter
    ) throws(JournalError) -> JournalReader {
        while true {
            let segments = try folder.segments()
            guard let oldest = segments.first else { throw .empty(folder: folder.path) }
            do throws(JournalError) {
                var start = oldest
                if let from = filter.from, let later = try Self.segment(before: from, segments) { start = later }
                return try JournalReader(folder: folder.path, from: start.first)
            } catch {
                // The writer deletes the oldest while others read.
                if try folder.segments().first == oldest { throw error }
            }
        }
    }

    /// The newest segment that was begun a while before `moment`: no record in the ones before it is as late, even where clocks were
    /// set back by some seconds.
    private static func segment(
        before moment: Timestamp, _ segments: [JournalFolder.Segment]
    ) throws(JournalError) -> JournalFolder.Segment? {
        let margin: Int64 = 600_000_000_000
        for segment in segments.reversed() {
            guard case .reader(let reader) = try SegmentReader.open(segment.path) else { continue }
            if reader.header.created < moment.nanoseconds - margin { return segment }
        }
        return nil
    }

    /// Whether `folder` holds segments of a journal.
    public static func isJournal(_ folder: String) throws(JournalError) -> Bool {
        try !JournalFolder(path: folder).segments().isEmpty
    }

    /// What a person should know of the reading, oldest first, each once.
    public func takeNotes() -> [String] {
        defer { self.notes = [] }
        return self.notes
    }

    /// The next row; nil where there is none yet.
    ///
    /// - Throws: where the journal is damaged, with the place.
    public func next() throws(JournalError) -> JournalRow? {
        while true {
            let before = self.reader.sequence
            let record: JournalRecord?
            do throws(JournalError) {
                record = try self.reader.next()
            } catch {
                if try self.goesOnBehindDeleted(error) { continue }
                throw error
            }
            guard let record else { return nil }
            if record.sequence < before {
                self.notes.append(
                    "the disk failed at record \(record.sequence): what was shown from there on was written anew, and follows once more"
                )
            }
            if let row = self.names.row(of: record, self.filter) { return row }
        }
    }

    /// Whether the segment that was due has just been deleted because newer ones fill the room: then the oldest one left is next.
    private func goesOnBehindDeleted(_ error: JournalError) throws(JournalError) -> Bool {
        switch error {
        case .system, .missing: break
        case .locked, .corrupt, .newerVersion, .foreign, .beyondEnd, .nothingBefore, .empty, .ledger, .tooLarge,
            .notWritten:
            return false
        }
        let due = self.reader.sequence
        while true {
            guard let oldest = try self.folder.segments().first, oldest.first > due else { return false }
            do throws(JournalError) {
                self.reader = try JournalReader(folder: self.folder.path, from: oldest.first)
                self.notes.append("records \(due) to \(oldest.first - 1) were deleted meanwhile, as the oldest are")
                return true
            } catch {
                // That one too may be gone by now.
                if try self.folder.segments().first == oldest { throw error }
            }
        }
    }

    /// The last `count` rows, oldest first; then `next` gives what is added.
    ///
    /// Reads whole segments, the newest first, until there are enough.
    public func last(_ count: Int) throws(JournalError) -> [JournalRow] {
        var all: [JournalRow] = []
        var end = UInt64.max
        for segment in try self.folder.segments().reversed() {
            let reader: JournalReader
            var names = JournalNames()
            var rows: [JournalRow] = []
            do throws(JournalError) {
                reader = try JournalReader(folder: self.folder.path, from: segment.first)
                while reader.sequence < end, let record = try reader.next() {
                    if let row = names.row(of: record, self.filter) { rows.append(row) }
                    // Twice as many as wanted are held at most.
                    if rows.count >= 2 * max(1, count) { rows.removeFirst(rows.count - count) }
                }
            } catch {
                // The writer deletes the oldest while others read: there are no more.
                if JournalFolder.isGone(segment.path), end != .max { break }
                throw error
            }
            if end == .max { (self.reader, self.names) = (reader, names) }
            all = rows.suffix(count - all.count) + all
            if all.count >= count { break }
            if let from = self.filter.from, let first = rows.first, first.time < from { break }
            end = segment.first
        }
        return all
    }
}
