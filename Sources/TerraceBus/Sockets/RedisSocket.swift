internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// One connection to Redis.
///
/// Used on its event loop only, which is what makes `@unchecked Sendable` true.
final class RedisSocket: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    private let number: Int
    private let sockets: RedisSockets
    private var channel: (any Channel)?
    private var isSecure = false
    private var rest = ByteBuffer()  // The begin of a reply whose end has not come.

    init(_ number: Int, _ sockets: RedisSockets) {
        self.number = number
        self.sockets = sockets
    }

    func handlerAdded(context: ChannelHandlerContext) { self.channel = context.channel }

    /// TCP stands. TLS, where there is some, tells for itself.
    func connected(_ channel: any Channel) {
        self.channel = channel
        let isSecure = (try? channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)) != nil
        if !isSecure { self.sockets.opened(self.number) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { self.sockets.opened(self.number) }
        context.fireUserInboundEventTriggered(event)
    }

    func send(_ bytes: ByteBuffer) { self.channel?.writeAndFlush(bytes, promise: nil) }

    func close() {
        let channel = self.channel
        self.channel = nil
        channel?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        if self.rest.readableBytes > 0 {
            self.rest.writeBuffer(&bytes)
            swap(&self.rest, &bytes)
            self.rest = ByteBuffer()
        }
        let done = self.sockets.received(self.number, bytes.readableBytesUInt8Span)
        bytes.moveReaderIndex(forwardBy: done)
        if bytes.readableBytes > 0 {
            bytes.discardReadBytes()
            self.rest = bytes
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.sockets.receivedAll()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.channel = nil
        self.sockets.over(self.number, "the server closed the connection")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.sockets.over(self.number, RedisSockets.reason(error))
        context.close(promise: nil)
    }
}
