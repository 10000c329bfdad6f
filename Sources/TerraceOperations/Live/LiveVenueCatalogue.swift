public import TerraceVenues

/// The venues that can be traded on. To add one, add its folder in `TerraceVenues` and its line here.
public struct LiveVenueCatalogue: Sendable {
    /// The venues, by name.
    public let venues: [LiveVenue]

    /// These venues.
    public init(_ venues: [LiveVenue]) { self.venues = venues }

    /// The venue of this name.
    public func venue(named name: String) -> LiveVenue? { self.venues.first { $0.name == name } }

    /// All that there are.
    public static let all = LiveVenueCatalogue([])
}
