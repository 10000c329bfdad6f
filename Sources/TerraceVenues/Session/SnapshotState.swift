import TerraceCore

/// Where the snapshot of an instrument's book is, for one connection.
struct SnapshotState {
    enum Stage { case none, queued, asked }
    var stage = Stage.none
    /// The request for it that counts; the answer to any other comes too late.
    var request: UInt64 = 0
    var notBefore = Timestamp.distantPast
    var backoff = Backoff(least: 500_000_000, most: 30_000_000_000)
}
