import Glibc

/// Why a result can't be written where it was to go.
public struct OutputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The path as it was given.
    public let path: String
    /// The system's number of the reason.
    public let code: Int32

    /// What happened, and what to do.
    public var description: String {
        // SAFETY: strerror gives a constant text, or one of this thread, which is copied at once.
        let reason = unsafe strerror(self.code).map { unsafe String(cString: $0) } ?? "error \(self.code)"
        return "\(self.path) can't be written: \(reason): \(self.advice)"
    }

    private var advice: String {
        switch self.code {
        case ENOENT, ENOTDIR: "make its folder first, or name another file"
        case EISDIR: "name a file in it"
        case EACCES, EPERM, EROFS: "name a file that you may write"
        case ENOSPC, EDQUOT, EFBIG: "make room, or name another file"
        case ESPIPE: "name a file: this is written back to front at the end, which a pipe can't take"
        default: "name another file"
        }
    }
}
