/// What Redis answers (RESP2).
enum RedisReply: Hashable, Sendable {
    /// `+OK`.
    case status(String)
    /// `-ERR something`.
    case error(String)
    /// `:1`.
    case integer(Int64)
    /// `$3`, any bytes.
    case bytes([UInt8])
    /// `$-1` or `*-1`.
    case null
    /// `*2`.
    case array([RedisReply])

    /// The bytes as text, where they are some.
    var text: String? {
        switch self {
        case .status(let text), .error(let text): text
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .integer, .null, .array: nil
        }
    }

    /// The number, where it is one.
    var number: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }
}
