/// The head of every message on the bus. docs/bus.md has the layout.
struct BusMessage: Equatable {
    /// What a message is.
    enum Kind: UInt8 {
        /// What changed: levels, and trades.
        case update = 1
        /// A whole book.
        case snapshot = 2
        /// The book can't be relied upon until the next snapshot.
        case lost = 3
        /// The publisher lives: on a venue's own channel, and on that of an instrument of which there is nothing else to say,
        /// with the number of its last message.
        case heartbeat = 4
        /// The publisher ends in order: on a venue's own channel.
        case end = 5
        /// A subscriber wants snapshots: on a venue's channel for that.
        case request = 6
    }

    /// Of the layout. Another is refused.
    static let version: UInt8 = 1
    static let magic: UInt8 = 0xB7
    /// No number of a message, and no time, is as far from zero as this: 2^62, which is 146 years of nanoseconds. So that
    /// whatever somebody publishes, the next number and the difference of two times can be counted.
    static let limit: Int64 = 1 << 62
    /// Bytes of the head.
    static let headBytes = 32
    /// A snapshot that shows what those who heard every message know already.
    static let isRepeat: UInt8 = 1
    /// The venue told when.
    static let hasVenueTime: UInt8 = 2
    /// The venue's connection is up, in a heartbeat.
    static let isUp: UInt8 = 4
    /// The venue was heard since the last heartbeat, in a heartbeat.
    static let isHeard: UInt8 = 8

    var kind: Kind
    var flags: UInt8 = 0
    /// Of the publisher: when it started, in nanoseconds since 1970. Of two, the later is the newer.
    var epoch: UInt64
    /// Counts the messages of one instrument, in one epoch, from 1; a venue's heartbeats likewise.
    var sequence: UInt64
    /// When it was published, by the publisher's clock.
    var time: Int64

    init(_ kind: Kind, flags: UInt8 = 0, epoch: UInt64, sequence: UInt64, time: Int64) {
        self.kind = kind
        self.flags = flags
        self.epoch = epoch
        self.sequence = sequence
        self.time = time
    }

    /// Reads and checks a head; the check covers all the bytes.
    init(_ bytes: Span<UInt8>) throws(BusFault) {
        guard bytes.count >= 2 else { throw .cut }
        guard bytes[0] == Self.magic else { throw .foreign }
        guard bytes[1] == Self.version else { throw .unknownVersion(bytes[1]) }
        guard bytes.count >= Self.headBytes else { throw .cut }
        guard Self.word(bytes, 4, 4) == UInt64(Self.check(bytes)) else { throw .damaged }
        guard let kind = Kind(rawValue: bytes[2]) else { throw .unknownKind(bytes[2]) }
        self.kind = kind
        self.flags = bytes[3]
        self.epoch = Self.word(bytes, 8, 8)
        self.sequence = Self.word(bytes, 16, 8)
        self.time = Int64(bitPattern: Self.word(bytes, 24, 8))
        guard self.sequence < UInt64(Self.limit), Self.isTime(self.time) else { throw .malformed }
    }

    /// Whether a time is one that can be: within 146 years of 1970.
    static func isTime(_ nanoseconds: Int64) -> Bool { nanoseconds > -self.limit && nanoseconds < self.limit }

    /// Whether a flag is set.
    func has(_ flag: UInt8) -> Bool { self.flags & flag != 0 }

    /// 32 bits over all bytes but the check itself: words are mixed in turn by an odd multiplier, each step one to one, so
    /// that another byte anywhere gives another 64-bit sum; the chance that two sums fold to one check is 2^-32.
    static func check(_ bytes: Span<UInt8>) -> UInt32 {
        var sum = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
        sum = self.mix(sum, self.word(bytes, 0, 4))
        var place = 8
        while bytes.count - place >= 8 {
            sum = self.mix(sum, self.word(bytes, place, 8))
            place += 8
        }
        if place < bytes.count { sum = self.mix(sum, self.word(bytes, place, bytes.count - place)) }
        return UInt32(truncatingIfNeeded: sum ^ sum >> 32)
    }

    /// A hash of some bytes, by the same steps.
    static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var sum = UInt64(truncatingIfNeeded: range.count)
        var place = range.lowerBound
        while range.upperBound - place >= 8 {
            sum = self.mix(sum, self.word(bytes, place, 8))
            place += 8
        }
        if place < range.upperBound { sum = self.mix(sum, self.word(bytes, place, range.upperBound - place)) }
        return sum
    }

    private static func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* 0xD6E8_FEB8_6659_FD93
        return product ^ product >> 29
    }

    /// `count` bytes as a number, the lowest first.
    @inline(__always)
    static func word(_ bytes: Span<UInt8>, _ place: Int, _ count: Int) -> UInt64 {
        if count == 8 {
            return unsafe bytes.withUnsafeBytes {
                // In bounds: it is checked by the slice, and any eight bytes are a number.
                unsafe UInt64(littleEndian: $0[place..<place + 8].loadUnaligned(as: UInt64.self))
            }
        }
        var word: UInt64 = 0
        for offset in 0..<count { word |= UInt64(bytes[place + offset]) << UInt64(8 * offset) }
        return word
    }
}
