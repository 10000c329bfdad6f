import TerraceVenues

extension WireWriter {
    /// Writes `units` times 10^`exponent` with eight decimals, or with more where the number has them: `0.00120000`.
    mutating func fixed(_ units: Int128, exponent: Int) {
        if units < 0 { self.bytes.append(UInt8(ascii: "-")) }
        var magnitude = units.magnitude
        var decimals = -exponent
        while decimals > 8, magnitude % 10 == 0 {
            magnitude /= 10
            decimals -= 1
        }
        if magnitude <= UInt128(UInt64.max) {
            var small = UInt64(truncatingIfNeeded: magnitude)
            var isWhole = true
            while decimals < 8 {
                let (product, overflow) = small.multipliedReportingOverflow(by: 10)
                if overflow {
                    isWhole = false
                    break
                }
                small = product
                decimals += 1
            }
            if isWhole { return self.point(small, decimals) }
            magnitude = UInt128(small)
        }
        // Beyond 64 bits, which balances may be and prices are not.
        var digits = Array(String(magnitude).utf8)
        while decimals < 8 {
            digits.append(UInt8(ascii: "0"))
            decimals += 1
        }
        while digits.count <= decimals { digits.insert(UInt8(ascii: "0"), at: 0) }
        digits.insert(UInt8(ascii: "."), at: digits.count - decimals)
        self.bytes.append(contentsOf: digits)
    }

    /// Writes digits with a point before the last `decimals`, which are 8 at least.
    private mutating func point(_ value: UInt64, _ decimals: Int) {
        var digits: [40 of UInt8] = InlineArray(repeating: UInt8(ascii: "0"))
        var rest = value
        var count = 0
        while rest > 0 || count <= decimals {
            if count == 40 { break }
            digits[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            count += 1
        }
        while count > 0 {
            count -= 1
            self.bytes.append(digits[count])
            if count == decimals { self.bytes.append(UInt8(ascii: ".")) }
        }
    }

    /// Writes text in double quotes, with the escapes that it needs.
    mutating func quoted(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.bytes.append(UInt8(ascii: "\\"))
                self.bytes.append(byte)
            case 0..<0x20:
                self.text("\\u00")
                self.hexadecimal([byte])
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Writes `true` or `false`.
    mutating func boolean(_ value: Bool) { if value { self.text("true") } else { self.text("false") } }

    /// Writes a comma unless this is the first of a list.
    mutating func comma(_ isFirst: inout Bool) {
        if isFirst { isFirst = false } else { self.bytes.append(UInt8(ascii: ",")) }
    }
}
