internal import NIOCore

extension ByteBuffer {
    /// Writes a command as an array of texts.
    mutating func writeCommand(_ parts: String...) { self.writeCommand(parts) }

    /// Writes a command as an array of texts.
    mutating func writeCommand(_ parts: [String]) {
        self.writeCommandHead(parts.count)
        for part in parts { self.writeText(part.utf8) }
    }

    /// Writes how many texts follow.
    mutating func writeCommandHead(_ count: Int) {
        self.writeInteger(UInt8(ascii: "*"))
        self.writeDecimal(count)
    }

    /// Writes one text of a command.
    mutating func writeText(_ bytes: some Collection<UInt8>) {
        self.writeInteger(UInt8(ascii: "$"))
        self.writeDecimal(bytes.count)
        self.writeBytes(bytes)
        self.writeInteger(0x0D0A as UInt16)
    }

    /// Writes a number and the end of the line.
    private mutating func writeDecimal(_ number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            self.writeInteger(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        self.writeInteger(0x0D0A as UInt16)
    }
}
