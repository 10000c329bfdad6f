import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// A server on a free loopback port, for one test.
final class NetworkTestServer: Sendable {
    private let accepted = Mutex<[any Channel]>([])
    private let listening = Mutex<(any Channel)?>(nil)

    /// The port it listens on.
    var port: Int { self.listening.withLock { $0?.localAddress?.port ?? 0 } }
    /// How many connections it has seen.
    var connections: Int { self.accepted.withLock { $0.count } }

    /// Begins to listen. Each connection, counted from 0, is given its handlers; with a certificate TLS is spoken.
    func start(
        _ certificate: NetworkTestCertificate? = nil,
        _ handlers: @escaping @Sendable (_ connection: Int, any Channel) throws -> Void
    ) async throws {
        let context = try certificate?.serverContext()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = self.accepted.withLock {
                        $0.append(channel)
                        return $0.count - 1
                    }
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try handlers(number, channel)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.listening.withLock { $0 = channel }
    }

    /// Closes every connection, and goes on listening.
    func dropConnections() async {
        for channel in self.accepted.withLock({ $0 }) { try? await channel.close().get() }
    }

    /// Closes everything.
    func stop() async {
        try? await self.listening.withLock { $0 }?.close().get()
        await self.dropConnections()
    }
}

/// A peer that sees whole HTTP requests as text, and answers with whatever bytes a test wants.
final class NetworkTestPeer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What a peer does about a request.
    enum Reply {
        /// Sends this.
        case bytes(String)
        /// Sends this and closes.
        case last(String)
        /// Sends this and ends its side of the connection only.
        case lastWords(String)
        /// Nothing.
        case silence

        /// An ordinary answer.
        static func ok(_ body: String, status: String = "200 OK", headers: String = "") -> Reply {
            .bytes("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }
    }

    private let answer: (String) -> Reply
    private var text = ""

    init(_ answer: @escaping (String) -> Reply) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = self.unwrapInboundIn(data)
        self.text += String(buffer: bytes)
        guard let head = self.text.firstRange(of: "\r\n\r\n") else { return }
        let lines = self.text[..<head.lowerBound].split(separator: "\r\n")
        let length =
            lines.compactMap { line in
                line.lowercased().hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
            }.first ?? 0
        guard self.text[head.upperBound...].utf8.count >= length else { return }
        let request = self.text
        self.text = ""
        switch self.answer(request) {
        case .bytes(let text): context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        case .last(let text):
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            context.close(promise: nil)
        case .lastWords(let text):
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            context.close(mode: .output, promise: nil)
        case .silence: break
        }
    }
}

/// The server side of a WebSocket as NIO has it: what it hears goes to the test, and what the test wants goes out, byte by byte.
final class NetworkTestSocket: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let heard: (NetworkTestSocket, WebSocketFrame) -> Void
    private let opened: (NetworkTestSocket) -> Void
    private var context: ChannelHandlerContext?

    init(
        opened: @escaping (NetworkTestSocket) -> Void, heard: @escaping (NetworkTestSocket, WebSocketFrame) -> Void
    ) {
        self.opened = opened
        self.heard = heard
    }

    /// Gives `channel` a server's handlers that grant every WebSocket.
    static func serve(
        _ channel: any Channel, opened: @escaping @Sendable (NetworkTestSocket) -> Void,
        heard: @escaping @Sendable (NetworkTestSocket, WebSocketFrame) -> Void = { _, _ in }
    ) throws {
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20, automaticErrorHandling: false,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NetworkTestSocket(opened: opened, heard: heard))
                }
            })
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.opened(bound.value) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { self.heard(self, self.unwrapInboundIn(data)) }

    /// Sends these bytes as they are, past the encoder of frames.
    func raw(_ bytes: [UInt8]) {
        guard let pipeline = self.context?.channel.pipeline,
            let encoder = try? pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self)
        else { return }
        encoder.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }

    /// Sends a frame as a server does.
    func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) {
        self.raw(Self.bytes(opcode, payload, isFinal: isFinal))
    }

    /// Sends a text message.
    func text(_ text: String) { self.frame(1, Array(text.utf8)) }

    /// Closes the connection without a word.
    func drop() { self.context?.close(promise: nil) }

    /// The bytes of a frame.
    static func bytes(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | opcode]
        switch payload.count {
        case ...125: bytes.append(UInt8(payload.count))
        case ...65_535: bytes += [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xFF)) }
        }
        return bytes + payload
    }
}
