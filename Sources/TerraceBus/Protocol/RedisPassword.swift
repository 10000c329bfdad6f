/// A password, which no text shows: neither its description nor a dump of what holds it.
public struct RedisPassword: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let text: String

    /// The password `text`.
    public init(_ text: String) { self.text = text }

    /// Never the password.
    public var description: String { "(hidden)" }
    /// Never the password.
    public var debugDescription: String { "(hidden)" }
    /// Nothing to look at.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
