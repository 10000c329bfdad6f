/// The sockets and requests of one venue's session, as the shell around it provides them.
///
/// Calls return at once and on the session's own thread; what becomes of them comes back, on that thread and never from
/// within the call, as `opened`, `received`, `closed`, `answered` and `failed` of the session.
public protocol SessionTransport: AnyObject {
    /// Opens a WebSocket: `opened` or `closed` follows.
    ///
    /// - Parameters:
    ///   - socket: The session's number for it, not used before.
    ///   - base: Such as `wss://stream.binance.com:9443`.
    ///   - target: Path and query.
    func open(_ socket: Int, base: String, target: String)
    /// Sends a text message.
    func send(_ socket: Int, _ text: [UInt8])
    /// Closes a WebSocket; nothing of it is delivered after this, `closed` neither.
    func close(_ socket: Int)
    /// Sends a request: one `answered` or `failed` follows.
    ///
    /// - Parameters:
    ///   - number: The session's number for it, not used before.
    ///   - lane: Which of the venue's connections it goes by.
    ///   - base: Such as `https://api.binance.com`.
    ///   - timeoutNanoseconds: After this long without an answer it has failed.
    func request(_ number: UInt64, _ request: VenueRequest, lane: RequestLane, base: String, timeoutNanoseconds: Int64)
}

/// Requests of different lanes never wait for each other.
public enum RequestLane: UInt8, Sendable, CaseIterable {
    /// New orders and changes: kept warm.
    case orders
    /// Cancels, which must not wait behind orders: kept warm.
    case cancels
    /// Queries of the account.
    case account
    /// Public data.
    case market
}

/// Why a request has no answer.
public enum RequestFailure: Sendable, Equatable {
    /// Nothing of it was sent: it was certainly not carried out.
    case notSent(String)
    /// It was sent, in part at least: nobody knows whether it was carried out.
    case noAnswer(String)
}
