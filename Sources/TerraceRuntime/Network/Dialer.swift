import NIOCore
import NIOPosix
import NIOSSL

/// Makes connections: TCP, by proxy where one leads out, and TLS, always verified.
///
/// Used on its event loop only, which is what makes `@unchecked Sendable` true.
final class Dialer: @unchecked Sendable {
    let eventLoop: any EventLoop
    let settings: NetworkSettings
    private let context: NIOSSLContext
    private var channels = 0
    private var ending: EventLoopPromise<Void>?

    /// - Throws: `NetworkError.badRoots` where a file of extra roots is not readable, `tlsFailed` where the system's are not.
    init(on eventLoop: any EventLoop, settings: NetworkSettings) throws(NetworkError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        for path in settings.extraRoots {
            guard let roots = try? NIOSSLCertificate.fromPEMFile(path), !roots.isEmpty else {
                throw .badRoots(path: path)
            }
            configuration.additionalTrustRoots.append(.certificates(roots))
        }
        do {
            self.context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .tlsFailed("any server", reason: "the system's root certificates cannot be read")
        }
        self.eventLoop = eventLoop
        self.settings = settings
    }

    /// The address in `base`, checked to be one that may be connected to.
    func address(_ base: String, isWebSocket: Bool) throws(NetworkError) -> BaseAddress {
        let address: BaseAddress
        do {
            address = try BaseAddress(base)
        } catch {
            throw .address(error)
        }
        guard address.scheme.isWebSocket == isWebSocket else { throw .wrongScheme(address.description) }
        guard address.scheme.isSecure || address.isLoopback || self.settings.allowsClearText else {
            throw .inClear(address.description)
        }
        if address.scheme.isSecure, address.isIPAddress, self.settings.proxy.proxy(for: address) != nil {
            throw .addressThroughProxy(address.hostAndPort)
        }
        return address
    }

    /// Begins to connect. `handlers` go to the end of the pipeline, and see it become active once a tunnel stands where one is
    /// needed; what they write before TLS is agreed waits for that.
    func dial(
        _ address: BaseAddress, adding handlers: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        self.channels += 1
        let proxy = self.settings.proxy.proxy(for: address)
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(self.settings.connectTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            // One read a look: what a second would find is found by the next look, and the first is not kept waiting for it.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(
                .writeBufferWaterMark,
                value: .init(low: self.settings.unsentBytes / 2, high: self.settings.unsentBytes)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let proxy {
                        let tunnel = TunnelHandler(to: address, by: proxy) {
                            try self.secure(channel, address, after: $0)
                        }
                        try channel.pipeline.syncOperations.addHandler(tunnel)
                    } else {
                        try self.secure(channel, address, after: nil)
                    }
                    try handlers(channel)
                }
            }
        let target = proxy?.address ?? address
        let channel: EventLoopFuture<any Channel>
        if target.isIPAddress, let literal = try? SocketAddress(ipAddress: target.host, port: target.port) {
            channel = bootstrap.connect(to: literal)
        } else {
            channel = bootstrap.connect(host: target.host, port: target.port)
        }
        channel.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): channel.closeFuture.assumeIsolated().whenComplete { _ in self.ended() }
            case .failure: self.ended()
            }
        }
        return channel
    }

    /// Succeeds when no channel is left.
    func whenAllEnded() -> EventLoopFuture<Void> {
        let promise = self.ending ?? self.eventLoop.makePromise(of: Void.self)
        self.ending = promise
        if self.channels == 0 { promise.succeed() }
        return promise.futureResult
    }

    private func ended() {
        self.channels -= 1
        if self.channels == 0 { self.ending?.succeed() }
    }

    private func secure(_ channel: any Channel, _ address: BaseAddress, after: (any ChannelHandler)?) throws {
        guard address.scheme.isSecure else { return }
        // A name goes into SNI and is verified; without one the certificate is verified against the peer's IP address.
        let handler = try NIOSSLClientHandler(
            context: self.context, serverHostname: address.isIPAddress ? nil : address.host)
        if let after {
            try channel.pipeline.syncOperations.addHandler(handler, position: .after(after))
        } else {
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }
}
