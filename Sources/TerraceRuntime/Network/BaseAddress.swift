/// Where a venue's server is: what is left of `https://api.binance.com` or `wss://[::1]:9443` once it is understood.
public struct BaseAddress: Sendable, Hashable, CustomStringConvertible {
    /// What is spoken there.
    public enum Scheme: String, Sendable, CaseIterable {
        /// REST in clear.
        case http
        /// REST over TLS.
        case https
        /// WebSocket in clear.
        case ws
        /// WebSocket over TLS.
        case wss

        /// Whether it goes over TLS.
        public var isSecure: Bool { self == .https || self == .wss }
        /// Whether it is a WebSocket's.
        public var isWebSocket: Bool { self == .ws || self == .wss }
        /// The port where none is given.
        public var defaultPort: Int { self.isSecure ? 443 : 80 }
    }

    /// What is spoken there.
    public let scheme: Scheme
    /// A name in lower case, or an IP address without brackets.
    public let host: String
    /// 1 to 65,535.
    public let port: Int

    /// Reads a base address: scheme, host and perhaps a port, nothing after them but a single `/`.
    ///
    /// - Throws: `BaseAddressError`, which says what is wrong with it. An address with a user or password in it is refused, and
    ///   not repeated in the error.
    public init(_ text: String) throws(BaseAddressError) {
        guard let mark = text.firstRange(of: "://") else { throw .noScheme(Self.shown(text)) }
        guard let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased()) else {
            throw .unknownScheme(Self.shown(text[..<mark.lowerBound]))
        }
        var rest = text[mark.upperBound...]
        if rest.last == "/" { rest.removeLast() }
        guard !rest.utf8.contains(UInt8(ascii: "@")) else { throw .hasCredentials }
        guard
            !rest.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
            )
        else { throw .hasPath(Self.shown(text)) }
        let (host, port) = try Self.hostAndPort(rest, of: text)
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
    }

    /// A server at these.
    init(scheme: Scheme, host: String, port: Int) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool {
        if self.host == "localhost" || self.host == "::1" { return true }
        return self.host.hasPrefix("127.") && Self.isIPv4(self.host)
    }

    /// Whether the host is an IP address, which no certificate by name can prove.
    public var isIPAddress: Bool { self.host.utf8.contains(UInt8(ascii: ":")) || Self.isIPv4(self.host) }

    /// Host and port as they stand in a `Host` header: an IPv6 address in brackets, the port only where it is not the default.
    public var authority: String {
        self.port == self.scheme.defaultPort ? self.bracketedHost : "\(self.bracketedHost):\(self.port)"
    }

    /// Host and port, always both.
    public var hostAndPort: String { "\(self.bracketedHost):\(self.port)" }

    /// As it is written in a configuration.
    public var description: String { "\(self.scheme.rawValue)://\(self.authority)" }

    private var bracketedHost: String { self.host.utf8.contains(UInt8(ascii: ":")) ? "[\(self.host)]" : self.host }

    /// Splits `host:port`, `[v6]:port`, or either without port.
    static func hostAndPort(
        _ rest: Substring, of text: String
    ) throws(BaseAddressError) -> (host: String, port: Int?) {
        let host: Substring
        var port: Substring?
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { throw .badHost(Self.shown(text)) }
            host = rest[rest.index(after: rest.startIndex)..<end]
            let after = rest[rest.index(after: end)...]
            guard after.isEmpty || after.first == ":" else { throw .badHost(Self.shown(text)) }
            if !after.isEmpty { port = after.dropFirst() }
            guard host.utf8.contains(UInt8(ascii: ":")), host.utf8.count <= 45, host.utf8.allSatisfy(Self.isIPv6Byte)
            else { throw .badHost(Self.shown(text)) }
        } else {
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = parts.first ?? ""
            if parts.count == 2 { port = parts[1] }
            guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(Self.isNameByte) else {
                throw .badHost(Self.shown(text))
            }
        }
        guard let port else { return (host.lowercased(), nil) }
        guard port.utf8.count <= 5, port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(port), (1...65_535).contains(number)
        else { throw .badPort(Self.shown(port)) }
        return (host.lowercased(), number)
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.count <= 3 && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                    && UInt8(part) != nil
            }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Enough of a text to recognise it by; nothing of one that may hold a password.
    private static func shown(_ text: some StringProtocol) -> String {
        text.utf8.contains(UInt8(ascii: "@")) ? "(hidden)" : String(text.prefix(80))
    }
}
