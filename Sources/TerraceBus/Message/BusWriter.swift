internal import TerraceCore

/// Writes messages, one after the other, into one array that is kept.
struct BusWriter {
    /// The message.
    private(set) var bytes: [UInt8] = []

    init() { self.bytes.reserveCapacity(4_096) }

    /// Begins a message.
    mutating func begin(_ message: BusMessage) {
        self.bytes.removeAll(keepingCapacity: true)
        self.bytes.append(BusMessage.magic)
        self.bytes.append(BusMessage.version)
        self.bytes.append(message.kind.rawValue)
        self.bytes.append(message.flags)
        self.fixed(0, 4)
        self.fixed(message.epoch, 8)
        self.fixed(message.sequence, 8)
        self.fixed(UInt64(bitPattern: message.time), 8)
    }

    /// Ends it: writes the check.
    mutating func end() {
        var check = BusMessage.check(self.bytes.span)
        for place in 4..<8 {
            self.bytes[place] = UInt8(truncatingIfNeeded: check)
            check >>= 8
        }
    }

    mutating func byte(_ byte: UInt8) { self.bytes.append(byte) }

    /// Seven bits a byte, the lowest first.
    mutating func number(_ number: UInt64) {
        var left = number
        while left >= 0x80 {
            self.bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        self.bytes.append(UInt8(truncatingIfNeeded: left))
    }

    /// Small numbers of either sign are short.
    mutating func signed(_ number: Int64) {
        self.number(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    /// A text with its length, at most 255 bytes of it.
    mutating func text(_ text: String) {
        let bytes = Array(text.utf8.prefix(255))
        self.number(UInt64(bytes.count))
        self.bytes.append(contentsOf: bytes)
    }

    private mutating func fixed(_ number: UInt64, _ count: Int) {
        for offset in 0..<count { self.bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * offset))) }
    }
}
