import TerraceCore

/// One mapping while it is read: finds unknown keys when it is opened, and takes values out by key, reporting what is wrong.
///
/// Every method gives nil, or the default, where a value is missing or wrong; the file is refused then, but read to its end.
struct Section {
    let label: String
    let place: Place
    let findings: Findings
    /// Whether this is a part of a template or of the defaults, in which nothing is missing.
    let isPartial: Bool
    private let entries: [ConfigurationNode.Entry]
    private var meant: Set<String> = []  // Keys that unknown ones probably are; they are not reported as missing too.

    /// Opens `node`, which may have `keys`; where it is no mapping, an error and an empty section in which nothing is missing.
    init(_ node: ConfigurationNode, keys: [String], isPartial: Bool, _ findings: Findings) {
        self.label = node.label
        self.place = node.place
        self.findings = findings
        switch node.content {
        case .mapping(let entries):
            self.entries = entries
            self.isPartial = isPartial
        case .unusable:
            self.entries = []
            self.isPartial = true
        case .text, .list:
            self.entries = []
            self.isPartial = true
            findings.error(node.place, "\(node.label) must be a mapping, not \(node.kind)")
        }
        for entry in self.entries where !keys.contains(entry.key) {
            findings.error(entry.place, Self.unknown(entry.key, in: node.label, keys))
            if let meant = NearestWord.of(entry.key, among: keys) { self.meant.insert(meant) }
        }
    }

    /// A section without entries, in which nothing is missing: stands in for one that is not there.
    private init(emptyAt place: Place, _ label: String, _ findings: Findings) {
        self.label = label
        self.place = place
        self.findings = findings
        self.isPartial = true
        self.entries = []
    }

    /// What is said of an unknown key. One that looks like a secret is told so, and its value is never shown.
    private static func unknown(_ key: String, in label: String, _ keys: [String]) -> String {
        let letters = key.lowercased().filter { $0.isLetter }
        let secrets = ["secret", "password", "passphrase", "passwd", "apikey", "privatekey", "token", "credential"]
        if secrets.contains(where: { letters.contains($0) }) {
            return
                "\"\(ConfigurationParser.shown(key))\" in \(label) looks like a secret, which is never in this file: name "
                + "an environment variable (\"api_key_env\", \"api_secret_env\", \"password_env\") or a key file (\"key_file\")"
        }
        return "unknown key \"\(ConfigurationParser.shown(key))\" in \(label)\(NearestWord.hint(key, among: keys))"
    }

    // MARK: Any value

    /// The value of `key`; nil where it is not there or null. Nothing at all after a key is an error: it is rarely meant.
    func value(_ key: String) -> ConfigurationNode? {
        guard let entry = self.entries.first(where: { $0.key == key }), !entry.value.isNull else { return nil }
        switch entry.value.content {
        case .text("", isPlain: true):
            self.findings.error(entry.place, "\(self.name(key)) has no value: give one, or take the key away")
            return nil
        case .unusable: return nil
        case .text, .mapping, .list: return entry.value
        }
    }

    /// The value of `key`; an error where it is not there.
    func required(_ key: String) -> ConfigurationNode? {
        let value = self.value(key)
        if !self.isPartial { self.reportIfMissing(key) }
        return value
    }

    /// An error where `key` is not there.
    func reportIfMissing(_ key: String) {
        if self.isMissing(key) { self.findings.error(self.place, "missing key \"\(key)\" in \(self.label)") }
    }

    /// Whether `key` is there, whatever its value.
    func has(_ key: String) -> Bool { self.entries.contains { $0.key == key } }

    /// Whether `key` is there, and not null.
    func isGiven(_ key: String) -> Bool { self.entries.contains { $0.key == key && !$0.value.isNull } }

    /// Whether `key` is not there, or null, and no other key was probably meant to be it.
    func isMissing(_ key: String) -> Bool {
        !self.entries.contains { $0.key == key && !$0.value.isNull } && !self.meant.contains(key)
    }

    /// Where `key` stands, or the section where it does not.
    func place(of key: String) -> Place { self.entries.first { $0.key == key }?.place ?? self.place }

    /// Where the value of `key` stands, or the section where it does not.
    func valuePlace(of key: String) -> Place { self.entries.first { $0.key == key }?.value.place ?? self.place }

    /// What messages call the value of `key`.
    func name(_ key: String) -> String { "\"\(key)\" in \(self.label)" }

    /// All keys with their values, for mappings with free keys.
    var all: [ConfigurationNode.Entry] { self.entries }

    // MARK: Texts

    /// The value as text.
    func text(_ key: String, isRequired: Bool = false) -> String? {
        guard let node = isRequired ? self.required(key) : self.value(key) else { return nil }
        guard case .text(let text, _) = node.content else {
            self.findings.error(node.place, "\(self.name(key)) must be a text, not \(node.kind)")
            return nil
        }
        return text
    }

    /// The value as one of some words.
    func choice<Value>(_ key: String, _ words: [(String, Value)]) -> Value? {
        guard let text = self.text(key) else { return nil }
        if let match = words.first(where: { $0.0 == text }) { return match.1 }
        let hint = NearestWord.hint(text, among: words.map { $0.0 }, listsThem: true)
        self.findings.error(
            self.valuePlace(of: key), "unknown value \"\(ConfigurationParser.shown(text))\" of \(self.name(key))\(hint)"
        )
        return nil
    }

    /// The value as `true` or `false`.
    func flag(_ key: String) -> Bool? { self.choice(key, [("true", true), ("false", false)]) }

    /// The value as the name of an environment variable. What else stands there may be the secret itself, so it is not shown.
    func variable(_ key: String, such example: String, holds secret: String) -> String? {
        guard let text = self.text(key) else { return nil }
        let bytes = Array(text.utf8)
        let isName = bytes.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        guard let first = bytes.first, isName, bytes.count <= 64, !(0x30...0x39).contains(first) else {
            self.findings.error(
                self.valuePlace(of: key),
                "\(self.name(key)) must be the name of an environment variable, such as \(example), and never the \(secret) "
                    + "itself")
            return nil
        }
        return text
    }

    // MARK: Numbers

    /// The value as a decimal number with its place, for units that are known later.
    func decimal(_ key: String, isRequired: Bool = false, _ sign: Sign) -> ConfiguredDecimal? {
        let limit = DecimalText.powerOfTen(36)  // 10^18 at 18 decimals.
        guard
            let units = self.number(
                key, isRequired: isRequired, decimals: ConfiguredDecimal.decimals, Range(sign, limit))
        else { return nil }
        return ConfiguredDecimal(units: units, place: self.valuePlace(of: key), name: self.name(key))
    }

    /// The value as a decimal number that must be there; where it is not, a stand-in that is not given.
    func requiredDecimal(_ key: String, _ sign: Sign) -> ConfiguredDecimal {
        self.decimal(key, isRequired: true, sign)
            ?? ConfiguredDecimal(units: 0, place: self.place, name: self.name(key), isGiven: false)
    }

    /// What a number may be.
    enum Sign {
        case any
        case notNegative
        case positive
    }

    /// What a number may be, with its words for messages.
    struct Range {
        let bounds: ClosedRange<Int128>
        let text: String

        /// `lowest` to `highest`, which are counts of 10^-`decimals`.
        init(_ lowest: Int128, _ highest: Int128, decimals: Int) {
            self.bounds = lowest...highest
            self.text =
                DecimalText.text(of: lowest, exponent: -decimals) + " to "
                + DecimalText.text(of: highest, exponent: -decimals)
        }

        init(_ sign: Sign, _ limit: Int128) {
            switch sign {
            case .any: (self.bounds, self.text) = (-limit...limit, "-10^18 to 10^18")
            case .notNegative: (self.bounds, self.text) = (0...limit, "0 to 10^18")
            case .positive: (self.bounds, self.text) = (1...limit, "above 0, and at most 10^18")
            }
        }
    }

    /// The value as a count of 10^-`decimals`, exact.
    func number(_ key: String, isRequired: Bool = false, decimals: Int, _ range: Range) -> Int128? {
        guard let node = isRequired ? self.required(key) : self.value(key) else { return nil }
        guard case .text(let text, _) = node.content else {
            self.findings.error(node.place, "\(self.name(key)) must be a number, not \(node.kind)")
            return nil
        }
        let shown = ConfigurationParser.shown(text)
        let count: Int128
        do throws(MoneyError) {
            count = try DecimalText.units(of: text, exponent: -decimals)
        } catch {
            switch error {
            case .finerThanUnit:
                let kind = decimals == 0 ? "a whole number" : "a number with at most \(decimals) decimals"
                self.findings.error(node.place, "\(self.name(key)) must be \(kind), not \(shown)")
            case .tooLarge:
                self.findings.error(node.place, "\(self.name(key)) must be \(range.text), not \(shown)")
            case .notADecimal, .unitsOutOfRange:
                self.findings.error(
                    node.place, "\(self.name(key)) must be a decimal number such as 12.5, not \"\(shown)\"")
            }
            return nil
        }
        guard range.bounds.contains(count) else {
            self.findings.error(node.place, "\(self.name(key)) must be \(range.text), not \(shown)")
            return nil
        }
        return count
    }

    /// The value as a whole number.
    func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        self.number(key, decimals: 0, Range(Int128(range.lowerBound), Int128(range.upperBound), decimals: 0)).map {
            Int($0)
        }
    }

    /// The value in basis points, with three decimals; `range` is in thousandths.
    func basisPoints(_ key: String, isRequired: Bool = false, _ range: ClosedRange<Int64>) -> Millibps? {
        let bounds = Range(Int128(range.lowerBound), Int128(range.upperBound), decimals: 3)
        return self.number(key, isRequired: isRequired, decimals: 3, bounds).map { Millibps(Int64($0)) }
    }

    /// The value in seconds, with three decimals, as nanoseconds; `range` is in milliseconds.
    func seconds(_ key: String, _ range: ClosedRange<Int64>) -> Int64? {
        let bounds = Range(Int128(range.lowerBound), Int128(range.upperBound), decimals: 3)
        return self.number(key, decimals: 3, bounds).map { Int64($0) * 1_000_000 }
    }

    /// The value as a coefficient, with six decimals; `range` is in parts per million.
    func coefficient(_ key: String, _ range: ClosedRange<Int64>) -> Coefficient? {
        let bounds = Range(Int128(range.lowerBound), Int128(range.upperBound), decimals: 6)
        return self.number(key, decimals: 6, bounds).map { Coefficient(ppm: Int64($0)) }
    }

    /// The value as an amount of a coin, above zero and at most 10^12.
    func amount(_ key: String) -> Amount? {
        let limit = DecimalText.powerOfTen(12 - Amount.exponent)
        let range = Range(1, limit, decimals: -Amount.exponent)
        guard let units = self.number(key, decimals: -Amount.exponent, range.saying("above 0, and at most 10^12"))
        else {
            return nil
        }
        return Amount(units: units)
    }

    // MARK: Parts

    /// The mapping at `key`, opened.
    func section(_ key: String, keys: [String]) -> Section? {
        self.value(key).map { Section($0, keys: keys, isPartial: self.isPartial, self.findings) }
    }

    /// The mapping at `key`, which must be there, opened; where it is not, an empty one.
    func requiredSection(_ key: String, keys: [String]) -> Section {
        guard let node = self.required(key) else { return Section(emptyAt: self.place, key, self.findings) }
        return Section(node, keys: keys, isPartial: self.isPartial, self.findings)
    }

    /// The items of the list at `key`, of which there may be `limit`.
    func list(_ key: String, limit: Int, isRequired: Bool = false) -> [ConfigurationNode]? {
        guard let node = isRequired ? self.required(key) : self.value(key) else { return nil }
        guard case .list(let items) = node.content else {
            self.findings.error(node.place, "\(self.name(key)) must be a list, not \(node.kind)")
            return nil
        }
        if items.count > limit {
            self.findings.error(node.place, "\(self.name(key)) has \(items.count) items; at most \(limit) are taken")
        }
        return Array(items.prefix(limit))
    }

    /// The names of the list at `key`, without doubles.
    func names(_ key: String, limit: Int, isRequired: Bool = false) -> [ConfiguredName]? {
        guard let items = self.list(key, limit: limit, isRequired: isRequired) else { return nil }
        var names: [ConfiguredName] = []
        for item in items {
            if case .unusable = item.content { continue }
            guard case .text(let text, _) = item.content, !text.isEmpty, !item.isNull else {
                self.findings.error(item.place, "\(item.label) must be a name, not \(item.kind)")
                continue
            }
            if names.contains(where: { $0.name == text }) {
                let shown = ConfigurationParser.shown(text)
                self.findings.error(item.place, "\(self.name(key)) names \"\(shown)\" twice")
            } else {
                names.append(ConfiguredName(name: text, place: item.place))
            }
        }
        if items.isEmpty {
            self.findings.error(self.valuePlace(of: key), "\(self.name(key)) is empty")
            return nil
        }
        return names
    }
}

extension Section.Range {
    /// The same bounds in other words.
    func saying(_ text: String) -> Section.Range { Section.Range(bounds: self.bounds, text: text) }

    private init(bounds: ClosedRange<Int128>, text: String) {
        self.bounds = bounds
        self.text = text
    }
}
