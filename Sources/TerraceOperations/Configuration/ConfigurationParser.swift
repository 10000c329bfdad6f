internal import Yams

/// YAML text to a tree with places, within bounds.
///
/// Two things are done before libyaml's composer sees the text. A node may carry an anchor or be an alias only where it may
/// carry a tag, so each `&name` and `*name` is turned into a tag `!name`: no node is ever copied, no bomb of aliases can go
/// off, and every place where one stands is known. And where a mapping has a key twice, which ends the composer, the first of
/// the two has its first character replaced by a private one of the same width and the text is read again: so all of them
/// are found, and what follows keeps its place.
struct ConfigurationParser {
    /// How deep mappings and lists may nest; a desk needs eight.
    static let depthLimit = 24
    /// How many values a file may hold.
    static let nodeLimit = 1 << 20
    /// How many doubled keys are looked for.
    private static let duplicateLimit = 64
    private static let firstPrivate: UInt32 = 0xE000

    private let findings: Findings
    private let original: [[Unicode.Scalar]]
    private var replaced: [Place: Unicode.Scalar] = [:]
    private var nodes = 0

    /// The tree of `text`; nil where there is none, which has been reported then.
    static func parse(_ text: String, _ findings: Findings) -> ConfigurationNode? {
        var parser = ConfigurationParser(text, findings)
        return parser.tree(text)
    }

    private init(_ text: String, _ findings: Findings) {
        self.findings = findings
        self.original = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
    }

    private mutating func tree(_ text: String) -> ConfigurationNode? {
        let withoutAliases = Self.withTagsForAliases(text)
        if let altered = withoutAliases {
            guard let root = self.compose(altered) else { return nil }
            let errors = self.findings.errors
            let tree = self.convert(root, "the file", 0)
            if self.findings.errors > errors { return tree }
            // None was an anchor or alias: what looked like one stands inside a text, which must stay as it is.
            self.replaced = [:]
            self.nodes = 0
        }
        guard let root = self.compose(text) else { return nil }
        return self.convert(root, "the file", 0)
    }

    // MARK: Composing

    private mutating func compose(_ text: String) -> Node? {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
        var text = text
        for round in 0..<Self.duplicateLimit {
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
                var joined = String.UnicodeScalarView()
                for (index, line) in lines.enumerated() {
                    if index > 0 { joined.append("\n") }
                    joined.append(contentsOf: line)
                }
                text = String(joined)
            } catch {
                self.report(error, text)
                return nil
            }
        }
        self.findings.error(nil, "more than \(Self.duplicateLimit) keys stand twice in their mappings")
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

    /// `text` with a tag for each anchor and alias; nil where nothing looks like one.
    private static func withTagsForAliases(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        var found = false
        for index in bytes.indices.dropLast() {
            guard bytes[index] == UInt8(ascii: "&") || bytes[index] == UInt8(ascii: "*") else { continue }
            let before = index == 0 ? UInt8(ascii: "\n") : bytes[index - 1]
            let after = bytes[index + 1]
            let begins = [0x20, 0x09, 0x0A, 0x0D, 0x5B, 0x7B, 0x2C, 0x3A].contains(before)  // Blanks, [ { , and :
            let isName =
                (0x30...0x39).contains(after) || (0x41...0x5A).contains(after & 0xDF) || after == 0x5F || after == 0x2D
            if begins, isName {
                bytes[index] = UInt8(ascii: "!")
                found = true
            }
        }
        return found ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private func scalar(at place: Place) -> Unicode.Scalar? {
        guard self.original.indices.contains(place.line - 1) else { return nil }
        let line = self.original[place.line - 1]
        return line.indices.contains(place.column - 1) ? line[place.column - 1] : nil
    }

    // MARK: Converting

    private static func place(_ mark: Mark?) -> Place { Place(line: mark?.line ?? 1, column: mark?.column ?? 1) }

    private mutating func convert(_ node: Node, _ label: String, _ depth: Int) -> ConfigurationNode? {
        let place = Self.place(node.mark)
        self.nodes += 1
        if self.nodes == Self.nodeLimit { self.findings.error(place, "the file holds more than a million values") }
        guard self.nodes < Self.nodeLimit else { return nil }
        guard depth < Self.depthLimit else {
            self.findings.error(place, "this is nested deeper than \(Self.depthLimit) levels")
            return nil
        }
        guard self.hasPlainTag(node, place) else { return nil }
        switch node {
        case .scalar(let scalar):
            let text = self.restored(scalar.string, at: place)
            return ConfigurationNode(
                place: place, label: label, content: .text(text, isPlain: scalar.style == .plain))
        case .sequence(let items):
            let all = items.enumerated().compactMap { self.convert($1, "\(label)[\($0)]", depth + 1) }
            return ConfigurationNode(place: place, label: label, content: .list(all))
        case .mapping(let pairs):
            return self.convert(pairs, label, place, depth)
        case .alias:
            self.findings.error(place, Self.aliasMessage)
            return nil
        }
    }

    private mutating func convert(
        _ pairs: Node.Mapping, _ label: String, _ place: Place, _ depth: Int
    ) -> ConfigurationNode {
        var entries: [ConfigurationNode.Entry] = []
        var first: [String: Place] = [:]
        for (key, value) in pairs {
            let keyPlace = Self.place(key.mark)
            guard case .scalar(let scalar) = key else {
                self.findings.error(keyPlace, "a key in \(label) must be a text, not a list or mapping")
                continue
            }
            guard self.hasPlainTag(key, keyPlace) else { continue }
            let text = self.restored(scalar.string, at: keyPlace)
            let isDouble = first[text] != nil
            if let before = first[text] {
                self.findings.error(
                    keyPlace,
                    "duplicate key \"\(Self.shown(text))\" in \(label); it stands first in line \(before.line)")
            } else {
                first[text] = keyPlace
            }
            if let value = self.convert(value, text, depth + 1), !isDouble {
                entries.append(ConfigurationNode.Entry(key: text, place: keyPlace, value: value))
            }
        }
        return ConfigurationNode(place: place, label: label, content: .mapping(entries))
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

    private func hasPlainTag(_ node: Node, _ place: Place) -> Bool {
        let tag = node.tag.description
        if tag.isEmpty || ["str", "map", "seq"].contains(where: { tag == "tag:yaml.org,2002:\($0)" }) { return true }
        let scalar = self.scalar(at: place)
        self.findings.error(
            place,
            scalar == "&" || scalar == "*" ? Self.aliasMessage : "YAML tags such as !!int are not taken: leave it away")
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
