extension ConfigurationNode {
    /// It as JSON in one line, keys sorted: the same content gives the same text, however the file is laid out. Numbers, `true`,
    /// `false` and `null` that stand without quotes stay so, digit by digit; every other scalar is a string.
    ///
    /// Recursion is as deep as the tree, which the parser bounds.
    var json: String {
        switch self.content {
        case .text(let text, let isPlain):
            if isPlain, self.isNull { return "null" }
            if isPlain, text == "true" || text == "false" || Self.isNumber(text) { return text }
            return Self.quoted(text)
        case .mapping(let entries):
            let sorted = entries.sorted { $0.key < $1.key }
            return "{" + sorted.map { "\(Self.quoted($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
        case .list(let items):
            return "[" + items.map { $0.json }.joined(separator: ",") + "]"
        case .unusable:
            return "null"
        }
    }

    /// Whether it is a number by the grammar of JSON, without an exponent.
    private static func isNumber(_ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        if bytes.first == UInt8(ascii: "-") { bytes = bytes.dropFirst() }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty else { return false }
        if whole.count > 1, whole.first == UInt8(ascii: "0") { return false }
        return parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
