/// Where a PostgreSQL database is: `postgres://user:password@host:port/database?sslmode=require`.
///
/// What is not given is as libpq has it: the password from `PGPASSWORD` or `~/.pgpass`, the user from `PGUSER` or the name of the
/// account. The password is never in a description, an error or a reflection.
public struct PostgresAddress: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The ways of `sslmode`.
    public static let sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
    private static let parameters = ["host", "sslmode", "sslrootcert", "sslcert", "sslkey"]

    /// `nil`: as libpq has it.
    public let user: String?
    /// A name, an address, or the folder of a socket (`?host=/var/run/postgresql`).
    public let host: String
    /// 1 to 65535.
    public let port: UInt16
    /// The name of the database.
    public let database: String
    /// `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, as they were given.
    public let security: [String: String]
    let password: String?

    /// Whether the URL has a password in it: such a URL must not be seen.
    public var hasPassword: Bool { self.password != nil }

    /// Reads a URL with the scheme `postgres` or `postgresql`.
    ///
    /// - Throws: What is wrong with it, without repeating it.
    public init(url: String) throws(PostgresAddressError) {
        guard let scheme = ["postgres://", "postgresql://"].first(where: { url.hasPrefix($0) }) else { throw .scheme }
        guard url.utf8.count <= 2_000 else { throw .tooLong }
        let whole = url.dropFirst(scheme.count)
        let halves = whole.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let (front, path) = try Self.cut(halves[0])
        var settings: [String: String] = [:]
        if halves.count == 2 { settings = try Self.settings(halves[1]) }

        let place: Substring
        if let at = front.lastIndex(of: "@") {
            let account = front[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            self.user = try Self.plain(account[0], "user").nilIfEmpty
            self.password = account.count == 2 ? try Self.plain(account[1], "password").nilIfEmpty : nil
            place = front[front.index(after: at)...]
        } else {
            self.user = nil
            self.password = nil
            place = front
        }
        let (host, port) = try Self.hostAndPort(place)
        let otherHost = settings.removeValue(forKey: "host")
        if otherHost != nil, !host.isEmpty { throw .twoHosts }
        self.host = otherHost ?? (host.isEmpty ? "localhost" : host)
        self.port = port
        self.database = try Self.plain(path, "database")
        if self.database.isEmpty { throw .noDatabase }
        self.security = settings
    }

    /// The same, proved by `password` where the URL has none.
    public func with(password: String?) -> PostgresAddress {
        PostgresAddress(
            user: self.user, host: self.host, port: self.port, database: self.database, security: self.security,
            password: self.password ?? password)
    }

    private init(
        user: String?, host: String, port: UInt16, database: String, security: [String: String], password: String?
    ) {
        self.user = user
        self.host = host
        self.port = port
        self.database = database
        self.security = security
        self.password = password
    }

    /// Without the password.
    public var description: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        let account = self.user.map { "\($0)@" } ?? ""
        return "postgres://\(account)\(host):\(self.port)/\(self.database)"
    }
    /// Without the password.
    public var debugDescription: String { self.description }
    /// Without the password.
    public var customMirror: Mirror { Mirror(self, children: ["address": self.description]) }

    private static func cut(_ text: Substring) throws(PostgresAddressError) -> (front: Substring, path: Substring) {
        // After the last @, so that a slash in a password that is not escaped is found out and not taken for the path.
        let start = text.lastIndex(of: "@") ?? text.startIndex
        guard let slash = text[start...].firstIndex(of: "/") else { throw .noDatabase }
        if text[..<start].contains("/") { throw .escape("password") }
        return (text[..<slash], text[text.index(after: slash)...])
    }

    private static func hostAndPort(_ text: Substring) throws(PostgresAddressError) -> (host: String, port: UInt16) {
        var host = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .host }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty {
                guard rest.first == ":" else { throw .host }
                port = rest.dropFirst()
            }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        if host.contains(",") { throw .host }
        guard let port else { return (try Self.plain(host, "host"), 5432) }
        guard let number = UInt16(port), number > 0, !port.hasPrefix("+") else { throw .port }
        return (try Self.plain(host, "host"), number)
    }

    private static func settings(_ text: Substring) throws(PostgresAddressError) -> [String: String] {
        var settings: [String: String] = [:]
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(sides[0])
            guard Self.parameters.contains(name) else {
                // A name is shown only where it is one: what follows a stray question mark may be part of a password.
                let isWord = name.utf8.count <= 30 && name.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 }
                throw .parameter(isWord && sides.count == 2 ? name : "?")
            }
            guard sides.count == 2, settings[name] == nil else { throw .parameter(name) }
            let value = try Self.plain(sides[1], name)
            if name == "sslmode", !Self.sslModes.contains(value) { throw .sslMode }
            settings[name] = value
        }
        return settings
    }

    /// `text` with what is written as `%2F` made plain.
    private static func plain(_ text: Substring, _ part: String) throws(PostgresAddressError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap({ Self.digit($0) }),
                    let low = rest.popFirst().flatMap({ Self.digit($0) })
                else { throw .escape(part) }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte)
            }
        }
        guard !bytes.contains(0), let plain = String(validating: bytes, as: UTF8.self) else { throw .escape(part) }
        return plain
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension String {
    fileprivate var nilIfEmpty: String? { self.isEmpty ? nil : self }
}
