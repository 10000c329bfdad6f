import NIOCore
import NIOPosix
import Synchronization
import TerraceRuntime
import TerraceVenues

/// What a transport told, in order.
enum NetworkTestEvent: Equatable, Sendable {
    case opened(Int)
    case received(Int, String)
    case closed(Int, String)
    case answered(UInt64, Int, String)
    case failed(UInt64, RequestFailure)

    /// Whether it ends request `number`.
    func ends(_ number: UInt64) -> Bool {
        switch self {
        case .answered(number, _, _), .failed(number, _): true
        case .opened, .received, .closed, .answered, .failed: false
        }
    }
}

/// A transport in the hands of a test.
final class NetworkTestClient: TransportReceiver, Sendable {
    let transport: NetworkTransport
    private let told = Mutex<[NetworkTestEvent]>([])
    private let heads = Mutex<[VenueAnswer]>([])
    private let within = Atomic<Bool>(false)
    private let wasWithin = Atomic<Bool>(false)

    /// Calls `body` with a client, and closes it afterwards.
    static func with(
        _ settings: NetworkSettings = NetworkSettings(), _ body: (NetworkTestClient) async throws -> Void
    ) async throws {
        let client = try NetworkTestClient(settings)
        do {
            try await body(client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private init(_ settings: NetworkSettings) throws {
        self.transport = try NetworkTransport(
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(), settings: settings)
        self.transport.receiver = self
    }

    private func shutdown() async {
        let transport = self.transport
        try? await transport.eventLoop.flatSubmit { transport.shutdown() }.get()
    }

    /// What was told so far.
    var events: [NetworkTestEvent] { self.told.withLock { $0 } }
    /// The heads of answers so far.
    var answers: [VenueAnswer] { self.heads.withLock { $0 } }
    /// Whether something was told from within a call.
    var wasToldWithinCall: Bool { self.wasWithin.load(ordering: .relaxed) }

    /// Does something with the transport on its loop.
    func run(_ calls: @escaping @Sendable (NetworkTransport) -> Void) async throws {
        try await self.transport.eventLoop.submit {
            self.within.store(true, ordering: .relaxed)
            calls(self.transport)
            self.within.store(false, ordering: .relaxed)
        }.get()
    }

    /// Waits for an event, and gives all up to now.
    @discardableResult
    func until(_ isWanted: ([NetworkTestEvent]) -> Bool) async throws -> [NetworkTestEvent] {
        while true {
            let events = self.events
            if isWanted(events) { return events }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Opens a WebSocket and waits until it is open, or closed.
    func open(_ socket: Int, _ base: String) async throws -> NetworkTestEvent? {
        try await self.run { $0.open(socket, base: base, target: "/ws") }
        func isIt(_ event: NetworkTestEvent) -> Bool {
            if case .closed(socket, _) = event { return true }
            return event == .opened(socket)
        }
        return try await self.until { $0.contains(where: isIt) }.first(where: isIt)
    }

    /// Sends a request and waits for its end.
    func ask(
        _ number: UInt64, _ method: VenueRequest.Method, _ target: String, _ base: String, lane: RequestLane = .orders,
        body: String = "", headers: [VenueRequest.Header] = [], timeout: Int64 = 60_000_000_000
    ) async throws -> NetworkTestEvent? {
        let request = VenueRequest(method, Array(target.utf8), headers: headers, body: Array(body.utf8))
        try await self.run { $0.request(number, request, lane: lane, base: base, timeoutNanoseconds: timeout) }
        return try await self.until { $0.contains { $0.ends(number) } }.first { $0.ends(number) }
    }

    func opened(_ socket: Int) { self.tell(.opened(socket)) }
    func received(_ socket: Int, _ bytes: Span<UInt8>) { self.tell(.received(socket, Self.text(bytes))) }
    func closed(_ socket: Int, reason: String) { self.tell(.closed(socket, reason)) }
    func answered(_ number: UInt64, _ answer: VenueAnswer, _ body: Span<UInt8>) {
        self.heads.withLock { $0.append(answer) }
        self.tell(.answered(number, answer.status, Self.text(body)))
    }
    func failed(_ number: UInt64, _ failure: RequestFailure) { self.tell(.failed(number, failure)) }

    private func tell(_ event: NetworkTestEvent) {
        if self.within.load(ordering: .relaxed) { self.wasWithin.store(true, ordering: .relaxed) }
        self.told.withLock { $0.append(event) }
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        var copy: [UInt8] = []
        for place in bytes.indices { copy.append(bytes[place]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
