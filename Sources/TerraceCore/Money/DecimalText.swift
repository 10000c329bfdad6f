/// Decimal text to integers and back, digit by digit, never by way of a float.
public enum DecimalText {
    /// 10 to the power `exponent`, which is within `0...38`.
    ///
    /// - Precondition: `exponent` is within `0...38`, what an `Int128` holds.
    public static func powerOfTen(_ exponent: Int) -> Int128 {
        precondition((0...38).contains(exponent), "10^\(exponent) does not fit 128 bits")
        var power: Int128 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    /// The value of decimal text as a count of 10^`exponent`, exact.
    ///
    /// Takes an optional leading `-`, digits, and at most one point with a digit on at least one side. Zeros after the
    /// point beyond the unit are taken (`1.500000000000` is exact at any unit from 10^-1 down). No `+`, no blanks, no
    /// exponent: venues do not send them, and a desk that types one should be told.
    ///
    /// - Throws: `MoneyError` where the text is no decimal, has non-zero digits below the unit, or its magnitude passes
    ///   `limit`.
    /// - Complexity: O(length); does not allocate.
    public static func units(
        of text: Span<UInt8>, exponent: Int, limit: Int128 = .max
    ) throws(MoneyError) -> Int128 {
        var index = 0
        var negative = false
        if text.count > 0, text[0] == 0x2D {
            negative = true
            index = 1
        }
        var value: Int128 = 0
        var digits = 0
        var decimals = 0
        var afterPoint = false
        let wanted = -exponent  // Decimals that the unit has; negative for a unit of 10 or more.
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == 0x2E {
                if afterPoint { throw .notADecimal }
                afterPoint = true
                continue
            }
            let digit = byte &- 0x30
            if digit > 9 { throw .notADecimal }
            digits += 1
            if afterPoint {
                decimals += 1
                if decimals > wanted {
                    if digit != 0 { throw .finerThanUnit(exponent: exponent) }
                    decimals -= 1
                    continue
                }
            }
            let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = product.addingReportingOverflow(Int128(digit))
            if productOverflow || sumOverflow { throw .tooLarge }
            value = sum
        }
        if digits == 0 { throw .notADecimal }
        if wanted >= 0 {
            for _ in decimals..<max(decimals, wanted) {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                if overflow { throw .tooLarge }
                value = product
            }
        } else {
            let divisor = powerOfTen(exponent)
            if value % divisor != 0 { throw .finerThanUnit(exponent: exponent) }
            value /= divisor
        }
        if value > limit { throw .tooLarge }
        return negative ? -value : value
    }

    /// The value of a string's text; see `units(of:exponent:limit:)` for spans.
    public static func units(of text: String, exponent: Int, limit: Int128 = .max) throws(MoneyError) -> Int128 {
        let bytes = Array(text.utf8)
        return try units(of: bytes.span, exponent: exponent, limit: limit)
    }

    /// `units` times 10^`exponent` as decimal text, exact, without trailing zeros after the point and without exponent.
    public static func text(of units: Int128, exponent: Int) -> String {
        var digits = String(units.magnitude)
        if exponent > 0, units != 0 { digits += String(repeating: "0", count: exponent) }
        if exponent < 0 {
            let decimals = -exponent
            if digits.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits }
            let point = digits.index(digits.endIndex, offsetBy: -decimals)
            var fraction = digits[point...]
            while fraction.last == "0" { fraction.removeLast() }
            digits = fraction.isEmpty ? String(digits[..<point]) : digits[..<point] + "." + fraction
        }
        return units < 0 ? "-" + digits : digits
    }
}

extension Units {
    /// The price that decimal text says, exact. See `DecimalText.units(of:exponent:limit:)`.
    public func price(_ text: String) throws(MoneyError) -> Price {
        Price(
            units: Int64(
                truncatingIfNeeded: try DecimalText.units(
                    of: text, exponent: self.priceExponent, limit: Int128(Price.limit))))
    }

    /// The quantity that decimal text says, exact. See `DecimalText.units(of:exponent:limit:)`.
    public func quantity(_ text: String) throws(MoneyError) -> Quantity {
        Quantity(
            units: Int64(
                truncatingIfNeeded: try DecimalText.units(
                    of: text, exponent: self.quantityExponent, limit: Int128(Quantity.limit))))
    }

    /// The notional that decimal text says, exact. See `DecimalText.units(of:exponent:limit:)`.
    public func notional(_ text: String) throws(MoneyError) -> Notional {
        Notional(
            units: try DecimalText.units(
                of: text, exponent: self.priceExponent + self.quantityExponent, limit: 1 << 112))
    }

    /// `price` as decimal text.
    public func text(_ price: Price) -> String {
        DecimalText.text(of: Int128(price.units), exponent: self.priceExponent)
    }

    /// `quantity` as decimal text.
    public func text(_ quantity: Quantity) -> String {
        DecimalText.text(of: Int128(quantity.units), exponent: self.quantityExponent)
    }

    /// `notional` as decimal text.
    public func text(_ notional: Notional) -> String {
        DecimalText.text(of: notional.units, exponent: self.priceExponent + self.quantityExponent)
    }
}

extension Amount {
    /// The amount that decimal text says, exact. See `DecimalText.units(of:exponent:limit:)`.
    public init(_ text: String) throws(MoneyError) {
        self.init(units: try DecimalText.units(of: text, exponent: Self.exponent))
    }

    /// This amount as decimal text.
    public var text: String { DecimalText.text(of: self.units, exponent: Self.exponent) }
}
