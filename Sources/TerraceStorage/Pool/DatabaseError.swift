/// What went wrong at a database: of which kind, where, and in whose words. Never holds a password.
public struct DatabaseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What to do about it depends on this alone.
    public enum Kind: String, Sendable, CaseIterable {
        /// Nobody answers, or the connection was lost. Comes back by itself or with the server.
        case unreachable
        /// The server does not let us in, or not do this.
        case authentication
        /// The server is there and the database is not.
        case missingDatabase = "missing_database"
        /// The server has no connection left for us.
        case tooManyConnections = "too_many_connections"
        /// It takes no writes: a standby, or opened read-only.
        case readOnly = "read_only"
        /// No room on its disk, or in its memory.
        case full
        /// It took longer than it was allowed to.
        case timedOut = "timed_out"
        /// A row breaks a rule of its table, such as being there already.
        case constraint
        /// Lost against another transaction. The same once more may go well.
        case conflict
        /// The tables are not those that the program expects.
        case schema
        /// The tables are of a newer program.
        case newerSchema = "newer_schema"
        /// What the database holds is damaged.
        case corrupt
        /// Somebody else holds what this needs.
        case locked
        /// The one who asked does not want it any more.
        case cancelled
        /// Too many wait already; this one was not let in.
        case queueFull = "queue_full"
        /// The pool is stopping.
        case stopped
        /// Anything else.
        case other

        /// The place of this kind in a table with one entry a kind.
        var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// Only people can change it: to try again by itself makes no sense.
        public var isForPeople: Bool {
            switch self {
            case .authentication, .missingDatabase, .schema, .newerSchema, .corrupt, .readOnly: true
            case .unreachable, .tooManyConnections, .full, .timedOut, .constraint, .conflict, .locked, .cancelled,
                .queueFull, .stopped, .other:
                false
            }
        }
    }

    /// Of which kind it is.
    public var kind: Kind
    /// Which database: user, host, port and name, or the path of a file.
    public var place: String
    /// What happened, often in the words of the server.
    public var detail: String
    /// The code of the SQL standard, five letters or digits, where the server gave one.
    public var sqlState: String?

    /// An error of `kind` at `place`.
    public init(_ kind: Kind, at place: String, _ detail: String, sqlState: String? = nil) {
        self.kind = kind
        self.place = place
        self.detail = detail
        self.sqlState = sqlState
    }

    /// What happened, where, and what to do.
    public var description: String {
        let code = self.sqlState.map { " (SQLSTATE \($0))" } ?? ""
        return "\(self.place): \(self.detail)\(code): \(self.remedy)"
    }

    /// Whether it is the path of a file.
    private var isFile: Bool { !self.place.hasPrefix("postgres://") }

    private var remedy: String {
        switch self.kind {
        case .authentication where self.isFile: "give this user the right to read and write the file and its folder"
        case .missingDatabase where self.isFile:
            "see that it is the path of a file, no folder, in a folder that is there and may be written to"
        case .readOnly where self.isFile: "give this user the right to write the file and its folder"
        case .other where self.isFile: "look at the disk and at the file"
        case .unreachable: "see that the server runs and is reached from here; it is tried again"
        case .authentication: "check user, password (`password_env`, PGPASSWORD or ~/.pgpass), pg_hba.conf and rights"
        case .missingDatabase: "create it (createdb), or correct its name in the URL"
        case .tooManyConnections: "raise max_connections at the server, or end what else is connected there"
        case .readOnly: "point the URL at the primary, or give the right to write"
        case .full: "make room at the database; what waits is written then"
        case .timedOut: "see what loads the server; it is tried again where that is safe"
        case .constraint: "this is a fault of the program if it was not expected: report it"
        case .conflict: "the transaction may be repeated"
        case .schema: "see what changed the tables; where they are mended it goes on by itself"
        case .newerSchema: "use the program and the database of the same version"
        case .corrupt: "restore the database from a copy; the journal fills what is missing"
        case .locked: "end the other program that uses it, or wait"
        case .cancelled: "nothing to do"
        case .queueFull: "ask less often, or see why the database is slow"
        case .stopped: "nothing to do"
        case .other: "see the log of the server"
        }
    }
}
