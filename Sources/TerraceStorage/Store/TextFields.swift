/// Reads numbers out of a line of text whose fields are between tabs, without making strings of them.
@unsafe
struct TextFields {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    /// The next field as a whole number.
    mutating func int() -> Int64? {
        var value: Int64 = 0
        var isNegative = false
        let start = unsafe self.position
        while unsafe self.position < self.bytes.count {
            let byte = unsafe self.bytes[self.position]
            unsafe self.position += 1
            if byte == UInt8(ascii: "\t") { break }
            if byte == UInt8(ascii: "-"), unsafe self.position == start + 1 {
                isNegative = true
                continue
            }
            guard byte >= 48, byte <= 57 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = product.addingReportingOverflow(Int64(byte - 48))
            if overflow || isBeyond { return nil }
            value = sum
        }
        return isNegative ? -value : value
    }

    /// The next field as the `Double` that is nearest to its first 19 digits: within one unit in the last place.
    mutating func double() -> Double? {
        var digits: UInt64 = 0
        var count = 0
        var exponent = 0
        var isBehindPoint = false
        var isEmpty = true
        while unsafe self.position < self.bytes.count {
            let byte = unsafe self.bytes[self.position]
            unsafe self.position += 1
            if byte == UInt8(ascii: "\t") { break }
            if byte == UInt8(ascii: "."), !isBehindPoint {
                isBehindPoint = true
                continue
            }
            guard byte >= 48, byte <= 57 else { return nil }
            isEmpty = false
            if count < 19 {
                digits = digits * 10 + UInt64(byte - 48)
                if digits > 0 { count += 1 }
                if isBehindPoint { exponent -= 1 }
            } else if !isBehindPoint {
                exponent += 1
            }
        }
        if isEmpty { return nil }
        return TenPowers.scaled(Double(digits), exponent)
    }
}

/// Powers of ten as floats.
private enum TenPowers {
    static func scaled(_ value: Double, _ exponent: Int) -> Double {
        // Powers up to 10^22 are exact as floats: one rounding.
        let powers = Self.all
        var value = value
        var rest = exponent
        while rest < 0 {
            let step = min(22, -rest)
            value /= powers[step]
            rest += step
        }
        while rest > 0 {
            let step = min(22, rest)
            value *= powers[step]
            rest -= step
        }
        return value
    }

    private static let all: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]
}
