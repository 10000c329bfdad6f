import Glibc

/// Writes a feed record by record. The file appears under its name only when it is whole.
public struct FeedWriter: ~Copyable {
    private let path: String
    private let file: Int32
    private var header: FeedHeader
    private var buffer: [UInt8] = []
    private var isFinished = false

    /// Begins a feed at `path`; the header's counts are filled in by `finish`.
    public init(path: String, header: FeedHeader) throws(FeedError) {
        self.path = path
        self.header = header
        self.header.records = 0
        self.header.snapshots = 0
        self.file = unsafe open(path + ".partial", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard self.file >= 0 else { throw Self.failed(path, "create it") }
        self.buffer = self.header.bytes
        self.buffer.reserveCapacity(1 << 20)
    }

    deinit {
        if self.file >= 0 { close(self.file) }
        if !self.isFinished { _ = unsafe unlink(self.path + ".partial") }
    }

    /// Adds a record.
    public mutating func append(_ record: FeedRecord) throws(FeedError) {
        // Every byte of a record is initialised: the layout has no padding.
        unsafe withUnsafeBytes(of: record) { unsafe self.buffer.append(contentsOf: $0) }
        self.header.records += 1
        if record.kind == FeedRecord.snapshot { self.header.snapshots += 1 }
        if self.buffer.count >= 1 << 20 { try self.flush() }
    }

    /// Writes what is left and the counts, and gives the file its name.
    ///
    /// - Returns: The header as it was written.
    public consuming func finish() throws(FeedError) -> FeedHeader {
        try self.flush()
        guard lseek(self.file, 0, SEEK_SET) == 0 else { throw Self.failed(self.path, "go back in it") }
        self.buffer = self.header.bytes
        try self.flush()
        guard unsafe rename(self.path + ".partial", self.path) == 0 else { throw Self.failed(self.path, "name it") }
        self.isFinished = true
        return self.header
    }

    private mutating func flush() throws(FeedError) {
        var start = 0
        while start < self.buffer.count {
            let written = unsafe self.buffer.withUnsafeBytes { bytes in
                // Within the buffer: start is below its count.
                unsafe write(self.file, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failed(self.path, "write it") }
            start += written
        }
        self.buffer.removeAll(keepingCapacity: true)
    }

    private static func failed(_ path: String, _ doing: String) -> FeedError {
        .system(path: path, doing: doing, reason: unsafe String(cString: strerror(errno)))
    }
}
