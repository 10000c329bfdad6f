public import TerraceVenues

/// `endpoints` of a venue: where it is, in place of its own addresses, for test networks and servers of one's own.
///
/// A wrong address must be caught here: what is sent there is signed with the key of the account.
public struct EndpointsConfiguration: Hashable, Sendable {
    /// `rest`.
    public var rest: String?
    /// `market`: the public streams.
    public var market: String?
    /// `account`: the private stream.
    public var account: String?

    /// The venue's own addresses.
    public init() {}

    static let keys = ["rest", "market", "account"]

    init(_ section: Section) {
        self.rest = Self.address("rest", section, secure: "https", plain: "http")
        self.market = Self.address("market", section, secure: "wss", plain: "ws")
        self.account = Self.address("account", section, secure: "wss", plain: "ws")
    }

    /// These addresses, and those of `base` where none is given.
    public func over(_ base: VenueEndpoints) -> VenueEndpoints {
        VenueEndpoints(
            rest: self.rest ?? base.rest, market: self.market ?? base.market, account: self.account ?? base.account)
    }

    private static func address(_ key: String, _ section: Section, secure: String, plain: String) -> String? {
        guard let text = section.text(key) else { return nil }
        switch EndpointAddress.fault(of: text, secure: secure, plain: plain) {
        case nil: return text
        case .userInfo:
            // What stands before the @ may be a password: the value is not shown.
            section.findings.error(
                section.valuePlace(of: key),
                "\(section.name(key)) must have no user name or password: keys are named by \"api_key_env\" or "
                    + "\"key_file\"")
        case .notEncrypted:
            section.findings.error(
                section.valuePlace(of: key),
                "\(section.name(key)) must begin with \(secure)://, not \"\(ConfigurationParser.shown(text))\": "
                    + "without encryption only this machine is reached, as \(plain)://127.0.0.1:8080")
        case .notAnAddress:
            section.findings.error(
                section.valuePlace(of: key),
                "\(section.name(key)) must be \(secure)://HOST or \(secure)://HOST:PORT without a path, not "
                    + "\"\(ConfigurationParser.shown(text))\"")
        }
        return nil
    }
}
