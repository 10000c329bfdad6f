/// How connections to PostgreSQL behave.
public struct PostgresSettings: Sendable, Equatable {
    /// How long an attempt to connect may take, looking up the host's name not included.
    public var connectTimeout: Duration
    /// How long a statement may take at the server, which ends it then. Asking less is possible for each request.
    public var statementTimeout: Duration
    /// How much longer than that we wait for the answer before the connection is given up.
    public var grace: Duration
    /// How long a transaction may stand idle at the server before it ends the connection.
    public var idleTransactionTimeout: Duration
    /// How long a closing connection waits for the server to have closed it too, so that a successor never makes one too many.
    public var lingerTimeout: Duration
    /// How many prepared statements a connection keeps.
    public var preparedStatements: Int
    /// Named in `pg_stat_activity`.
    public var applicationName: String

    /// Settings for short questions of many.
    public init(
        connectTimeout: Duration = .seconds(5), statementTimeout: Duration = .seconds(5),
        grace: Duration = .milliseconds(500),
        idleTransactionTimeout: Duration = .seconds(60), lingerTimeout: Duration = .seconds(10),
        preparedStatements: Int = 100, applicationName: String = "terrace"
    ) {
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.grace = grace
        self.idleTransactionTimeout = idleTransactionTimeout
        self.lingerTimeout = lingerTimeout
        self.preparedStatements = max(1, preparedStatements)
        self.applicationName = applicationName
    }
}
