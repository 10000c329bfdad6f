import NIOCore
public import TerraceCore

/// The clock of a shard and of its connections: it goes on evenly from a moment of real time, whatever happens to the system's.
public struct ShardClock: Sendable {
    /// The moment at which it was started.
    public let origin: Timestamp
    private let startedAt: NIODeadline

    /// A clock that shows `origin` now.
    public init(origin: Timestamp) {
        self.origin = origin
        self.startedAt = .now()
    }

    /// The time. 25 to 30 ns.
    public var now: Timestamp { self.origin.advanced(by: (NIODeadline.now() - self.startedAt).nanoseconds) }
}
