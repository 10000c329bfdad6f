public import NIOCore
public import TerraceVenues

/// Requests from `async` code: for the start of a run and for checks, not for trading.
///
/// State is touched on the event loop only, which is what makes `@unchecked Sendable` true.
public final class RESTClient: TransportReceiver, @unchecked Sendable {
    private typealias Answer = Result<(VenueAnswer, [UInt8]), FetchError>

    private let transport: NetworkTransport
    private let timeout: TimeAmount
    private var waiting: [UInt64: CheckedContinuation<Answer, Never>] = [:]
    private var last: UInt64 = 0

    /// A client on `eventLoop`, whose requests fail after `timeout`.
    ///
    /// - Throws: `NetworkError.badRoots` where a file of extra roots cannot be read.
    public init(
        eventLoop: any EventLoop, settings: NetworkSettings, timeout: TimeAmount = .seconds(15)
    ) throws(NetworkError) {
        self.transport = try NetworkTransport(eventLoop: eventLoop, settings: settings)
        self.timeout = timeout
        self.transport.receiver = self
    }

    /// The answer to `request` of the server at `base`, whatever its status.
    public func fetch(_ request: VenueRequest, base: String) async throws(FetchError) -> (VenueAnswer, [UInt8]) {
        let answer = await withCheckedContinuation { continuation in
            self.transport.eventLoop.execute {
                self.last += 1
                self.waiting[self.last] = continuation
                self.transport.request(
                    self.last, request, lane: .market, base: base, timeoutNanoseconds: self.timeout.nanoseconds)
            }
        }
        return try answer.get()
    }

    /// Closes all connections; what is under way fails.
    public func shutdown() async {
        await withCheckedContinuation { continuation in
            self.transport.eventLoop.execute {
                self.transport.shutdown().whenComplete { _ in continuation.resume() }
            }
        }
    }

    // MARK: TransportReceiver

    /// Hands the answer to who waits for it.
    public func answered(_ number: UInt64, _ answer: VenueAnswer, _ body: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count)
        for place in body.indices { bytes.append(body[place]) }
        self.waiting.removeValue(forKey: number)?.resume(returning: .success((answer, bytes)))
    }

    /// Tells who waits that no answer comes.
    public func failed(_ number: UInt64, _ failure: RequestFailure) {
        let error: FetchError =
            switch failure {
            case .notSent(let reason): .notSent(reason)
            case .noAnswer(let reason): .noAnswer(reason)
            }
        self.waiting.removeValue(forKey: number)?.resume(returning: .failure(error))
    }

    /// There are no streams here.
    public func opened(_ socket: Int) {}
    /// There are no streams here.
    public func received(_ socket: Int, _ bytes: Span<UInt8>) {}
    /// There are no streams here.
    public func closed(_ socket: Int, reason: String) {}
}
