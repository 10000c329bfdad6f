/// A place in a message that is read, whose bytes are given with each call.
struct BusCursor {
    /// Where it is.
    private(set) var place: Int

    /// Behind the head.
    init() { self.place = BusMessage.headBytes }

    mutating func byte(_ bytes: Span<UInt8>) throws(BusFault) -> UInt8 {
        guard self.place < bytes.count else { throw .malformed }
        defer { self.place += 1 }
        return bytes[self.place]
    }

    mutating func number(_ bytes: Span<UInt8>) throws(BusFault) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard self.place < bytes.count else { throw .malformed }
            let byte = bytes[self.place]
            self.place += 1
            // The tenth byte has one bit left.
            guard shift < 63 || byte <= 1 else { throw .malformed }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }

    mutating func signed(_ bytes: Span<UInt8>) throws(BusFault) -> Int64 {
        let number = try self.number(bytes)
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    /// How many of something follow, each of which takes at least `least` bytes: more than fit are refused.
    mutating func count(_ bytes: Span<UInt8>, ofAtLeast least: Int) throws(BusFault) -> Int {
        let count = try self.number(bytes)
        guard count <= UInt64((bytes.count - self.place) / least) else { throw .malformed }
        return Int(count)
    }

    mutating func text(_ bytes: Span<UInt8>) throws(BusFault) -> String {
        let count = try self.count(bytes, ofAtLeast: 1)
        guard count <= 255 else { throw .malformed }
        var text: [UInt8] = []
        for offset in 0..<count { text.append(bytes[self.place + offset]) }
        self.place += count
        guard let valid = String(validating: text, as: UTF8.self) else { throw .malformed }
        return valid
    }

    func end(_ bytes: Span<UInt8>) throws(BusFault) {
        guard self.place == bytes.count else { throw .malformed }
    }
}
