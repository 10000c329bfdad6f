import NIOWebSocket
import NIOCore
import NIOPosix
import NIOWebSocket
import Synchronization
import TerraceRuntime
import TerraceVenues
import Testing

@Suite("TLS") struct NetworkTLSTests {
    /// A server with a certificate that grants WebSockets, echoing text, and one that answers requests.
    static func servers(
        _ certificate: NetworkTestCertificate, _ body: (_ stream: Int, _ rest: Int) async throws -> Void
    ) async throws {
        let stream = NetworkTestServer()
        let rest = NetworkTestServer()
        try await stream.start(certificate) { _, channel in
            try NetworkTestSocket.serve(
                channel, opened: { _ in },
                heard: { socket, frame in
                    if frame.opcode == .text { socket.frame(1, Array(frame.unmaskedData.readableBytesView)) }
                })
        }
        try await rest.start(certificate) { _, channel in
            try channel.pipeline.syncOperations.addHandler(NetworkTestPeer { _ in .ok("secret") })
        }
        try await body(stream.port, rest.port)
        await stream.stop()
        await rest.stop()
    }

    @Test("carries streams and requests to a host whose certificate a configured root signed") func verified()
        async throws
    {
        try await NetworkTestCertificate.withRoot { root in
            try await Self.servers(.local) { stream, rest in
                try await NetworkTestClient.with(NetworkSettings(extraRoots: [root])) { client in
                    let told1 = try await client.open(1, "wss://localhost:\(stream)")
                    #expect(told1 == .opened(1))
                    try await client.run { $0.send(1, Array("hello".utf8)) }
                    let told2 = try await client.until { $0.count == 2 }.last
                    #expect(told2 == .received(1, "hello"))
                    for number in 2...4 as ClosedRange<UInt64> {
                        let told3 = try await client.ask(number, .post, "/", "https://localhost:\(rest)")
                        #expect(told3 == .answered(number, 200, "secret"))
                    }
                }
            }
        }
    }

    @Test(
        "refuses a certificate that does not verify, for streams and requests",
        arguments: [
            (NetworkTestCertificate.local, "localhost", false, "is not signed by a root known here"),
            (.expired, "localhost", true, "or not valid today"), (.other, "localhost", true, "is for another host"),
            (.local, "127.0.0.1", true, "is for another host"),
        ] as [(NetworkTestCertificate, String, Bool, String)])
    func refused(
        certificate: NetworkTestCertificate, host: String, isRootKnown: Bool, reason: String
    ) async throws {
        try await NetworkTestCertificate.withRoot { root in
            try await Self.servers(certificate) { stream, rest in
                try await NetworkTestClient.with(NetworkSettings(extraRoots: isRootKnown ? [root] : [])) { client in
                    let streamEvent = try await client.open(1, "wss://\(host):\(stream)")
                    guard case .closed(1, let text)? = streamEvent else {
                        Issue.record("\(String(describing: streamEvent))")
                        return
                    }
                    #expect(text.contains(reason))
                    let restEvent = try await client.ask(2, .post, "/", "https://\(host):\(rest)", lane: .account)
                    guard case .failed(2, .notSent(let text))? = restEvent else {
                        Issue.record("\(String(describing: restEvent))")
                        return
                    }
                    #expect(text.contains(reason))
                }
            }
        }
    }

    @Test("is not given up for clear text where the server speaks no TLS") func notTLS() async throws {
        let server = NetworkTestServer()
        try await server.start { _, channel in
            try channel.pipeline.syncOperations.addHandler(NetworkTestGreeter("HTTP/1.1 400 Bad Request\r\n\r\n"))
        }
        try await NetworkTestClient.with { client in
            let stream = try await client.open(1, "wss://localhost:\(server.port)")
            #expect(stream == .closed(1, "localhost:\(server.port) does not speak TLS"))
            let request = try await client.ask(2, .post, "/", "https://localhost:\(server.port)", lane: .account)
            #expect(request == .failed(2, .notSent("localhost:\(server.port) does not speak TLS")))
        }
        await server.stop()
    }

    @Test("says which file of roots is not readable") func badRoots() {
        #expect(throws: NetworkError.badRoots(path: "/nowhere/root.pem")) {
            try NetworkTransport(
                eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
                settings: NetworkSettings(extraRoots: ["/nowhere/root.pem"]))
        }
    }
}

@Suite("A proxy") struct NetworkTunnelTests {
    /// A proxy that leads to `port` whatever it is asked for, if the request has this in it.
    static func proxy(to port: Int, expecting wanted: String, seen: NetworkTestSum) async throws -> NetworkTestServer {
        let proxy = NetworkTestServer()
        try await proxy.start { _, channel in
            try channel.pipeline.syncOperations.addHandler(
                NetworkTestTunnel(to: port) { request in
                    seen.add()
                    return request.contains(wanted) && request.hasPrefix("CONNECT other.example:443 HTTP/1.1\r\n")
                })
        }
        return proxy
    }

    @Test("is asked for a tunnel, with its password, through which TLS goes to the venue") func tunnel() async throws {
        let seen = NetworkTestSum()
        try await NetworkTestCertificate.withRoot { root in
            try await NetworkTLSTests.servers(.other) { stream, rest in
                for port in [stream, rest] {
                    let proxy = try await Self.proxy(
                        to: port, expecting: "Proxy-Authorization: Basic bWU6cHc=\r\n", seen: seen)
                    let settings = NetworkSettings(
                        extraRoots: [root],
                        proxy: try ProxySettings(environment: ["HTTPS_PROXY": "http://me:pw@127.0.0.1:\(proxy.port)"]))
                    try await NetworkTestClient.with(settings) { client in
                        if port == stream {
                            let told4 = try await client.open(1, "wss://other.example")
                            #expect(told4 == .opened(1))
                        } else {
                            let told5 = try await client.ask(1, .post, "/", "https://other.example", lane: .market)
                            #expect(told5 == .answered(1, 200, "secret"))
                        }
                    }
                    await proxy.stop()
                }
            }
        }
        #expect(seen.count == 2)
    }

    @Test("that opens no tunnel is named as the reason, without its password") func refused() async throws {
        let proxy = try await Self.proxy(to: 1, expecting: "nothing has this", seen: NetworkTestSum())
        let settings = NetworkSettings(
            proxy: try ProxySettings(environment: ["HTTPS_PROXY": "http://me:pw@127.0.0.1:\(proxy.port)"]))
        try await NetworkTestClient.with(settings) { client in
            let told6 = try await client.open(1, "wss://other.example")
            #expect(told6 == .closed(1, "the proxy opens no tunnel: it answered 407"))
            let told7 = try await client.ask(2, .post, "/", "https://other.example", lane: .market)
            #expect(told7 == .failed(2, .notSent("the proxy opens no tunnel: it answered 407")))
            guard case .closed(3, let reason)? = try await client.open(3, "wss://192.0.2.1") else { return }
            #expect(reason.contains("cannot be verified through a proxy"))
        }
        await proxy.stop()
    }
}

/// The proxy's side of a tunnel.
final class NetworkTestTunnel: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let port: Int
    private let isGranted: (String) -> Bool
    private var far: (any Channel)?

    init(to port: Int, isGranted: @escaping (String) -> Bool) {
        self.port = port
        self.isGranted = isGranted
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = self.unwrapInboundIn(data)
        if let far = self.far { return far.writeAndFlush(bytes, promise: nil) }
        guard self.isGranted(String(buffer: bytes)) else {
            let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
            return context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
        let near = context.channel
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { $0.pipeline.addHandler(NetworkTestRelay(to: near)) }
            .connect(host: "127.0.0.1", port: self.port).whenSuccess { far in
                bound.value.0.far = far
                near.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"), promise: nil)
            }
    }

    func channelInactive(context: ChannelHandlerContext) { self.far?.close(promise: nil) }
}

/// Passes what it reads on to another channel.
final class NetworkTestRelay: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.other.writeAndFlush(self.unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { self.other.close(promise: nil) }
}

/// A server that speaks first, whatever the client wants.
final class NetworkTestGreeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let greeting: String

    init(_ greeting: String) { self.greeting = greeting }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: self.greeting)), promise: nil)
    }
}
