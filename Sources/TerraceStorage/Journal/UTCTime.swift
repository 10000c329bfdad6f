public import TerraceCore

/// Moments as text, and back: `2026-11-29T08:30:00.000000001Z`, always in UTC, always to the nanosecond.
///
/// Days and dates by Hinnant's formulas ("chrono-Compatible Low-Level Date Algorithms", 2013): eras of 400 years that begin in March.
public enum UTCTime {
    private static let dayNanoseconds: Int64 = 86_400_000_000_000

    /// The text of a moment.
    public static func text(_ time: Timestamp) -> String {
        var day = time.nanoseconds / Self.dayNanoseconds
        var rest = time.nanoseconds % Self.dayNanoseconds
        if rest < 0 {
            rest += Self.dayNanoseconds
            day -= 1
        }
        let (year, month, dayOfMonth) = Self.date(ofDay: day)
        let seconds = rest / 1_000_000_000
        var text = ""
        text.reserveCapacity(30)
        Self.append(Int64(year), digits: 4, to: &text)
        text += "-"
        Self.append(Int64(month), digits: 2, to: &text)
        text += "-"
        Self.append(Int64(dayOfMonth), digits: 2, to: &text)
        text += "T"
        Self.append(seconds / 3_600, digits: 2, to: &text)
        text += ":"
        Self.append(seconds / 60 % 60, digits: 2, to: &text)
        text += ":"
        Self.append(seconds % 60, digits: 2, to: &text)
        text += "."
        Self.append(rest % 1_000_000_000, digits: 9, to: &text)
        return text + "Z"
    }

    /// The moment that a text tells: a date (`2026-11-29`, its first moment), or a date and a time to the minute, the second or any part of it
    /// (`2026-11-29T08:30`, `2026-11-29 08:30:00.25Z`); nil for anything else. Years 1970 to 2261.
    public static func moment(_ text: String) -> Timestamp? {
        var bytes = Array(text.utf8)
        if bytes.last == UInt8(ascii: "Z") { bytes.removeLast() }
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), (1970...2261).contains(year), (1...12).contains(month), day >= 1
        else { return nil }
        let days = Self.day(year: year, month: month, day: day)
        // What is no day of that month comes back as another date.
        guard Self.date(ofDay: Int64(days)) == (year, month, day) else { return nil }
        guard let rest = Self.nanoseconds(bytes[10...]) else { return nil }
        return Timestamp(nanoseconds: Int64(days) * Self.dayNanoseconds + rest)
    }

    /// `T08:30`, `T08:30:00`, `T08:30:00.25`, or nothing.
    private static func nanoseconds(_ text: ArraySlice<UInt8>) -> Int64? {
        if text.isEmpty { return text.startIndex == 10 ? 0 : nil }
        let bytes = Array(text)
        guard bytes.count == 6 || bytes.count >= 9, bytes[0] == UInt8(ascii: "T") || bytes[0] == UInt8(ascii: " "),
            bytes[3] == UInt8(ascii: ":"), let hour = Self.number(bytes[1..<3]), hour < 24,
            let minute = Self.number(bytes[4..<6]), minute < 60
        else { return nil }
        var total = Int64(hour * 3_600 + minute * 60) * 1_000_000_000
        if bytes.count == 6 { return total }
        guard bytes[6] == UInt8(ascii: ":"), let second = Self.number(bytes[7..<9]), second < 60 else { return nil }
        total += Int64(second) * 1_000_000_000
        if bytes.count == 9 { return total }
        let fraction = bytes[10...]
        guard bytes[9] == UInt8(ascii: "."), (1...9).contains(fraction.count), var part = Self.number(fraction) else {
            return nil
        }
        for _ in fraction.count..<9 { part *= 10 }
        return total + Int64(part)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }

    private static func append(_ value: Int64, digits: Int, to text: inout String) {
        let plain = String(value)
        for _ in 0..<max(0, digits - plain.utf8.count) { text += "0" }
        text += plain
    }

    private static func day(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
        // An Int64 of nanoseconds reaches from 1677 to 2262, so that this is never negative.
        let shifted = Int(day) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }
}
