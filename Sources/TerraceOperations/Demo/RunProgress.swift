import TerraceCore

/// What a run has done so far, and at what pace it goes.
public struct RunProgress: Sendable {
    /// One a shard.
    public private(set) var shards: [ShardSummary] = []
    /// Since the start.
    public private(set) var seconds = 0.0
    /// Level updates a second, since the look before.
    public private(set) var updatesPerSecond = 0.0
    /// Evaluations a second, since the look before.
    public private(set) var evaluationsPerSecond = 0.0
    /// How journal, store and bus fare; nil where a run has none.
    public internal(set) var services: ServicesReport?

    /// Nothing done.
    public init() {}

    /// The next look, at `seconds` after the start.
    public func followed(by shards: [ShardSummary], at seconds: Double) -> RunProgress {
        var next = RunProgress()
        next.shards = shards
        next.seconds = seconds
        let span = max(seconds - self.seconds, 0.001)
        func count(_ summaries: [ShardSummary], _ what: (ShardSummary) -> UInt64) -> Double {
            Double(summaries.reduce(0) { $0 + what($1) })
        }
        next.updatesPerSecond =
            (count(shards) { $0.statistics.updates } - count(self.shards) { $0.statistics.updates }) / span
        next.evaluationsPerSecond =
            (count(shards) { $0.statistics.evaluations } - count(self.shards) { $0.statistics.evaluations }) / span
        return next
    }
}
