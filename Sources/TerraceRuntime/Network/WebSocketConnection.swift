import NIOCore
import NIOHTTP1
import NIOTLS
import NIOWebSocket
import TerraceVenues

/// One WebSocket to a venue (RFC 6455), without extensions. Received messages are lent to the receiver where they lie in the
/// buffer that the socket was read into; only messages in pieces are put together elsewhere.
///
/// Used on its event loop only, which is what makes `@unchecked Sendable` true.
final class WebSocketConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case connecting(NetworkError.Stage)
        case open
        case closing  // Our close frame is sent; nothing is delivered any more.
        case closed
    }

    private let number: Int
    private let address: BaseAddress
    private let target: String
    private let settings: NetworkSettings
    private weak var receiver: (any TransportReceiver)?
    private let whenClosed: (NetworkError) -> Void

    private var state = State.connecting(.connecting)
    private var channel: (any Channel)?
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private let key = NIOWebSocketClientUpgrader.randomRequestKey()
    private var head = ResponseHeadReader()
    private var reader: WebSocketReader
    private var rest = ByteBuffer()  // The begin of a frame whose end has not come.
    private var message = ByteBuffer()  // The pieces of a message so far.
    private var outgoing = ByteBuffer()  // Used anew for each frame once the one before is written.

    /// A WebSocket that tells `receiver` what comes under `number`, and `whenClosed` its end unless `close` was called.
    init(
        _ number: Int, to address: BaseAddress, target: String, settings: NetworkSettings,
        receiver: (any TransportReceiver)?, whenClosed: @escaping (NetworkError) -> Void
    ) {
        self.number = number
        self.address = address
        self.target = target
        self.settings = settings
        self.receiver = receiver
        self.whenClosed = whenClosed
        self.reader = WebSocketReader(limit: settings.messageBytes)
    }

    // MARK: What the session asks

    /// Begins to connect.
    func open(by dialer: Dialer) {
        self.timer = dialer.eventLoop.assumeIsolated().scheduleTask(in: self.settings.connectTimeout) {
            guard case .connecting(let stage) = self.state else { return }
            self.fail(.timedOut(self.address.hostAndPort, stage))
        }
        let dialled = dialer.dial(self.address) { try $0.pipeline.syncOperations.addHandler(self) }
        dialled.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                if case .closed = self.state { return channel.close(promise: nil) }
                self.channel = channel
                if case .connecting(.connecting) = self.state { self.state = .connecting(.tunnelling) }
            case .failure(let error):
                self.fail(.cause(error, place: self.address.hostAndPort, stage: .connecting))
            }
        }
    }

    /// Sends a text message. What is sent before the WebSocket is open, or after its end, is dropped.
    func send(_ text: [UInt8]) {
        guard case .open = self.state else { return }
        self.write(.text, text)
    }

    /// Says goodbye and closes. `whenClosed` is not called any more, and nothing is delivered.
    func close() {
        switch self.state {
        case .connecting:
            self.state = .closed
            self.end()
        case .open:
            self.state = .closing
            self.write(.connectionClose, [0x03, 0xE8])  // 1000: done.
            guard let context = self.context else { return self.end() }
            self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.end() }
        case .closing, .closed: break
        }
    }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if self.address.scheme.isSecure {
            if case .connecting = self.state { self.state = .connecting(.securing) }
        } else {
            self.requestUpgrade(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { self.requestUpgrade(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        if case .connecting = self.state {
            guard self.readUpgrade(&bytes) else { return }
        }
        self.readFrames(&bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.receiver?.receivedAll()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.fail(.connectionLost(self.address.hostAndPort))
        self.end()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        var stage = NetworkError.Stage.upgrading
        if case .connecting(let current) = self.state { stage = current }
        self.fail(.cause(error, place: self.address.hostAndPort, stage: stage))
    }

    // MARK: The handshake

    private func requestUpgrade(_ context: ChannelHandlerContext) {
        guard case .connecting = self.state else { return }
        self.state = .connecting(.upgrading)
        let request = """
            GET \(self.target) HTTP/1.1\r\nHost: \(self.address.authority)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: \(self.key)\r\nSec-WebSocket-Version: 13\r\n\r\n
            """
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    /// Reads the answer to the request for a WebSocket; true once it is granted, with what came behind it in `bytes`.
    private func readUpgrade(_ bytes: inout ByteBuffer) -> Bool {
        do {
            guard let head = try self.head.read(&bytes) else { return false }
            guard head.status.code == 101 else {
                self.fail(.notWebSocket(self.address.hostAndPort, status: Int(head.status.code)))
                return false
            }
            // Only the check of the answer is taken from NIO's upgrader (section 4.1, steps 2 to 4). No extension was offered,
            // so one that is granted is an error too (step 5).
            let check = NIOWebSocketClientUpgrader(requestKey: self.key) { channel, _ in
                channel.eventLoop.makeSucceededVoidFuture()
            }
            guard check.shouldAllowUpgrade(upgradeResponse: head), head.headers["sec-websocket-accept"].count == 1,
                head.headers["sec-websocket-extensions"].isEmpty
            else {
                self.fail(.wrongAccept(self.address.hostAndPort))
                return false
            }
        } catch {
            self.fail(.notHTTP(self.address.hostAndPort))
            return false
        }
        bytes = self.head.takeRest()
        self.state = .open
        self.timer?.cancel()
        self.timer = nil
        self.receiver?.opened(self.number)
        return true
    }

    // MARK: Frames

    private func readFrames(_ bytes: inout ByteBuffer) {
        if self.rest.readableBytes > 0 {
            var whole = self.rest
            self.rest = ByteBuffer()
            whole.writeBuffer(&bytes)
            bytes = whole
        }
        do {
            while bytes.readableBytes > 0 {
                switch self.state {
                case .open, .closing: break
                case .connecting, .closed: return
                }
                let step = try self.reader.next(bytes.readableBytesUInt8Span)
                guard let end = try self.take(step, of: bytes) else { break }
                bytes.moveReaderIndex(forwardBy: end)
            }
        } catch {
            self.write(.connectionClose, [UInt8(error.closeCode >> 8), UInt8(error.closeCode & 0xFF)])
            return self.fail(.brokenStream(error))
        }
        if bytes.readableBytes > 0 {
            bytes.discardReadBytes()
            self.rest = bytes
        }
    }

    /// Does what a frame asks for; gives where it ends, nil where it is not whole.
    private func take(_ step: WebSocketReader.Step, of bytes: ByteBuffer) throws(WebSocketFault) -> Int? {
        switch step {
        case .incomplete: return nil
        case .message(let payload, let isText):
            try self.deliver(bytes.readableBytesUInt8Span.extracting(payload), isText: isText)
            return payload.upperBound
        case .piece(let payload):
            self.append(payload, of: bytes)
            return payload.upperBound
        case .lastPiece(let payload, let isText):
            self.append(payload, of: bytes)
            let message = self.message
            self.message = ByteBuffer()
            try self.deliver(message.readableBytesUInt8Span, isText: isText)
            return payload.upperBound
        case .ping(let payload):
            self.write(
                .pong, bytes.viewBytes(at: bytes.readerIndex + payload.lowerBound, length: payload.count) ?? .init())
            return payload.upperBound
        case .pong(let payload): return payload.upperBound
        case .close(let code, let reason):
            // The same code goes back (section 5.5.1), and the server closes the connection first (7.1.1): not waited for.
            let sent = code.map { [UInt8($0 >> 8 & 0xFF), UInt8($0 & 0xFF)] } ?? []
            if case .open = self.state { self.write(.connectionClose, sent) }
            self.fail(.closedByVenue(code: code, reason: Self.words(bytes.readableBytesUInt8Span.extracting(reason))))
            return reason.upperBound
        }
    }

    private func deliver(_ message: Span<UInt8>, isText: Bool) throws(WebSocketFault) {
        guard case .open = self.state else { return }
        if isText {
            do {
                _ = try UTF8Span(validating: message)
            } catch {
                throw .notUTF8
            }
        }
        self.receiver?.received(self.number, message)
    }

    private func append(_ payload: Range<Int>, of bytes: ByteBuffer) {
        let start = bytes.readerIndex + payload.lowerBound
        if let view = bytes.viewBytes(at: start, length: payload.count) { self.message.writeBytes(view) }
    }

    /// Writes a masked frame (section 5.3), and flushes it.
    private func write(_ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>) {
        guard let context = self.context, context.channel.isActive else { return }
        guard context.channel.isWritable else { return self.fail(.notReading) }
        let mask = WebSocketMaskingKey.random()
        self.outgoing.clear(minimumCapacity: payload.count + 14)
        self.outgoing.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch payload.count {
        case ...125: self.outgoing.writeInteger(0x80 | UInt8(payload.count))
        case ...65_535:
            self.outgoing.writeInteger(0x80 | 126 as UInt8)
            self.outgoing.writeInteger(UInt16(payload.count))
        default:
            self.outgoing.writeInteger(0x80 | 127 as UInt8)
            self.outgoing.writeInteger(UInt64(payload.count))
        }
        self.outgoing.writeBytes(mask)
        let header = self.outgoing.readableBytes
        self.outgoing.writeBytes(payload)
        self.outgoing.moveReaderIndex(forwardBy: header)
        self.outgoing.webSocketMask(mask)
        self.outgoing.moveReaderIndex(to: 0)
        context.writeAndFlush(self.wrapOutboundOut(self.outgoing), promise: nil)
    }

    // MARK: The end

    /// It is over for this reason. Tells so once, unless we closed it.
    private func fail(_ error: NetworkError) {
        switch self.state {
        case .connecting, .open:
            self.state = .closed
            self.whenClosed(error)
        case .closing: self.state = .closed
        case .closed: return
        }
        self.end()
    }

    private func end() {
        self.state = .closed
        self.timer?.cancel()
        self.timer = nil
        self.rest = ByteBuffer()
        self.message = ByteBuffer()
        // While a tunnel or TLS is being agreed the channel is known before the future of it tells.
        (self.channel ?? self.context?.channel)?.close(promise: nil)
        self.channel = nil
    }

    /// A reason from outside, as far as it is fit to be shown.
    private static func words(_ bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        for place in 0..<min(bytes.count, 123) {
            let byte = bytes[place]
            text.append((0x20...0x7E).contains(byte) ? byte : UInt8(ascii: "?"))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
