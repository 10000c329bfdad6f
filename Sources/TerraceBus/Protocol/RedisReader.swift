/// Finds replies in received bytes (RESP2). A machine without buffer: published messages, which are nearly all that comes,
/// are only pointed at, and stay where they were received.
///
/// hiredis, which makes eight allocations and two copies of each published message, is the oracle of the tests; docs/bus.md has
/// what both cost.
struct RedisReader {
    /// What begins at a place, and where it ends.
    enum Step: Equatable {
        /// Not a whole reply yet.
        case incomplete
        /// A published message.
        case message(channel: Range<Int>, payload: Range<Int>, end: Int)
        /// Anything else.
        case reply(RedisReply, end: Int)
    }

    /// The longest text, in bytes.
    static let longestText = 4 << 20
    /// The most elements of one array.
    static let mostElements = 65_536
    /// How deep arrays may be nested; `CLUSTER SLOTS` needs four.
    static let deepest = 6

    /// Reads the reply that begins at `start`.
    ///
    /// - Complexity: O(1) for a published message, O(bytes) for others.
    static func next(_ bytes: Span<UInt8>, from start: Int) throws(RedisFault) -> Step {
        guard start < bytes.count else { return .incomplete }
        if let message = try self.message(bytes, from: start) { return message }
        var place = start
        guard let reply = try self.reply(bytes, &place, depth: 0) else { return .incomplete }
        return .reply(reply, end: place)
    }

    // Eight bytes each, the lowest first: "*3\r\n$7\r\n", "*3\r\n$8\r\n", "message\r", "smessage".
    private static let threeAndSeven: UInt64 = 0x0A0D_3724_0A0D_332A
    private static let threeAndEight: UInt64 = 0x0A0D_3824_0A0D_332A
    private static let message: UInt64 = 0x0D65_6761_7373_656D
    private static let shardedMessage: UInt64 = 0x6567_6173_7365_6D73

    /// `*3 $7 message` or `*3 $8 smessage`, then channel and payload. Nil where it is something else, or not enough is there
    /// to tell, which the slow way then finds too.
    private static func message(_ bytes: Span<UInt8>, from start: Int) throws(RedisFault) -> Step? {
        guard bytes.count - start >= 18 else { return nil }
        var place: Int
        switch BusMessage.word(bytes, start, 8) {
        case Self.threeAndSeven:
            guard BusMessage.word(bytes, start + 8, 8) == Self.message, bytes[start + 16] == 10 else { return nil }
            place = start + 17
        case Self.threeAndEight:
            guard BusMessage.word(bytes, start + 8, 8) == Self.shardedMessage, bytes[start + 16] == 13,
                bytes[start + 17] == 10
            else { return nil }
            place = start + 18
        default: return nil
        }
        guard let channel = try self.text(bytes, &place), let payload = try self.text(bytes, &place) else {
            return .incomplete
        }
        return .message(channel: channel, payload: payload, end: place)
    }

    /// `$5\r\nhello\r\n`; nil where it is not whole.
    private static func text(_ bytes: Span<UInt8>, _ place: inout Int) throws(RedisFault) -> Range<Int>? {
        guard place < bytes.count else { return nil }
        guard bytes[place] == UInt8(ascii: "$") else { throw .unknownType(bytes[place]) }
        var cursor = place + 1
        guard let length = try self.number(bytes, &cursor) else { return nil }
        guard length >= 0 else { throw .badNumber }
        return try self.body(bytes, &place, from: cursor, length)
    }

    /// A text's bytes and the end of line behind them; moves `place` behind both where they are there.
    private static func body(
        _ bytes: Span<UInt8>, _ place: inout Int, from start: Int, _ length: Int64
    ) throws(RedisFault) -> Range<Int>? {
        guard length <= Int64(self.longestText) else { throw .tooLong(limit: self.longestText) }
        let end = start + Int(length)
        guard bytes.count - end >= 2 else { return nil }
        guard bytes[end] == 13, bytes[end + 1] == 10 else { throw .badEnd }
        place = end + 2
        return start..<end
    }

    /// A number and the end of its line; nil where that is not there.
    private static func number(_ bytes: Span<UInt8>, _ place: inout Int) throws(RedisFault) -> Int64? {
        var cursor = place
        var isNegative = false
        if cursor < bytes.count, bytes[cursor] == UInt8(ascii: "-") {
            isNegative = true
            cursor += 1
        }
        var value: Int64 = 0
        var digits = 0
        while cursor < bytes.count {
            let digit = bytes[cursor] &- UInt8(ascii: "0")
            if digit > 9 { break }
            digits += 1
            guard digits <= 18 else { throw .badNumber }
            value = value * 10 + Int64(digit)
            cursor += 1
        }
        guard bytes.count - cursor >= 2 else {
            guard cursor >= bytes.count || bytes[cursor] == 13 else { throw .badNumber }
            return nil
        }
        // Redis writes no zero before a number, and none below it.
        let isPlain = digits == 1 || bytes[cursor - digits] != UInt8(ascii: "0")
        guard digits > 0, isPlain, !(isNegative && value == 0), bytes[cursor] == 13, bytes[cursor + 1] == 10 else {
            throw .badNumber
        }
        place = cursor + 2
        return isNegative ? -value : value
    }

    /// Any reply; nil where it is not whole.
    private static func reply(
        _ bytes: Span<UInt8>, _ place: inout Int, depth: Int
    ) throws(RedisFault) -> RedisReply? {
        guard place < bytes.count else { return nil }
        var cursor = place + 1
        switch bytes[place] {
        case UInt8(ascii: "+"): return try self.line(bytes, &place).map { .status($0) }
        case UInt8(ascii: "-"): return try self.line(bytes, &place).map { .error($0) }
        case UInt8(ascii: ":"):
            guard let value = try self.number(bytes, &cursor) else { return nil }
            place = cursor
            return .integer(value)
        case UInt8(ascii: "$"):
            guard let length = try self.number(bytes, &cursor) else { return nil }
            if length == -1 {
                place = cursor
                return .null
            }
            guard length >= 0 else { throw .badNumber }
            guard let range = try self.body(bytes, &place, from: cursor, length) else { return nil }
            return .bytes(self.copy(bytes, range))
        case UInt8(ascii: "*"):
            guard let count = try self.number(bytes, &cursor) else { return nil }
            if count == -1 {
                place = cursor
                return .null
            }
            guard count >= 0 else { throw .badNumber }
            guard count <= Int64(self.mostElements) else { throw .tooLong(limit: self.mostElements) }
            guard depth < self.deepest else { throw .tooDeep }
            var elements: [RedisReply] = []
            for _ in 0..<count {
                guard let element = try self.reply(bytes, &cursor, depth: depth + 1) else { return nil }
                elements.append(element)
            }
            place = cursor
            return .array(elements)
        case let other: throw .unknownType(other)
        }
    }

    /// The rest of a line, behind its first byte.
    private static func line(_ bytes: Span<UInt8>, _ place: inout Int) throws(RedisFault) -> String? {
        var end = place + 1
        while end < bytes.count, bytes[end] != 13 {
            end += 1
            guard end - place <= 8_192 else { throw .tooLong(limit: 8_192) }
        }
        guard bytes.count - end >= 2 else { return nil }
        guard bytes[end + 1] == 10 else { throw .badEnd }
        let text = String(decoding: self.copy(bytes, place + 1..<end), as: UTF8.self)
        place = end + 2
        return text
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for place in range { copy.append(bytes[place]) }
        return copy
    }
}
