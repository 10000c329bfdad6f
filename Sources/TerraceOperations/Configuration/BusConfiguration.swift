import TerraceBus

/// `bus`: `embedded`, or addresses of Redis, or a mapping with more.
public struct BusConfiguration: Hashable, Sendable {
    /// `url`: `redis://HOST:PORT` or `rediss://HOST:PORT`, several with commas between them; empty for `embedded`, where each
    /// run connects to the venues itself.
    public var addresses: [String] = []
    /// `password_env`: the environment variable that holds the password.
    public var passwordVariable: String?
    /// `ca_file`: a root certificate to be trusted besides the system's.
    public var certificateFile: String?
    /// `feed`: the name of the feed that publishes, and that runs listen to.
    public var feed = "main"
    /// `lag_limit_seconds`, in nanoseconds: books that come later than this are not quoted on.
    public var lagLimitNanoseconds: Int64 = 500_000_000

    /// No bus.
    public init() {}

    static let keys = ["url", "password_env", "ca_file", "feed", "lag_limit_seconds"]

    /// Whether market data comes over Redis.
    public var isShared: Bool { !self.addresses.isEmpty }

    init(_ section: Section) {
        guard let node = section.value("bus") else { return }
        if case .text(let text, _) = node.content {
            self.take(text, at: node.place, "\"bus\"", section.findings)
            return
        }
        let inner = Section(node, keys: Self.keys, isPartial: section.isPartial, section.findings)
        if let text = inner.text("url", isRequired: true) {
            self.take(text, at: inner.valuePlace(of: "url"), inner.name("url"), section.findings)
        }
        self.passwordVariable = inner.variable("password_env", such: "REDIS_PASSWORD", holds: "password")
        if self.passwordVariable != nil, !self.isShared, inner.text("url") == "embedded" {
            section.findings.error(
                inner.place(of: "password_env"),
                "\(inner.name("password_env")) is for a bus at redis:// or rediss://, and this one is embedded")
        }
        if let path = inner.text("ca_file") {
            if ServicesConfiguration.isPath(path) {
                self.certificateFile = path
            } else {
                section.findings.error(inner.valuePlace(of: "ca_file"), "\(inner.name("ca_file")) must be a path")
            }
        }
        if let feed = inner.text("feed") {
            if Self.isName(feed) {
                self.feed = feed
            } else {
                section.findings.error(
                    inner.valuePlace(of: "feed"),
                    "\(inner.name("feed")) must be 1 to 32 small letters, digits, - and _, not "
                        + "\"\(ConfigurationParser.shown(feed))\"")
            }
        }
        if let limit = inner.seconds("lag_limit_seconds", 10...60_000) { self.lagLimitNanoseconds = limit }
    }

    private mutating func take(_ text: String, at place: Place, _ name: String, _ findings: Findings) {
        if text == "embedded" { return }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for part in parts {
            if ServiceAddress.holdsPassword(part) {
                findings.error(
                    place,
                    "\(name) holds a password, which is never in this file: take it out, and name an environment variable "
                        + "in \"password_env\"")
                return
            }
            guard part.hasPrefix("redis://") || part.hasPrefix("rediss://"), ServiceAddress.isPrintable(part) else {
                findings.error(
                    place,
                    "\(name) must be embedded, or redis://HOST:PORT or rediss://HOST:PORT, several with commas between "
                        + "them, not \"\(ConfigurationParser.shown(text))\"")
                return
            }
        }
        do throws(RedisAddressError) {
            // What `run` and `feed` will read.
            _ = try RedisAddress.list(text)
        } catch {
            findings.error(place, "\(name): \(error)")
            return
        }
        for part in parts where part.hasPrefix("redis://") && !ServiceAddress.isThisMachine(part) {
            findings.warning(
                place,
                "prices come from \(ConfigurationParser.shown(part)) without encryption: whoever can change them on the way "
                    + "decides what is quoted; rediss:// encrypts")
        }
        self.addresses = parts
    }

    private static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
            }
    }
}
