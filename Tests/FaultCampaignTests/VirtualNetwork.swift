import HeapModule
import TerraceCore
import TerraceSimulation
import TerraceVenues

@testable import TerraceExchangeServer

/// An exchange server under virtual time, and who is connected to it. It outlives the engines that trade on it.
final class ServerHost {
    let server: ExchangeServer
    private var lastConnection = 0
    private var lastToken: UInt64 = 0
    private var sockets: [Int: (network: VirtualNetwork, socket: Int)] = [:]
    private var tokens: [UInt64: (network: VirtualNetwork, number: UInt64)] = [:]
    private var actions: [ServerAction] = []
    private(set) var counts = HostCounts()

    init(_ server: ExchangeServer) { self.server = server }

    var nextDue: Timestamp { self.server.nextDue }

    func advance(to now: Timestamp) {
        self.server.advance(to: now, into: &self.actions)
        self.perform(now)
    }

    func opened(_ network: VirtualNetwork, _ socket: Int, target: String, at now: Timestamp) {
        self.lastConnection += 1
        self.counts.connections += 1
        let connection = self.lastConnection
        self.lastToken += 1
        let request = ServerRequest(token: self.lastToken, method: .get, target: Array(target.utf8))
        if let refusal = self.server.opened(connection, request, at: now, into: &self.actions) {
            network.toClient(.closed(socket, "HTTP \(refusal.status)"), at: now)
        } else {
            self.sockets[connection] = (network, socket)
            network.connections[socket] = connection
            network.toClient(.opened(socket), at: now)
        }
        self.perform(now)
    }

    func received(_ text: [UInt8], from connection: Int, at now: Timestamp) {
        self.counts.count(message: connection, at: now)
        self.server.received(text, from: connection, at: now, into: &self.actions)
        self.perform(now)
    }

    func closed(_ connection: Int, at now: Timestamp) {
        self.sockets[connection] = nil
        self.server.closed(connection, at: now, into: &self.actions)
        self.perform(now)
    }

    func received(_ network: VirtualNetwork, _ number: UInt64, _ request: VenueRequest, at now: Timestamp) {
        self.lastToken += 1
        self.tokens[self.lastToken] = (network, number)
        let method: ServerRequest.Method =
            switch request.method {
            case .get: .get
            case .post: .post
            case .put: .put
            case .delete: .delete
            }
        let asked = ServerRequest(
            token: self.lastToken, method: method, target: request.target,
            headers: request.headers.map { ServerHeader($0.name, $0.value) }, body: request.body)
        self.server.received(asked, at: now, into: &self.actions)
        let used = self.server.core.address(asked.address) { $0.weight.used(at: now) }
        self.counts.mostWeight = max(self.counts.mostWeight, used)
        self.perform(now)
    }

    private func perform(_ now: Timestamp) {
        for action in self.actions {
            switch action {
            case .respond(let token, let response):
                guard let (network, number) = self.tokens.removeValue(forKey: token) else { continue }
                self.counts.count(response)
                network.toClient(.answered(number, response), at: now)
            case .abandon(let token, let isClosing):
                guard let (network, number) = self.tokens.removeValue(forKey: token), isClosing else { continue }
                network.toClient(.failed(number), at: now)
            case .send(let connection, let text):
                guard let (network, socket) = self.sockets[connection] else { continue }
                network.toClient(.received(socket, text), at: now)
            case .ping: continue
            case .close(let connection, _):
                guard let (network, socket) = self.sockets.removeValue(forKey: connection) else { continue }
                network.toClient(.closed(socket, "dropped"), at: now)
            case .restart:
                for connection in self.sockets.keys.sorted() {
                    guard let (network, socket) = self.sockets[connection] else { continue }
                    network.toClient(.closed(socket, "restart"), at: now)
                }
                for token in self.tokens.keys.sorted() {
                    guard let (network, number) = self.tokens[token] else { continue }
                    network.toClient(.failed(number), at: now)
                }
                self.sockets.removeAll()
                self.tokens.removeAll()
            }
        }
        self.actions.removeAll(keepingCapacity: true)
    }
}

/// The way between one session and its server, under virtual time: everything takes a while, and what goes by one socket stays
/// in order. When its engine is stopped hard, what is on its way to the server still arrives.
final class VirtualNetwork: SessionTransport {
    enum ToClient {
        case opened(Int)
        case received(Int, [UInt8])
        case closed(Int, String)
        case answered(UInt64, ServerResponse)
        case failed(UInt64)
        case expired(UInt64)
    }
    private enum What {
        case open(Int, String)
        case text(Int, [UInt8])
        case close(Int)
        case request(UInt64, VenueRequest)
        case client(ToClient)
    }
    private struct Item: Comparable {
        let at: Int64
        let sequence: UInt64
        let what: What
        static func < (left: Item, right: Item) -> Bool { (left.at, left.sequence) < (right.at, right.sequence) }
        static func == (left: Item, right: Item) -> Bool { left.sequence == right.sequence }
    }

    var now: Timestamp
    var session: VenueSession?
    var connections: [Int: Int] = [:]
    private let host: ServerHost
    private let limitHeaders: [String]
    private var heap = Heap<Item>()
    private var sequence: UInt64 = 0
    private var random: SeededGenerator
    private var up: [Int: Int64] = [:]
    private var down: [Int: Int64] = [:]
    private var isClosed: Set<Int> = []
    private var waiting: Set<UInt64> = []

    init(_ host: ServerHost, limitHeaders: [String], seed: UInt64, now: Timestamp) {
        self.host = host
        self.limitHeaders = limitHeaders
        self.random = SeededGenerator(seed: seed)
        self.now = now
    }

    var nextDue: Timestamp { self.heap.min.map { Timestamp(nanoseconds: $0.at) } ?? .distantFuture }

    private func insert(_ what: What, at: Int64) {
        self.sequence += 1
        self.heap.insert(Item(at: at, sequence: self.sequence, what: what))
    }

    private func arrival(_ now: Timestamp) -> Int64 {
        now.nanoseconds + 300_000 + Int64(self.random.exponential(1_000_000))
    }

    private func ordered(_ socket: Int, _ last: inout [Int: Int64], _ now: Timestamp) -> Int64 {
        let at = max(self.arrival(now), (last[socket] ?? 0) + 1)
        last[socket] = at
        return at
    }

    // MARK: From the session

    func open(_ socket: Int, base: String, target: String) {
        self.insert(.open(socket, target), at: self.ordered(socket, &self.up, self.now))
    }

    func send(_ socket: Int, _ text: [UInt8]) {
        self.insert(.text(socket, text), at: self.ordered(socket, &self.up, self.now))
    }

    func close(_ socket: Int) {
        self.isClosed.insert(socket)
        self.insert(.close(socket), at: self.ordered(socket, &self.up, self.now))
    }

    func request(
        _ number: UInt64, _ request: VenueRequest, lane: RequestLane, base: String, timeoutNanoseconds: Int64
    ) {
        self.waiting.insert(number)
        self.insert(.request(number, request), at: self.arrival(self.now))
        self.insert(.client(.expired(number)), at: self.now.nanoseconds + timeoutNanoseconds)
    }

    /// The engine is gone, from one moment to the next.
    func crash() {
        self.session = nil
        for socket in self.connections.keys.sorted() { self.close(socket) }
    }

    // MARK: From the server

    func toClient(_ what: ToClient, at now: Timestamp) {
        switch what {
        case .opened(let socket), .received(let socket, _), .closed(let socket, _):
            self.insert(.client(what), at: self.ordered(socket, &self.down, now))
        case .answered, .failed, .expired: self.insert(.client(what), at: self.arrival(now))
        }
    }

    // MARK: Arrivals

    func advance(to now: Timestamp) {
        while let first = self.heap.min, first.at <= now.nanoseconds {
            _ = self.heap.popMin()
            self.now = max(self.now, Timestamp(nanoseconds: first.at))
            switch first.what {
            case .open(let socket, let target): self.host.opened(self, socket, target: target, at: self.now)
            case .text(let socket, let text):
                if let connection = self.connections[socket] {
                    self.host.received(text, from: connection, at: self.now)
                }
            case .close(let socket):
                if let connection = self.connections.removeValue(forKey: socket) {
                    self.host.closed(connection, at: self.now)
                }
            case .request(let number, let request): self.host.received(self, number, request, at: self.now)
            case .client(let what): self.arrived(what)
            }
        }
        self.now = max(self.now, now)
    }

    private func arrived(_ what: ToClient) {
        guard let session = self.session else { return }
        switch what {
        case .opened(let socket):
            if !self.isClosed.contains(socket) { session.opened(socket, at: self.now) }
        case .received(let socket, let text):
            if !self.isClosed.contains(socket) { session.received(socket, text.span, at: self.now) }
        case .closed(let socket, let reason):
            self.connections[socket] = nil
            if self.isClosed.insert(socket).inserted { session.closed(socket, reason: reason, at: self.now) }
        case .answered(let number, let response):
            guard self.waiting.remove(number) != nil else { return }
            func value(_ name: String) -> String? {
                response.headers.first { $0.name.lowercased() == name.lowercased() }?.value
            }
            let answer = VenueAnswer(
                status: response.status,
                retryAfterNanoseconds: value("Retry-After").flatMap { Int64($0) }.map { $0 * 1_000_000_000 } ?? 0,
                limits: self.limitHeaders.map { value($0).flatMap { Int64($0) } ?? -1 })
            session.answered(number, answer, response.body.span, at: self.now)
        case .failed(let number), .expired(let number):
            guard self.waiting.remove(number) != nil else { return }
            session.failed(number, .noAnswer("no answer"), at: self.now)
        }
    }
}
