public import TerraceVenues

/// Who gets what a `NetworkTransport` receives: on the transport's event loop, and never from within a call of it.
public protocol TransportReceiver: AnyObject {
    /// The WebSocket can be used.
    func opened(_ socket: Int)
    /// A whole message, text or binary, in place: the bytes are the connection's and end with the call.
    func received(_ socket: Int, _ bytes: Span<UInt8>)
    /// All messages that came by one look at a socket were told: the moment to act on them.
    func receivedAll()
    /// The WebSocket is gone, or never was. The reason is for people, and holds no secret.
    func closed(_ socket: Int, reason: String)
    /// The answer to a request, whatever its status; the body is lent for the call.
    func answered(_ number: UInt64, _ answer: VenueAnswer, _ body: Span<UInt8>)
    /// There is no answer to a request.
    func failed(_ number: UInt64, _ failure: RequestFailure)
}

extension TransportReceiver {
    /// Each message was acted on by itself.
    public func receivedAll() {}
}
