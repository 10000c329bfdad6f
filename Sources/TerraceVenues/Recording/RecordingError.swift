/// Why a recording can't be read on, with the file and, where there is one, the line.
public enum RecordingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is not there or can't be opened. `reason` is the system's.
    case cannotOpen(file: String, reason: String)
    /// The file can't be read on. `reason` is the system's.
    case cannotRead(file: String, line: Int, reason: String)
    /// The name ends in `.gz`, the content is not gzip.
    case notGzip(file: String)
    /// The gzip data ends before its end.
    case truncated(file: String, line: Int)
    /// The gzip data is damaged.
    case damaged(file: String, line: Int, reason: String)
    /// There is no record in the file.
    case empty(file: String)
    /// A line is not `<nanoseconds> <kind> <text>`.
    case badLine(file: String, line: Int, expected: String)
    /// A kind that is none of `<`, `>` and `h`.
    case unknownKind(file: String, line: Int, kind: UInt8)
    /// A line is longer than `limit` bytes.
    case lineTooLong(file: String, line: Int, limit: Int)
    /// A record is more than a second older than the one before it.
    case timeWentBack(file: String, line: Int, nanoseconds: Int64)
    /// A record's time is after the year 2199.
    case timeTooLate(file: String, line: Int, nanoseconds: Int64)

    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .cannotOpen(let file, let reason): "\(file): \(reason)"
        case .cannotRead(let file, let line, let reason): "\(file):\(line): reading stopped: \(reason)"
        case .notGzip(let file): "\(file): the name ends in .gz, but this is not gzip data"
        case .truncated(let file, let line):
            "\(file):\(line): the gzip data ends too early: the file is cut off, copy it again"
        case .damaged(let file, let line, let reason):
            "\(file):\(line): the gzip data is damaged (\(reason)): copy the file again"
        case .empty(let file): "\(file): there is no record in this file"
        case .badLine(let file, let line, let expected): "\(file):\(line): expected \(expected)"
        case .unknownKind(let file, let line, let kind):
            "\(file):\(line): unknown kind \(Self.quoted(kind)); kinds are \"<\", \">\" and \"h\""
        case .lineTooLong(let file, let line, let limit): "\(file):\(line): the line is longer than \(limit) bytes"
        case .timeWentBack(let file, let line, let nanoseconds):
            "\(file):\(line): this record is \(nanoseconds / 1_000_000) ms older than the one before: "
                + "give the files in the order in which they were recorded"
        case .timeTooLate(let file, let line, let nanoseconds):
            "\(file):\(line): the time \(nanoseconds) is later than 2200-01-01: times are nanoseconds since 1970"
        }
    }

    private static func quoted(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? "\"\(Unicode.Scalar(byte))\"" : "byte \(byte)"
    }
}
