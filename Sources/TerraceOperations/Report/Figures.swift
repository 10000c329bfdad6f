import Foundation
import TerraceCore

/// Numbers as the screen and the summary show them: for the eye, cut short where the report has every digit.
enum Figures {
    /// `1234567` as `1,234,567`.
    static func grouped(_ value: UInt64) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// A rate a second, rounded and grouped.
    static func rate(_ value: Double) -> String { self.grouped(UInt64(min(max(0, value), 1e15).rounded())) }

    /// Nanoseconds in the unit that leaves at most four digits.
    static func duration(_ nanoseconds: UInt64) -> String {
        if nanoseconds < 1_000 { return "\(nanoseconds) ns" }
        if nanoseconds < 1_000_000 { return String(format: "%.1f us", Double(nanoseconds) / 1e3) }
        if nanoseconds < 10_000_000_000 { return String(format: "%.1f ms", Double(nanoseconds) / 1e6) }
        return String(format: "%.0f s", Double(nanoseconds) / 1e9)
    }

    /// Seconds as `1:02:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e9))
        return String(format: "%d:%02d:%02d", whole / 3_600, whole / 60 % 60, whole % 60)
    }

    /// An amount cut after the second decimal, or after the sixth where it is below one.
    static func money(_ amount: Amount) -> String { self.decimal(amount.text) }

    /// Decimal text cut likewise.
    static func decimal(_ text: String) -> String {
        guard let point = text.firstIndex(of: ".") else { return text }
        let whole = text[..<point]
        let decimals = whole == "0" || whole == "-0" ? 6 : 2
        return String(text.prefix(text.distance(from: text.startIndex, to: point) + 1 + decimals))
    }

    /// `text` at the right of `width` columns.
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// `text` at the left of `width` columns, cut where it is longer.
    static func left(_ text: String, _ width: Int) -> String {
        text.count > width
            ? String(text.prefix(width)) : text + String(repeating: " ", count: width - text.count)
    }
}
