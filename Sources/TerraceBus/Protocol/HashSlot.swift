/// The slot of a key or channel in a Redis Cluster (Redis Cluster Specification, "Key distribution model", "Hash tags").
enum HashSlot {
    /// How many there are.
    static let count = 16_384

    /// The slot of `name`: of what stands between its first braces, where something does, else of all of it.
    static func of(_ name: String) -> Int {
        let bytes = Array(name.utf8)
        if let open = bytes.firstIndex(of: UInt8(ascii: "{")),
            let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        {
            return Int(self.checksum(bytes[(open + 1)..<close])) % self.count
        }
        return Int(self.checksum(bytes[...])) % self.count
    }

    /// CRC-16/XMODEM: polynomial 0x1021, from zero.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes {
            sum ^= UInt16(byte) << 8
            for _ in 0..<8 { sum = sum & 0x8000 != 0 ? sum << 1 ^ 0x1021 : sum << 1 }
        }
        return sum
    }
}
