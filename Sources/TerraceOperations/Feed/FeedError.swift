/// What is wrong with a feed file: where, and what.
public enum FeedError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The feed can't be written.
    case output(OutputError)
    /// The system refused to open or read the file.
    case system(path: String, doing: String, reason: String)
    /// The bytes at `offset` are not what the format asks for.
    case malformed(path: String, offset: Int, String)

    /// What happened and where.
    public var description: String {
        switch self {
        case .output(let error): error.description
        case .system(let path, let doing, let reason): "\(path): can't \(doing): \(reason)"
        case .malformed(let path, let offset, let what): "\(path): at byte \(offset): \(what)"
        }
    }
}
