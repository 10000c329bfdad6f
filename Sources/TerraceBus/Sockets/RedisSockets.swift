internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import TerraceCore

/// Connections to Redis over NIO, all on one event loop, in clear or over TLS, which is always verified.
///
/// Used on its loop only, which is what makes `@unchecked Sendable` true.
final class RedisSockets: RedisTransport, @unchecked Sendable {
    weak var receiver: (any RedisReceiver)?
    let eventLoop: any EventLoop
    private let settings: BusSettings
    private let clock: () -> Timestamp
    private let context: NIOSSLContext?
    private var sockets: [Int: RedisSocket] = [:]
    private var alive = 0
    private var ending: EventLoopPromise<Void>?

    /// - Throws: `BusError.badRoots` where extra roots are not readable, `tlsFailed` where the system's are not.
    init(
        on eventLoop: any EventLoop, settings: BusSettings, isSecure: Bool, clock: @escaping () -> Timestamp
    ) throws(BusError) {
        self.eventLoop = eventLoop
        self.settings = settings
        self.clock = clock
        guard isSecure else {
            self.context = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        for path in settings.extraRoots {
            guard let roots = try? NIOSSLCertificate.fromPEMFile(path), !roots.isEmpty else {
                throw .badRoots(path: path)
            }
            configuration.additionalTrustRoots.append(.certificates(roots))
        }
        do {
            self.context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .tlsFailed
        }
    }

    var now: Timestamp { self.clock() }

    func connect(_ number: Int, to address: RedisAddress) {
        let socket = RedisSocket(number, self)
        self.sockets[number] = socket
        self.alive += 1
        let context = address.isSecure ? self.context : nil
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(.nanoseconds(self.settings.connectLimit))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(
                                context: context, serverHostname: address.isIPAddress ? nil : address.host))
                    }
                    try channel.pipeline.syncOperations.addHandler(socket)
                }
            }
        bootstrap.connect(host: address.host, port: address.port).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                channel.closeFuture.assumeIsolated().whenComplete { _ in self.ended() }
                if self.sockets[number] == nil { channel.close(promise: nil) } else { socket.connected(channel) }
            case .failure(let error):
                self.over(number, Self.reason(error))
                self.ended()
            }
        }
    }

    func send(_ number: Int, _ bytes: ByteBuffer) { self.sockets[number]?.send(bytes) }

    func close(_ number: Int) {
        guard let socket = self.sockets.removeValue(forKey: number) else { return }
        socket.close()
    }

    /// Succeeds when no connection is left.
    func whenAllEnded() -> EventLoopFuture<Void> {
        let promise = self.ending ?? self.eventLoop.makePromise(of: Void.self)
        self.ending = promise
        if self.alive == 0 { promise.succeed() }
        return promise.futureResult
    }

    func opened(_ number: Int) { if self.sockets[number] != nil { self.receiver?.opened(number) } }

    func received(_ number: Int, _ bytes: Span<UInt8>) -> Int {
        self.sockets[number] == nil ? bytes.count : self.receiver?.received(number, bytes) ?? bytes.count
    }

    func receivedAll() { self.receiver?.receivedAll() }

    /// A connection could not be made, or is over; told once.
    func over(_ number: Int, _ reason: String) {
        guard self.sockets.removeValue(forKey: number) != nil else { return }
        self.receiver?.closed(number, reason: reason)
    }

    /// What a person can act upon; never more than the system says.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { self.reason($0.error) } ?? "unknown host"
        case let error as IOError: self.reason(error.errnoCode)
        case is ChannelError: "the connection ended or could not be made in time"
        case is NIOSSLError, is NIOSSLExtraError:
            "TLS could not be agreed; is the certificate trusted, and is it a rediss:// server?"
        default: "\(type(of: error))"
        }
    }

    private static func reason(_ number: CInt) -> String {
        switch number {
        case ECONNREFUSED: "nothing listens there"
        case ECONNRESET, EPIPE: "the connection was reset"
        case ETIMEDOUT: "it does not answer"
        case EHOSTUNREACH, ENETUNREACH: "there is no way to it"
        default: "the system's error \(number)"
        }
    }

    private func ended() {
        self.alive -= 1
        if self.alive == 0 { self.ending?.succeed() }
    }
}
