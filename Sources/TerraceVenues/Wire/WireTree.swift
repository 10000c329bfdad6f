public import TerraceCore

/// A whole message of JSON as a flat list of its values, for what is read seldom: answers and private streams.
///
/// It owns a copy of the message, so that it can be kept, and reads nothing twice. Values are asked for by key in any order;
/// what nobody asks for costs nothing. Market data does not come by here: see `WireScanner`.
///
/// The message is wholly valid JSON before any of it is believed: a message that was cut off never becomes a tree. Nesting
/// and the number of values are bounded, and nothing recurses.
public struct WireTree: Sendable {
    /// A value in the tree, as a place in its list. It belongs to the tree that gave it.
    public struct Node: Hashable, Sendable {
        fileprivate let index: Int
    }

    /// What a value is.
    public enum Kind: UInt8, Sendable {
        /// `{}`.
        case object
        /// `[]`.
        case array
        /// A quoted text.
        case text
        /// A number.
        case number
        /// `true` or `false`.
        case boolean
        /// `null`.
        case null
    }

    private struct Entry {
        var kind: Kind
        /// Where the value stands; for a text, what is between its quotes.
        var text: WireText
        /// The key, in an object.
        var key: WireText?
        /// The entry after this one and all that is in it.
        var next: Int
    }

    /// The most values of a message. The largest answer that is asked for, 1,000 fills, has 15,000.
    public static let mostValues = 1 << 18

    /// The largest amount that is let in, in 10^-20 of a coin: some 10^16 coins, so that sums of many still fit.
    public static let mostAmount: Int128 = 1 << 120

    private let bytes: [UInt8]
    private var entries: [Entry] = []

    /// Reads a message.
    ///
    /// - Throws: `WireError` where it is no JSON, too long, too deep, or holds too many values.
    public init(_ message: Span<UInt8>) throws(WireError) {
        guard message.count <= WireLimits.messageBytes else { throw WireError(.tooLong, at: WireLimits.messageBytes) }
        // SAFETY: the pointer is valid during the call, which copies.
        self.bytes = unsafe message.withUnsafeBufferPointer { unsafe Array($0) }
        try self.read(message)
    }

    private mutating func read(_ bytes: Span<UInt8>) throws(WireError) {
        var scanner = WireScanner()
        var open: [Int] = []
        var key: WireText?
        repeat {
            scanner.skipBlanks(bytes)
            guard self.entries.count < Self.mostValues else { throw scanner.error(.tooLong) }
            let kind = Self.kind(scanner.peek(bytes))
            if kind == .object || kind == .array {
                guard open.count < WireLimits.nesting else { throw scanner.error(.nesting) }
                let start = scanner.position
                scanner.position += 1
                let isEmpty = scanner.takes(kind == .object ? "}" : "]", bytes)
                self.append(kind, WireText(start: start, end: scanner.position, isEscaped: false), key)
                if !isEmpty {
                    open.append(self.entries.count - 1)
                    key = kind == .object ? try scanner.key(bytes) : nil
                    continue
                }
            } else {
                self.append(kind, try Self.leaf(kind, bytes, &scanner), key)
            }
            // A value is over: walk out of the brackets that close here, or on to the next member.
            while let parent = open.last {
                let isObject = self.entries[parent].kind == .object
                if try scanner.continues(until: isObject ? "}" : "]", bytes) {
                    key = isObject ? try scanner.key(bytes) : nil
                    break
                }
                self.entries[parent].next = self.entries.count
                self.entries[parent].text = WireText(
                    start: self.entries[parent].text.start, end: scanner.position, isEscaped: false)
                open.removeLast()
            }
        } while !open.isEmpty
        try scanner.finish(bytes)
    }

    private mutating func append(_ kind: Kind, _ text: WireText, _ key: WireText?) {
        self.entries.append(Entry(kind: kind, text: text, key: key, next: self.entries.count + 1))
    }

    /// What the value is that begins with `byte`, if it is one at all.
    private static func kind(_ byte: UInt8) -> Kind {
        switch byte {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .text
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    /// Walks over a text, number or word.
    private static func leaf(
        _ kind: Kind, _ bytes: Span<UInt8>, _ scanner: inout WireScanner
    ) throws(WireError) -> WireText {
        if kind == .text { return try scanner.text(bytes) }
        let start = scanner.position
        try scanner.skipValue(bytes)
        return WireText(start: start, end: scanner.position, isEscaped: false)
    }

    // MARK: The values

    /// The value that the message is.
    public var root: Node { Node(index: 0) }

    /// What `node` is.
    public func kind(of node: Node) -> Kind { self.entries[node.index].kind }

    /// Where `node` stands, for errors.
    public func offset(of node: Node) -> Int { self.entries[node.index].text.start }

    /// The member of the object `node` with this key; nil where there is none, or it is `null`.
    ///
    /// - Throws: `object` where `node` is none; `duplicateField` where the key stands twice, so that nobody can say what
    ///   was meant.
    public func find(_ key: StaticString, in node: Node) throws(WireError) -> Node? {
        guard self.entries[node.index].kind == .object else { throw WireError(.object, at: self.offset(of: node)) }
        var found: Node?
        var child = node.index + 1
        while child < self.entries[node.index].next {
            if let name = self.entries[child].key, name.equals(key, in: self.bytes.span) {
                guard found == nil else { throw WireError(.duplicateField, at: name.start) }
                found = Node(index: child)
            }
            child = self.entries[child].next
        }
        guard let found, self.entries[found.index].kind != .null else { return nil }
        return found
    }

    /// The member of the object `node` with this key.
    ///
    /// - Throws: Like `find`, and `missingField` where there is none, or it is `null`.
    public func need(_ key: StaticString, in node: Node) throws(WireError) -> Node {
        guard let found = try self.find(key, in: node) else {
            throw WireError(.missingField, at: self.entries[node.index].text.end)
        }
        return found
    }

    /// The elements of the array `node`.
    ///
    /// - Throws: `array` where it is none.
    public func elements(of node: Node) throws(WireError) -> [Node] {
        guard self.entries[node.index].kind == .array else { throw WireError(.array, at: self.offset(of: node)) }
        var elements: [Node] = []
        var child = node.index + 1
        while child < self.entries[node.index].next {
            elements.append(Node(index: child))
            child = self.entries[child].next
        }
        return elements
    }

    /// Whether `node` is a text, and this one.
    public func equals(_ node: Node, _ text: StaticString) -> Bool {
        let entry = self.entries[node.index]
        return entry.kind == .text && entry.text.equals(text, in: self.bytes.span)
    }

    /// The text that `node` is, for names and for messages to people.
    ///
    /// - Throws: `text` where it is none.
    public func text(_ node: Node) throws(WireError) -> String {
        try self.quoted(node).string(in: self.bytes.span)
    }

    /// Whether `node` is a text without content.
    public func isEmptyText(_ node: Node) -> Bool {
        self.entries[node.index].kind == .text && self.entries[node.index].text.count == 0
    }

    /// The truth that `node` is.
    ///
    /// - Throws: `boolean` where it is none.
    public func boolean(_ node: Node) throws(WireError) -> Bool {
        let entry = self.entries[node.index]
        guard entry.kind == .boolean else { throw WireError(.boolean, at: entry.text.start) }
        return self.bytes[entry.text.start] == UInt8(ascii: "t")
    }

    /// The whole number that `node` is, or that its text is; it may be below zero.
    ///
    /// - Throws: `integer` where it is none.
    public func integer(_ node: Node) throws(WireError) -> Int64 {
        let entry = self.entries[node.index]
        guard entry.kind == .number || entry.kind == .text, !entry.text.isEscaped else {
            throw WireError(.integer, at: entry.text.start)
        }
        var scanner = WireScanner(at: entry.text.start)
        let value = try scanner.signedInteger(self.bytes.span)
        guard scanner.position == entry.text.end else { throw WireError(.integer, at: scanner.position) }
        return value
    }

    /// The price or quantity that `node` is, as text or number, as a count of `unit`.
    ///
    /// - Throws: `decimal`, `finerThanUnit`, `tooLarge` or `negative`.
    public func decimal(_ node: Node, unit: DecimalUnit) throws(WireError) -> Int64 {
        let entry = self.entries[node.index]
        guard entry.kind == .number || entry.kind == .text else { throw WireError(.decimal, at: entry.text.start) }
        var scanner = WireScanner(at: entry.kind == .text ? entry.text.start - 1 : entry.text.start)
        return try scanner.decimal(self.bytes.span, unit: unit)
    }

    /// The amount of a coin that `node` is, as text or number; it may be below zero.
    ///
    /// - Throws: `decimal`, `finerThanUnit` or `tooLarge`.
    public func amount(_ node: Node) throws(WireError) -> Amount {
        let entry = self.entries[node.index]
        guard entry.kind == .number || entry.kind == .text, !entry.text.isEscaped else {
            throw WireError(.decimal, at: entry.text.start)
        }
        let content = self.bytes.span.extracting(entry.text.start..<entry.text.end)
        do throws(MoneyError) {
            return Amount(
                units: try DecimalText.units(of: content, exponent: Amount.exponent, limit: Self.mostAmount))
        } catch {
            switch error {
            case .notADecimal, .unitsOutOfRange: throw WireError(.decimal, at: entry.text.start)
            case .finerThanUnit: throw WireError(.finerThanUnit, at: entry.text.start)
            case .tooLarge: throw WireError(.tooLarge, at: entry.text.start)
            }
        }
    }

    /// The place in `symbols` of the text that `node` is; nil for one that is not there.
    ///
    /// - Throws: `text` where it is none.
    public func slot(_ node: Node, in symbols: SymbolTable) throws(WireError) -> Int? {
        symbols.slot(of: try self.quoted(node), in: self.bytes.span)
    }

    /// The order's id that `node` is; `ClientOrderID.none` where that is none of ours.
    ///
    /// - Throws: `text` where it is no text.
    public func order(_ node: Node) throws(WireError) -> ClientOrderID {
        ClientOrderID(try self.quoted(node), in: self.bytes.span) ?? .none
    }

    /// The message, for the places that `WireText` tells.
    public var content: [UInt8] { self.bytes }

    /// Where the text that `node` is stands.
    ///
    /// - Throws: `text` where it is none.
    public func quoted(_ node: Node) throws(WireError) -> WireText {
        let entry = self.entries[node.index]
        guard entry.kind == .text else { throw WireError(.text, at: entry.text.start) }
        return entry.text
    }
}
