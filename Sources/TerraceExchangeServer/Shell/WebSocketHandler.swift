import NIOCore
import NIOWebSocket

/// One WebSocket: whole text messages in, texts out. Frames out are made here and passed by the encoder, so that a message is
/// one write of one buffer.
///
/// Unchecked, because it is touched on the loop of its channel only.
final class WebSocketHandler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let world: ShellWorld
    private let connection: Int
    private var context: ChannelHandlerContext?
    private var encoder: ChannelHandlerContext?
    private var isClosing = false
    /// Whether something was written that was not flushed.
    var isTouched = false

    init(_ world: ShellWorld, _ connection: Int) {
        self.world = world
        self.connection = connection
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.encoder = try? context.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self)
        // What is written while the upgrade is going on would be lost.
        context.eventLoop.assumeIsolated().execute { self.world.opened(self.connection, self) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.encoder = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = self.unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            if !self.isClosing {
                self.world.received(Array(frame.unmaskedData.readableBytesView), from: self.connection)
            }
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(self.wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            if self.isClosing { return context.close(promise: nil) }
            self.isClosing = true
            var data = frame.unmaskedData
            let code = data.readSlice(length: min(2, data.readableBytes)) ?? ByteBuffer()
            self.close(with: code)
        default: break
        }
    }

    /// Writes a message, without flushing it.
    func write(_ text: [UInt8]) {
        guard let encoder = self.encoder, !self.isClosing else { return }
        var buffer = encoder.channel.allocator.buffer(capacity: text.count + 10)
        buffer.writeInteger(UInt8(0x81))
        if text.count < 126 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: text.count))
        } else if text.count <= 0xFFFF {
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(truncatingIfNeeded: text.count))
        } else {
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(text.count))
        }
        buffer.writeBytes(text)
        encoder.write(NIOAny(buffer), promise: nil)
    }

    /// Flushes what was written.
    func flush() { self.context?.flush() }

    /// Sends a ping.
    func ping() {
        guard let context = self.context, !self.isClosing else { return }
        let frame = WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: "terrace"))
        context.writeAndFlush(self.wrapOutboundOut(frame), promise: nil)
    }

    /// Closes the connection by the venue's will; nothing is told of it.
    func close(isAbrupt: Bool) {
        guard let context = self.context else { return }
        if isAbrupt { return context.close(promise: nil) }
        if self.isClosing { return }
        self.isClosing = true
        var code = ByteBuffer()
        code.write(webSocketErrorCode: .normalClosure)
        self.close(with: code)
    }

    private func close(with code: ByteBuffer) {
        guard let context = self.context else { return }
        let channel = context.channel
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: code)
        context.writeAndFlush(self.wrapOutboundOut(frame)).whenComplete { _ in channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.world.closed(self.connection)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
