import NIOCore
import NIOHTTP1
import NIOTLS
import TerraceVenues

/// One kept-alive connection for requests, one at a time. What it learns it tells its pool.
///
/// Used on its event loop only, which is what makes `@unchecked Sendable` true.
final class RESTConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case connecting(NetworkError.Stage)
        case ready
        case closed
    }

    /// Why a request on it has no answer.
    enum Loss {
        /// Nothing of it was written.
        case refused(RequestEncoder.Refusal)
        /// The connection ended before a byte of the answer came.
        case unanswered(NetworkError)
        /// The connection ended amid the answer.
        case cutOff(NetworkError)
    }

    private let address: BaseAddress
    private let authority: String
    private let settings: NetworkSettings
    private weak var pool: RESTConnectionPool?

    private var state = State.connecting(.connecting)
    private var channel: (any Channel)?
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private(set) var inFlight: PendingRequest?
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var outgoing = ByteBuffer()
    /// How many answers it has brought.
    private(set) var served = 0
    /// When it became ready.
    private(set) var readySince = NIODeadline.distantFuture

    // The decoder of answers wants to know what was asked, of which it heeds only HEAD and CONNECT: one head for all.
    private static let anyHead = HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"))

    init(to address: BaseAddress, settings: NetworkSettings, pool: RESTConnectionPool) {
        self.address = address
        self.authority = address.authority
        self.settings = settings
        self.pool = pool
    }

    /// Whether a request can be sent on it now.
    var isIdle: Bool {
        if case .ready = self.state { return self.inFlight == nil }
        return false
    }

    /// Whether it is not ready yet.
    var isConnecting: Bool {
        if case .connecting = self.state { return true }
        return false
    }

    /// Begins to connect.
    func open(by dialer: Dialer) {
        self.timer = dialer.eventLoop.assumeIsolated().scheduleTask(in: self.settings.connectTimeout) {
            guard case .connecting(let stage) = self.state else { return }
            self.close(.timedOut(self.address.hostAndPort, stage))
        }
        let dialled = dialer.dial(self.address) { channel in
            try channel.pipeline.syncOperations.addHandler(RequestEncoder())
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPResponseDecoder()))
            try channel.pipeline.syncOperations.addHandler(self)
        }
        dialled.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                if case .closed = self.state { return channel.close(promise: nil) }
                self.channel = channel
                if case .connecting(.connecting) = self.state { self.state = .connecting(.tunnelling) }
            case .failure(let error):
                self.close(.cause(error, place: self.address.hostAndPort, stage: .connecting))
            }
        }
    }

    /// Writes and flushes a request, at once. The connection must be idle.
    func send(_ pending: PendingRequest) {
        guard self.isIdle, let context = self.context else { return }
        self.outgoing.clear(minimumCapacity: 512)
        do {
            try RequestEncoder.write(pending.request, authority: self.authority, into: &self.outgoing)
        } catch {
            self.pool?.lost(self, pending, .refused(error))
            return
        }
        self.inFlight = pending
        context.write(self.wrapOutboundOut(Self.anyHead), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(self.outgoing))), promise: nil)
    }

    /// Closes it for this reason, which is that of the request on it too.
    func close(_ error: NetworkError) {
        if case .closed = self.state { return }
        let wasConnecting = self.isConnecting
        self.state = .closed
        self.timer?.cancel()
        self.timer = nil
        let lost = self.inFlight
        let loss = self.head == nil ? Loss.unanswered(error) : .cutOff(error)
        self.inFlight = nil
        self.head = nil
        self.body = ByteBuffer()
        (self.channel ?? self.context?.channel)?.close(promise: nil)
        self.channel = nil
        self.pool?.ended(self, error, wasConnecting: wasConnecting)
        if let lost { self.pool?.lost(self, lost, loss) }
    }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if self.address.scheme.isSecure {
            if case .connecting = self.state { self.state = .connecting(.securing) }
        } else {
            self.becomeReady()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { self.becomeReady() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            // 101 was not asked for, and what follows it is no HTTP.
            guard self.inFlight != nil, head.status.code != 101 else {
                return self.close(.answerGarbled(self.address.hostAndPort))
            }
            self.head = head
        case .body(var bytes):
            guard self.body.readableBytes + bytes.readableBytes <= self.settings.messageBytes else {
                return self.close(.answerTooLong(self.settings.messageBytes))
            }
            if self.body.readableBytes == 0 {
                self.body = bytes
            } else {
                self.body.writeBuffer(&bytes)
            }
        case .end: self.finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.close(.connectionLost(self.address.hostAndPort))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError { return self.close(.answerGarbled(self.address.hostAndPort)) }
        var stage = NetworkError.Stage.connecting
        if case .connecting(let current) = self.state { stage = current }
        self.close(.cause(error, place: self.address.hostAndPort, stage: stage))
    }

    private func becomeReady() {
        guard case .connecting = self.state else { return }
        self.state = .ready
        self.readySince = .now()
        self.timer?.cancel()
        self.timer = nil
        self.pool?.becameReady(self)
    }

    private func finish() {
        guard let head = self.head, let answered = self.inFlight else { return }
        let body = self.body
        self.head = nil
        self.body = ByteBuffer()
        self.inFlight = nil
        self.served += 1
        let answer = VenueAnswer(
            status: Int(head.status.code), retryAfterNanoseconds: RetryAfter.nanoseconds(head.headers),
            limits: self.settings.limitHeaders.map { name in
                head.headers.first(name: name).flatMap { RetryAfter.number($0[...]) } ?? -1
            })
        let pool = self.pool
        if head.isKeepAlive {
            pool?.becameReady(self)
        } else {
            self.close(.connectionLost(self.address.hostAndPort))
        }
        pool?.answered(answered, answer, body.readableBytesUInt8Span)
    }
}
