import Testing

@testable import TerraceRuntime

@Suite("A reader of WebSocket frames") struct NetworkReaderTests {
    static func steps(_ bytes: [UInt8], limit: Int = 1_000) throws -> [WebSocketReader.Step] {
        var reader = WebSocketReader(limit: limit)
        var steps: [WebSocketReader.Step] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let step = try reader.next(Array(rest).span)
            steps.append(step)
            switch step {
            case .incomplete: return steps
            case .message(let payload, _), .piece(let payload), .lastPiece(let payload, _), .ping(let payload),
                .pong(let payload), .close(_, let payload):
                rest = rest.dropFirst(payload.upperBound)
            }
        }
        return steps
    }

    @Test(
        "finds messages of every length, and waits for the last byte", arguments: [0, 1, 125, 126, 127, 65_535, 65_536])
    func lengths(count: Int) throws {
        let frame = NetworkTestSocket.bytes(1, [UInt8](repeating: 120, count: count))
        let payload = frame.count - count..<frame.count
        #expect(try Self.steps(frame, limit: 65_536) == [.message(payload, isText: true)])
        for cut in [1, 2, 3, 5, 9, frame.count - 1] where cut < frame.count {
            #expect(try Self.steps(Array(frame[..<cut]), limit: 65_536) == [.incomplete])
        }
    }

    @Test("takes control frames amid the pieces of a message") func pieces() throws {
        let bytes =
            NetworkTestSocket.bytes(2, [1], isFinal: false) + NetworkTestSocket.bytes(9, [7])
            + NetworkTestSocket.bytes(0, [2, 3], isFinal: false) + NetworkTestSocket.bytes(0, [])
        #expect(
            try Self.steps(bytes) == [.piece(2..<3), .ping(2..<3), .piece(2..<4), .lastPiece(2..<2, isText: false)])
    }

    @Test(
        "refuses what the protocol forbids",
        arguments: [
            ([0x81, 0x81, 0, 0, 0, 0, 0], WebSocketFault.masked), ([0xC1, 0], .reservedBits),
            ([0x83, 0], .unknownOpcode(3)),
            ([0x83, 1], .unknownOpcode(3)), ([0x8B, 0], .unknownOpcode(11)), ([0x09, 0], .badControlFrame),
            ([0x89, 126], .badControlFrame), ([0x80, 0], .badFragment), ([0x01, 0, 0x81, 0], .badFragment),
            ([0x88, 1, 0], .badClose), ([0x88, 2, 0x03, 0xED], .badClose), ([0x88, 2, 0, 1], .badClose),
        ] as [([UInt8], WebSocketFault)])
    func faults(bytes: [UInt8], fault: WebSocketFault) {
        #expect(throws: fault) { try Self.steps(bytes) }
    }

    @Test("refuses a message that is too long by its length alone, and pieces by their sum") func limits() {
        let fault = WebSocketFault.tooLong(limit: 1_000)
        #expect(throws: fault) { try Self.steps([0x82, 126, 0x03, 0xE9]) }
        #expect(throws: fault) { try Self.steps([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255]) }
        let half = [UInt8](repeating: 0, count: 600)
        #expect(throws: fault) {
            try Self.steps(NetworkTestSocket.bytes(2, half, isFinal: false) + NetworkTestSocket.bytes(0, half))
        }
    }

    @Test("understands a close with and without a code") func close() throws {
        #expect(try Self.steps([0x88, 0]) == [.close(code: nil, reason: 2..<2)])
        #expect(try Self.steps([0x88, 3, 0x03, 0xE9, 65]) == [.close(code: 1001, reason: 4..<5)])
    }
}
