/// Something that reached us from a venue: an event for the engine, and when it came.
public struct Delivery: Sendable {
    /// When it reached us.
    public let at: Timestamp
    /// What.
    public let event: Event

    /// `event`, which came at `at`.
    public init(at: Timestamp, event: Event) {
        self.at = at
        self.event = event
    }
}
