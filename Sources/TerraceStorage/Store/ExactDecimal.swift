public import TerraceCore

/// A decimal number as it was told: a count of powers of ten, never a float.
///
/// As text it is canonical: no exponent, no trailing zeros behind the point, no `-0`. Two that are equal in value have the same
/// text, whatever their exponents.
public struct ExactDecimal: Sendable, Equatable, CustomStringConvertible {
    /// How many units.
    public var units: Int128
    /// A unit is 10 to this power. Within `-40...40`.
    public var exponent: Int

    /// `units` times 10 to the power `exponent`.
    public init(units: Int128, exponent: Int) {
        self.units = units
        self.exponent = exponent
    }

    /// An amount of a coin.
    public init(_ amount: Amount) { self.init(units: amount.units, exponent: Amount.exponent) }

    /// The number that `text` tells: digits, with at most one point and a sign; `nil` for anything else, and beyond 38 digits.
    public init?(_ text: String) {
        let digits = text.utf8
        let decimals = text.firstIndex(of: ".").map { text[$0...].utf8.count - 1 } ?? 0
        guard digits.count <= 80, let units = try? DecimalText.units(of: text, exponent: -decimals) else { return nil }
        self.init(units: units, exponent: -decimals)
    }

    /// Equal in value.
    public static func == (left: ExactDecimal, right: ExactDecimal) -> Bool { left.description == right.description }

    /// The canonical text.
    public var description: String {
        var bytes: [UInt8] = []
        self.write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// In units of 10 to the power `exponent`; `nil` where that is not exact, or does not fit.
    public func units(exponent: Int) -> Int128? {
        var value = self.units
        if value == 0 { return 0 }
        for _ in 0..<max(0, self.exponent - exponent) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        for _ in 0..<max(0, exponent - self.exponent) {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { return nil }
            value = quotient
        }
        return value
    }

    /// Appends the canonical text.
    func write(into bytes: inout [UInt8]) {
        if self.units == 0 { return bytes.append(UInt8(ascii: "0")) }
        if self.units < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        // Digits from the last to the first, turned round at the end.
        var rest = self.units.magnitude
        var exponent = self.exponent
        var isBehindPoint = exponent < 0
        var hasFraction = false
        if exponent > 0 { for _ in 0..<exponent { bytes.append(UInt8(ascii: "0")) } }
        while rest != 0 || exponent < 0 || (isBehindPoint && exponent == 0) {
            if isBehindPoint, exponent == 0 {
                if hasFraction { bytes.append(UInt8(ascii: ".")) }
                isBehindPoint = false
                if rest == 0 { bytes.append(UInt8(ascii: "0")) }
                continue
            }
            let digit: UInt8
            if rest <= UInt128(UInt64.max) {
                let (quotient, remainder) = UInt64(truncatingIfNeeded: rest).quotientAndRemainder(dividingBy: 10)
                rest = UInt128(quotient)
                digit = UInt8(remainder)
            } else {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
                rest = quotient
                digit = UInt8(remainder)
            }
            if isBehindPoint {
                exponent += 1
                if digit == 0, !hasFraction { continue }
                hasFraction = true
            }
            bytes.append(UInt8(ascii: "0") + digit)
        }
        bytes[start...].reverse()
    }

    /// The sum of two decimal texts without sign, exact, however long they are; `nil` where one is no such text.
    static func sum(_ left: String, _ right: String) -> String? {
        guard let left = Parts(left), let right = Parts(right) else { return nil }
        let decimals = max(left.decimals, right.decimals)
        var digits: [UInt8] = []
        var carry: UInt8 = 0
        var place = -decimals
        while place < max(left.whole, right.whole) || carry > 0 {
            let sum = left.digit(at: place) + right.digit(at: place) + carry
            digits.append(sum % 10)
            carry = sum / 10
            place += 1
        }
        var text: [UInt8] = digits[min(decimals, digits.count)...].reversed().map { $0 + UInt8(ascii: "0") }
        if text.isEmpty { text.append(UInt8(ascii: "0")) }
        let fraction = digits[..<min(decimals, digits.count)].drop { $0 == 0 }
        if !fraction.isEmpty { text.append(UInt8(ascii: ".")) }
        text += fraction.reversed().map { $0 + UInt8(ascii: "0") }
        return String(decoding: text, as: UTF8.self)
    }

    private struct Parts {
        var digits: [UInt8] = []  // From the first to the last, without the point.
        var decimals = 0
        var whole: Int { self.digits.count - self.decimals }

        init?(_ text: String) {
            var isBehindPoint = false
            for byte in text.utf8 {
                if byte == UInt8(ascii: "."), !isBehindPoint {
                    isBehindPoint = true
                    continue
                }
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                self.digits.append(byte - UInt8(ascii: "0"))
                if isBehindPoint { self.decimals += 1 }
            }
            if self.digits.isEmpty { return nil }
        }

        /// The digit that counts 10 to the power `place`.
        func digit(at place: Int) -> UInt8 {
            let index = self.whole - 1 - place
            return index >= 0 && index < self.digits.count ? self.digits[index] : 0
        }
    }
}
