import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import TerraceExchangeServer

@Suite("An exchange on a real socket") struct ShellTests {
    private func run(
        _ change: (inout ExchangeSettings) -> Void = { _ in },
        _ body: (ExchangeShell, any EventLoopGroup) async throws -> Void
    ) async throws {
        var settings = ExchangeSettings(kind: .binance)
        settings.symbols = ["BTCUSDT"]
        settings.rate = 2_000
        change(&settings)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let shell = try await ExchangeShell.start(settings, group: group)
        do {
            try await body(shell, group)
        } catch {
            Issue.record("\(error)")
        }
        await shell.stop()
        try await group.shutdownGracefully()
    }

    @Test("answers one request after the other on one connection, also where they are sent at once")
    func keepAlive() async throws {
        try await self.run { shell, group in
            let client = try await RawClient(port: shell.port, group: group)
            for _ in 0..<3 {
                let answer = try await client.get("/api/v3/time")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK") && answer.contains("serverTime"))
            }
            let one = "GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n"
            try await client.send(one + one)
            let both = try await client.receive { $0.components(separatedBy: "HTTP/1.1 200").count == 3 }
            #expect(both.components(separatedBy: "HTTP/1.1 200").count == 3)
            try await client.send("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(try await client.receive { _ in false }.contains("200 OK"))
        }
    }

    @Test("streams market data, takes fragmented messages, answers pings, and closes when asked")
    func stream() async throws {
        try await self.run { shell, group in
            let client = try await RawClient(port: shell.port, group: group)
            let head = try await client.upgrade("/ws/btcusdt@depth@100ms")
            #expect(head.hasPrefix("HTTP/1.1 101") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            #expect(try await client.receive { $0.contains("depthUpdate") }.contains("\"U\":"))
            try await client.sendFrame("{\"method\":\"LIST_SUBSC", isFinal: false)
            try await client.sendFrame("RIPTIONS\",\"id\":77}", opcode: 0)
            #expect(try await client.receive { $0.contains("\"id\":77") }.contains("btcusdt@depth@100ms"))
            try await client.sendFrame("are you there?", opcode: 9)
            #expect(try await client.receive { $0.contains("are you there?") }.contains("are you there?"))
            try await client.sendFrame("\u{3}\u{68}", opcode: 8)
            _ = try await client.receive { _ in false }
        }
    }

    @Test("refuses WebSockets that are for nothing, and closes the connection")
    func refusal() async throws {
        try await self.run { shell, group in
            let client = try await RawClient(port: shell.port, group: group)
            #expect(try await client.upgrade("/nowhere").hasPrefix("HTTP/1.1 404"))
            #expect(try await client.receive { _ in false } == "")
        }
    }

    @Test(
        "survives whatever is sent to it",
        arguments: [
            "\u{0}\u{1}\u{2}", "GET", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST /api/v3/order HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",
            "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\n\r\n",
            "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        ])
    func hostile(text: String) async throws {
        try await self.run { shell, group in
            let client = try await RawClient(port: shell.port, group: group)
            try? await client.send(text)
            await client.close()
            let large = try await RawClient(port: shell.port, group: group)
            #expect(try await large.upgrade("/ws").contains("101"))
            try await large.send([0x81, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4])
            _ = try await large.receive { _ in false }
            let next = try await RawClient(port: shell.port, group: group)
            #expect(try await next.get("/api/v3/ping").contains("200 OK"))
        }
    }

    @Test("drops everybody at a restart and is back afterwards, with its orders' truth")
    func restart() async throws {
        try await self.run({ $0.faults.set(.restart, nanoseconds: 50_000_000) }) { shell, group in
            let stream = try await RawClient(port: shell.port, group: group)
            #expect(try await stream.upgrade("/ws/btcusdt@trade").contains("101"))
            let admin = try await RawClient(port: shell.port, group: group)
            try await admin.send("POST /admin/fault?next=restart HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            #expect(try await admin.receive { $0.contains("200 OK") }.contains("200 OK"))
            _ = try await stream.receive { _ in false }
            var answer = ""
            while !answer.contains("200 OK") {
                let client = try await RawClient(port: shell.port, group: group)
                try? await client.send("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = try await client.receive { $0.contains("\r\n\r\n{}") }
            }
        }
    }
}
