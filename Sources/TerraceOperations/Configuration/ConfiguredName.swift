/// A name in a configuration with its place, such as a venue in `exchanges`.
public struct ConfiguredName: Hashable, Sendable {
    /// The name.
    public let name: String
    /// Where it stands.
    public let place: Place
}
