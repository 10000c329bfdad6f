internal import Glibc
public import TerraceStorage

/// Writes a journal's rows for other programs: CSV or JSON lines. Every number is the exact decimal, as text.
public struct JournalExport: Sendable {
    /// What is exported.
    public enum Content: String, Sendable, CaseIterable {
        /// Trades of ours.
        case fills
        /// What was sent to venues, and what they said of our orders, fills included.
        case orders
        /// Every record.
        case all
    }
    /// As what.
    public enum Format: String, Sendable, CaseIterable {
        /// A line of names, then a line a row; as RFC 4180 has it, with `\n`.
        case csv
        /// An object a line, with the keys that the row has.
        case jsonl
    }

    private let content: Content
    private let format: Format
    private let filter: JournalFilter

    /// The rows of `content` that `filter` wants; its topics are set here.
    public init(_ content: Content, as format: Format, filter: JournalFilter) {
        self.content = content
        self.format = format
        var filter = filter
        switch content {
        case .fills: filter.topics = [.fill]
        case .orders: filter.topics = [.command, .order, .fill]
        case .all: filter.topics = []
        }
        self.filter = filter
    }

    /// The columns behind `sequence`, `time` and `kind`.
    var fields: [JournalRow.Field] {
        switch self.content {
        case .fills:
            [
                .venue, .symbol, .strategy, .side, .quantity, .price, .fee, .feeCoin, .liquidity, .trade, .order,
                .cumulative,
            ]
        case .orders:
            [
                .venue, .symbol, .strategy, .order, .what, .side, .quantity, .price, .cumulative, .reason, .trade, .fee,
                .feeCoin, .liquidity,
            ]
        case .all: JournalRow.Field.allCases
        }
    }

    /// Writes the rows of the journal in `folder` to `file`. Blocks.
    ///
    /// - Parameter note: Takes what a person should know beside.
    /// - Returns: How many rows were written.
    /// - Throws: `JournalError` where the journal can't be read or is damaged, and `OutputError`; a file is then not there.
    @discardableResult
    public func run(folder: String, to file: OutputFile, note: (String) -> Void) throws -> Int {
        let browser = try JournalBrowser(folder: folder, filter: self.filter)
        let output = JournalOutput(file)
        if self.format == .csv, try !output.add(self.header) { return 0 }
        var count = 0
        while let row = try browser.next() {
            count += 1
            if try !output.add(self.text(row)) { return count }
        }
        try output.finish()
        for text in browser.takeNotes() { note(text) }
        return count
    }

    var header: String {
        (["sequence", "time", "kind"] + self.fields.map { $0.rawValue }).joined(separator: ",") + "\n"
    }

    /// The line of a row.
    func text(_ row: JournalRow) -> String {
        switch self.format {
        case .csv:
            var line = "\(row.sequence),\(UTCTime.text(row.time)),\(row.topic.rawValue)"
            for field in self.fields { line += "," + Self.quoted(row[field] ?? "") }
            return line + "\n"
        case .jsonl:
            var line =
                "{\"sequence\":\(row.sequence),\"time\":\"\(UTCTime.text(row.time))\",\"kind\":\"\(row.topic.rawValue)\""
            for field in self.fields {
                if let text = row[field] { line += ",\"\(field.rawValue)\":\"\(Self.escaped(text))\"" }
            }
            return line + "}\n"
        }
    }

    private static func quoted(_ text: String) -> String {
        if !text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func escaped(_ text: String) -> String {
        if !text.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0..<0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
