extension WireWriter {
    /// Writes `&cursor=` and the cursor, if there is one.
    ///
    /// Bybit gives cursors as they stand in a query already. What could not stand there is escaped, so that no answer can put
    /// parameters of its own into the next request.
    mutating func cursor(_ cursor: String?) {
        guard let cursor else { return }
        self.text("&cursor=")
        for byte in cursor.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "%"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                self.bytes.append(byte)
            default:
                self.text("%")
                self.hexadecimal([byte])
            }
        }
    }
}
