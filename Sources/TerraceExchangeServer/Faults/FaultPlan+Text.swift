import TerraceCore

extension FaultPlan {
    /// What is wrong with a plan's text.
    public struct TextError: Error, Equatable, CustomStringConvertible {
        /// What, and what would be right.
        public let description: String
    }

    /// The plan that `text` says.
    ///
    /// - Throws: `TextError` for a name that there is none of, a value that is none, or one given twice.
    public init(_ text: String) throws(TextError) {
        self.init()
        var seen: Set<String> = []
        for line in text.split(whereSeparator: { $0.isNewline }) {
            let content = line.prefix { $0 != "#" }
            for part in content.split(separator: ",") {
                let words = part.split(separator: "=", omittingEmptySubsequences: false).map { Self.trimmed($0) }
                guard let name = words.first, !(words.count == 1 && name.isEmpty) else { continue }
                if words.count == 1, name == "none" { continue }
                guard words.count == 2 else {
                    throw TextError(description: "\"\(Self.trimmed(part))\" is not name=value")
                }
                guard seen.insert(name).inserted else { throw TextError(description: "\(name) is given twice") }
                try self.set(name, words[1])
            }
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(TextError) {
        if let kind = FaultKind(rawValue: name) {
            guard let millionths = try? DecimalText.units(of: value, exponent: -6), (0...1_000_000).contains(millionths)
            else {
                throw TextError(
                    description: "\(name)=\(value): a chance is 0 to 1 with at most six digits after the point")
            }
            self.set(kind, millionths: Int64(truncatingIfNeeded: millionths))
        } else if let length = Length(rawValue: name) {
            guard let nanoseconds = Self.nanoseconds(value), length.range.contains(nanoseconds) else {
                let range = length.range
                throw TextError(
                    description:
                        "\(name)=\(value): a time is a whole number of us, ms or s, here \(range.lowerBound / 1_000)us to \(range.upperBound / 1_000_000_000)s"
                )
            }
            self.set(length, nanoseconds: nanoseconds)
        } else {
            let names = FaultKind.allCases.map { $0.rawValue } + Length.allCases.map { $0.rawValue }
            throw TextError(description: "there is no fault \"\(name)\": choose from \(names.joined(separator: ", "))")
        }
    }

    /// `250ms`, `-2s`, `10us`; nil for anything else.
    static func nanoseconds(_ text: String) -> Int64? {
        for (suffix, factor) in [("us", Int64(1_000)), ("ms", 1_000_000), ("s", 1_000_000_000)]
        where text.hasSuffix(suffix) {
            guard let count = Int64(text.dropLast(suffix.count)) else { continue }
            let (product, overflow) = count.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
