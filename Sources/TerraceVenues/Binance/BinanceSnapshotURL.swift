/// The addresses at which Binance gives snapshots: `/api/v3/depth?symbol=BTCUSDT&limit=1000`, `/fapi/v1/depth?...`.
enum BinanceSnapshotURL {
    /// Where the symbol stands in `url`, or nil where the address is not one of a snapshot.
    static func symbol(in url: Span<UInt8>) -> Range<Int>? {
        var question = 0
        while question < url.count, url[question] != UInt8(ascii: "?") { question += 1 }
        guard question < url.count, Self.endsWith("/depth", url, question) else { return nil }
        var start = question + 1
        while start < url.count {
            var end = start
            while end < url.count, url[end] != UInt8(ascii: "&") { end += 1 }
            if end - start > 7, Self.endsWith("symbol=", url, start + 7) { return start + 7..<end }
            start = end + 1
        }
        return nil
    }

    /// Whether `text` stands in `url` just before `end`, which is within it.
    private static func endsWith(_ text: StaticString, _ url: Span<UInt8>, _ end: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end >= count else { return false }
        for index in 0..<count {
            // SAFETY: the index is below the count of the constant's code units.
            guard unsafe url[end - count + index] == text.utf8Start[index] else { return false }
        }
        return true
    }
}
