/// The key of an account. It describes itself without its content, so that no log or error can show it.
public struct VenueCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key's public name.
    public let key: String
    /// What requests are signed with.
    public let secret: [UInt8]

    /// A key and its secret.
    public init(key: String, secret: String) {
        self.key = key
        self.secret = Array(secret.utf8)
    }

    /// Nothing of the content.
    public var description: String { "VenueCredentials(hidden)" }
    /// Nothing of the content.
    public var debugDescription: String { self.description }
    /// Nothing of the content.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
