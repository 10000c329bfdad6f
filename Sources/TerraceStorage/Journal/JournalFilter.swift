public import TerraceCore

/// Which rows of a journal are wanted. What is empty or nil does not matter.
public struct JournalFilter: Sendable, Equatable {
    /// Only these topics.
    public var topics: Set<JournalTopic> = []
    /// Only what is of one of these venues.
    public var venues: Set<String> = []
    /// Only what is of one of these pairs.
    public var symbols: Set<String> = []
    /// Only what is of one of these strategies.
    public var strategies: Set<String> = []
    /// Not before.
    public var from: Timestamp?
    /// Before.
    public var to: Timestamp?

    /// Everything.
    public init() {}

    /// Whether a row may be wanted that was recorded at `time` and is about `topic`.
    func wants(_ topic: JournalTopic, at time: Timestamp) -> Bool {
        if !self.topics.isEmpty, !self.topics.contains(topic) { return false }
        if let from = self.from, time < from { return false }
        if let to = self.to, time >= to { return false }
        return true
    }

    /// Whether a row is wanted.
    public func wants(_ row: JournalRow) -> Bool {
        self.wants(row.topic, at: row.time) && Self.has(self.venues, row[.venue])
            && Self.has(self.symbols, row[.symbol]) && Self.has(self.strategies, row[.strategy])
    }

    private static func has(_ wanted: Set<String>, _ text: String?) -> Bool {
        wanted.isEmpty || text.map { wanted.contains($0) } ?? false
    }
}
