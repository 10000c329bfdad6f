import Foundation
import NIOCore
import NIOPosix

/// A client on a real socket that speaks bytes: what it sends is written out by hand, so that it shares nothing with the server.
final class RawClient: Sendable {
    private let channel: any Channel
    private let collector: Collector

    /// Gathers bytes on the channel's loop, and wakes who waits for them.
    private final class Collector: ChannelInboundHandler, @unchecked Sendable {
        typealias InboundIn = ByteBuffer
        var bytes: [UInt8] = []
        var isClosed = false
        var waiting: (isEnough: ([UInt8]) -> Bool, promise: EventLoopPromise<[UInt8]>)?

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.bytes.append(contentsOf: self.unwrapInboundIn(data).readableBytesView)
            self.check()
        }
        func channelInactive(context: ChannelHandlerContext) {
            self.isClosed = true
            self.check()
        }
        func check() {
            guard let waiting = self.waiting, self.isClosed || waiting.isEnough(self.bytes) else { return }
            self.waiting = nil
            waiting.promise.succeed(self.bytes)
            self.bytes = []
        }
    }

    init(port: Int, group: any EventLoopGroup) async throws {
        let collector = Collector()
        self.collector = collector
        self.channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.pipeline.addHandler(collector)
        }.connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ text: String) async throws { try await self.send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// A text frame as clients send it, masked.
    func sendFrame(_ text: String, opcode: UInt8 = 1, isFinal: Bool = true) async throws {
        let payload = Array(text.utf8)
        let mask: [UInt8] = [1, 2, 3, 4]
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        bytes += mask
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index % 4]) }
        try await self.send(bytes)
    }

    /// What has come once it is enough, or the connection is closed.
    func receive(until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
        let collector = self.collector
        let loop = self.channel.eventLoop
        let bytes = try await loop.flatSubmit {
            let promise = loop.makePromise(of: [UInt8].self)
            collector.waiting = ({ isEnough(String(decoding: $0, as: UTF8.self)) }, promise)
            collector.check()
            // What never comes must not hold up the tests for ever.
            loop.scheduleTask(in: .seconds(15)) {
                collector.isClosed = true
                collector.check()
            }
            return promise.futureResult
        }.get()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Asks for `target` and gives the whole answer, whose body ends as `suffix` says.
    func get(_ target: String, endingIn suffix: String = "}") async throws -> String {
        try await self.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return try await self.receive { $0.contains("\r\n\r\n") && $0.hasSuffix(suffix) }
    }

    /// Asks for a WebSocket and gives the answer's head.
    func upgrade(_ target: String) async throws -> String {
        try await self.send(
            "GET \(target) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        return try await self.receive { $0.contains("\r\n\r\n") }
    }

    func close() async { try? await self.channel.close().get() }
}
