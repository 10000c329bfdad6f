/// A value of a configuration file with its place: what remains of YAML when texts stay texts.
///
/// No scalar is ever resolved to a number: `1.10` stays the four characters that were typed.
struct ConfigurationNode: Sendable {
    enum Content: Sendable {
        /// A scalar as it was written; `isPlain` where it stands without quotes.
        case text(String, isPlain: Bool)
        case mapping([Entry])
        case list([ConfigurationNode])
        /// What can't be taken, and has been reported.
        case unusable
    }
    struct Entry: Sendable {
        let key: String
        let place: Place
        var value: ConfigurationNode
    }

    let place: Place
    /// What messages call it, such as `tob_lines[0]`.
    let label: String
    var content: Content

    /// What it is, for messages.
    var kind: String {
        switch self.content {
        case .text: self.isNull ? "null" : "a text"
        case .mapping: "a mapping"
        case .list: "a list"
        case .unusable: "unusable"
        }
    }

    /// Whether it says `null` (or `~`), which takes a value back that a template or the defaults have set.
    var isNull: Bool {
        if case .text(let text, isPlain: true) = self.content { text == "null" || text == "~" } else { false }
    }

    /// Whether nothing is said: null, or no value at all. Where a name alone says enough, as in `venues`.
    var isEmpty: Bool {
        if case .text(let text, isPlain: true) = self.content { text.isEmpty || self.isNull } else { false }
    }

    /// The entry with this key; nil also where this is no mapping.
    func entry(_ key: String) -> Entry? {
        if case .mapping(let entries) = self.content { entries.first { $0.key == key } } else { nil }
    }

    /// This laid over `base`: mappings are merged key by key, everything else replaces what was there.
    ///
    /// Recursion is as deep as the tree, which the parser bounds.
    func merged(over base: ConfigurationNode?) -> ConfigurationNode {
        guard case .mapping(let ours) = self.content, case .mapping(var entries) = base?.content else { return self }
        for entry in ours {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                let value = entry.value.merged(over: entries[index].value)
                entries[index] = Entry(key: entry.key, place: entry.place, value: value)
            } else {
                entries.append(entry)
            }
        }
        var merged = self
        merged.content = .mapping(entries)
        return merged
    }
}
