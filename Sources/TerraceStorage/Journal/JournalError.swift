/// Why a journal can't be opened, read or written.
public enum JournalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process, or another journal in this one, writes to the folder.
    case locked(folder: String, process: Int32?)
    /// The system refused an operation.
    case system(what: String, path: String, reason: String)
    /// A record in the middle is damaged: what comes behind it was durable, so that this is no torn tail.
    case corrupt(file: String, offset: Int, sequence: UInt64, what: String)
    /// A file was written by a newer program.
    case newerVersion(file: String, version: Int, known: Int)
    /// A file belongs to another journal.
    case foreign(file: String)
    /// Records are missing: those from `sequence` up to `next`, where the following segment begins.
    case missing(folder: String, sequence: UInt64, next: UInt64)
    /// The reader was to begin behind the end.
    case beyondEnd(folder: String, asked: UInt64, last: UInt64)
    /// The oldest segment that is there holds nothing sound, and those before it are gone.
    case nothingBefore(file: String, sequence: UInt64)
    /// There is no journal.
    case empty(folder: String)
    /// The run can't go on from what was recorded.
    case ledger(LedgerError)
    /// What describes the run, or follows from the records, is larger than a record may be.
    case tooLarge(what: String, bytes: Int, limit: Int)
    /// The journal was closed while records waited that can't be written.
    case notWritten(folder: String, records: Int, reason: String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .locked(let folder, let process):
            """
            journal \(folder): \(process.map { "process \($0)" } ?? "another process") writes to it: end that run, or give this \
            one a folder of its own
            """
        case .system(let what, let path, let reason):
            "journal: can't \(what) \(path): \(reason)"
        case .corrupt(let file, let offset, let sequence, let what):
            """
            journal: \(file) is damaged at byte \(offset), record \(sequence): \(what). Records behind it are sound, so that this \
            is no interrupted write. Put a sound copy of the file in its place. Without one: move this file and all older ones \
            away if newer ones are there, which hold all positions; if it is the newest, `truncate -s \(offset)` drops record \
            \(sequence) and all behind it, and fills since the last known mark are asked for again. Then `terrace journal verify`
            """
        case .newerVersion(let file, let version, let known):
            "journal: \(file) has format \(version), and this program knows up to \(known): use the program that wrote it, or a newer one"
        case .foreign(let file):
            "journal: \(file) belongs to another journal than the files beside it: move it away"
        case .missing(let folder, let sequence, let next):
            """
            journal \(folder): records \(sequence) to \(next - 1) are missing: put the segments that held them back, or move all \
            older ones away (each segment begins with all positions)
            """
        case .beyondEnd(let folder, let asked, let last):
            """
            journal \(folder): reading was to go on at record \(asked), and the last one is \(last): this is not the journal that \
            was read before, or its end was lost
            """
        case .nothingBefore(let file, let sequence):
            """
            journal: \(file) was begun and holds nothing sound, and the segments before it, with records up to \(sequence - 1), are \
            not there: put them back. Without them nothing is known of positions and orders: to begin a new journal all the same, \
            move this file away too
            """
        case .empty(let folder):
            "journal \(folder): there is none"
        case .ledger(let error):
            error.description
        case .tooLarge(let what, let bytes, let limit):
            "journal: \(what) takes \(bytes) bytes, and a record holds \(limit): split the configuration over several instances"
        case .notWritten(let folder, let records, let reason):
            "journal \(folder): \(records) records could not be written before the end: \(reason)"
        }
    }
}
