/// Where a Redis server is: what is left of `redis://user:password@host:6379/0` or `rediss://host` once it is understood.
public struct RedisAddress: Hashable, Sendable, CustomStringConvertible {
    /// The most servers one text may name.
    public static let most = 32

    /// Whether it is spoken to over TLS.
    public let isSecure: Bool
    /// A name in lower case, or an IP address without brackets.
    public let host: String
    /// 1 to 65,535.
    public let port: Int
    /// The number of the database, 0 to 1,023; a cluster has only the first. Channels are not bound to one.
    public let database: Int
    /// Who we are there; nil for the default user.
    public let user: String?
    /// What proves it; nil where the server asks for nothing.
    public let password: RedisPassword?

    /// A server at these.
    public init(
        isSecure: Bool = false, host: String, port: Int, database: Int = 0, user: String? = nil,
        password: RedisPassword? = nil
    ) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
    }

    /// Reads one address or several separated by commas.
    ///
    /// - Throws: `RedisAddressError`, which never repeats what may be a password.
    public static func list(_ text: String) throws(RedisAddressError) -> [RedisAddress] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= most else { throw .tooMany(parts.count) }
        var addresses: [RedisAddress] = []
        for part in parts {
            let address = try RedisAddress(String(part.drop { $0 == " " }))
            if addresses.contains(where: { $0.hostAndPort == address.hostAndPort }) {
                throw .twice(address.hostAndPort)
            }
            addresses.append(address)
        }
        return addresses
    }

    /// Reads `redis://[user@|[user]:password@]host[:port][/database]`; `rediss` for TLS. `%40` and the like in user and password
    /// stand for the byte.
    ///
    /// - Throws: `RedisAddressError`, which never repeats what may be a password.
    public init(_ text: String) throws(RedisAddressError) {
        guard let mark = text.firstRange(of: "://") else { throw .noScheme }
        switch text[..<mark.lowerBound].lowercased() {
        case "redis": self.isSecure = false
        case "rediss": self.isSecure = true
        default: throw .noScheme
        }
        var rest = text[mark.upperBound...]
        (self.user, self.password) = try Self.takeCredentials(&rest)
        var database = 0
        if let slash = rest.firstIndex(of: "/") {
            let number = rest[rest.index(after: slash)...]
            if !number.isEmpty {
                guard number.utf8.count <= 4, let value = Int(number), (0...1_023).contains(value) else {
                    throw .badDatabase
                }
                database = value
            }
            rest = rest[..<slash]
        }
        self.database = database
        (self.host, self.port) = try Self.takeHost(rest)
    }

    /// The same server, proved by `password` where the address has none.
    public func with(password: RedisPassword?) -> RedisAddress {
        RedisAddress(
            isSecure: self.isSecure, host: self.host, port: self.port, database: self.database, user: self.user,
            password: self.password ?? password)
    }

    /// Another server of the same cluster, spoken to in the same way.
    func neighbour(host: String, port: Int) -> RedisAddress {
        RedisAddress(
            isSecure: self.isSecure, host: host, port: port, database: self.database, user: self.user,
            password: self.password)
    }

    /// Whether the host is an IP address, which a certificate must name as such.
    var isIPAddress: Bool {
        if self.host.utf8.contains(UInt8(ascii: ":")) { return true }
        let parts = self.host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Host and port.
    public var hostAndPort: String {
        self.host.utf8.contains(UInt8(ascii: ":")) ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    /// As it may be shown: without user and password.
    public var description: String {
        "\(self.isSecure ? "rediss" : "redis")://\(self.hostAndPort)" + (self.database == 0 ? "" : "/\(self.database)")
    }

    private static func takeCredentials(
        _ rest: inout Substring
    ) throws(RedisAddressError) -> (user: String?, password: RedisPassword?) {
        guard let at = rest.lastIndex(of: "@") else { return (nil, nil) }
        let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        rest = rest[rest.index(after: at)...]
        if parts.count == 1 {
            // Who we are; what proves it comes from elsewhere.
            guard let user = Self.decoded(parts[0]), !user.isEmpty else { throw .badCredentials }
            return (user, nil)
        }
        guard let user = Self.decoded(parts[0]), let password = Self.decoded(parts[1]), !password.isEmpty else {
            throw .badCredentials
        }
        return (user.isEmpty ? nil : user, RedisPassword(password))
    }

    private static func takeHost(_ rest: Substring) throws(RedisAddressError) -> (host: String, port: Int) {
        let host: Substring
        var port: Substring = ""
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { throw .badHost }
            host = rest[rest.index(after: rest.startIndex)..<end]
            port = rest[rest.index(after: end)...]
            guard port.isEmpty || port.first == ":" else { throw .badHost }
            port = port.dropFirst()
            guard host.utf8.contains(UInt8(ascii: ":")) else { throw .badHost }
        } else {
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = parts.first ?? ""
            if parts.count == 2 { port = parts[1] }
        }
        guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !host.utf8.contains(UInt8(ascii: "?")), !host.utf8.contains(UInt8(ascii: "#"))
        else { throw .badHost }
        if port.isEmpty { return (host.lowercased(), 6_379) }
        guard port.utf8.count <= 5, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port),
            (1...65_535).contains(number)
        else { throw .badPort }
        return (host.lowercased(), number)
    }

    /// `%XX` as the byte it stands for; nil where that is no hexadecimal number or the whole no text.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var left = text.utf8[...]
        while let byte = left.popFirst() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
                continue
            }
            guard left.count >= 2, let value = UInt8(String(left.prefix(2)) ?? "", radix: 16) else { return nil }
            bytes.append(value)
            left = left.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
