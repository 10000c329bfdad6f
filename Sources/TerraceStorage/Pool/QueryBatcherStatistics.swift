/// How a query batcher fares: counts since its start.
public struct QueryBatcherStatistics: Sendable, Equatable, Codable {
    /// Questions asked.
    public var questions = 0
    /// Batches sent to the database.
    public var batches = 0
    /// Different keys in them, in all.
    public var keys = 0
    /// The most keys in one.
    public var mostKeys = 0
    /// Batches that failed.
    public var failures = 0

    /// Nothing counted.
    public init() {}

    /// The counts of both.
    func joined(with other: QueryBatcherStatistics) -> QueryBatcherStatistics {
        var sum = self
        sum.questions += other.questions
        sum.batches += other.batches
        sum.keys += other.keys
        sum.mostKeys = max(sum.mostKeys, other.mostKeys)
        sum.failures += other.failures
        return sum
    }

    /// For people.
    public var lines: [String] {
        ["batches \(self.batches) for \(self.questions) questions, most \(self.mostKeys) keys, failed \(self.failures)"]
    }
}
