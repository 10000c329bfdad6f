/// Where a store is: a file, or a database by URL.
public enum StoreLocation: Sendable, Equatable, CustomStringConvertible {
    /// An SQLite file.
    case sqlite(path: String)
    /// A PostgreSQL database.
    case postgres(PostgresAddress)

    /// What `text` says: a URL that begins with `postgres://` or `postgresql://`, or else the path of a file.
    ///
    /// - Throws: What is wrong with the URL, without repeating it.
    public init(_ text: String) throws(PostgresAddressError) {
        if text.contains("://") {
            self = .postgres(try PostgresAddress(url: text))
        } else {
            self = .sqlite(path: text)
        }
    }

    /// For people; without a password.
    public var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let address): address.description
        }
    }
}
