/// Brings the tables of a PostgreSQL database up to date.
enum PostgresSchema {
    /// The number that processes of ours lock while they change the tables; any other number would do.
    private static let lock: Int64 = 0x5445_5252_4143_4501

    /// How long a migration may take, the wait for others who migrate included.
    private static let patience = Duration.seconds(600)

    /// Applies what is missing: each migration in one transaction, under a lock, so that several processes may start at once.
    ///
    /// - Throws: `newerSchema` where the tables are newer than this program.
    static func migrate(_ connection: PostgresConnection, upTo newest: Int = StoreMigration.newest)
        throws(DatabaseError)
    {
        // Where nothing is to be done nothing is written: a database that takes no writes can still be read.
        if try self.check(connection) >= newest { return }
        for migration in StoreMigration.all where migration.number <= newest {
            try connection.patientTransaction(Self.patience) { (connection) throws(DatabaseError) in
                try connection.query("SELECT pg_advisory_xact_lock($1)", [.int(Self.lock)])
                // Whether there is a table is not asked here: without a lock on anything, the server answers `to_regclass` from
                // what it remembers, which may be older than our lock. To create and to read a table locks it.
                try connection.execute(
                    """
                    CREATE TABLE IF NOT EXISTS schema_versions (
                        number integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())
                    """)
                if try self.number(connection) >= migration.number { return }
                try connection.execute(migration.postgres)
                try connection.query(
                    "INSERT INTO schema_versions (number) VALUES ($1)", [.int(Int64(migration.number))])
            }
        }
    }

    /// The number of the tables that are there; 0: none.
    ///
    /// - Throws: `newerSchema` where it is one that this program does not know.
    @discardableResult
    static func check(_ connection: PostgresConnection) throws(DatabaseError) -> Int {
        let found = try connection.execute("SELECT to_regclass('schema_versions') IS NOT NULL")
        return try found.bool(0, 0) ? self.number(connection) : 0
    }

    private static func number(_ connection: PostgresConnection) throws(DatabaseError) -> Int {
        let number = Int(try connection.execute("SELECT coalesce(max(number), 0) FROM schema_versions").int(0, 0))
        if number > StoreMigration.newest {
            throw DatabaseError(
                .newerSchema, at: connection.address.description,
                "the tables have number \(number), and this program knows up to \(StoreMigration.newest)")
        }
        return number
    }
}
