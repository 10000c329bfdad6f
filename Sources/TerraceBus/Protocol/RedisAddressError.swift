/// Why a text is no address of Redis. Never repeats the text, which may hold a password.
public enum RedisAddressError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It begins with neither `redis://` nor `rediss://`.
    case noScheme
    /// What stands before the `@` is no user and password.
    case badCredentials
    /// The host is missing or makes no sense.
    case badHost
    /// The port is no number from 1 to 65,535.
    case badPort
    /// What follows the `/` is no number from 0 to 1,023.
    case badDatabase
    /// More servers than can be.
    case tooMany(Int)
    /// The same server twice.
    case twice(String)

    /// What is wrong, and what is right.
    public var description: String {
        switch self {
        case .noScheme: "an address of Redis begins with redis:// or rediss://, as in redis://127.0.0.1:6379"
        case .badCredentials:
            "before the @ in an address of Redis stands user, user:password or :password, % and @ as %25 and %40"
        case .badHost: "the host in the address of Redis is missing or no host, as in redis://127.0.0.1:6379"
        case .badPort: "the port in the address of Redis is a number from 1 to 65535"
        case .badDatabase: "the database in the address of Redis is a number from 0 to 1023"
        case .tooMany(let count): "\(count) addresses of Redis are too many: at most \(RedisAddress.most)"
        case .twice(let place): "the address of Redis \(place) is there twice"
        }
    }
}
