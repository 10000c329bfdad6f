/// Writes a feed record by record. A regular file appears under its name only when it is whole.
public struct FeedWriter: ~Copyable {
    private let output: OutputFile
    private var header: FeedHeader
    private var buffer: [UInt8] = []

    /// Begins a feed at `path`; the header's counts are filled in by `finish`.
    public init(path: String, header: FeedHeader) throws(FeedError) {
        self.header = header
        self.header.records = 0
        self.header.snapshots = 0
        self.output = try Self.open(path)
        self.buffer = self.header.bytes
        self.buffer.reserveCapacity(1 << 20)
    }

    private static func open(_ path: String) throws(FeedError) -> OutputFile {
        do throws(OutputError) {
            let output = try OutputFile(path: path)
            try output.begin()
            try output.rewind()  // What can't go back is refused now.
            return output
        } catch {
            throw .output(error)
        }
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
        do throws(OutputError) {
            try self.output.rewind()
            try self.output.append(self.header.bytes)
            try self.output.finish()
        } catch {
            throw .output(error)
        }
        return self.header
    }

    private mutating func flush() throws(FeedError) {
        do throws(OutputError) {
            try self.output.append(self.buffer)
        } catch {
            throw .output(error)
        }
        self.buffer.removeAll(keepingCapacity: true)
    }
}
