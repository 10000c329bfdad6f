import Glibc
import NIOCore
import NIOHTTP1
import NIOWebSocket
import TerraceCore

/// What an exchange's sockets share: the machine, its time, and who is connected. It decides nothing.
///
/// Unchecked, because it is touched on its event loop only: by handlers of channels of that loop, by tasks scheduled on it, and
/// by `ExchangeShell`, which goes there.
final class ShellWorld: @unchecked Sendable {
    private enum Socket {
        /// Being upgraded: what is to be sent waits.
        case opening([[UInt8]])
        case open(WebSocketHandler)
    }
    /// Shorter pauses than this are not taken: what comes due in between is served together.
    private static let shortestPause: Int64 = 200_000
    /// How many messages wait for an upgrade.
    private static let mostWaiting = 4_096

    let loop: any EventLoop
    private let server: ExchangeServer
    private let startWall: Int64
    private let startClock: NIODeadline
    private var actions: [ServerAction] = []
    private var performing: [ServerAction] = []
    private var isPerforming = false
    private var clients: [ObjectIdentifier: any Channel] = [:]
    private var sockets: [Int: Socket] = [:]
    private var requests: [UInt64: HTTPHandler] = [:]
    private var touched: [WebSocketHandler] = []
    private var lastConnection = 0
    private var lastToken: UInt64 = 0
    private var downUntil = Timestamp.distantPast
    private var wake: Scheduled<Void>?
    private var wakeAt = Timestamp.distantFuture
    private var isOver = false

    init(_ settings: ExchangeSettings, loop: any EventLoop) throws {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        self.startWall = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        self.startClock = .now()
        self.loop = loop
        var settings = settings
        settings.start = Timestamp(nanoseconds: self.startWall)
        self.server = try ExchangeServer(settings)
    }

    /// The time: the wall's at the start, and on from there without its jumps.
    private var now: Timestamp {
        Timestamp(nanoseconds: self.startWall + (NIODeadline.now() - self.startClock).nanoseconds)
    }

    // MARK: Time

    func begin() { self.tick() }

    func end() {
        self.isOver = true
        self.wake?.cancel()
        for client in self.clients.values { client.close(promise: nil) }
    }

    private func tick() {
        if self.isOver { return }
        self.server.advance(to: self.now, into: &self.actions)
        self.perform()
    }

    /// Sees to it that the loop wakes when the machine has something to do.
    private func schedule() {
        if self.isOver { return }
        let now = self.now
        let due = max(self.server.nextDue, now.advanced(by: Self.shortestPause))
        if self.wake != nil, self.wakeAt <= due, self.wakeAt > now { return }
        self.wake?.cancel()
        self.wakeAt = due
        let pause = TimeAmount.nanoseconds(due.nanoseconds(since: now))
        self.wake = self.loop.scheduleTask(in: pause) {
            self.wake = nil
            self.tick()
        }
    }

    // MARK: Connections

    /// Whether a client that has just connected is served.
    func accept(_ channel: any Channel) -> Bool {
        if self.isOver || self.now < self.downUntil || self.clients.count >= ExchangeShell.mostClients { return false }
        let key = ObjectIdentifier(channel)
        self.clients[key] = channel
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.clients[key] = nil }
        return true
    }

    /// Somebody wants a WebSocket: its number, or the answer that refuses it.
    func open(_ request: ServerRequest) -> (connection: Int?, refusal: ServerResponse) {
        self.lastConnection += 1
        let connection = self.lastConnection
        var request = request
        self.lastToken += 1
        request.token = self.lastToken
        self.sockets[connection] = .opening([])
        let refusal = self.server.opened(connection, request, at: self.now, into: &self.actions)
        if refusal != nil { self.sockets[connection] = nil }
        self.perform()
        return refusal.map { (nil, $0) } ?? (connection, ServerResponse())
    }

    /// The upgrade is done.
    func opened(_ connection: Int, _ handler: WebSocketHandler) {
        guard case .opening(let waiting)? = self.sockets[connection] else {
            // It was closed meanwhile.
            return handler.close(isAbrupt: true)
        }
        self.sockets[connection] = .open(handler)
        for text in waiting { handler.write(text) }
        handler.flush()
    }

    func closed(_ connection: Int) {
        guard self.sockets.removeValue(forKey: connection) != nil, !self.isOver else { return }
        self.server.closed(connection, at: self.now, into: &self.actions)
        self.perform()
    }

    // MARK: What comes in

    func received(_ text: [UInt8], from connection: Int) {
        self.server.received(text, from: connection, at: self.now, into: &self.actions)
        self.perform()
    }

    func received(_ request: ServerRequest, by handler: HTTPHandler) {
        var request = request
        self.lastToken += 1
        request.token = self.lastToken
        self.requests[request.token] = handler
        handler.token = request.token
        self.server.received(request, at: self.now, into: &self.actions)
        self.perform()
    }

    /// The client of a request is gone.
    func forget(_ token: UInt64) { self.requests[token] = nil }

    // MARK: What goes out

    private func perform() {
        // Whatever is done here may lead back to here, by way of a connection that closes: what is said then comes after.
        if self.isPerforming { return }
        self.isPerforming = true
        defer { self.isPerforming = false }
        while !self.actions.isEmpty {
            swap(&self.performing, &self.actions)
            for action in self.performing { self.perform(action) }
            self.performing.removeAll(keepingCapacity: true)
        }
        for handler in self.touched {
            handler.isTouched = false
            handler.flush()
        }
        self.touched.removeAll(keepingCapacity: true)
        self.schedule()
    }

    private func perform(_ action: ServerAction) {
        switch action {
        case .respond(let token, let response):
            self.requests.removeValue(forKey: token)?.respond(response)
        case .abandon(let token, let isClosing):
            guard let handler = self.requests.removeValue(forKey: token) else { return }
            if isClosing { handler.close() }
        case .send(let connection, let text):
            switch self.sockets[connection] {
            case .open(let handler):
                handler.write(text)
                if !handler.isTouched {
                    handler.isTouched = true
                    self.touched.append(handler)
                }
            case .opening(var waiting):
                guard waiting.count < Self.mostWaiting else { return }
                waiting.append(text)
                self.sockets[connection] = .opening(waiting)
            case nil: break
            }
        case .ping(let connection):
            if case .open(let handler)? = self.sockets[connection] { handler.ping() }
        case .close(let connection, let isAbrupt):
            if case .open(let handler)? = self.sockets.removeValue(forKey: connection) {
                handler.close(isAbrupt: isAbrupt)
            }
        case .restart(let nanoseconds):
            self.downUntil = self.now.advanced(by: nanoseconds)
            self.sockets.removeAll()
            self.requests.removeAll()
            for client in self.clients.values { client.close(mode: .all, promise: nil) }
        }
    }
}
