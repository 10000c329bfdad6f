/// A parameter of a statement. The server infers the type from where it stands; write `$1::numeric` where that is not plain.
public enum PostgresValue: Sendable, Equatable {
    /// NULL.
    case null
    /// Text, or anything in its text form: an exact decimal, a date.
    case text(String)
    /// A whole number.
    case int(Int64)
    /// True or false.
    case bool(Bool)
    /// `bytea`, sent as it is.
    case bytes([UInt8])
    /// `text[]`, for `= ANY($1)`.
    case texts([String])
    /// `bigint[]`, for `= ANY($1)`.
    case ints([Int64])

    /// The type's number in the catalogue where it has to be told; 0: the server infers it.
    var type: UInt32 {
        switch self {
        case .bytes: 17
        case .texts: 1009
        case .ints: 1016
        case .null, .text, .int, .bool: 0
        }
    }

    /// 1 where the value goes in its binary form.
    var format: Int32 { if case .bytes = self { 1 } else { 0 } }

    /// What is sent, with a zero at its end, which is not counted; `nil` for NULL.
    var wire: [UInt8]? {
        switch self {
        case .null: nil
        case .text(let text): Array(text.utf8) + [0]
        case .int(let number): Array(String(number).utf8) + [0]
        case .bool(let flag): [flag ? UInt8(ascii: "t") : UInt8(ascii: "f"), 0]
        case .bytes(let bytes): bytes + [0]
        case .texts(let texts): Self.array(texts)
        case .ints(let numbers): Array("{\(numbers.map { String($0) }.joined(separator: ","))}".utf8) + [0]
        }
    }

    private static func array(_ texts: [String]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        return bytes + [UInt8(ascii: "}"), 0]
    }
}
