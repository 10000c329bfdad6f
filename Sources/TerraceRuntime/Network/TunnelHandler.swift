import NIOCore
import NIOHTTP1

/// Asks a proxy for a tunnel, and is gone once it stands (RFC 9110, section 9.3.6). The handlers after it see the channel
/// become active only then.
final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let address: BaseAddress
    private let proxy: ProxySettings.Proxy
    private let whenOpen: (TunnelHandler) throws -> Void
    private var reader = ResponseHeadReader()

    /// A tunnel to `address`; `whenOpen` adds what goes through it.
    init(to address: BaseAddress, by proxy: ProxySettings.Proxy, whenOpen: @escaping (TunnelHandler) throws -> Void) {
        self.address = address
        self.proxy = proxy
        self.whenOpen = whenOpen
    }

    func channelActive(context: ChannelHandlerContext) {
        var request = "CONNECT \(self.address.hostAndPort) HTTP/1.1\r\nHost: \(self.address.hostAndPort)\r\n"
        if let authorization = self.proxy.authorization { request += "Proxy-Authorization: \(authorization)\r\n" }
        request += "\r\n"
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        do {
            guard let head = try self.reader.read(&bytes) else { return }
            guard (200...299).contains(head.status.code) else {
                return self.fail(context, .proxyRefused(status: Int(head.status.code)))
            }
            // The server waits for the client to begin: bytes after the head are the proxy's own.
            guard self.reader.rest.readableBytes == 0 else { return self.fail(context, .proxyGarbled) }
            try self.whenOpen(self)
            context.fireChannelActive()
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch is ResponseHeadReader.Garbled {
            self.fail(context, .proxyGarbled)
        } catch {
            self.fail(context, NetworkError.cause(error, place: self.address.hostAndPort, stage: .tunnelling))
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ error: NetworkError) {
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
