internal import Foundation
internal import GRDB

/// A connection to an SQLite file.
///
/// Several read while one writes (WAL). What is committed is on the disk (`synchronous = FULL`): the journal lets go of what the
/// store has, so the store must not lose it when the power fails; batches make that cheap. A statement is not interrupted when
/// its time is over: the file is local, and what is asked is bounded.
public final class SQLiteConnection: PooledConnection {
    /// The path of the file.
    public let path: String
    /// How long to wait where another process writes.
    private let lockTimeout: Duration
    private let pragmas: [String]
    private var queue: DatabaseQueue?

    /// A connection to be: nothing is touched before `open`. The file is created where it is not there, its folder is not.
    public init(path: String, lockTimeout: Duration = .seconds(5)) {
        self.path = path
        self.lockTimeout = lockTimeout
        self.pragmas = []
    }

    /// With further settings, such as `max_page_count = 100`.
    init(path: String, lockTimeout: Duration = .seconds(5), pragmas: [String]) {
        self.path = path
        self.lockTimeout = lockTimeout
        self.pragmas = pragmas
    }

    /// Whether it is open and no transaction is.
    public var isClean: Bool { self.queue?.inDatabase { !$0.isInsideTransaction } ?? false }

    /// Opens the file.
    ///
    /// - Throws: `corrupt`, `locked`, `missingDatabase`, `authentication` where rights are missing.
    public func open(by deadline: Deadline) throws(DatabaseError) {
        precondition(self.queue == nil, "a connection is opened once")
        let lockSeconds = Double(self.lockTimeout.nanosecondsHeld) / 1e9
        var configuration = Configuration()
        configuration.label = "store"
        configuration.busyMode = .timeout(max(0.01, lockSeconds))
        configuration.foreignKeysEnabled = false
        // A rollback that fails (the disk is full) would end the process otherwise; `isClean` and `recover` see to it.
        configuration.allowsUnsafeTransactions = true
        let settings = self.pragmas
        configuration.prepareDatabase { database in
            // Where the file takes no writes it is in one mode or the other already.
            _ = try? String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            for setting in settings { try database.execute(sql: "PRAGMA \(setting)") }
            database.add(function: Self.exactSum)
        }
        do {
            self.queue = try DatabaseQueue(path: self.path, configuration: configuration)
            // Only reading finds out whether it is a database at all.
            _ = try self.queue?.inDatabase { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
        } catch {
            self.queue = nil
            throw self.error(error)
        }
    }

    /// There is nothing to do: local files know no deadlines.
    public func begin(deadline: Deadline) {}

    /// Reads the first page.
    public func check(by deadline: Deadline) throws(DatabaseError) {
        _ = try self.run { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
    }

    /// Rolls back what was left open.
    public func recover(by deadline: Deadline) throws(DatabaseError) {
        try self.run { database in
            if database.isInsideTransaction { try database.rollback() }
        }
    }

    /// Closes the file.
    public func close(by deadline: Deadline) {
        try? self.queue?.close()
        self.queue = nil
    }

    /// Runs `body` with the connection, in no transaction.
    func run<T>(_ body: (Database) throws -> T) throws(DatabaseError) -> T {
        guard let queue = self.queue else { throw DatabaseError(.unreachable, at: self.path, "the file is not open") }
        do {
            return try queue.inDatabase(body)
        } catch {
            throw self.error(error)
        }
    }

    /// Runs `body` in a transaction that may write from its start: commits at its end, rolls back where it throws.
    func transaction<T>(_ body: (Database) throws -> T) throws(DatabaseError) -> T {
        try self.run { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            do {
                let result = try body(database)
                try database.execute(sql: "COMMIT")
                return result
            } catch {
                if database.isInsideTransaction { try? database.execute(sql: "ROLLBACK") }
                throw error
            }
        }
    }

    /// An error in our own words.
    func error(_ error: any Error) -> DatabaseError {
        if let ours = error as? DatabaseError { return ours }
        guard let theirs = error as? GRDB.DatabaseError else { return DatabaseError(.other, at: self.path, "\(error)") }
        let kind: DatabaseError.Kind =
            switch theirs.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
            case .SQLITE_FULL, .SQLITE_NOMEM: .full
            case .SQLITE_READONLY: .readOnly
            case .SQLITE_CANTOPEN: .missingDatabase
            case .SQLITE_PERM, .SQLITE_AUTH: .authentication
            case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: .constraint
            case .SQLITE_SCHEMA: .schema
            case .SQLITE_INTERRUPT: .cancelled
            default: theirs.message?.hasPrefix("no such") == true ? .schema : .other
            }
        return DatabaseError(kind, at: self.path, theirs.message ?? "SQLite error \(theirs.resultCode.rawValue)")
    }

    /// The sum of two decimals kept as text: SQLite's own addition would make floats of them.
    private static let exactSum = DatabaseFunction("exact_sum", argumentCount: 2, pure: true) { values in
        guard let left = String.fromDatabaseValue(values[0]), let right = String.fromDatabaseValue(values[1]),
            let sum = ExactDecimal.sum(left, right)
        else { throw GRDB.DatabaseError(resultCode: .SQLITE_MISMATCH, message: "exact_sum of what is no decimal") }
        return sum
    }
}
