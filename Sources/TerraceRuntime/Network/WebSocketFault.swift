/// How a server broke the WebSocket protocol (RFC 6455).
public enum WebSocketFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Section 5.1: what a server sends is not masked.
    case masked
    /// Section 5.2: bits of extensions that were not agreed.
    case reservedBits
    /// Section 5.2: an opcode that means nothing.
    case unknownOpcode(UInt8)
    /// Section 5.5: a control frame in fragments, or with more than 125 bytes.
    case badControlFrame
    /// Section 5.4: a continuation of nothing, or a new message amid another.
    case badFragment
    /// Section 8.1: text that is not UTF-8.
    case notUTF8
    /// Section 5.5.1: a close frame whose body is one byte, or whose code must not be sent.
    case badClose
    /// A message with more bytes than this.
    case tooLong(limit: Int)

    /// What was wrong.
    public var description: String {
        switch self {
        case .masked: "a masked frame"
        case .reservedBits: "a frame with bits of an extension that was not agreed"
        case .unknownOpcode(let opcode): "a frame of unknown kind \(opcode)"
        case .badControlFrame: "a ping, pong or close that is too long or in pieces"
        case .badFragment: "pieces of messages out of order"
        case .notUTF8: "text that is not UTF-8"
        case .badClose: "a close without a valid code"
        case .tooLong(let limit): "a message longer than \(limit) bytes"
        }
    }

    /// The code to close with (section 7.4.1).
    var closeCode: UInt16 {
        switch self {
        case .masked, .reservedBits, .unknownOpcode, .badControlFrame, .badFragment, .badClose: 1002
        case .notUTF8: 1007
        case .tooLong: 1009
        }
    }
}
