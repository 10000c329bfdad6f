import NIOCore
import NIOHTTP1
import NIOWebSocket

/// One HTTP connection: gathers requests whole, within bounds, and writes answers. It leaves when the connection is upgraded.
///
/// Unchecked, because it is touched on the loop of its channel only.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let world: ShellWorld
    private var context: ChannelHandlerContext?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLong = false
    private var refusal: ServerResponse?
    private var keepsAlive = true
    /// The number of the request that is being served.
    var token: UInt64?
    /// The WebSocket that the connection has become.
    private(set) var connection: Int?

    init(_ world: ShellWorld) { self.world = world }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Whether a request for a WebSocket is granted; a refusal is answered when the request comes by here as an ordinary one.
    func opens(_ head: HTTPRequestHead, _ channel: any Channel) -> Bool {
        let request = Self.request(head, [], channel)
        let (connection, refusal) = self.world.open(request)
        self.connection = connection
        if connection == nil { self.refusal = refusal }
        return connection != nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.keepsAlive = head.isKeepAlive
            self.body.removeAll(keepingCapacity: true)
            self.isTooLong = false
        case .body(let buffer):
            if self.body.count + buffer.readableBytes > ExchangeShell.longestMessage {
                self.isTooLong = true
            } else {
                self.body.append(contentsOf: buffer.readableBytesView)
            }
        case .end:
            guard let head = self.head else { return }
            self.head = nil
            if let refusal = self.refusal {
                self.refusal = nil
                // The decoder reads no further behind a request for an upgrade.
                self.keepsAlive = false
                return self.respond(refusal)
            }
            if self.isTooLong {
                self.keepsAlive = false
                return self.respond(ServerResponse(status: 413))
            }
            self.world.received(Self.request(head, self.body, context.channel), by: self)
        }
    }

    private static func request(_ head: HTTPRequestHead, _ body: [UInt8], _ channel: any Channel) -> ServerRequest {
        let method: ServerRequest.Method =
            switch head.method {
            case .GET: .get
            case .POST: .post
            case .PUT: .put
            case .DELETE: .delete
            default: .other
            }
        return ServerRequest(
            token: 0, method: method, target: Array(head.uri.utf8),
            headers: head.headers.map { ServerHeader($0.name, $0.value) }, body: body,
            address: channel.remoteAddress?.ipAddress ?? "")
    }

    /// Writes the answer to the request that is being served.
    func respond(_ response: ServerResponse) {
        self.token = nil
        guard let context = self.context else { return }
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.add(name: "Content-Length", value: "\(response.body.count)")
        if !self.keepsAlive { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        context.write(
            self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
            promise: nil)
        if !response.body.isEmpty {
            let buffer = context.channel.allocator.buffer(bytes: response.body)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        }
        let isLast = !self.keepsAlive
        let channel = context.channel
        let ended = context.writeAndFlush(self.wrapOutboundOut(.end(nil)))
        if isLast { ended.whenComplete { _ in channel.close(promise: nil) } }
    }

    /// Drops the connection.
    func close() {
        self.token = nil
        self.context?.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let token = self.token { self.world.forget(token) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A WebSocket that was refused: the request comes by here next, and is answered.
        if error is NIOWebSocketUpgradeError { return }
        context.close(promise: nil)
    }
}
