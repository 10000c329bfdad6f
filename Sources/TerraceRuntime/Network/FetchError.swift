/// Why a fetch has no answer, in words.
public enum FetchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nothing of the request was sent.
    case notSent(String)
    /// It was sent, and what became of it is not known.
    case noAnswer(String)

    /// The reason.
    public var description: String {
        switch self {
        case .notSent(let reason), .noAnswer(let reason): reason
        }
    }
}
