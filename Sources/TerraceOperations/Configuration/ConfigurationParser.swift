internal import Yams

/// YAML text to a tree with places, within bounds.
///
/// Two things are done before libyaml's composer sees the text. A node may carry an anchor or be an alias only where it may
/// carry a tag, so each `&name` and `*name` is overwritten with the tag `!` and blanks: no node is ever copied, no bomb of
/// aliases can go off, and every place where one stands is known. And where a mapping has a key twice, which ends the
/// composer, the first of the two has its first character replaced by a private one and the text is read again: so all of
/// them are found. Both keep every other character in its place.
struct ConfigurationParser {
    /// How deep mappings and lists may nest; a desk needs eight.
    static let depthLimit = 24
    /// How many values a file may hold.
    static let nodeLimit = 1 << 20
    /// How many doubled keys are looked for.
    private static let duplicateLimit = 64
    private static let firstPrivate: UInt32 = 0xE000

    private let findings: Findings
    private var replaced: [Place: Unicode.Scalar] = [:]
    private var aliases: Set<Place> = []  // Looked up, never walked through.
    private var aliasCount = 0
    private var nodes = 0

    /// The tree of `text`; nil where there is none, which has been reported then.
    static func parse(_ text: String, _ findings: Findings) -> ConfigurationNode? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
        if let place = Self.strangeLineBreak(lines) {
            findings.error(
                place, "a line ends here without a line feed: save the file with the line ends of Unix or Windows")
            return nil
        }
        var parser = ConfigurationParser(findings: findings)
        var altered = lines
        parser.overwriteAliases(&altered)
        if !parser.aliases.isEmpty {
            guard let root = parser.compose(altered) else { return nil }
            let tree = parser.convert(root, "the file", 0)
            if parser.aliasCount > 0 { return tree }
            // None was an anchor or alias: what looked like one stands inside a text, which must stay as it is.
            findings.removeAll()
            parser = ConfigurationParser(findings: findings)
        }
        return parser.compose(lines).map { parser.convert($0, "the file", 0) }
    }

    private init(findings: Findings) { self.findings = findings }

    /// libyaml also ends a line at these; places would differ from what an editor shows.
    private static func strangeLineBreak(_ lines: [[Unicode.Scalar]]) -> Place? {
        for (line, scalars) in lines.enumerated() {
            for (column, scalar) in scalars.enumerated() {
                switch scalar {
                case "\r" where column == scalars.count - 1 && line < lines.count - 1: continue
                case "\r", "\u{85}", "\u{2028}", "\u{2029}": return Place(line: line + 1, column: column + 1)
                default: continue
                }
            }
        }
        return nil
    }

    private static func joined(_ lines: [[Unicode.Scalar]]) -> String {
        // A view of scalars would be copied whole by each append.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.count + 1 })
        for (index, line) in lines.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "\n")) }
            for scalar in line {
                if let encoded = UTF8.encode(scalar) { bytes.append(contentsOf: encoded) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Composing

    private mutating func compose(_ lines: [[Unicode.Scalar]]) -> Node? {
        var lines = lines
        var last: Place?
        for round in 0..<Self.duplicateLimit {
            let text = Self.joined(lines)
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                guard let root = try parser.nextRoot() else {
                    self.findings.error(nil, "the file is empty: it needs at least one strategy")
                    return nil
                }
                if let next = try parser.nextRoot() {
                    self.findings.error(Self.place(next.mark), "a second document begins here: one file is one desk")
                }
                return root
            } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
                let place = Self.place(context.mark)
                let key = duplicates.first ?? ""
                guard let character = Self.replace(key, at: place, in: &lines, round) else {
                    self.findings.error(place, "duplicate key \"\(Self.shown(key))\"")
                    return nil
                }
                self.replaced[character.place] = character.scalar
                last = place
            } catch {
                self.report(error, text)
                return nil
            }
        }
        self.findings.error(last, "more than \(Self.duplicateLimit) keys stand twice in their mappings")
        return nil
    }

    /// Gives the key that begins at `place` another first character; nil where it is not written there as it reads, or begins
    /// with neither a letter nor a digit.
    private static func replace(
        _ key: String, at place: Place, in lines: inout [[Unicode.Scalar]], _ round: Int
    ) -> (place: Place, scalar: Unicode.Scalar)? {
        let line = place.line - 1
        var column = place.column - 1
        guard lines.indices.contains(line), lines[line].indices.contains(column) else { return nil }
        if lines[line][column] == "\"" || lines[line][column] == "'" { column += 1 }
        guard lines[line].indices.contains(column), lines[line][column].isASCII,
            lines[line][column].properties.isAlphabetic || lines[line][column].properties.numericType != nil,
            lines[line][column...].starts(with: key.unicodeScalars),
            let replacement = Unicode.Scalar(Self.firstPrivate + UInt32(round))
        else { return nil }
        let scalar = lines[line][column]
        lines[line][column] = replacement
        return (Place(line: place.line, column: column + 1), scalar)
    }

    private func report(_ error: any Error, _ text: String) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            if problem.contains("yaml_set_max_nest_level") {
                self.findings.error(Self.place(mark), "this is nested deeper than \(Self.depthLimit) levels")
                return
            }
            let what = context.map { "\($0.text), " } ?? ""
            self.findings.error(Self.place(mark), "this is not YAML: \(what)\(problem)")
        case YamlError.reader(let problem, let offset, _, _):
            var place: Place?
            if let offset, let index = text.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex) {
                let before = text[..<index].unicodeScalars
                let lastLine = before.lastIndex(of: "\n").map { before[before.index(after: $0)...] } ?? before[...]
                place = Place(line: before.count { $0 == "\n" } + 1, column: lastLine.count + 1)
            }
            self.findings.error(place, "this is not YAML: \(problem)")
        default:
            self.findings.error(nil, "this is not YAML: \(error)")
        }
    }

    // MARK: Anchors and aliases

    /// Overwrites what looks like an anchor or alias with `!` and blanks: what stands where a node may begin, and is followed by
    /// what libyaml allows after a name. A blank never comes before a `#`, which would begin a comment.
    private mutating func overwriteAliases(_ lines: inout [[Unicode.Scalar]]) {
        for line in lines.indices {
            var column = 0
            while column < lines[line].count {
                defer { column += 1 }
                guard lines[line][column] == "&" || lines[line][column] == "*" else { continue }
                let begins = column == 0 || " \t[{,:".unicodeScalars.contains(lines[line][column - 1])
                var end = column + 1
                while end < lines[line].count, Self.isName(lines[line][end]) { end += 1 }
                let ends = end == lines[line].count || " \t\r?:,]}%@`".unicodeScalars.contains(lines[line][end])
                guard begins, ends, end > column + 1 else { continue }
                self.aliases.insert(Place(line: line + 1, column: column + 1))
                lines[line][column] = "!"
                for index in column + 1..<end { lines[line][index] = " " }
                column = end - 1
            }
        }
    }

    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "_", "-": true
        default: false
        }
    }

    // MARK: Converting

    private static func place(_ mark: Mark?) -> Place { Place(line: mark?.line ?? 1, column: mark?.column ?? 1) }

    private mutating func convert(_ node: Node, _ label: String, _ depth: Int) -> ConfigurationNode {
        let place = Self.place(node.mark)
        var converted = ConfigurationNode(place: place, label: label, content: .unusable)
        self.nodes += 1
        if self.nodes == Self.nodeLimit { self.findings.error(place, "the file holds more than a million values") }
        guard self.nodes < Self.nodeLimit else { return converted }
        guard depth < Self.depthLimit else {
            self.findings.error(place, "this is nested deeper than \(Self.depthLimit) levels")
            return converted
        }
        guard self.isPlain(node, place) else { return converted }
        switch node {
        case .scalar(let scalar):
            converted.content = .text(self.restored(scalar.string, at: place), isPlain: scalar.style == .plain)
        case .sequence(let items):
            converted.content = .list(
                items.enumerated().map { self.convert($1, "\(label)[\($0)]", depth + 1) })
        case .mapping(let pairs):
            converted.content = .mapping(self.entries(pairs, label, depth))
        case .alias: self.findings.error(place, Self.aliasMessage)
        }
        return converted
    }

    private mutating func entries(_ pairs: Node.Mapping, _ label: String, _ depth: Int) -> [ConfigurationNode.Entry] {
        var entries: [ConfigurationNode.Entry] = []
        var first: [String: Place] = [:]  // Looked up, never walked through.
        for (key, value) in pairs {
            let place = Self.place(key.mark)
            guard case .scalar(let scalar) = key else {
                self.findings.error(place, "a key in \(label) must be a text, not a list or mapping")
                continue
            }
            guard self.isPlain(key, place) else { continue }
            let text = self.restored(scalar.string, at: place)
            let converted = self.convert(value, text, depth + 1)
            if let before = first[text] {
                self.findings.error(
                    place, "duplicate key \"\(Self.shown(text))\" in \(label); it stands first in line \(before.line)")
            } else {
                first[text] = place
                entries.append(ConfigurationNode.Entry(key: text, place: place, value: converted))
            }
        }
        return entries
    }

    /// The text with the character back that was taken for its place, if one was.
    private func restored(_ text: String, at place: Place) -> String {
        guard let first = text.unicodeScalars.first, first.value >= Self.firstPrivate,
            first.value < Self.firstPrivate + UInt32(Self.duplicateLimit)
        else { return text }
        let quoted = Place(line: place.line, column: place.column + 1)
        guard let scalar = self.replaced[place] ?? self.replaced[quoted] else { return text }
        return String(Character(scalar)) + String(text.unicodeScalars.dropFirst())
    }

    /// Whether a node is neither anchored nor an alias, and carries no tag but those that say what it is anyway.
    private mutating func isPlain(_ node: Node, _ place: Place) -> Bool {
        if self.aliases.contains(place) {
            self.aliasCount += 1
            self.findings.error(place, Self.aliasMessage)
            return false
        }
        let tag = node.tag.description
        if tag.isEmpty || ["str", "map", "seq"].contains(where: { tag == "tag:yaml.org,2002:\($0)" }) { return true }
        self.findings.error(place, "YAML tags such as !!int are not taken: leave it away")
        return false
    }

    private static let aliasMessage = "YAML anchors and aliases are not taken: use \"templates\" or \"defaults\""

    /// At most 60 characters of a text from a file, without control characters, for messages.
    static func shown(_ text: String) -> String {
        let visible = text.unicodeScalars.prefix(60).map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? "\u{FFFD}" : scalar
        }
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: visible)
        return String(shown) + (text.unicodeScalars.count > 60 ? "…" : "")
    }
}
