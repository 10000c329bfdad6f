/// A variable that should name a proxy does not. Its value may hold a password and is not repeated.
public struct ProxySettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the variable.
    public let variable: String

    /// Which variable, and what to write.
    public var description: String {
        "\(self.variable) is not the address of an HTTP proxy: write http://host:port or http://user:password@host:port"
    }
}
