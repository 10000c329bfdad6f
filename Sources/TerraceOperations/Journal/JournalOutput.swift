internal import Glibc

/// Gathers text for an output, so that a line is no system call; and knows when nobody reads any more.
final class JournalOutput {
    private let file: OutputFile
    private var bytes: [UInt8] = []

    init(_ file: OutputFile) { self.file = file }

    /// Adds `text`; false where nobody reads any more.
    func add(_ text: String) throws(OutputError) -> Bool {
        self.bytes.append(contentsOf: text.utf8)
        return self.bytes.count < 1 << 16 ? true : try self.flush()
    }

    /// Writes what was gathered; false where nobody reads any more.
    func flush() throws(OutputError) -> Bool {
        if self.bytes.isEmpty { return true }
        defer { self.bytes.removeAll(keepingCapacity: true) }
        do throws(OutputError) {
            try self.file.begin()
            try self.file.append(self.bytes)
            return true
        } catch {
            if error.code == EPIPE { return false }
            throw error
        }
    }

    /// Writes what was gathered, and gives a file its name.
    func finish() throws(OutputError) {
        if try self.flush() {
            try self.file.begin()
            try self.file.finish()
        }
    }
}
