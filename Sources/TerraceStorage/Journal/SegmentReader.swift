internal import Glibc
import TerraceCore

/// Reads the records of one segment, one after the other, also while it is being written.
@safe
final class SegmentReader {
    /// A record whose checksum is right. Its payload is in the reader until the next step.
    struct Raw {
        var kind: JournalKind
        var startsBatch: Bool
        var sequence: UInt64
        var time: Timestamp
        var offset: Int
        var start: Int
        var end: Int
    }
    /// What comes next.
    enum Step {
        case record(Raw)
        /// Nothing: the file ends behind the last record.
        case end
        /// No sound record: cut short, damaged, or not written completely yet.
        case damaged(String)
    }

    let path: String
    let header: SegmentHeader
    private let descriptor: Int32
    private let seed: UInt32
    private var bytes = JournalBytes([])
    /// Where in the file the bytes that were read end.
    private var readTo: Int
    /// The number that the next record must have.
    private(set) var sequence: UInt64

    private static let window = 1 << 18

    deinit { _ = Glibc.close(self.descriptor) }

    private init(path: String, header: SegmentHeader, descriptor: Int32) {
        self.path = path
        self.header = header
        self.descriptor = descriptor
        self.seed = SegmentHeader.seed(of: header.journal)
        self.readTo = SegmentHeader.size
        self.sequence = header.first
    }

    /// What opening a segment came to.
    enum Opening {
        case reader(SegmentReader)
        /// It was created and nothing more: the header is not there, and nothing that was ever durable is.
        case unborn
        case damaged(String)
    }

    /// Opens the segment at `path`.
    ///
    /// - Parameter journal: Whose it must be, where that is known: by this what an interrupted write left instead of a header is told
    ///   from a header that was damaged later.
    static func open(_ path: String, journal: UInt64? = nil) throws(JournalError) -> Opening {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .system(what: "open", path: path, reason: JournalFiles.reason(errno)) }
        var first = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe first.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        if count < 0 {
            let code = errno
            _ = Glibc.close(descriptor)
            throw .system(what: "read", path: path, reason: JournalFiles.reason(code))
        }
        first.removeSubrange(count...)
        switch SegmentHeader.read(first) {
        case .header(let header):
            return .reader(SegmentReader(path: path, header: header, descriptor: descriptor))
        case .newer(let version):
            _ = Glibc.close(descriptor)
            throw .newerVersion(file: path, version: version, known: Int(SegmentHeader.version))
        case .damaged(let what):
            let name = path.split(separator: "/").last.map { String($0) } ?? path
            // Closes the file at its end.
            let reader = SegmentReader(
                path: path,
                header: SegmentHeader(journal: journal ?? 0, first: SegmentName.first(of: name) ?? 1, created: 0),
                descriptor: descriptor)
            if count < SegmentHeader.size { return .unborn }
            if journal != nil { return try reader.verdict() == .tail ? .unborn : .damaged(what) }
            return try withExtendedLifetime(reader) { () throws(JournalError) in
                try Self.isBlank(descriptor, path) ? .unborn : .damaged(what)
            }
        }
    }

    /// Whether a file holds nothing but zeros: room that was given to it, and never written.
    private static func isBlank(_ descriptor: Int32, _ path: String) throws(JournalError) -> Bool {
        var bytes = [UInt8](repeating: 0, count: Self.window)
        var from = 0
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, $0.count, from)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(what: "read", path: path, reason: JournalFiles.reason(errno))
            }
            if count == 0 { return true }
            if !bytes[..<count].allSatisfy({ $0 == 0 }) { return false }
            from += count
        }
    }

    /// Where in the file the next record begins.
    var offset: Int { self.readTo - self.bytes.left }

    /// The size of the file now.
    var fileSize: Int {
        var status = stat()
        return unsafe fstat(self.descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Sees to it that `count` bytes are at hand; false where the file has no more.
    private func ensure(_ count: Int) throws(JournalError) -> Bool {
        while self.bytes.left < count {
            // No more room than there is to read: a small segment costs no large window.
            let room = max(count - self.bytes.left, min(Self.window, self.fileSize - self.readTo))
            let start = self.bytes.makeRoom(room)
            let (descriptor, from) = (self.descriptor, self.readTo)
            let read = unsafe self.bytes.fill(from: start) { memory in
                // SAFETY: the bytes are lent for the time of the call.
                unsafe pread(descriptor, memory.baseAddress, memory.count, from)
            }
            if read < 0 {
                if errno == EINTR { continue }
                throw .system(what: "read", path: self.path, reason: JournalFiles.reason(errno))
            }
            if read == 0 { return false }
            self.readTo += read
        }
        return true
    }

    /// Forgets what was read ahead: what is not complete yet may be another when it is looked at again.
    private func forget() {
        self.readTo = self.offset
        self.bytes.removeAll()
    }

    /// The next record, if there is one. After `end` and `damaged` it may be asked again.
    func next() throws(JournalError) -> Step {
        guard try self.ensure(JournalBuffer.recordFrame) else {
            let left = self.bytes.left
            self.forget()
            return left == 0 ? .end : .damaged("it is cut short")
        }
        let start = self.bytes.position
        let step = try self.read(at: start)
        if case .record = step { return step }
        self.forget()
        return step
    }

    private func read(at start: Int) throws(JournalError) -> Step {
        do {
            var start = start
            let word: UInt32 = try self.bytes.fixed()
            let length = Int(word & 0xFF_FFFF)
            let mark = UInt8(word >> 24)
            let sequence: UInt64 = try self.bytes.fixed()
            let time: Int64 = try self.bytes.fixed()
            self.bytes.position = start
            guard sequence == self.sequence else {
                return .damaged("record \(sequence) is where \(self.sequence) is due")
            }
            guard let kind = JournalKind(rawValue: mark & 0x7F) else {
                return .damaged("no record is of kind \(mark & 0x7F)")
            }
            guard try self.ensure(JournalBuffer.recordFrame + length) else { return .damaged("it is cut short") }
            start = self.bytes.position
            let end = start + JournalBuffer.recordHead + length
            let sum = self.bytes.checksum(from: start, count: end - start, seed: self.seed)
            self.bytes.position = end
            guard try self.bytes.fixed() == sum else {
                self.bytes.position = start
                return .damaged("the checksum is wrong")
            }
            let offset = self.offset - JournalBuffer.recordFrame - length
            self.sequence += 1
            return .record(
                Raw(
                    kind: kind, startsBatch: mark & 0x80 != 0, sequence: sequence, time: Timestamp(nanoseconds: time),
                    offset: offset, start: start + JournalBuffer.recordHead, end: end))
        } catch let error as JournalError {
            throw error
        } catch {
            return .damaged("it is cut short")
        }
    }

    /// What a record that was just read says.
    ///
    /// - Throws: `corrupt` where its checksum is right and its content makes no sense.
    func decode(_ raw: Raw) throws(JournalError) -> JournalRecord {
        let (position, limit) = (self.bytes.position, self.bytes.limit)
        self.bytes.position = raw.start
        self.bytes.limit = raw.end
        defer { (self.bytes.position, self.bytes.limit) = (position, limit) }
        do throws(MalformedBytes) {
            let content: JournalRecord.Content
            switch raw.kind {
            case .run: content = .run(try RunDescription(&self.bytes), begins: true)
            case .description: content = .run(try RunDescription(&self.bytes), begins: false)
            case .checkpoint: content = .checkpoint(try Ledger(&self.bytes))
            case .ended: content = .ended
            case .trade, .order, .balance, .fillsKnown, .connection, .control, .book, .turn, .command, .fact,
                .stateHash:
                guard let entry = try JournalContent(raw.kind, &self.bytes, time: raw.time) else {
                    throw MalformedBytes(what: "it is no entry")
                }
                content = .entry(entry)
            }
            try self.bytes.end()
            return JournalRecord(sequence: raw.sequence, time: raw.time, content: content)
        } catch {
            throw .corrupt(
                file: self.path, offset: raw.offset, sequence: raw.sequence,
                what: "its checksum is right, and yet \(error.what)")
        }
    }

    /// What is wrong at the next record, where `next` found it damaged.
    enum Verdict {
        /// A torn tail: nothing behind it was ever durable.
        case tail
        /// It was durable once: this is damage.
        case damage
        /// Nothing any more: it was being written when it was looked at.
        case mended
    }

    /// Tells a torn tail from damage. (A batch is written only after the one before it is on the disk; so where a sound one stands
    /// behind, what is here was durable.)
    func verdict() throws(JournalError) -> Verdict {
        if try !self.hasLaterBatch() { return .tail }
        // Between the two looks a writer may have completed what was incomplete, and more behind it.
        guard case .record(let raw) = try self.next() else { return .damage }
        self.sequence = raw.sequence
        self.readTo = raw.offset
        self.bytes.removeAll()
        return .mended
    }

    /// Whether a sound record that begins a batch stands anywhere behind the next record.
    private func hasLaterBatch() throws(JournalError) -> Bool {
        self.forget()
        var from = self.offset
        var place = 1
        while true {
            var rest = JournalBytes([])
            try self.read(into: &rest, from: from)
            let total = rest.limit
            while place + JournalBuffer.recordFrame <= total {
                if rest.bytes[place + 3] & 0x80 != 0, self.isSound(rest, at: place, total) { return true }
                place += 1
            }
            if total < Self.stretch { return false }
            // The longest record may stand across the end of what was looked at.
            from += Self.stretch - JournalBuffer.recordLimit - JournalBuffer.recordFrame
            place = 0
        }
    }

    /// How much is looked at together.
    private static let stretch = 1 << 26

    private func read(into rest: inout JournalBytes, from: Int) throws(JournalError) {
        while rest.limit < Self.stretch {
            let left = max(1, self.fileSize - from - rest.limit)
            let start = rest.makeRoom(min(1 << 20, left, Self.stretch - rest.limit))
            let (descriptor, at) = (self.descriptor, from + start)
            let count = unsafe rest.fill(from: start) { memory in
                // SAFETY: the bytes are lent for the time of the call.
                unsafe pread(descriptor, memory.baseAddress, memory.count, at)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(what: "read", path: self.path, reason: JournalFiles.reason(errno))
            }
            if count == 0 { return }
        }
    }

    private func isSound(_ bytes: JournalBytes, at place: Int, _ total: Int) -> Bool {
        var bytes = bytes
        bytes.position = place
        guard let word = try? bytes.fixed(UInt32.self), let sequence = try? bytes.fixed(UInt64.self),
            JournalKind(rawValue: UInt8(word >> 24) & 0x7F) != nil, sequence > self.sequence,
            sequence - self.sequence <= 1 << 32
        else { return false }
        let end = place + JournalBuffer.recordHead + Int(word & 0xFF_FFFF)
        guard end + 4 <= total else { return false }
        bytes.position = end
        return (try? bytes.fixed(UInt32.self))
            == bytes.checksum(from: place, count: end - place, seed: self.seed)
    }
}
