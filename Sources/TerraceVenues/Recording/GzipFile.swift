internal import CZlib
import Glibc

/// An open file that is read front to back; gzip data, also of several members, is unpacked on the way.
///
/// Memory is zlib's window and its 64 KiB buffer, whatever the file's size.
@safe
struct GzipFile: ~Copyable {
    /// What a read came to.
    enum Failure: Error {
        case truncated
        case damaged(String)
        case system(String)
    }

    // SAFETY: the handle comes from gzopen, is not null, is used by this owner alone and closed once, in deinit.
    private let handle: gzFile

    /// Opens the file at `path`.
    ///
    /// - Throws: `Failure.system` with the system's reason.
    init(path: String) throws(Failure) {
        // SAFETY: both strings live through the call.
        errno = 0
        guard let handle = unsafe gzopen(path, "rbe") else {
            throw .system(errno == 0 ? "not enough memory" : Self.reason(errno))
        }
        unsafe self.handle = handle
        // SAFETY: nothing has been read yet, which is when the size of the buffer may be set.
        _ = unsafe gzbuffer(handle, 1 << 16)
    }

    deinit {
        // SAFETY: the owner's end: nobody uses the handle after.
        _ = unsafe gzclose_r(self.handle)
    }

    /// Whether the content is not gzip and is handed out as it is. Right once something has been read.
    var isPlain: Bool {
        // SAFETY: the handle is open.
        unsafe gzdirect(self.handle) == 1
    }

    /// Reads into `buffer` from `start` on, as much as fits or is left.
    ///
    /// - Returns: How many; 0 at the end of the file.
    mutating func read(into buffer: inout [UInt8], at start: Int) throws(Failure) -> Int {
        let room = min(buffer.count - start, 1 << 30)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes -> Int32 in
            // SAFETY: `room` bytes from `start` on are within the buffer, which lives through the call.
            guard room > 0, let base = bytes.baseAddress else { return 0 }
            return unsafe gzread(self.handle, base + start, UInt32(room))
        }
        var code: Int32 = Z_OK
        // SAFETY: the handle is open; the text belongs to it and is copied before the next call.
        let text = unsafe gzerror(self.handle, &code).map { unsafe String(cString: $0) } ?? ""
        switch code {
        case Z_OK, Z_STREAM_END: return Int(max(0, count))
        case Z_BUF_ERROR: throw .truncated
        case Z_ERRNO: throw .system(Self.reason(errno))
        default: throw .damaged(text)
        }
    }

    private static func reason(_ code: Int32) -> String {
        // SAFETY: strerror gives a constant text, or one of this thread, which is copied at once.
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
