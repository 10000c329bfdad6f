import Glibc
import NIOHTTP1

/// How long a server asks to be left alone, by its `Retry-After` header (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// Nobody waits longer than this: 30 days, in seconds.
    private static let most: Int64 = 30 * 86_400

    /// In nanoseconds from now; zero where the header is missing, makes no sense, or is over.
    static func nanoseconds(_ headers: HTTPHeaders) -> Int64 {
        guard let text = headers.first(name: "retry-after") else { return 0 }
        if let seconds = Self.number(text[...]) { return min(seconds, Self.most) * 1_000_000_000 }
        guard let then = Self.seconds(ofDate: text) else { return 0 }
        // The server's own clock says how far off that is; ours only where it does not tell.
        let now = headers.first(name: "date").flatMap { Self.seconds(ofDate: $0) } ?? Int64(time(nil))
        return max(0, min(then - now, Self.most)) * 1_000_000_000
    }

    /// A whole number of at most 18 digits, or nil.
    static func number(_ text: Substring) -> Int64? {
        let digits = text.utf8
        guard (1...18).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(text)
    }

    /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7, the form that is sent).
    static func seconds(ofDate text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT" else { return nil }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false).map { Self.number($0) }
        guard let day = Self.number(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])),
            let year = Self.number(words[3]), (1970...9999).contains(year), clock.count == 3,
            let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60, second <= 60
        else { return nil }
        // Days of the civil calendar, with years that begin in March.
        let march = (month + 10) % 12
        let shifted = march >= 10 ? year - 1 : year
        let days =
            shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + Int64((153 * march + 2) / 5) + day - 1
            - 719_468
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }
}
