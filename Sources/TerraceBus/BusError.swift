/// Why the bus can't be used at all.
public enum BusError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No address was given.
    case noAddress
    /// A file of root certificates that can't be read.
    case badRoots(path: String)
    /// TLS can't be set up.
    case tlsFailed

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .noAddress: "the bus has no address of Redis"
        case .badRoots(let path): "\(path) has no certificate in PEM form that can be read"
        case .tlsFailed: "TLS can't be set up: the system's root certificates cannot be read"
        }
    }
}
