public import TerraceCore

/// A venue as the bus knows it.
public struct BusVenue: Hashable, Sendable {
    /// Its name in the configuration.
    public let name: String
    /// The place in the tables of this shard.
    public let index: VenueIndex

    /// The venue `name`.
    public init(name: String, index: VenueIndex) {
        self.name = name
        self.index = index
    }
}
