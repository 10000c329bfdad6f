public import TerraceCore

/// What looking through a whole journal comes to: every record of every segment, its checksum, its meaning, and whether the
/// checkpoints are what follows from the records before them. Nothing is changed or locked.
public struct JournalVerification: Sendable {
    /// A segment.
    public struct Segment: Sendable, Equatable {
        /// Its path.
        public var file: String
        /// The number of its first record.
        public var first: UInt64
        /// The number of its last sound record; one below `first` where there is none.
        public var last: UInt64
        /// Their bytes, the header included.
        public var bytes: Int
        /// The time of its first record.
        public var from: Timestamp?
        /// The time of its last one.
        public var to: Timestamp?
        /// Whether all of it is sound.
        public var isSound = true

        /// How many records are sound.
        public var records: UInt64 { self.last + 1 - self.first }
    }

    /// The segments, oldest first.
    public private(set) var segments: [Segment] = []
    /// What is no damage and should be known: what an interrupted write left behind, who writes now.
    public private(set) var notes: [String] = []
    /// Damage, each with its place and the remedy.
    public private(set) var faults: [String] = []
    /// The process that writes to the journal now.
    public private(set) var writer: Int32?
    /// What follows from the records so far.
    private var ledger = Ledger()
    /// Whether none of them was damaged since the last checkpoint.
    private var isLedgerWhole = true
    private var journal: UInt64?
    private var endedInOrder = true
    private var due: UInt64?

    /// Whether nothing is damaged.
    public var isSound: Bool { self.faults.isEmpty }
    /// How many records are sound.
    public var records: UInt64 { self.segments.reduce(0) { $0 + $1.records } }
    /// Their bytes.
    public var bytes: Int { self.segments.reduce(0) { $0 + $1.bytes } }

    /// Looks through the journal in `folder`.
    ///
    /// - Throws: where there is none, or the folder can't be listed. Damage is no error here.
    public init(folder: String) throws(JournalError) {
        let place = JournalFolder(path: folder)
        self.writer = place.writer
        let segments = try place.segments()
        if segments.isEmpty { throw .empty(folder: folder) }
        for (index, segment) in segments.enumerated() {
            let next = index + 1 < segments.count ? segments[index + 1].first : nil
            do throws(JournalError) {
                try self.look(at: segment, next)
            } catch {
                // The oldest goes first: where one is gone by the writer's doing, all before it are.
                if case .system = error, JournalFolder.isGone(segment.path),
                    JournalFolder.isGone(segments[0].path)
                {
                    self.notes.append("\(segment.path): it was deleted meanwhile, as the oldest are")
                    (self.ledger, self.isLedgerWhole) = (Ledger(), false)
                    continue
                }
                self.fault(error, segment)
            }
        }
        if self.segments.isEmpty, self.faults.isEmpty, JournalFolder.isGone(segments[0].path) {
            // The writer was faster than this: all that was listed is gone.
            self = try JournalVerification(folder: folder)
            return
        }
        if let writer = self.writer {
            self.notes.append("process \(writer) is writing to it")
        } else if !self.endedInOrder, self.isSound, let last = self.segments.last?.last {
            self.notes.append("the last run did not end in order; its last record is \(last)")
        }
        let begun = try place.segments().filter { $0.first > segments[segments.count - 1].first }.count
        if begun > 0 { self.notes.append("\(begun) more segments were begun meanwhile; they were not looked at") }
    }

    private mutating func fault(_ error: JournalError, _ segment: JournalFolder.Segment) {
        self.faults.append(error.description)
        if self.segments.last?.file == segment.path { self.segments[self.segments.count - 1].isSound = false }
        (self.ledger, self.isLedgerWhole) = (Ledger(), false)
    }

    private mutating func look(at segment: JournalFolder.Segment, _ next: UInt64?) throws(JournalError) {
        let due = self.due
        self.due = next
        switch try SegmentReader.open(segment.path, journal: self.journal) {
        case .unborn:
            if next != nil {
                throw .corrupt(
                    file: segment.path, offset: 0, sequence: segment.first, what: "the header is not there")
            }
            if due == nil, segment.first > 1 { throw .nothingBefore(file: segment.path, sequence: segment.first) }
            self.notes.append("\(segment.path): it was being created; it holds nothing, and the next start removes it")
        case .damaged(let what):
            throw .corrupt(file: segment.path, offset: 0, sequence: segment.first, what: what)
        case .reader(let reader):
            self.segments.append(
                Segment(file: segment.path, first: segment.first, last: segment.first - 1, bytes: SegmentHeader.size))
            if reader.header.first != segment.first {
                throw .corrupt(
                    file: segment.path, offset: 24, sequence: segment.first,
                    what: "it begins with record \(reader.header.first), and its name says otherwise")
            }
            if let journal = self.journal, journal != reader.header.journal { throw .foreign(file: segment.path) }
            self.journal = reader.header.journal
            try self.read(reader, next)
        }
    }

    private mutating func read(_ reader: SegmentReader, _ next: UInt64?) throws(JournalError) {
        let place = self.segments.count - 1
        var records = 0
        while next.map({ reader.sequence < $0 }) ?? true {
            switch try reader.next() {
            case .record(let raw):
                let record = try reader.decode(raw)
                if !JournalRecovery.isPlausible(record, at: records) {
                    throw .corrupt(
                        file: reader.path, offset: raw.offset, sequence: raw.sequence,
                        what: "a segment begins with what its indices stand for and a checkpoint")
                }
                try self.follow(record, raw, reader.path)
                records += 1
                if self.segments[place].from == nil { self.segments[place].from = record.time }
                self.segments[place].to = record.time
                self.segments[place].last = record.sequence
                self.segments[place].bytes = reader.offset
                if case .ended = record.content { self.endedInOrder = true } else { self.endedInOrder = false }
            case .end:
                if let next {
                    throw .corrupt(
                        file: reader.path, offset: reader.offset, sequence: reader.sequence,
                        what: "it ends, and the next segment begins with record \(next)")
                }
                return
            case .damaged(let what):
                let offset = reader.offset
                if next == nil {
                    switch try reader.verdict() {
                    case .mended: continue
                    case .damage: break
                    case .tail:
                        if records < 2, place == 0, reader.header.first > 1 {
                            throw .nothingBefore(file: reader.path, sequence: reader.header.first)
                        }
                        self.noteTail(reader, offset, what)
                        return
                    }
                }
                throw .corrupt(file: reader.path, offset: offset, sequence: reader.sequence, what: what)
            }
        }
    }

    private mutating func noteTail(_ reader: SegmentReader, _ offset: Int, _ what: String) {
        let bytes = max(0, reader.fileSize - offset)
        let why = self.writer == nil ? "the last write was interrupted" : "a write is under way, or one was interrupted"
        self.notes.append(
            "\(reader.path): \(bytes) bytes behind record \(reader.sequence - 1), at byte \(offset), are not complete (\(what)): "
                + "\(why); the next start cuts them off")
    }

    /// Takes a record into the ledger, and compares that with the checkpoint where the record is one.
    private mutating func follow(
        _ record: JournalRecord, _ raw: SegmentReader.Raw, _ path: String
    ) throws(JournalError) {
        if case .checkpoint(let told) = record.content {
            if self.isLedgerWhole, self.segments.count > 1, Self.bytes(self.ledger) != Self.bytes(told) {
                throw .corrupt(
                    file: path, offset: raw.offset, sequence: raw.sequence,
                    what: "its checksum is right, and yet it is not what follows from the records before it")
            }
            // Behind damage this is where to go on from.
            self.isLedgerWhole = true
        }
        do { try self.ledger.apply(record) } catch { throw .ledger(error) }
    }

    private static func bytes(_ ledger: Ledger) -> [UInt8] {
        var buffer = JournalBuffer()
        ledger.encode(into: &buffer)
        return unsafe buffer.withBytes { unsafe Array($0) }
    }
}
