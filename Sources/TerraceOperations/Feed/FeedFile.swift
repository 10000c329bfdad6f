import Glibc
import TerraceCore

/// A checked feed file, mapped into memory: every record obeys the format before the first is handed out.
///
/// The file must not be cut short while it is open; the system then ends the process at the next look.
@safe
public struct FeedFile: ~Copyable {
    /// What the file says of itself.
    public let header: FeedHeader
    private let base: UnsafeMutableRawPointer
    private let size: Int
    private let first: Int  // The offset of the first record; kept, since the header's own count takes a walk.

    /// Maps and checks the feed at `path`.
    ///
    /// - Throws: `FeedError` naming the file and the offset of the first fault.
    /// - Complexity: O(records); reads the whole file once.
    public init(path: String) throws(FeedError) {
        let (base, size) = try unsafe Self.map(path)
        let bytes = unsafe UnsafeRawBufferPointer(start: base, count: size)
        do throws(FeedError) {
            let header = try unsafe Self.header(bytes, path)
            // The first record is 8-aligned: a mapping begins on a page and the header's size is a multiple of 32. Every
            // bit pattern is a value of `FeedRecord`, whose layout is the file's.
            let first = unsafe base.advanced(by: header.byteCount).assumingMemoryBound(to: FeedRecord.self)
            try unsafe Self.check(UnsafeBufferPointer(start: first, count: header.records), header, path)
            self.header = header
            self.first = header.byteCount
            self.count = header.records
        } catch {
            _ = unsafe munmap(base, size)
            throw error
        }
        unsafe self.base = base
        self.size = size
    }

    deinit { _ = unsafe munmap(self.base, self.size) }

    /// How many records there are.
    public let count: Int

    /// The record at `index`, in file order.
    ///
    /// - Precondition: `index` is within `0..<count`.
    public subscript(index: Int) -> FeedRecord {
        precondition(index >= 0 && index < self.count, "there is no record \(index)")
        // Within the mapping, which was checked to hold `count` records and lives as long as self; nobody writes to it.
        return unsafe self.base.load(fromByteOffset: self.first + 32 * index, as: FeedRecord.self)
    }

    /// Gives the file's pages back, so that they do not count as memory of the process. They come back when read.
    public func release() {
        _ = unsafe madvise(self.base, self.size, MADV_DONTNEED)
    }

    private static func map(_ path: String) throws(FeedError) -> (UnsafeMutableRawPointer, Int) {
        func failed(_ doing: String) -> FeedError {
            .system(path: path, doing: doing, reason: unsafe String(cString: strerror(errno)))
        }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failed("open it") }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw failed("look at it") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .system(path: path, doing: "read it", reason: "it is no regular file")
        }
        let size = Int(status.st_size)
        guard size >= 64 else {
            throw .malformed(path: path, offset: size, "the file ends inside the header, which takes 64 bytes")
        }
        guard let base = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), unsafe base != MAP_FAILED else {
            throw failed("map it")
        }
        return unsafe (base, size)
    }

    private static func header(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(FeedError) -> FeedHeader {
        func word(_ offset: Int, _ count: Int) -> UInt64 {
            var value: UInt64 = 0
            for place in 0..<count { value |= unsafe UInt64(bytes[offset + place]) << UInt64(8 * place) }
            return value
        }
        func fault(_ offset: Int, _ what: String) -> FeedError { .malformed(path: path, offset: offset, what) }
        for (place, byte) in "TERRFEED".utf8.enumerated() where unsafe bytes[place] != byte {
            throw fault(0, "this is no feed: it does not begin with TERRFEED")
        }
        guard word(8, 4) == 1 else { throw fault(8, "version \(word(8, 4)) is unknown; this program reads version 1") }
        guard word(12, 4) == 32 else { throw fault(12, "records of \(word(12, 4)) bytes; version 1 has 32") }
        let pairs = Int(word(16, 4))
        let venues = Int(word(20, 4))
        guard (1...65_535).contains(pairs) else { throw fault(16, "\(pairs) pairs; 1 to 65535 are possible") }
        guard (1...64).contains(venues) else { throw fault(20, "\(venues) venues; 1 to 64 are possible") }
        let room = bytes.count - 64 - 32 * pairs
        guard room >= 0 else { throw fault(bytes.count, "the file ends inside the table of \(pairs) pairs") }
        let records = word(24, 8)
        guard room % 32 == 0, records == UInt64(room / 32) else {
            throw fault(24, "the header counts \(records) records, the file has room for \(room / 32) (\(room) bytes)")
        }
        let snapshots = word(32, 8)
        guard snapshots <= records else { throw fault(32, "\(snapshots) snapshot records of \(records) records") }
        var list: [FeedPair] = []
        list.reserveCapacity(pairs)
        for pair in 0..<pairs {
            let offset = 64 + 32 * pair
            let raw = (0..<16).map { unsafe bytes[offset + $0] }
            let text = Array(raw.prefix { $0 != 0 })
            guard !text.isEmpty, text.allSatisfy({ (0x21...0x7E).contains($0) }),
                raw[text.count...].allSatisfy({ $0 == 0 })
            else { throw fault(offset, "the symbol of pair \(pair) is no zero-padded ASCII text") }
            let tick = Int64(bitPattern: word(offset + 16, 8))
            let lot = Int64(bitPattern: word(offset + 24, 8))
            guard tick >= 1, tick <= Price.limit else { throw fault(offset + 16, "pair \(pair) has the tick \(tick)") }
            guard lot >= 1, lot <= Quantity.limit else { throw fault(offset + 24, "pair \(pair) has the lot \(lot)") }
            list.append(FeedPair(symbol: String(decoding: text, as: UTF8.self), tick: tick, lot: lot))
        }
        return FeedHeader(
            pairs: list, venues: venues, records: Int(records), snapshots: Int(snapshots), seed: word(40, 8),
            start: word(48, 8), depth: Int(word(56, 4)))
    }

    private static func check(
        _ records: UnsafeBufferPointer<FeedRecord>, _ header: FeedHeader, _ path: String
    ) throws(FeedError) {
        let grids = header.pairs.map { (tick: Grid(step: $0.tick), lot: Grid(step: $0.lot)) }
        var previous: FeedRecord?
        for index in 0..<records.count {
            let record = unsafe records[index]
            let offset = header.byteCount + 32 * index
            func fault(_ field: Int, _ what: String) -> FeedError {
                .malformed(path: path, offset: offset + field, "record \(index): \(what)")
            }
            guard record.time <= UInt64(Int64.max) else { throw fault(0, "the time \(record.time) is out of range") }
            guard Int(record.pair) < grids.count else {
                throw fault(24, "pair \(record.pair) of \(grids.count) pairs")
            }
            guard Int(record.venue) < header.venues else {
                throw fault(26, "venue \(record.venue) of \(header.venues) venues")
            }
            guard record.kind <= FeedRecord.snapshot else { throw fault(27, "the kind \(record.kind) is unknown") }
            guard (record.kind == FeedRecord.snapshot) == (index < header.snapshots) else {
                throw fault(27, "snapshot records come first and the header counts \(header.snapshots)")
            }
            guard record.sideCode <= 1 else { throw fault(28, "the side \(record.sideCode) is neither 0 nor 1") }
            let grid = grids[Int(record.pair)]
            guard record.price > 0, record.price <= Price.limit, grid.tick.exactSteps(record.price) >= 0 else {
                throw fault(8, "the price \(record.price) is out of range or no multiple of the tick \(grid.tick.step)")
            }
            guard record.quantity >= 0, record.quantity <= Quantity.limit, grid.lot.exactSteps(record.quantity) >= 0
            else {
                throw fault(
                    16, "the quantity \(record.quantity) is out of range or no multiple of the lot \(grid.lot.step)")
            }
            if let before = previous, !before.endsMessage,
                before.time != record.time || before.pair != record.pair || before.venue != record.venue
            {
                throw fault(0, "time, pair or venue change inside a message")
            }
            previous = record
        }
        if let last = previous, !last.endsMessage {
            throw .malformed(
                path: path, offset: header.byteCount + 32 * (records.count - 1) + 29,
                "the last record does not end its message")
        }
    }
}
