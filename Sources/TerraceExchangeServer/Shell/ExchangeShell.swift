public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import TerraceCore

/// An exchange on a socket: HTTP/1.1 and WebSockets on one port, on one event loop, with or without TLS.
public final class ExchangeShell: Sendable {
    /// The longest message and the longest body that a client may send, in bytes.
    static let longestMessage = 1 << 20
    /// How many clients are served at a time; who comes beyond is turned away.
    static let mostClients = 10_000

    /// Where it listens.
    public let address: SocketAddress
    /// The port that it listens on.
    public var port: Int { self.address.port ?? 0 }
    private let channel: any Channel
    private let world: ShellWorld

    private init(_ channel: any Channel, _ address: SocketAddress, _ world: ShellWorld) {
        self.channel = channel
        self.address = address
        self.world = world
    }

    /// Opens an exchange of `settings`, whose `start` becomes the present, and listens.
    ///
    /// - Parameters:
    ///   - port: Where to listen; 0 for a port that is free.
    ///   - group: One of its loops runs everything.
    /// - Throws: `ExchangeError` where the settings make no sense; NIO's errors where the certificate or the port is no good.
    public static func start(
        _ settings: ExchangeSettings, host: String = "127.0.0.1", port: Int = 0, tls: ExchangeTLS? = nil,
        group: any EventLoopGroup
    ) async throws -> ExchangeShell {
        let context = try tls.map { tls in
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificateFile).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.keyFile, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            return try NIOSSLContext(configuration: configuration)
        }
        let loop = group.next()
        let world = try await loop.submit { try ShellWorld(settings, loop: loop) }.get()
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, world, context) }
            }
            .bind(host: host, port: port).get()
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        try await loop.submit { world.begin() }.get()
        return ExchangeShell(channel, address, world)
    }

    /// Closes every connection and stops listening.
    public func stop() async {
        try? await self.channel.close().get()
        let world = self.world
        try? await world.loop.submit { world.end() }.get()
    }

    /// Ends when the listening socket is closed, by `stop` or by itself.
    public func closed() async { try? await self.channel.closeFuture.get() }

    private static func prepare(_ channel: any Channel, _ world: ShellWorld, _ context: NIOSSLContext?) throws {
        guard world.accept(channel) else { throw ChannelError.eof }
        let pipeline = channel.pipeline.syncOperations
        if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
        let http = HTTPHandler(world)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: Self.longestMessage, automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                channel.eventLoop.makeSucceededFuture(http.opens(head, channel) ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    guard let connection = http.connection else { throw ChannelError.eof }
                    let handler = WebSocketHandler(world, connection)
                    try channel.pipeline.syncOperations.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1_024,
                            maxAccumulatedFrameSize: Self.longestMessage))
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            })
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true,
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in context.pipeline.syncOperations.removeHandler(http, promise: nil) }
            ),
            withErrorHandling: true)
        try pipeline.addHandler(http)
    }
}
