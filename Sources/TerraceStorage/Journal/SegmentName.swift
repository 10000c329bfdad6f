/// What segments are called: `journal-<number of the first record, 20 digits>.tj`, so that they sort by name.
enum SegmentName {
    static func text(first: UInt64) -> String {
        let digits = String(first)
        return "journal-" + String(repeating: "0", count: 20 - digits.count) + digits + ".tj"
    }

    /// The number of the first record; nil where the name is no segment's.
    static func first(of name: String) -> UInt64? {
        guard name.utf8.count == 31, name.hasPrefix("journal-"), name.hasSuffix(".tj") else { return nil }
        let digits = name.dropFirst(8).dropLast(3)
        guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return UInt64(digits)
    }
}
