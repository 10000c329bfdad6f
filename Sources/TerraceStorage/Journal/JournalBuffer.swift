internal import CZlib
import TerraceCore

/// Bytes that are put together for one write: grows to the largest that was needed, and is used again.
///
/// All numbers are little-endian. `varint` takes seven bits a byte, lowest first, the highest bit set while more follow; signed
/// numbers are folded (0, -1, 1, -2, ...) first, so that small ones are short on either side of zero.
@safe
struct JournalBuffer: ~Copyable {
    // SAFETY: `capacity` bytes, of which the first `count` are initialised; owned by this value alone and freed in `deinit`.
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many bytes there are.
    private(set) var count = 0

    init(capacity: Int = 1 << 16) {
        unsafe self.base = .allocate(capacity: max(64, capacity))
        self.capacity = max(64, capacity)
    }

    deinit { unsafe self.base.deallocate() }

    /// Forgets the bytes, keeping the memory.
    mutating func removeAll() { self.count = 0 }

    /// Forgets the bytes from `count` on.
    mutating func truncate(to count: Int) { self.count = max(0, min(self.count, count)) }

    private mutating func reserve(_ more: Int) {
        if self.count + more <= self.capacity { return }
        let larger = max(self.capacity * 2, self.count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        // SAFETY: both hold at least `count` bytes, and the new memory is apart from the old.
        unsafe moved.initialize(from: self.base, count: self.count)
        unsafe self.base.deallocate()
        unsafe self.base = moved
        self.capacity = larger
    }

    @inline(__always)
    private mutating func push(_ byte: UInt8) {
        // SAFETY: whoever calls has reserved the room.
        unsafe self.base[self.count] = byte
        self.count &+= 1
    }

    mutating func byte(_ value: UInt8) {
        self.reserve(1)
        self.push(value)
    }

    mutating func fixed(_ value: some FixedWidthInteger) {
        let size = value.bitWidth / 8
        self.reserve(size)
        for index in 0..<size { self.push(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    /// Sets four bytes that were written before.
    mutating func replace(at place: Int, with value: UInt32) {
        precondition(place >= 0 && place + 4 <= self.count, "only bytes that were written are replaced")
        // SAFETY: checked above.
        for index in 0..<4 { unsafe self.base[place + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }

    mutating func varint(_ value: UInt64) {
        self.reserve(10)
        var rest = value
        while rest >= 0x80 {
            self.push(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.push(UInt8(truncatingIfNeeded: rest))
    }

    mutating func signed(_ value: Int64) {
        self.varint(UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63))
    }

    mutating func wide(_ value: Int128) {
        self.reserve(19)
        var rest = UInt128(truncatingIfNeeded: value << 1) ^ UInt128(truncatingIfNeeded: value >> 127)
        while rest >= 0x80 {
            self.push(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.push(UInt8(truncatingIfNeeded: rest))
    }

    mutating func flag(_ value: Bool) { self.byte(value ? 1 : 0) }
    mutating func price(_ value: Price) { self.signed(value.units) }
    mutating func quantity(_ value: Quantity) { self.signed(value.units) }
    mutating func order(_ value: ClientOrderID) {
        self.fixed(value.high)
        self.fixed(value.low)
    }

    /// A text: its length in bytes, then UTF-8.
    mutating func text(_ value: String) {
        self.varint(UInt64(value.utf8.count))
        self.reserve(value.utf8.count)
        for byte in value.utf8 { self.push(byte) }
    }

    /// The CRC-32 of the bytes from `start` on, going on from `seed`.
    func checksum(from start: Int, seed: UInt32) -> UInt32 {
        precondition(start >= 0 && start <= self.count, "a checksum is of bytes that were written")
        // SAFETY: within the initialised bytes.
        return UInt32(truncatingIfNeeded: unsafe crc32(UInt(seed), self.base + start, UInt32(self.count - start)))
    }

    /// Lends the bytes from `start` on.
    func withBytes<R>(from start: Int = 0, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        precondition(start >= 0 && start <= self.count, "only bytes that were written are lent")
        // SAFETY: the memory is this value's, which outlives the call.
        return unsafe body(UnsafeRawBufferPointer(start: self.base + start, count: self.count - start))
    }
}
