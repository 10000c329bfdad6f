/// What can go wrong at an exchange, at random or on demand.
///
/// Whatever goes wrong, the exchange's own books, orders, fills and balances stay true: only what clients are told suffers.
public enum FaultKind: String, Sendable, CaseIterable {
    /// A WebSocket connection is dropped without a close frame. Chance a second, for each connection.
    case drop
    /// A public message is not sent to a connection. Chance a message.
    case gap
    /// A public message is sent twice. Chance a message.
    case duplicate
    /// A public message is sent after the one that follows it on the connection. Chance a message.
    case reorder
    /// A connection stays open and says nothing for `silence-time`. Chance a second, for each connection.
    case silence
    /// A private message is not sent. Chance a message.
    case lostPrivate = "lost-private"
    /// A private message is sent twice. Chance a message.
    case duplicatePrivate = "duplicate-private"
    /// The answer to a command that was carried out comes `slow-time` late. Chance a command.
    case slowAck = "slow-ack"
    /// A command is carried out and never answered; every other time its connection is dropped. Chance a command.
    case lostAck = "lost-ack"
    /// A command is carried out, and answered with a server error. Chance a command.
    case errorAfterAccept = "error-after-accept"
    /// A request is not carried out, and answered with "too many requests, wait for `rate-limit-time`". Chance a request.
    case rateLimit = "rate-limit"
    /// The sender's address is shut out for `ban-time`; the request is not carried out. Chance a request.
    case ban
    /// The server is down for `restart-time`: all connections are dropped; orders, fills and balances stay. Chance a second.
    case restart

    /// Whether the figure is a chance a second; otherwise it is one of each message, command or request.
    public var isPerSecond: Bool {
        switch self {
        case .drop, .silence, .restart: true
        case .gap, .duplicate, .reorder, .lostPrivate, .duplicatePrivate, .slowAck, .lostAck, .errorAfterAccept,
            .rateLimit, .ban:
            false
        }
    }
    /// Its place in a table of all.
    var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
