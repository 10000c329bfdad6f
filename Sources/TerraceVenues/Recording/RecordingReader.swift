import Glibc
public import TerraceCore

/// Reads recordings of a venue's traffic, several files in order as one stream, record by record.
///
/// A file is plain or gzip (also of several members); a record is a line `<receive time, ns since 1970> <kind> <text>`, and a
/// reply's text is `<url> <body>`. The current record lies in place in `buffer`; nothing is made of it. Memory is bounded by
/// the longest line.
///
/// Time never goes back: a record up to a second older than the one before it, as merged connections have, is given that
/// one's time and counted; more is an error, because then the files are in the wrong order.
public struct RecordingReader: ~Copyable {
    /// The longest line, in bytes: a message of the largest size and its frame.
    public static let longestLine = WireLimits.messageBytes + 4_096
    /// How far back a record's time may lie, in nanoseconds.
    public static let mostNanosecondsBack: Int64 = 1_000_000_000
    /// The latest time of a record, 2200-01-01: timers and reports after it are still far from the end of 64 bits, in 2262.
    public static let latestTime = Timestamp(nanoseconds: 7_258_118_400_000_000_000)

    /// Where the current record lies, beside whatever was read with it.
    public private(set) var buffer: [UInt8]
    /// The kind of the current record.
    public private(set) var kind: RecordKind = .received
    /// When the current record was received; never before the one before it.
    public private(set) var time: Timestamp = .distantPast
    /// The address of a reply within `buffer`; empty for messages.
    public private(set) var url: Range<Int> = 0..<0
    /// The message, or the body of a reply, within `buffer`.
    public private(set) var text: Range<Int> = 0..<0
    /// How many records have been read.
    public private(set) var records = 0
    /// How many of them were older than the one before and were given its time.
    public private(set) var timesHeld = 0
    /// The file that the current record is from.
    public private(set) var file = ""
    /// The line of the current record in its file, from 1.
    public private(set) var line = 0

    private let files: [String]
    private var nextFile = 0
    private var input: GzipFile?
    private var start = 0  // What has been read and not been given out is buffer[start..<end].
    private var end = 0
    private var scanned = 0  // No line ends before this.

    /// A reader of the files at `files`, in this order. Nothing is opened before the first record is asked for.
    public init(files: [String]) {
        self.files = files
        self.buffer = Array(repeating: 0, count: 1 << 16)
    }

    /// Goes on to the next record.
    ///
    /// - Returns: False at the end of the last file.
    /// - Throws: `RecordingError`. The records before it were good; the reader can't go on after it.
    public mutating func next() throws(RecordingError) -> Bool {
        while true {
            if self.input == nil {
                guard self.nextFile < self.files.count else { return false }
                try self.open(self.files[self.nextFile])
                self.nextFile += 1
            }
            if let range = try self.nextLine() {
                try self.parse(range)
                self.records += 1
                return true
            }
            if self.line == 0 { throw .empty(file: self.file) }
            self.input = nil
        }
    }

    private mutating func open(_ path: String) throws(RecordingError) {
        self.file = path
        self.line = 0
        self.start = 0
        self.end = 0
        self.scanned = 0
        do throws(GzipFile.Failure) {
            self.input = try GzipFile(path: path)
        } catch {
            throw .cannotOpen(file: path, reason: Self.reason(error))
        }
    }

    /// The next line without its end, or nil at the end of the file.
    private mutating func nextLine() throws(RecordingError) -> Range<Int>? {
        while true {
            if let newline = self.newline() {
                let range = self.start..<newline
                self.scanned = newline + 1
                self.start = self.scanned
                self.line += 1
                return range
            }
            self.scanned = self.end
            guard self.end - self.start <= Self.longestLine else {
                throw .lineTooLong(file: self.file, line: self.line + 1, limit: Self.longestLine)
            }
            if try !self.fill() {
                guard self.start < self.end else { return nil }
                let range = self.start..<self.end  // A last line without its end: whole, the file's end was sound.
                self.start = self.end
                self.line += 1
                return range
            }
        }
    }

    /// Where the next line ends, if it has been read so far. A byte at a time took a sixth of a replay.
    private func newline() -> Int? {
        unsafe self.buffer.withUnsafeBytes { bytes in
            // SAFETY: `scanned..<end` is within the buffer, which lives through the call.
            guard self.scanned < self.end, let base = bytes.baseAddress,
                let found = unsafe memchr(base + self.scanned, 0x0A, self.end - self.scanned)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Reads more behind what is left.
    ///
    /// - Returns: False at the end of the file.
    private mutating func fill() throws(RecordingError) -> Bool {
        if self.start > 0 {
            let left = self.end - self.start
            for index in 0..<left { self.buffer[index] = self.buffer[self.start + index] }
            self.scanned -= self.start
            self.start = 0
            self.end = left
        }
        if self.end == self.buffer.count {
            self.buffer.append(contentsOf: repeatElement(0, count: self.buffer.count))
        }
        let isFirst = self.line == 0 && self.end == 0
        var count = 0
        do throws(GzipFile.Failure) {
            count = try self.input?.read(into: &self.buffer, at: self.end) ?? 0
        } catch {
            switch error {
            case .truncated: throw .truncated(file: self.file, line: self.line + 1)
            case .damaged(let reason): throw .damaged(file: self.file, line: self.line + 1, reason: reason)
            case .system(let reason): throw .cannotRead(file: self.file, line: self.line + 1, reason: reason)
            }
        }
        if isFirst, count > 0, self.file.hasSuffix(".gz"), self.input?.isPlain ?? false {
            throw .notGzip(file: self.file)
        }
        self.end += count
        return count > 0
    }

    private static func reason(_ failure: GzipFile.Failure) -> String {
        switch failure {
        case .truncated: "the gzip data ends too early"
        case .damaged(let reason), .system(let reason): reason
        }
    }

    // MARK: A line

    private mutating func parse(_ range: Range<Int>) throws(RecordingError) {
        var place = range.lowerBound
        var nanoseconds: Int64 = 0
        while place < range.upperBound, self.buffer[place] &- 0x30 <= 9 {
            let (tens, overflow) = nanoseconds.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(Int64(self.buffer[place] &- 0x30))
            if overflow || carried { throw self.bad("a time in nanoseconds since 1970 below 2^63") }
            nanoseconds = sum
            place += 1
        }
        guard place > range.lowerBound else { throw self.bad("a time in nanoseconds since 1970") }
        place = try self.blank(at: place, in: range, after: "the time")
        guard place < range.upperBound else { throw self.bad("a kind after the time") }
        guard let kind = RecordKind(rawValue: self.buffer[place]) else {
            throw .unknownKind(file: self.file, line: self.line, kind: self.buffer[place])
        }
        place = try self.blank(at: place + 1, in: range, after: "the kind")
        self.url = place..<place
        if kind == .reply {
            let start = place
            while place < range.upperBound, self.buffer[place] != 0x20 { place += 1 }
            self.url = start..<place
            place = try self.blank(at: place, in: range, after: "the url of a reply")
        }
        self.kind = kind
        self.text = place..<range.upperBound
        try self.setTime(Timestamp(nanoseconds: nanoseconds))
    }

    /// Walks over the blank that must stand at `place`.
    private func blank(at place: Int, in range: Range<Int>, after what: String) throws(RecordingError) -> Int {
        guard place < range.upperBound, self.buffer[place] == 0x20 else { throw self.bad("one blank after \(what)") }
        return place + 1
    }

    private mutating func setTime(_ time: Timestamp) throws(RecordingError) {
        guard time <= Self.latestTime else {
            throw .timeTooLate(file: self.file, line: self.line, nanoseconds: time.nanoseconds)
        }
        if time >= self.time {
            self.time = time
            return
        }
        let back = self.time.nanoseconds(since: time)  // Both are at least zero: no wrap.
        guard back <= Self.mostNanosecondsBack else {
            throw .timeWentBack(file: self.file, line: self.line, nanoseconds: back)
        }
        self.timesHeld += 1
    }

    private func bad(_ expected: String) -> RecordingError {
        .badLine(file: self.file, line: self.line, expected: expected)
    }
}
