/// How many shared connections and queues a desk gets, from the number of its pairs alone: strategies share them.
public struct ResourcePlan: Hashable, Sendable {
    /// Connections to the database, in total: a tenth of the pairs, 5 to 20.
    public let databaseConnections: Int
    /// Connections to Redis, in total: a fifth of the pairs, 10 to 40.
    public let redisConnections: Int
    /// Places in the queue for a database connection: ten a pair, 100 to 1,000. What comes when all are taken is refused.
    public let workQueues: Int

    /// The plan for `pairs` pairs; fractions are dropped.
    public init(pairs: Int) {
        let pairs = min(max(pairs, 0), 1_000_000)
        self.databaseConnections = min(20, max(5, pairs / 10))
        self.redisConnections = min(40, max(10, pairs / 5))
        self.workQueues = min(1_000, max(100, 10 * pairs))
    }
}
