import TerraceCore

/// Rows in the text format of PostgreSQL's COPY: fields between tabs, `\N` for NULL (PostgreSQL 15, "COPY", Text Format).
struct CopyRows {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    mutating func reserve(_ count: Int) { self.bytes.reserveCapacity(count) }

    private mutating func separate() {
        if !self.isFirst { self.bytes.append(UInt8(ascii: "\t")) }
        self.isFirst = false
    }

    mutating func end() {
        self.bytes.append(UInt8(ascii: "\n"))
        self.isFirst = true
    }

    mutating func null() {
        self.separate()
        self.bytes.append(UInt8(ascii: "\\"))
        self.bytes.append(UInt8(ascii: "N"))
    }

    mutating func int(_ value: Int64) {
        self.separate()
        self.digits(value)
    }

    private mutating func digits(_ value: Int64) {
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = self.bytes.count
        repeat {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            self.bytes.append(UInt8(ascii: "0") + UInt8(remainder))
            rest = quotient
        } while rest > 0
        self.bytes[start...].reverse()
    }

    mutating func decimal(_ value: ExactDecimal) {
        self.separate()
        value.write(into: &self.bytes)
    }

    mutating func decimal(_ value: ExactDecimal?) {
        if let value { self.decimal(value) } else { self.null() }
    }

    mutating func bool(_ value: Bool) {
        self.separate()
        self.bytes.append(value ? UInt8(ascii: "t") : UInt8(ascii: "f"))
    }

    mutating func side(_ value: Side) {
        self.separate()
        self.bytes.append(value == .bid ? UInt8(ascii: "b") : UInt8(ascii: "s"))
    }

    mutating func order(_ id: ClientOrderID) {
        self.separate()
        id.writeHex(into: &self.bytes)
    }

    /// A moment as `2026-11-25 04:07:03.123456+00`, floored to microseconds.
    mutating func time(_ value: Timestamp) {
        self.separate()
        let microseconds = Self.floor(value.nanoseconds, 1_000)
        let seconds = Self.floor(microseconds, 1_000_000)
        let days = Self.floor(seconds, 86_400)
        let ofDay = seconds - days * 86_400
        let (year, month, day) = Self.civil(days)
        self.padded(year, 4)
        self.bytes.append(UInt8(ascii: "-"))
        self.padded(month, 2)
        self.bytes.append(UInt8(ascii: "-"))
        self.padded(day, 2)
        self.bytes.append(UInt8(ascii: " "))
        self.padded(ofDay / 3_600, 2)
        self.bytes.append(UInt8(ascii: ":"))
        self.padded(ofDay / 60 % 60, 2)
        self.bytes.append(UInt8(ascii: ":"))
        self.padded(ofDay % 60, 2)
        self.bytes.append(UInt8(ascii: "."))
        self.padded(microseconds - seconds * 1_000_000, 6)
        self.bytes.append(UInt8(ascii: "+"))
        self.bytes.append(UInt8(ascii: "0"))
    }

    private mutating func padded(_ value: Int64, _ width: Int) {
        let start = self.bytes.count
        var rest = value
        for _ in 0..<width {
            self.bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self.bytes[start...].reverse()
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The date `days` after 1970-01-01 in the Gregorian calendar. Years within 1677...2262, as far as a timestamp reaches.
    ///
    /// Counts from 1 March of year 0, where leap days are the last of their year, in eras of 400 years or 146,097 days.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = Self.floor(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Text with what has a meaning to COPY escaped. A zero byte, which PostgreSQL does not take, becomes U+FFFD.
    mutating func text(_ value: String) {
        self.separate()
        for byte in value.utf8 {
            switch byte {
            case 0: self.bytes += [0xEF, 0xBF, 0xBD]
            case UInt8(ascii: "\\"): self.bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
            case UInt8(ascii: "\t"): self.bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case UInt8(ascii: "\n"): self.bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): self.bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            default: self.bytes.append(byte)
            }
        }
    }

    mutating func text(_ value: String?) {
        if let value { self.text(value) } else { self.null() }
    }
}
