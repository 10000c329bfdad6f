/// Why a run with real venues did not begin.
public enum LiveRunError: Error, Sendable, CustomStringConvertible {
    /// The configuration does not fit the mode, or what the venues list.
    case configuration(ConfigurationError)
    /// What is wrong with keys and venues, one line each.
    case venues([String])
    /// The journal can't be used, or the store is not what it should be.
    case record(String)
    /// A strategy can't be registered.
    case strategy(String, reason: String)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .configuration(let error): error.description
        case .venues(let lines): lines.joined(separator: "\n")
        case .record(let reason): reason
        case .strategy(let id, let reason): "strategy \(id): \(reason)"
        }
    }
}
