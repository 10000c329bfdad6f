public import NIOCore
import TerraceVenues

/// How connections to one venue are made.
public struct NetworkSettings: Sendable {
    /// Files with certificates (PEM) that are trusted in addition to the system's roots.
    public var extraRoots: [String]
    /// Which proxy leads out.
    public var proxy: ProxySettings
    /// How long a connection may take from the name to its first use: TCP, tunnel, TLS and WebSocket together.
    public var connectTimeout: TimeAmount
    /// Headers of answers whose values go into `VenueAnswer.limits`, in that order.
    public var limitHeaders: [String]
    /// Whether requests may go unencrypted to another machine. Orders would be readable, and could be changed, on the way.
    public var allowsClearText: Bool
    /// How many connections a lane may have: orders, account, market.
    public var connections: (orders: Int, account: Int, market: Int) = (4, 2, 2)
    /// How many requests of a lane may wait for a free connection. More are refused as not sent.
    public var mostWaiting: Int = 256
    /// The longest message of a stream and the longest answer, in bytes.
    public var messageBytes: Int = WireLimits.messageBytes
    /// How many bytes may wait for a venue that does not read its stream, before the stream is given up.
    public var unsentBytes: Int = 1 << 20

    /// Settings that are safe for real venues unless they say otherwise.
    public init(
        extraRoots: [String] = [], proxy: ProxySettings = ProxySettings(), connectTimeout: TimeAmount = .seconds(10),
        limitHeaders: [String] = [], allowsClearText: Bool = false
    ) {
        self.extraRoots = extraRoots
        self.proxy = proxy
        self.connectTimeout = connectTimeout
        self.limitHeaders = limitHeaders
        self.allowsClearText = allowsClearText
    }
}
