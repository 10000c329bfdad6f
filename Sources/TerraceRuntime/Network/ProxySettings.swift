/// Which HTTP proxy leads out, by the customary variables of the environment. Describes itself without the password.
///
/// For TLS `HTTPS_PROXY`, for clear text `HTTP_PROXY`, else `ALL_PROXY` (each in lower case too, which goes first). `NO_PROXY`
/// lists hosts that are reached directly, separated by commas: `*` for all, a name also for all names under it; ports behind a
/// name are heeded. This machine is always reached directly. The tunnel is asked for by `CONNECT` (RFC 9110, section 9.3.6).
public struct ProxySettings: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// A proxy to ask.
    struct Proxy: Sendable, Equatable {
        var address: BaseAddress
        /// The value of `Proxy-Authorization`, a secret.
        var authorization: String?
    }

    private var forTLS: Proxy?
    private var forClear: Proxy?
    private var exceptions: [Substring] = []

    /// No proxy.
    public init() {}

    /// What the variables say.
    ///
    /// - Throws: `ProxySettingsError` where a variable is set to what is no `http://` address. The error does not repeat it.
    public init(environment: [String: String]) throws(ProxySettingsError) {
        self.forTLS = try Self.proxy(of: ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"], in: environment)
        self.forClear = try Self.proxy(of: ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"], in: environment)
        self.exceptions = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "").lowercased()
            .split { $0 == "," || $0 == " " }
    }

    /// The proxy for `address`, or nil where it is reached directly.
    func proxy(for address: BaseAddress) -> Proxy? {
        guard let proxy = address.scheme.isSecure ? self.forTLS : self.forClear else { return nil }
        if address.isLoopback { return nil }
        return self.exceptions.contains { Self.covers($0, address) } ? nil : proxy
    }

    /// Host and port of the proxy that leads to `address`, such as `proxy.example:3128`; nil where it is reached directly.
    public func place(for address: BaseAddress) -> String? { self.proxy(for: address)?.address.hostAndPort }

    private static func covers(_ exception: Substring, _ address: BaseAddress) -> Bool {
        if exception == "*" { return true }
        var name = exception
        if name.hasSuffix(":\(address.port)") { name = name.dropLast(":\(address.port)".count) }
        if name.first == "[", name.last == "]" { name = name.dropFirst().dropLast() }
        if name.hasPrefix("*.") { name = name.dropFirst(2) }
        while name.first == "." { name = name.dropFirst() }
        return !name.isEmpty && (address.host == name || address.host.hasSuffix(".\(name)"))
    }

    private static func proxy(
        of names: [String], in environment: [String: String]
    ) throws(ProxySettingsError) -> Proxy? {
        for name in names {
            guard let text = environment[name], !text.isEmpty else { continue }
            return try self.proxy(text, variable: name)
        }
        return nil
    }

    private static func proxy(_ text: String, variable: String) throws(ProxySettingsError) -> Proxy {
        var rest = text[...]
        if let mark = text.firstRange(of: "://") {
            guard text[..<mark.lowerBound].lowercased() == "http" else { throw ProxySettingsError(variable: variable) }
            rest = text[mark.upperBound...]
        }
        if rest.last == "/" { rest.removeLast() }
        var authorization: String?
        if let mark = rest.lastIndex(of: "@") {
            guard let plain = self.decoded(rest[..<mark]) else { throw ProxySettingsError(variable: variable) }
            authorization = "Basic \(Base64.encode(plain))"
            rest = rest[rest.index(after: mark)...]
        }
        do {
            let (host, port) = try BaseAddress.hostAndPort(rest, of: "")
            return Proxy(
                address: BaseAddress(scheme: .http, host: host, port: port ?? 80), authorization: authorization)
        } catch {
            throw ProxySettingsError(variable: variable)
        }
    }

    /// User and password with their `%XX` taken back.
    private static func decoded(_ text: Substring) -> [UInt8]? {
        var plain: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                plain.append(byte)
                continue
            }
            guard let high = bytes.next(), let low = bytes.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            plain.append(value)
        }
        return plain
    }

    /// Hosts only.
    public var description: String {
        let named = [self.forTLS, self.forClear].compactMap { $0?.address.hostAndPort }
        return named.isEmpty ? "no proxy" : "proxy \(named.joined(separator: ", "))"
    }
    /// Hosts only.
    public var debugDescription: String { self.description }
    /// Nothing of the content.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
