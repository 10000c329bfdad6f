/// A header of a request or of an answer.
public struct ServerHeader: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// `name: value`.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
