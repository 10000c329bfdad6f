internal import CZlib
import TerraceCore

/// What does not make sense in bytes that a checksum holds to be right, or in ones that none has looked at.
struct MalformedBytes: Error, Equatable {
    var what: String
}

/// Bytes that are read front to back, as `JournalBuffer` writes them. Whatever they are, reading never traps.
struct JournalBytes {
    private(set) var bytes: [UInt8]
    /// Where the next is read.
    var position: Int
    /// Reading ends here.
    var limit: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.position = 0
        self.limit = bytes.count
    }

    /// How many are left.
    var left: Int { self.limit - self.position }

    // MARK: As a window on a file

    /// Forgets what was read, and makes room for `count` bytes behind what is left.
    ///
    /// - Returns: where these begin.
    mutating func makeRoom(_ count: Int) -> Int {
        if self.position > 0 {
            self.bytes.removeSubrange(0..<self.position)
            self.limit -= self.position
            self.position = 0
        }
        if self.bytes.count < self.limit + count {
            self.bytes.append(contentsOf: repeatElement(0, count: self.limit + count - self.bytes.count))
        }
        return self.limit
    }

    /// Lends the bytes from `start` on, to be written; `body` says how many it wrote.
    mutating func fill(from start: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let written = unsafe self.bytes.withUnsafeMutableBytes { bytes in
            unsafe body(UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
        }
        self.limit = start + max(0, written)
        return written
    }

    /// Forgets everything.
    mutating func removeAll() {
        self.position = 0
        self.limit = 0
    }

    /// The CRC-32 of `count` bytes from `start` on, going on from `seed`.
    func checksum(from start: Int, count: Int, seed: UInt32) -> UInt32 {
        guard start >= 0, count >= 0, start + count <= self.limit else { return ~seed }
        return unsafe self.bytes.withUnsafeBytes { bytes in
            // SAFETY: within the array, checked above.
            let memory = unsafe bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self)
            return UInt32(truncatingIfNeeded: unsafe crc32(UInt(seed), memory, UInt32(count)))
        }
    }

    // MARK: Reading

    mutating func byte() throws(MalformedBytes) -> UInt8 {
        guard self.position < self.limit else { throw MalformedBytes(what: "it ends too early") }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    mutating func fixed<N: FixedWidthInteger>(_: N.Type = N.self) throws(MalformedBytes) -> N {
        let size = N.bitWidth / 8
        guard self.left >= size else { throw MalformedBytes(what: "it ends too early") }
        var value: N = 0
        for index in 0..<size { value |= N(truncatingIfNeeded: self.bytes[self.position + index]) << N(8 * index) }
        self.position += size
        return value
    }

    mutating func varint() throws(MalformedBytes) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try self.byte()
            if shift == 63, byte > 1 { throw MalformedBytes(what: "a number passes 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                if byte == 0, shift > 0 { throw MalformedBytes(what: "a number is longer than it needs to be") }
                return value
            }
            shift += 7
        }
    }

    mutating func signed() throws(MalformedBytes) -> Int64 {
        let folded = try self.varint()
        return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }

    mutating func wide() throws(MalformedBytes) -> Int128 {
        var value: UInt128 = 0
        var shift: UInt128 = 0
        while true {
            let byte = try self.byte()
            if shift == 126, byte > 3 { throw MalformedBytes(what: "a number passes 128 bits") }
            value |= UInt128(byte & 0x7F) << shift
            if byte < 0x80 {
                if byte == 0, shift > 0 { throw MalformedBytes(what: "a number is longer than it needs to be") }
                return Int128(truncatingIfNeeded: value >> 1) ^ -Int128(truncatingIfNeeded: value & 1)
            }
            shift += 7
        }
    }

    /// A number that must be within `range`.
    mutating func number(in range: ClosedRange<Int>) throws(MalformedBytes) -> Int {
        let value = Int64(try self.signed())
        guard range.contains(Int(value)) else { throw MalformedBytes(what: "\(value) is out of range") }
        return Int(value)
    }

    /// A place in a list of `count`.
    mutating func number(below count: Int) throws(MalformedBytes) -> Int {
        let value = try self.varint()
        guard value < UInt64(max(0, count)) else {
            throw MalformedBytes(what: "\(value) is no place in a list of \(count)")
        }
        return Int(value)
    }

    /// How many of something follow, each of at least `size` bytes.
    mutating func count(ofSize size: Int = 1) throws(MalformedBytes) -> Int {
        let value = try self.varint()
        guard value <= UInt64(self.left / size) else { throw MalformedBytes(what: "it counts more than there is") }
        return Int(value)
    }

    mutating func flag() throws(MalformedBytes) -> Bool {
        switch try self.byte() {
        case 0: false
        case 1: true
        case let other: throw MalformedBytes(what: "\(other) is neither yes nor no")
        }
    }

    mutating func price() throws(MalformedBytes) -> Price { Price(units: try self.signed()) }
    mutating func quantity() throws(MalformedBytes) -> Quantity { Quantity(units: try self.signed()) }
    mutating func order() throws(MalformedBytes) -> ClientOrderID {
        let high: UInt64 = try self.fixed()
        return ClientOrderID(high: high, low: try self.fixed())
    }

    mutating func side() throws(MalformedBytes) -> Side {
        let raw = try self.byte()
        guard let side = Side(rawValue: raw) else { throw MalformedBytes(what: "\(raw) is no side") }
        return side
    }

    mutating func venue() throws(MalformedBytes) -> VenueIndex { VenueIndex(try self.byte()) }
    mutating func asset() throws(MalformedBytes) -> AssetIndex { AssetIndex(try self.narrow()) }
    mutating func instrument() throws(MalformedBytes) -> InstrumentIndex { InstrumentIndex(try self.narrow()) }
    mutating func strategy() throws(MalformedBytes) -> StrategyIndex { StrategyIndex(try self.narrow()) }

    private mutating func narrow<N: FixedWidthInteger>() throws(MalformedBytes) -> N {
        let value = try self.varint()
        guard let narrow = N(exactly: value) else { throw MalformedBytes(what: "\(value) is no index") }
        return narrow
    }

    mutating func text() throws(MalformedBytes) -> String {
        let count = try self.count()
        let slice = self.bytes[self.position..<self.position + count]
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw MalformedBytes(what: "a text is no UTF-8")
        }
        self.position += count
        return text
    }

    /// - Throws: where something is left.
    func end() throws(MalformedBytes) {
        if self.left > 0 { throw MalformedBytes(what: "\(self.left) bytes are left over") }
    }
}
