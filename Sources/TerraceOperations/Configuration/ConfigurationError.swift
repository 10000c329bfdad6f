/// A configuration that can't be used: everything that is wrong with it, by place.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The most diagnostics that are kept; a file with more says so at its end.
    public static let limit = 1_000

    /// What is wrong and what is doubtful, sorted by place; at least one of them an error.
    public let diagnostics: [Diagnostic]

    /// An error of these diagnostics, which get sorted.
    public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics.sorted() }

    /// One line each.
    public var description: String { self.diagnostics.map { $0.description }.joined(separator: "\n") }
}
