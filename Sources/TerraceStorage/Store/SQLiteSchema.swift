internal import GRDB

/// Brings the tables of an SQLite file up to date.
enum SQLiteSchema {
    /// Applies what is missing: each migration in one transaction that locks the file, so that several processes may start at once.
    ///
    /// - Throws: `newerSchema` where the tables are newer than this program.
    static func migrate(
        _ connection: SQLiteConnection, upTo newest: Int = StoreMigration.newest
    ) throws(DatabaseError) {
        // Where nothing is to be done nothing is written: a file that takes no writes can still be read.
        if try connection.run({ try Self.check($0, connection.path) }) >= newest { return }
        for migration in StoreMigration.all where migration.number <= newest {
            try connection.transaction { database in
                let current = try Self.check(database, connection.path)
                if current >= migration.number { return }
                if current == 0 {
                    try database.execute(
                        sql: """
                            CREATE TABLE IF NOT EXISTS schema_versions (number INTEGER PRIMARY KEY, applied TEXT NOT NULL
                                DEFAULT CURRENT_TIMESTAMP) STRICT
                            """)
                }
                try database.execute(sql: migration.sqlite)
                try database.execute(
                    sql: "INSERT INTO schema_versions (number) VALUES (?)", arguments: [migration.number])
            }
        }
    }

    /// The number of the tables that are there; 0: none.
    ///
    /// - Throws: `newerSchema` where it is one that this program does not know; `corrupt`.
    @discardableResult
    static func check(_ database: Database, _ path: String) throws -> Int {
        // Asked of the file: GRDB's `tableExists` remembers what it has found once, and others make tables too.
        let tables = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_versions'")
        guard tables == 1 else { return 0 }
        let numbers = try Int.fetchAll(database, sql: "SELECT number FROM schema_versions ORDER BY number LIMIT 1000")
        // Damage must not pass for the tables of another program: every number is there, from 1 on.
        guard numbers.enumerated().allSatisfy({ $0.element == $0.offset + 1 }) else {
            throw DatabaseError(.corrupt, at: path, "the database is malformed: the numbers of its tables have gaps")
        }
        let number = numbers.count
        if number > StoreMigration.newest {
            throw DatabaseError(
                .newerSchema, at: path,
                "the tables have number \(number), and this program knows up to \(StoreMigration.newest)")
        }
        return number
    }
}
