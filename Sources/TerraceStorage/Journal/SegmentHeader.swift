/// The first bytes of a segment: whose it is, and at which record it begins.
struct SegmentHeader: Equatable {
    /// The newest format that is known here.
    static let version: UInt16 = 1
    static let size = 48
    /// No segment begins with a higher number than this, so that counting on from it never overflows.
    static let lastNumber: UInt64 = 1 << 62
    private static let magic: UInt64 = 0x4C_4E_52_4A_43_52_52_54  // "TRRCJRNL"

    /// Drawn at random when the journal was begun; in every segment of it.
    var journal: UInt64
    /// The number of the first record.
    var first: UInt64
    /// When it was begun, in nanoseconds since 1970.
    var created: Int64

    func encode(into buffer: inout JournalBuffer) {
        buffer.fixed(Self.magic)
        buffer.fixed(Self.version)
        buffer.fixed(UInt16(Self.size))
        buffer.fixed(UInt32(0))
        buffer.fixed(self.journal)
        buffer.fixed(self.first)
        buffer.fixed(self.created)
        buffer.fixed(buffer.checksum(from: buffer.count - 40, seed: 0))
        buffer.fixed(UInt32(0))
    }

    /// What the first bytes of a file are.
    enum Reading: Equatable {
        case header(SegmentHeader)
        case newer(Int)
        case damaged(String)
    }

    static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes.count >= Self.size else { return .damaged("the header is cut short") }
        var reader = JournalBytes(Array(bytes[..<Self.size]))
        do {
            let magic: UInt64 = try reader.fixed()
            guard magic == Self.magic else { return .damaged("it does not begin as a segment does") }
            let version: UInt16 = try reader.fixed()
            _ = try reader.fixed(UInt16.self)
            _ = try reader.fixed(UInt32.self)
            let journal: UInt64 = try reader.fixed()
            let first: UInt64 = try reader.fixed()
            let created: Int64 = try reader.fixed()
            let sum = reader.checksum(from: 0, count: 40, seed: 0)
            guard try reader.fixed() == sum else { return .damaged("the header's checksum is wrong") }
            guard try reader.fixed(UInt32.self) == 0 else { return .damaged("the header's last bytes are not zero") }
            if version > Self.version { return .newer(Int(version)) }
            guard version > 0, first > 0, first <= Self.lastNumber else { return .damaged("the header makes no sense") }
            return .header(SegmentHeader(journal: journal, first: first, created: created))
        } catch {
            return .damaged(error.what)
        }
    }

    /// Where the checksums of this journal's records go on from, so that those of another never fit.
    static func seed(of journal: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: journal) ^ UInt32(truncatingIfNeeded: journal >> 32)
    }
}
