import TerraceVenues

/// Named values of a request: of a query, a form, or the members of one JSON object.
struct ParameterList {
    /// What a value is.
    enum Kind {
        /// Text: all values of queries and forms, and JSON texts.
        case text
        /// A JSON number.
        case number
        /// `true`, `false` or `null`.
        case literal
        /// A JSON object or array, as it was written.
        case nested
    }
    /// A name and its value.
    struct Item {
        let name: String
        let value: String
        let kind: Kind
    }
    /// The most values that are taken.
    static let most = 256

    /// In the order in which they came.
    private(set) var items: [Item] = []

    /// None.
    init() {}

    /// Those of a query or a form; nil where there are too many.
    init?(form: some Sequence<UInt8>) {
        self.init()
        guard self.append(form: form) else { return nil }
    }

    /// Adds those of a query or a form: false where there are too many.
    mutating func append(form: some Sequence<UInt8>) -> Bool {
        for part in Array(form).split(separator: UInt8(ascii: "&")) {
            guard self.items.count < Self.most else { return false }
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            let value = part.dropFirst(name.count + 1)
            self.items.append(Item(name: Self.decoded(name), value: Self.decoded(value), kind: .text))
        }
        return true
    }

    /// The members of the object that `json` is; nil where it is none.
    init?(json: [UInt8]) {
        self.init()
        let bytes = json.span
        var scanner = WireScanner()
        do throws(WireError) {
            try scanner.take("{", bytes, else: .object)
            if !scanner.takes("}", bytes) {
                repeat {
                    guard self.items.count < Self.most else { return nil }
                    let name = try scanner.key(bytes).string(in: bytes)
                    scanner.skipBlanks(bytes)
                    let start = scanner.position
                    let first = start < bytes.count ? bytes[start] : 0
                    var value: String
                    var kind = Kind.number
                    if first == UInt8(ascii: "\"") {
                        value = try scanner.text(bytes).string(in: bytes)
                        kind = .text
                    } else {
                        try scanner.skipValue(bytes)
                        value = String(decoding: json[start..<scanner.position], as: UTF8.self)
                        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { kind = .nested }
                        if first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") { kind = .literal }
                    }
                    self.items.append(Item(name: name, value: value, kind: kind))
                } while try scanner.continues(until: "}", bytes)
            }
            try scanner.finish(bytes)
        } catch {
            return nil
        }
    }

    /// The elements of the JSON array that `json` is, each as it was written; nil where it is none or has too many.
    static func elements(_ json: [UInt8], most: Int = ParameterList.most * 8) -> [(text: String, kind: Kind)]? {
        let bytes = json.span
        var scanner = WireScanner()
        var elements: [(text: String, kind: Kind)] = []
        do throws(WireError) {
            try scanner.take("[", bytes, else: .array)
            if !scanner.takes("]", bytes) {
                repeat {
                    guard elements.count < most else { return nil }
                    scanner.skipBlanks(bytes)
                    let start = scanner.position
                    let first = start < bytes.count ? bytes[start] : 0
                    if first == UInt8(ascii: "\"") {
                        elements.append((try scanner.text(bytes).string(in: bytes), .text))
                    } else {
                        try scanner.skipValue(bytes)
                        let isNested = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
                        elements.append(
                            (
                                String(decoding: json[start..<scanner.position], as: UTF8.self),
                                isNested ? .nested : .number
                            ))
                    }
                } while try scanner.continues(until: "]", bytes)
            }
            try scanner.finish(bytes)
        } catch {
            return nil
        }
        return elements
    }

    /// The first value of this name.
    subscript(name: String) -> String? { self.items.first { $0.name == name }?.value }

    /// The first item of this name.
    func item(_ name: String) -> Item? { self.items.first { $0.name == name } }

    /// A name that stands twice, or nil.
    var repeated: String? {
        var seen: Set<String> = []
        return self.items.first { !seen.insert($0.name).inserted }?.name
    }

    /// Text with `%41` and `+` resolved; what is no escape stays as it is.
    private static func decoded(_ text: ArraySlice<UInt8>) -> String {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(decoding: text, as: UTF8.self)
        }
        var bytes: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "%"), index + 2 <= text.endIndex,
                let value = UInt8(String(decoding: text[index..<index + 2], as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                index += 2
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
