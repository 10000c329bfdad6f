internal import TerraceStorage

/// `store`: a path or a URL, or a mapping with more.
public struct StoreConfiguration: Hashable, Sendable {
    /// `url`: `postgres://USER@HOST:PORT/DATABASE`, or the path of an SQLite file; nil for `terrace.sqlite` in the data folder.
    public var location: String?
    /// `password_env`: the environment variable that holds the password of a PostgreSQL store.
    public var passwordVariable: String?
    /// `keep_trades_days`: how long public trades are kept.
    public var tradeDays = 7
    /// `keep_buckets_days`: how long volume buckets are kept.
    public var bucketDays = 90

    /// SQLite in the data folder, with every other key at its default.
    public init() {}

    static let keys = ["url", "password_env", "keep_trades_days", "keep_buckets_days"]

    /// Whether it is a server rather than a file.
    public var isServer: Bool { self.location.map(Self.isURL) ?? false }

    init(_ section: Section) {
        guard let node = section.value("store") else { return }
        if case .text(let text, _) = node.content {
            self.take(text, at: node.place, "\"store\"", section.findings)
            return
        }
        let inner = Section(node, keys: Self.keys, isPartial: section.isPartial, section.findings)
        let url = inner.text("url")
        if let text = url {
            self.take(text, at: inner.valuePlace(of: "url"), inner.name("url"), section.findings)
        }
        self.passwordVariable = inner.variable("password_env", such: "STORE_PASSWORD", holds: "password")
        // Of a URL that was refused it is not known what it was to be.
        let isRefused = url != nil && self.location == nil
        if self.passwordVariable != nil, !self.isServer, !isRefused {
            section.findings.error(
                inner.place(of: "password_env"),
                "\(inner.name("password_env")) is for a store at postgres://, and this one is a file")
        }
        if let days = inner.integer("keep_trades_days", 1...36_500) { self.tradeDays = days }
        if let days = inner.integer("keep_buckets_days", 1...36_500) { self.bucketDays = days }
    }

    private mutating func take(_ text: String, at place: Place, _ name: String, _ findings: Findings) {
        if ServicesConfiguration.isPath(text) {
            if ServiceAddress.isDisguised(text) {
                findings.error(
                    place,
                    "\(name) must be the path of a file, or postgres://USER@HOST:PORT/DATABASE, and looks like something else; "
                        + "a password is never in this file: name an environment variable in \"password_env\"")
                return
            }
            self.location = text
            return
        }
        guard Self.isURL(text) else {
            findings.error(
                place, "\(name) must be the path of a file, or postgres://USER@HOST:PORT/DATABASE")
            return
        }
        if ServiceAddress.holdsPassword(text) {
            findings.error(
                place,
                "\(name) holds a password, which is never in this file: take it out, and name an environment variable in "
                    + "\"password_env\", or keep it in ~/.pgpass")
            return
        }
        guard ServiceAddress.isPrintable(text) else {
            findings.error(place, "\(name) must be postgres://USER@HOST:PORT/DATABASE, without blanks")
            return
        }
        do throws(PostgresAddressError) {
            _ = try PostgresAddress(url: text)
        } catch {
            findings.error(place, "\(name): \(error)")
            return
        }
        self.location = text
    }

    private static func isURL(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }
}
