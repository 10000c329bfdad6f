public import NIOCore
public import TerraceVenues

/// The sockets and requests of one venue over the network, all on one event loop.
///
/// Everything but `init` is called on that loop, and everything is told there, which is what makes `@unchecked Sendable` true.
/// A request is written and flushed within the call of `request` where its lane has a free connection.
public final class NetworkTransport: SessionTransport, @unchecked Sendable {
    /// The loop that owns it.
    public let eventLoop: any EventLoop
    /// Who is told. Set before the first call; WebSockets tell whoever it was when they were opened.
    public weak var receiver: (any TransportReceiver)?
    private let settings: NetworkSettings
    private let dialer: Dialer
    private var sockets: [Int: WebSocketConnection] = [:]
    private var pools: [(base: String, lane: RequestLane, pool: RESTConnectionPool)] = []
    private var isShutDown = false

    /// A transport on `eventLoop`. Reads the roots; connects to nothing yet.
    ///
    /// - Throws: `NetworkError.badRoots` where a file of extra roots cannot be read.
    public init(eventLoop: any EventLoop, settings: NetworkSettings) throws(NetworkError) {
        self.eventLoop = eventLoop
        self.settings = settings
        self.dialer = try Dialer(on: eventLoop, settings: settings)
    }

    /// Opens the connections for orders to `base`, such as `https://api.binance.com`, and keeps them open from now on. Does
    /// nothing where `base` makes no sense: the first request will say so.
    public func warm(base: String) {
        guard !self.isShutDown else { return }
        try? self.pool(base, .orders).warm()
        try? self.pool(base, .cancels).warm()
    }

    /// Closes everything. Requests without an answer fail; WebSockets tell nothing any more.
    ///
    /// - Returns: Succeeds when the last connection is closed.
    @discardableResult
    public func shutdown() -> EventLoopFuture<Void> {
        self.isShutDown = true
        for (_, socket) in self.sockets { socket.close() }
        self.sockets = [:]
        for entry in self.pools { entry.pool.shutDown() }
        return self.dialer.whenAllEnded()
    }

    // MARK: SessionTransport

    /// Opens a WebSocket; see `SessionTransport`.
    public func open(_ socket: Int, base: String, target: String) {
        do {
            let address = try self.dialer.address(base, isWebSocket: true)
            guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                return self.refused(socket, "the path of the stream is not plain ASCII")
            }
            guard !self.isShutDown else { return self.refused(socket, NetworkError.shutDown.description) }
            let connection = WebSocketConnection(
                socket, to: address, target: target, settings: self.settings, receiver: self.receiver
            ) { [weak self] error in
                self?.ended(socket, error)
            }
            self.sockets[socket] = connection
            connection.open(by: self.dialer)
        } catch {
            self.refused(socket, error.description)
        }
    }

    /// Sends a text message; nothing where the socket is gone.
    public func send(_ socket: Int, _ text: [UInt8]) { self.sockets[socket]?.send(text) }

    /// Closes a WebSocket; nothing of it is delivered after this.
    public func close(_ socket: Int) { self.sockets.removeValue(forKey: socket)?.close() }

    /// Sends a request; see `SessionTransport`.
    public func request(
        _ number: UInt64, _ request: VenueRequest, lane: RequestLane, base: String, timeoutNanoseconds: Int64
    ) {
        do {
            let limit = max(0, min(timeoutNanoseconds, 3_600_000_000_000))
            try self.pool(base, lane).submit(
                PendingRequest(number: number, request: request, deadline: .now() + .nanoseconds(limit)))
        } catch {
            self.failed(number, .notSent(error.description))
        }
    }

    // MARK: What connections tell

    /// Told in a turn of its own, for it may come to light within a call of ours.
    func failed(_ number: UInt64, _ failure: RequestFailure) {
        self.eventLoop.execute { self.receiver?.failed(number, failure) }
    }

    /// Told at once: an answer only ever comes from the socket.
    func answered(_ number: UInt64, _ answer: VenueAnswer, _ body: Span<UInt8>) {
        self.receiver?.answered(number, answer, body)
    }

    private func ended(_ socket: Int, _ error: NetworkError) {
        guard let connection = self.sockets[socket] else { return }
        self.eventLoop.execute {
            // Unless it was closed by the session meanwhile.
            guard self.sockets[socket] === connection else { return }
            self.sockets[socket] = nil
            self.receiver?.closed(socket, reason: error.description)
        }
    }

    private func refused(_ socket: Int, _ reason: String) {
        self.eventLoop.execute { self.receiver?.closed(socket, reason: reason) }
    }

    private func pool(_ base: String, _ lane: RequestLane) throws(NetworkError) -> RESTConnectionPool {
        for entry in self.pools where entry.lane == lane && entry.base == base { return entry.pool }
        let address = try self.dialer.address(base, isWebSocket: false)
        let size =
            switch lane {
            case .orders, .cancels: self.settings.connections.orders
            case .account: self.settings.connections.account
            case .market: self.settings.connections.market
            }
        let pool = RESTConnectionPool(
            address, size: size, isWarm: lane == .orders || lane == .cancels, dialer: self.dialer, transport: self)
        self.pools.append((base, lane, pool))
        return pool
    }
}
