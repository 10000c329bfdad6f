/// Finds the frames of a server in received bytes, and holds what RFC 6455 asks of them. A machine without buffer: it says
/// where things are, and the bytes stay where they came.
struct WebSocketReader {
    /// What begins at the start of the bytes, and the place of its payload, behind which the next begins.
    enum Step: Equatable {
        /// Not a whole frame yet.
        case incomplete
        /// A whole message.
        case message(Range<Int>, isText: Bool)
        /// A piece of a message, to be appended to those before.
        case piece(Range<Int>)
        /// The last piece of one.
        case lastPiece(Range<Int>, isText: Bool)
        /// A ping, to be answered with the same payload.
        case ping(Range<Int>)
        /// A pong, which nobody waits for.
        case pong(Range<Int>)
        /// The end: the code, where one is given, and the place of the reason.
        case close(code: Int?, reason: Range<Int>)
    }

    /// The longest message, in bytes, and so the longest frame.
    let limit: Int
    private var pieces = 0  // Bytes of the message that is being put together.
    private var isTextInPieces: Bool?  // Nil where none is.

    /// A reader of messages up to `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// Reads the frame that begins at the start of `bytes`.
    mutating func next(_ bytes: Span<UInt8>) throws(WebSocketFault) -> Step {
        guard bytes.count >= 2 else { return .incomplete }
        let first = bytes[0]
        let second = bytes[1]
        guard second & 0x80 == 0 else { throw .masked }
        guard first & 0x70 == 0 else { throw .reservedBits }
        let opcode = first & 0x0F
        let isFinal = first & 0x80 != 0
        if opcode & 0x08 != 0, !isFinal || second > 125 { throw .badControlFrame }
        var start = 2
        var length = UInt64(second)
        if second >= 126 {
            start = second == 126 ? 4 : 10
            guard bytes.count >= start else { return .incomplete }
            length = 0
            for place in 2..<start { length = length << 8 | UInt64(bytes[place]) }
        }
        // The limit is checked before the bytes are waited for. Pieces count together.
        guard length <= UInt64(self.limit - self.pieces) || opcode & 0x08 != 0 else {
            throw .tooLong(limit: self.limit)
        }
        guard UInt64(bytes.count - start) >= length else {
            guard opcode <= 2 || (8...10).contains(opcode) else { throw .unknownOpcode(opcode) }
            return .incomplete
        }
        return try self.frame(opcode, isFinal: isFinal, start..<start + Int(length), of: bytes)
    }

    private mutating func frame(
        _ opcode: UInt8, isFinal: Bool, _ payload: Range<Int>, of bytes: Span<UInt8>
    ) throws(WebSocketFault) -> Step {
        switch opcode {
        case 0:
            guard let isText = self.isTextInPieces else { throw .badFragment }
            if !isFinal {
                self.pieces += payload.count
                return .piece(payload)
            }
            self.pieces = 0
            self.isTextInPieces = nil
            return .lastPiece(payload, isText: isText)
        case 1, 2:
            guard self.isTextInPieces == nil else { throw .badFragment }
            if isFinal { return .message(payload, isText: opcode == 1) }
            self.isTextInPieces = opcode == 1
            self.pieces = payload.count
            return .piece(payload)
        case 8: return try Self.close(payload, of: bytes)
        case 9: return .ping(payload)
        case 10: return .pong(payload)
        default: throw .unknownOpcode(opcode)
        }
    }

    private static func close(_ payload: Range<Int>, of bytes: Span<UInt8>) throws(WebSocketFault) -> Step {
        if payload.isEmpty { return .close(code: nil, reason: payload) }
        guard payload.count >= 2 else { throw .badClose }
        let code = Int(bytes[payload.lowerBound]) << 8 | Int(bytes[payload.lowerBound + 1])
        // Section 7.4: 1004 to 1006 and 1015 are never sent; below 1000 and from 5000 on nothing is defined.
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw .badClose
        }
        return .close(code: code, reason: payload.lowerBound + 2..<payload.upperBound)
    }
}
