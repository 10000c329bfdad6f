/// What is wrong with the address of a server.
public enum BaseAddressError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It does not begin with a scheme.
    case noScheme(String)
    /// It begins with another scheme than those spoken here.
    case unknownScheme(String)
    /// There is something after host and port.
    case hasPath(String)
    /// There is a user name or password in it.
    case hasCredentials
    /// The host is neither a name nor an IP address.
    case badHost(String)
    /// The port is no number from 1 to 65,535.
    case badPort(String)

    /// What is wrong, and what to write.
    public var description: String {
        switch self {
        case .noScheme(let text): "address `\(text)` has no scheme: write it as https://host or wss://host:port"
        case .unknownScheme(let scheme): "`\(scheme)` is not spoken here: use https, wss, or on this machine http, ws"
        case .hasPath(let text): "address `\(text)` must end after host and port: paths are the venue's protocol"
        case .hasCredentials: "an address must not hold a user name or password: keys have their own settings"
        case .badHost(let text): "address `\(text)` has no host that is a name, an IPv4 address, or [an IPv6 address]"
        case .badPort(let port): "port `\(port)` is not a number from 1 to 65535"
        }
    }
}
