import NIOCore
import TerraceRuntime
import TerraceVenues

/// Opens one WebSocket to see whether it opens.
///
/// State is touched on the event loop only, which is what makes `@unchecked Sendable` true.
final class StreamProbe: TransportReceiver, @unchecked Sendable {
    private let transport: NetworkTransport
    private var waiting: CheckedContinuation<String?, Never>?

    /// A probe on `eventLoop`.
    init(eventLoop: any EventLoop, settings: NetworkSettings) throws(NetworkError) {
        self.transport = try NetworkTransport(eventLoop: eventLoop, settings: settings)
        self.transport.receiver = self
    }

    /// Opens and closes; what went wrong, nil for nothing. The transport's own limits bound the wait.
    func connect(_ base: String, _ target: String) async -> String? {
        let reason = await withCheckedContinuation { continuation in
            self.transport.eventLoop.execute {
                self.waiting = continuation
                self.transport.open(1, base: base, target: target)
            }
        }
        await withCheckedContinuation { continuation in
            self.transport.eventLoop.execute {
                self.transport.shutdown().whenComplete { _ in continuation.resume() }
            }
        }
        return reason
    }

    private func end(_ reason: String?) {
        self.waiting?.resume(returning: reason)
        self.waiting = nil
    }

    func opened(_ socket: Int) { self.end(nil) }
    func closed(_ socket: Int, reason: String) { self.end(reason) }
    func received(_ socket: Int, _ bytes: Span<UInt8>) {}
    func answered(_ number: UInt64, _ answer: VenueAnswer, _ body: Span<UInt8>) {}
    func failed(_ number: UInt64, _ failure: RequestFailure) {}
}
