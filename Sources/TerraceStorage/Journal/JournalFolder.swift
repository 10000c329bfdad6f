internal import Foundation
internal import Glibc

/// The folder of a journal: its segments by name, and the lock that lets one writer in.
struct JournalFolder: Sendable {
    let path: String

    /// A segment, as the folder lists it.
    struct Segment: Sendable, Equatable {
        var first: UInt64
        var path: String
    }

    /// Whether a file is gone: retention of the process that writes deletes the oldest segments while others read.
    static func isGone(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) != 0 && errno == ENOENT
    }

    /// How large a file is; zero where it is not there.
    static func bytes(of path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    func path(of first: UInt64) -> String { self.path + "/" + SegmentName.text(first: first) }

    /// The segments, oldest first. Other files are none of ours.
    func segments() throws(JournalError) -> [Segment] {
        guard let folder = unsafe opendir(self.path) else {
            throw .system(what: "list", path: self.path, reason: JournalFiles.reason(errno))
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else { break }
            // SAFETY: the entry is the folder's until the next call; its name ends with a zero.
            names.append(
                unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                    unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                })
        }
        if errno != 0 { throw .system(what: "list", path: self.path, reason: JournalFiles.reason(errno)) }
        return names.compactMap { name in
            SegmentName.first(of: name).map { Segment(first: $0, path: self.path + "/" + name) }
        }.sorted { $0.first < $1.first }
    }

    /// Creates the folder, for this user alone, where it is not there yet.
    func create() throws(JournalError) {
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: self.path, isDirectory: &isFolder) {
            if isFolder.boolValue { return }
            throw .system(what: "use", path: self.path, reason: "it is no folder")
        }
        // The nearest folder that is there: what is made in it has to be on the disk too, or a power cut takes the journal with it.
        var above = [URL(fileURLWithPath: self.path).deletingLastPathComponent()]
        while let last = above.last, last.path != "/", !FileManager.default.fileExists(atPath: last.path) {
            above.append(last.deletingLastPathComponent())
        }
        for folder in above.dropLast().reversed().map({ $0.path }) + [self.path] {
            if unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST { continue }
            throw .system(
                what: "create", path: folder, reason: "\(JournalFiles.reason(errno)): name another folder in \"data\"")
        }
        for folder in above {
            let result = JournalFiles.system.syncFolder(folder.path)
            if result < 0 { throw .system(what: "sync", path: folder.path, reason: JournalFiles.reason(-result)) }
        }
    }

    /// The process that writes to the journal now, as far as the system tells (`/proc/locks`), without touching the lock.
    var writer: Int32? {
        var status = stat()
        guard unsafe stat(self.path + "/lock", &status) == 0,
            let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
        else { return nil }
        for line in locks.split(separator: "\n") {
            // 3: FLOCK  ADVISORY  WRITE 1234 fe:00:567 0 EOF
            let words = line.split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK", words[3] == "WRITE",
                words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == UInt64(status.st_ino)
            else { continue }
            return Int32(words[4])
        }
        return nil
    }

    /// Locks the folder for one writer: the descriptor that holds the lock until it is closed.
    func lock() throws(JournalError) -> Int32 {
        let name = self.path + "/lock"
        let descriptor = unsafe Glibc.open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw .system(what: "open", path: name, reason: JournalFiles.reason(errno)) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            var digits = [UInt8](repeating: 0, count: 16)
            let count = unsafe digits.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
            _ = Glibc.close(descriptor)
            if code != EWOULDBLOCK { throw .system(what: "lock", path: name, reason: JournalFiles.reason(code)) }
            let text = String(decoding: digits.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self)
            throw .locked(folder: self.path, process: Int32(text))
        }
        // Only for who wants to know whose lock it is: the lock itself is the system's.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        return descriptor
    }
}
