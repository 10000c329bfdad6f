extension WireWriter {
    /// Writes `content` as it stands in a query or path: letters, digits and `-._~` as they are, every other byte as `%XX`
    /// (RFC 3986, section 2.1 and 2.3).
    public mutating func percentEncoded(_ content: some Sequence<UInt8>) {
        for byte in content {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                self.bytes.append(byte)
            default:
                self.bytes.append(UInt8(ascii: "%"))
                self.percentDigit(byte >> 4)
                self.percentDigit(byte & 0xF)
            }
        }
    }

    private mutating func percentDigit(_ digit: UInt8) {
        self.bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") - 10 + digit)
    }
}
