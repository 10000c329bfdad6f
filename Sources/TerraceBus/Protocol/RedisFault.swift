/// How what came from a server is no Redis protocol.
enum RedisFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// A reply that begins with none of the bytes it may begin with.
    case unknownType(UInt8)
    /// A length or number that is none.
    case badNumber
    /// A reply longer than let in.
    case tooLong(limit: Int)
    /// Arrays in arrays deeper than let in.
    case tooDeep
    /// A text that does not end where it says.
    case badEnd
    /// An answer to nothing that was asked.
    case unasked

    var description: String {
        switch self {
        case .unknownType(let byte):
            "a reply of unknown type \(byte): is this a Redis server, and TLS set as it should be?"
        case .badNumber: "a length that is no number"
        case .tooLong(let limit): "a reply longer than \(limit)"
        case .tooDeep: "a reply nested too deeply"
        case .badEnd: "a text without its end"
        case .unasked: "an answer to nothing that was asked"
        }
    }
}
