internal import Glibc

/// What a journal's writer does to files, so that a test can let any of it fail. Each returns what the system call does, or the
/// negative error number.
@safe
struct JournalFiles: Sendable {
    /// Creates a file that must not be there yet, for appending: its descriptor.
    var create: @Sendable (_ path: String) -> Int32
    /// Writes some of the bytes at the end: how many.
    var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
    /// Brings a file's content to the disk.
    var sync: @Sendable (_ descriptor: Int32) -> Int32
    /// Cuts a file.
    var truncate: @Sendable (_ descriptor: Int32, _ length: Int) -> Int32
    /// Closes a file.
    var close: @Sendable (_ descriptor: Int32) -> Void
    /// Removes a file.
    var remove: @Sendable (_ path: String) -> Int32
    /// Brings a folder's entries to the disk.
    var syncFolder: @Sendable (_ path: String) -> Int32

    /// Those of the system.
    static let system = unsafe JournalFiles(
        create: { path in
            let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
            return descriptor < 0 ? -errno : descriptor
        },
        write: { descriptor, bytes in
            // SAFETY: the caller lends the bytes for the time of the call.
            let count = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            return count < 0 ? -Int(errno) : count
        },
        sync: { fdatasync($0) == 0 ? 0 : -errno },
        truncate: { ftruncate($0, $1) == 0 ? 0 : -errno },
        close: { _ = Glibc.close($0) },
        remove: { unsafe unlink($0) == 0 ? 0 : -errno },
        syncFolder: { path in
            let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if descriptor < 0 { return -errno }
            defer { _ = Glibc.close(descriptor) }
            return fsync(descriptor) == 0 ? 0 : -errno
        })

    /// The system's text for an error number.
    static func reason(_ code: Int32) -> String {
        // SAFETY: strerror gives a constant text, or one of this thread, which is copied at once.
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    /// The time now, by the system's clock.
    static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Nanoseconds of a clock that never jumps.
    static func monotonic() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Lets the calling thread sleep.
    static func pause(nanoseconds: Int) {
        var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        _ = unsafe nanosleep(&time, nil)
    }
}
