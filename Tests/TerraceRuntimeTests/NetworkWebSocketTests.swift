import NIOCore
import NIOWebSocket
import Synchronization
import TerraceRuntime
import Testing

@Suite("A WebSocket") struct NetworkWebSocketTests {
    /// A server that grants every WebSocket and then does this, and a client that has opened number 1 to it.
    static func with(
        _ settings: NetworkSettings = NetworkSettings(),
        opened: @escaping @Sendable (NetworkTestSocket) -> Void = { _ in },
        heard: @escaping @Sendable (NetworkTestSocket, WebSocketFrame) -> Void = { _, _ in },
        _ body: (NetworkTestClient) async throws -> Void
    ) async throws {
        let server = NetworkTestServer()
        try await server.start { _, channel in try NetworkTestSocket.serve(channel, opened: opened, heard: heard) }
        try await NetworkTestClient.with(settings) { client in
            let told1 = try await client.open(1, "ws://127.0.0.1:\(server.port)")
            #expect(told1 == .opened(1))
            try await body(client)
        }
        await server.stop()
    }

    /// The text of a frame of the client, unmasked.
    static func text(_ frame: WebSocketFrame) -> String { String(buffer: frame.unmaskedData) }

    @Test("carries text both ways, masked by the client", arguments: [0, 1, 125, 126, 70_000])
    func echo(count: Int) async throws {
        let unmasked = NetworkTestSum()
        let text = String(repeating: "é", count: count)
        try await Self.with(heard: { socket, frame in
            if frame.maskKey == nil { unmasked.add() }
            if frame.opcode == .text { socket.text(Self.text(frame)) }
        }) { client in
            try await client.run { $0.send(1, Array(text.utf8)) }
            let events = try await client.until { $0.count == 2 }
            #expect(events == [.opened(1), .received(1, text)])
        }
        #expect(unmasked.count == 0)
    }

    @Test("answers a ping with the same payload") func ping() async throws {
        try await Self.with(
            opened: { $0.frame(9, Array("are you there".utf8)) },
            heard: { socket, frame in socket.text("\(frame.opcode == .pong) \(Self.text(frame))") }
        ) { client in
            let told2 = try await client.until { $0.count == 2 }.last
            #expect(told2 == .received(1, "true are you there"))
        }
    }

    @Test("puts messages in pieces together, and delivers in order, wherever the bytes are cut") func fragments()
        async throws
    {
        let stream =
            NetworkTestSocket.bytes(1, Array("a\u{C3}".unicodeScalars.map { UInt8($0.value & 0xFF) }), isFinal: false)
            + NetworkTestSocket.bytes(9, []) + NetworkTestSocket.bytes(0, [0xA9], isFinal: false)
            + NetworkTestSocket.bytes(0, Array("b".utf8)) + NetworkTestSocket.bytes(2, Array("second".utf8))
            + NetworkTestSocket.bytes(1, Array(String(repeating: "x", count: 300).utf8))
        try await Self.with(opened: { socket in
            for byte in stream { socket.raw([byte]) }
            socket.raw(stream)
        }) { client in
            let once: [NetworkTestEvent] = [
                .received(1, "aéb"), .received(1, "second"), .received(1, String(repeating: "x", count: 300)),
            ]
            let told3 = try await client.until { $0.count == 7 }
            #expect(told3 == [.opened(1)] + once + once)
        }
    }

    @Test("takes what comes together with the answer that grants it") func early() async throws {
        let server = NetworkTestServer()
        try await server.start { _, channel in
            try NetworkTestSocket.serve(channel, opened: { $0.text("first") })
        }
        try await NetworkTestClient.with { client in
            _ = try await client.open(1, "ws://127.0.0.1:\(server.port)")
            let told4 = try await client.until { $0.count == 2 }
            #expect(told4 == [.opened(1), .received(1, "first")])
        }
        await server.stop()
    }

    @Test(
        "is given up where the server breaks the protocol, with the code that says so",
        arguments: [
            ([0x81, 2, 0xC3, 0x28], 1007, "text that is not UTF-8"),
            ([0xC1, 0], 1002, "an extension that was not agreed"),
            ([0x81, 0x81, 0, 0, 0, 0, 0], 1002, "a masked frame"),
            ([0x82, 126, 0x10, 0], 1009, "longer than 1000 bytes"),
        ] as [([UInt8], Int, String)])
    func broken(bytes: [UInt8], code: Int, reason: String) async throws {
        var settings = NetworkSettings()
        settings.messageBytes = 1_000
        let codes = NetworkTestSum()
        try await Self.with(
            settings, opened: { $0.raw(bytes) },
            heard: { _, frame in
                var data = frame.unmaskedData
                if frame.opcode == .connectionClose { codes.add(Int(data.readInteger(as: UInt16.self) ?? 0)) }
            }
        ) { client in
            let events = try await client.until { $0.count == 2 }
            guard case .closed(1, let text)? = events.last else {
                Issue.record("\(events)")
                return
            }
            #expect(text.contains(reason))
            while codes.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(codes.count == code)
        }
    }

    @Test("tells the code and reason of the venue's close, and answers it") func closed() async throws {
        let codes = NetworkTestSum()
        try await Self.with(
            opened: { $0.frame(8, [0x03, 0xE9] + Array("maintenance\n".utf8)) },
            heard: { _, frame in
                var data = frame.unmaskedData
                if frame.opcode == .connectionClose { codes.add(Int(data.readInteger(as: UInt16.self) ?? 0)) }
            }
        ) { client in
            let told5 = try await client.until { $0.count == 2 }.last
            #expect(told5 == .closed(1, "closed by the venue with 1001: maintenance?"))
            while codes.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(codes.count == 1001)
        }
    }

    @Test("tells that it was dropped") func dropped() async throws {
        try await Self.with(opened: { $0.drop() }) { client in
            guard case .closed(1, let reason)? = try await client.until({ $0.count == 2 }).last else { return }
            #expect(reason.hasPrefix("the connection to 127.0.0.1:") && reason.hasSuffix("was lost"))
        }
    }

    @Test("tells nothing any more once the session closed it") func silent() async throws {
        try await Self.with(heard: { socket, frame in
            socket.text("too late")
            if frame.opcode == .connectionClose { socket.frame(8, []) }
        }) { client in
            try await client.run { transport in
                transport.send(1, [65])
                transport.close(1)
            }
            let told6 = try await client.open(2, "ws://127.0.0.1:1")
            #expect(told6 != .opened(2))
            #expect(!client.events.contains { if case .received = $0 { true } else { $0 == .closed(1, "") } })
        }
    }

    @Test(
        "is not opened where the server answers otherwise",
        arguments: [
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "is no WebSocket endpoint: it answered 404"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "is no WebSocket endpoint: it answered 200"),
            ("SSH-2.0-OpenSSH_9.2\r\n", "is no WebSocket endpoint: its answer is not HTTP"),
            ("HTTP/1.1 1\r\n\r\n", "is no WebSocket endpoint: its answer is not HTTP"),
            ("HTTP/1.1 101 Fine\r\nx: \(String(repeating: "y", count: 20_000))\r\n\r\n", "its answer is not HTTP"),
            (
                "HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
                "granted a WebSocket without the proof it read the request"
            ),
        ])
    func notGranted(answer: String, reason: String) async throws {
        let server = NetworkTestServer()
        try await server.start { _, channel in
            try channel.pipeline.syncOperations.addHandler(NetworkTestPeer { _ in .bytes(answer) })
        }
        try await NetworkTestClient.with { client in
            guard case .closed(1, let text)? = try await client.open(1, "ws://127.0.0.1:\(server.port)") else {
                Issue.record("it was opened")
                return
            }
            #expect(text.contains(reason))
        }
        await server.stop()
    }

    @Test("says what keeps it from connecting, and never from within the call") func unreachable() async throws {
        let silent = NetworkTestServer()
        try await silent.start { _, _ in }
        let settings = NetworkSettings(connectTimeout: .milliseconds(300))
        try await NetworkTestClient.with(settings) { client in
            let reasons = [
                "ws://127.0.0.1:1": "127.0.0.1:1 refused the connection",
                "ws://127.0.0.1:\(silent.port)": "gave no answer in time while asking for a WebSocket",
                "ws://venue.example": "is not encrypted and not on this machine",
                "https://127.0.0.1": "has the wrong scheme", "wss://": "no host", "venue": "no scheme",
            ]
            for (index, entry) in reasons.enumerated() {
                guard case .closed(_, let text)? = try await client.open(index, entry.key) else {
                    Issue.record("\(entry.key) was opened")
                    continue
                }
                #expect(text.contains(entry.value))
            }
            #expect(!client.wasToldWithinCall)
        }
        await silent.stop()
    }
}

/// A sum that many may add to.
final class NetworkTestSum: Sendable {
    private let sum = Atomic<Int>(0)
    var count: Int { self.sum.load(ordering: .relaxed) }
    func add(_ amount: Int = 1) { self.sum.add(amount, ordering: .relaxed) }
}
