import NIOCore
import TerraceVenues

/// A request that has no answer yet.
struct PendingRequest {
    /// The session's number for it.
    let number: UInt64
    /// What is asked.
    let request: VenueRequest
    /// When it has failed.
    let deadline: NIODeadline
    /// Whether it was sent once already, on a connection that was closed before it answered.
    var isRetry = false
}
