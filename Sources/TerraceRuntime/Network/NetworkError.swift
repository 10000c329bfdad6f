/// Why there is no connection, or no longer one, in words for people. Holds no header, query, key or proxy password.
public enum NetworkError: Error, Equatable, Sendable, CustomStringConvertible {
    /// How far a connection had come when its time was over.
    public enum Stage: String, Sendable {
        /// Nothing but a name and port.
        case connecting = "connecting"
        /// The proxy had been asked for a tunnel.
        case tunnelling = "asking the proxy for a tunnel"
        /// Connected, TLS not agreed.
        case securing = "agreeing on TLS"
        /// Ready but for the WebSocket.
        case upgrading = "asking for a WebSocket"
    }

    /// The address makes no sense.
    case address(BaseAddressError)
    /// A scheme was given that does not fit: `https` for a stream, or `wss` for REST.
    case wrongScheme(String)
    /// It would go unencrypted to another machine.
    case inClear(String)
    /// The name of the host does not resolve.
    case unresolved(host: String)
    /// Nothing listens there.
    case refused(String)
    /// The system could not connect, for this reason.
    case unreachable(String, reason: String)
    /// It took too long.
    case timedOut(String, Stage)
    /// The certificate is valid, for another host.
    case certificateForAnotherHost(String)
    /// The certificate is not signed by a root known here, or it is not valid today.
    case certificateNotVerified(String)
    /// Whoever listens there does not speak TLS.
    case notTLS(String)
    /// TLS failed otherwise.
    case tlsFailed(String, reason: String)
    /// A file of extra roots is not readable as PEM certificates.
    case badRoots(path: String)
    /// A certificate for an IP address cannot be checked through a proxy.
    case addressThroughProxy(String)
    /// The proxy did not open a tunnel.
    case proxyRefused(status: Int)
    /// What the proxy answered makes no sense.
    case proxyGarbled
    /// The answer to the request for a WebSocket was something else.
    case notWebSocket(String, status: Int)
    /// The answer to the request for a WebSocket is not HTTP.
    case notHTTP(String)
    /// The WebSocket was granted by someone who did not read the request.
    case wrongAccept(String)
    /// The stream broke the protocol.
    case brokenStream(WebSocketFault)
    /// The venue closed the stream, with this code and reason.
    case closedByVenue(code: Int?, reason: String)
    /// The connection ended without a word.
    case connectionLost(String)
    /// The venue does not read what it is sent.
    case notReading
    /// A request has waited too long for its answer.
    case noAnswerInTime(String)
    /// An answer is longer than this many bytes.
    case answerTooLong(Int)
    /// An answer is not HTTP.
    case answerGarbled(String)
    /// We closed it.
    case shutDown

    /// What happened, and what to do about it.
    public var description: String {
        switch self {
        case .address(let error): error.description
        case .wrongScheme(let base): "\(base) has the wrong scheme: streams go by wss, requests by https"
        case .inClear(let base):
            "\(base) is not encrypted and not on this machine: use https or wss, or allow clear text in the settings"
        case .unresolved(let host):
            "the name \(host) does not resolve: check the spelling, the network, the name server"
        case .refused(let place): "\(place) refused the connection: nothing listens there"
        case .unreachable(let place, let reason): "\(place) cannot be reached: \(reason)"
        case .timedOut(let place, let stage): "\(place) gave no answer in time while \(stage.rawValue)"
        case .certificateForAnotherHost(let place): "the certificate of \(place) is for another host: not connected"
        case .certificateNotVerified(let place):
            "the certificate of \(place) is not signed by a root known here, or not valid today: not connected"
        case .notTLS(let place): "\(place) does not speak TLS"
        case .tlsFailed(let place, let reason): "TLS with \(place) failed: \(reason)"
        case .badRoots(let path): "\(path) is not a readable file of certificates in PEM form"
        case .addressThroughProxy(let place):
            "\(place) is an IP address, which cannot be verified through a proxy: give the host's name, or put it in NO_PROXY"
        case .proxyRefused(let status): "the proxy opens no tunnel: it answered \(status)"
        case .proxyGarbled: "the proxy's answer is not HTTP"
        case .notWebSocket(let place, let status): "\(place) is no WebSocket endpoint: it answered \(status)"
        case .notHTTP(let place): "\(place) is no WebSocket endpoint: its answer is not HTTP"
        case .wrongAccept(let place): "\(place) granted a WebSocket without the proof it read the request: not used"
        case .brokenStream(let fault): "the stream broke the WebSocket protocol: \(fault.description)"
        case .closedByVenue(let code, let reason):
            "closed by the venue" + (code.map { " with \($0)" } ?? "") + (reason.isEmpty ? "" : ": \(reason)")
        case .connectionLost(let place): "the connection to \(place) was lost"
        case .notReading: "the venue does not read what it is sent"
        case .noAnswerInTime(let place): "\(place) did not answer in time"
        case .answerTooLong(let bytes): "the answer is longer than \(bytes) bytes"
        case .answerGarbled(let place): "the answer of \(place) is not HTTP"
        case .shutDown: "closed here"
        }
    }
}
