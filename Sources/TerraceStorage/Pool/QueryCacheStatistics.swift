/// How a query cache fares: a moment's view, with counts since its start.
public struct QueryCacheStatistics: Sendable, Equatable, Codable {
    /// Answered from what was kept, failures kept for a moment included.
    public var hits = 0
    /// Asked the database.
    public var misses = 0
    /// Waited for the answer to the same question of somebody else.
    public var joins = 0
    /// Of the hits, those that gave a failure of a moment ago.
    public var failureHits = 0
    /// Questions that failed at the database.
    public var failures = 0
    /// Not let in, because too many wait for answers.
    public var refused = 0
    /// Answers thrown away for lack of room while they were still good.
    public var evictions = 0
    /// Answers kept.
    public var entries = 0
    /// About how much memory they take.
    public var bytes = 0
    /// Questions under way at the database.
    public var underWay = 0
    /// The part of questions that did not go to the database: 0 to 1.
    public var rate = 0.0
    /// How old the answers were that were given from what was kept, in the mean, in milliseconds.
    public var meanAgeMilliseconds = 0.0

    /// Nothing counted.
    public init() {}
}
