public import TerraceCore

/// Writes requests and messages, byte by byte, without strings in between.
public struct WireWriter: Sendable {
    /// What has been written.
    public var bytes: [UInt8]

    /// Nothing written, room for `capacity` bytes.
    public init(capacity: Int = 256) {
        self.bytes = []
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes constant text.
    public mutating func text(_ text: StaticString) {
        // SAFETY: the pointer is to the constant's code units, as many as it says.
        unsafe self.bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes text as it is: the caller knows that it needs no escapes.
    public mutating func plain(_ text: String) { self.bytes.append(contentsOf: text.utf8) }

    /// Writes a whole number.
    public mutating func integer(_ value: Int64) {
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        self.digits(value.magnitude, least: 1)
    }

    /// Writes `units` times 10^`exponent` as a plain decimal, without zeros at the end: `0.00012`, `17`, `1200`.
    public mutating func decimal(_ units: Int64, exponent: Int) {
        if units < 0 { self.bytes.append(UInt8(ascii: "-")) }
        var magnitude = units.magnitude
        if exponent >= 0 {
            self.digits(magnitude, least: 1)
            if magnitude > 0 { for _ in 0..<exponent { self.bytes.append(UInt8(ascii: "0")) } }
            return
        }
        var decimals = -exponent
        while decimals > 0, magnitude % 10 == 0 {
            magnitude /= 10
            decimals -= 1
        }
        self.digits(magnitude, least: decimals + 1)
        if decimals > 0 { self.bytes.insert(UInt8(ascii: "."), at: self.bytes.count - decimals) }
    }

    /// Writes a price in `units`.
    public mutating func price(_ price: Price, _ units: Units) {
        self.decimal(price.units, exponent: units.priceExponent)
    }

    /// Writes a quantity in `units`.
    public mutating func quantity(_ quantity: Quantity, _ units: Units) {
        self.decimal(quantity.units, exponent: units.quantityExponent)
    }

    /// Writes an order's id.
    public mutating func order(_ order: ClientOrderID) { order.write(into: &self.bytes) }

    /// Writes bytes as hexadecimal digits, in lower case.
    public mutating func hexadecimal(_ content: [UInt8]) {
        for byte in content {
            self.hexadecimalDigit(byte >> 4)
            self.hexadecimalDigit(byte & 0xF)
        }
    }

    private mutating func hexadecimalDigit(_ digit: UInt8) {
        self.bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
    }

    private mutating func digits(_ value: UInt64, least: Int) {
        var value = value
        var count = 0
        let start = self.bytes.count
        repeat {
            self.bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
            value /= 10
            count += 1
        } while value > 0 || count < least
        self.bytes[start...].reverse()
    }
}
