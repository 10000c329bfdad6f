import Glibc

/// Where a run's result goes. It is tried before the run, so that hours of it are not lost to a wrong name.
///
/// Symbolic links are followed. A regular file, or one that is not there yet, is written beside its place and renamed into it,
/// so that it is there whole or not at all, with the permissions of the file it replaces. Anything else (a pipe, a device),
/// and whatever standard output or standard error is, is opened at once and written in place.
public final class OutputFile {
    private let path: String
    private let target: String
    private let isInPlace: Bool
    private let mode: mode_t?  // Of the file that is replaced.
    private var file: Int32 = -1
    private var partial: String?

    /// Finds out whether `path` can be written.
    public init(path: String) throws(OutputError) {
        self.path = path
        if path.isEmpty { throw OutputError(path: path, code: ENOENT) }
        self.target = try Self.target(of: path)
        var found = stat()
        // SAFETY: the path and the structure live through the call; so in all calls below.
        let isThere = unsafe stat(path, &found) == 0
        if !isThere, errno != ENOENT { throw OutputError(path: path, code: errno) }
        let standard = isThere ? Self.standard(found) : nil
        self.isInPlace = standard != nil || (isThere && found.st_mode & S_IFMT != S_IFREG)
        self.mode = isThere ? found.st_mode & 0o7777 : nil
        if let standard {
            self.file = dup(standard)
        } else if self.isInPlace {
            self.file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        } else if isThere, unsafe access(path, W_OK) != 0 {
            throw OutputError(path: path, code: errno)
        } else {
            try self.begin()
            self.abandon()
            return
        }
        if self.file < 0 { throw OutputError(path: path, code: errno) }
    }

    deinit { self.abandon() }

    /// Writes `bytes`, and that is all of it.
    public func write(_ bytes: [UInt8]) throws(OutputError) {
        try self.begin()
        try self.append(bytes)
        try self.finish()
    }

    /// Opens what is written to, where that is not open yet.
    func begin() throws(OutputError) {
        if self.file >= 0 { return }
        for number in 0..<64 {
            let name = "\(self.target).\(getpid())-\(number).partial"
            self.file = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if self.file >= 0 {
                self.partial = name
                if let mode = self.mode { _ = fchmod(self.file, mode) }
                return
            }
            if errno != EEXIST { break }  // Otherwise left over from a run that was killed.
        }
        throw OutputError(path: self.path, code: errno)
    }

    /// Adds `bytes`.
    func append(_ bytes: [UInt8]) throws(OutputError) {
        if self.isInPlace { fflush(nil) }  // It may be standard output, where what was printed comes first.
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { content in
                // Within the bytes: start is below their count.
                unsafe Glibc.write(self.file, content.baseAddress?.advanced(by: start), content.count - start)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw OutputError(path: self.path, code: errno) }
            start += written
        }
    }

    /// Goes back to the beginning.
    func rewind() throws(OutputError) {
        guard lseek(self.file, 0, SEEK_SET) == 0 else { throw OutputError(path: self.path, code: errno) }
    }

    /// Gives the file its name.
    func finish() throws(OutputError) {
        if let partial = self.partial {
            guard unsafe rename(partial, self.target) == 0 else { throw OutputError(path: self.path, code: errno) }
            self.partial = nil
        }
        let file = self.file
        self.file = -1
        // Some systems tell only now that there was no room.
        if close(file) != 0, errno != EINTR { throw OutputError(path: self.path, code: errno) }
    }

    private func abandon() {
        if self.file >= 0 { close(self.file) }
        self.file = -1
        if let partial = self.partial { _ = unsafe unlink(partial) }
        self.partial = nil
    }

    /// The descriptor of standard output or standard error, where it is the file found.
    private static func standard(_ found: stat) -> Int32? {
        [STDOUT_FILENO, STDERR_FILENO].first { descriptor in
            var open = stat()
            return unsafe fstat(descriptor, &open) == 0 && open.st_dev == found.st_dev && open.st_ino == found.st_ino
        }
    }

    /// Where symbolic links at the end of `path` lead, whether or not there is something.
    private static func target(of path: String) throws(OutputError) -> String {
        var target = path
        for _ in 0..<40 {
            var link = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = unsafe link.withUnsafeMutableBytes { bytes -> Int in
                guard let base = bytes.baseAddress else { return -1 }
                return unsafe readlink(target, base.assumingMemoryBound(to: CChar.self), bytes.count)
            }
            if count < 0 { return target }
            let next = String(decoding: link.prefix(count), as: UTF8.self)
            if next.hasPrefix("/") {
                target = next
            } else {
                target = target.lastIndex(of: "/").map { String(target[...$0]) + next } ?? next
            }
        }
        throw OutputError(path: path, code: ELOOP)
    }
}
