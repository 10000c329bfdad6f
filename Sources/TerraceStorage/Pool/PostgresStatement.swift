/// A statement with its parameters, for a batch.
public struct PostgresStatement: Sendable, Equatable {
    /// One statement, with parameters as `$1`, `$2`.
    public var sql: String
    /// What `$1`, `$2` stand for.
    public var parameters: [PostgresValue]

    /// `sql` with `parameters`.
    public init(_ sql: String, _ parameters: [PostgresValue] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}
