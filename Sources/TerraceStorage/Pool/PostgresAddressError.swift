/// What is wrong with the URL of a database. Shows no part of it that may hold a password.
public enum PostgresAddressError: Error, Equatable, CustomStringConvertible {
    /// Neither `postgres://` nor `postgresql://`.
    case scheme
    /// More than 2,000 bytes.
    case tooLong
    /// No database after the host.
    case noDatabase
    /// A host that is none, or several.
    case host
    /// A host before the path and one in `?host=`.
    case twoHosts
    /// A port that is none.
    case port
    /// A setting that is not known, or twice there, or without value.
    case parameter(String)
    /// A way of TLS that is not known.
    case sslMode
    /// A part with a letter in it that needs to be escaped, or with an escape that is none.
    case escape(String)

    /// What is wrong, and what is right.
    public var description: String {
        let form = "write postgres://user@host:port/database (the password: `password_env`, PGPASSWORD or ~/.pgpass)"
        return switch self {
        case .scheme: "the database's URL begins with neither postgres:// nor postgresql://: \(form)"
        case .tooLong: "the database's URL has more than 2000 bytes: \(form)"
        case .noDatabase: "the database's URL names no database: \(form)"
        case .host: "the database's URL has no single host: \(form), an IPv6 address in brackets"
        case .twoHosts: "the database's URL has a host and ?host= as well: write one of them"
        case .port: "the database's URL has a port that is not 1 to 65535: \(form)"
        case .parameter(let name):
            "the database's URL has a setting that is not known, twice there or empty (\(name)): write host, sslmode, sslrootcert, "
                + "sslcert or sslkey, and %3F for a question mark in a password"
        case .sslMode:
            "the database's URL has an unknown sslmode: write \(PostgresAddress.sslModes.joined(separator: ", "))"
        case .escape(let part):
            "the database's URL has a wrong \(part): write letters such as / @ : % ? in it as %2F %40 %3A %25 %3F"
        }
    }
}
