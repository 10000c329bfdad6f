internal import CPostgres
internal import CTerrace
internal import Glibc

/// A connection to PostgreSQL that blocks its thread, and never beyond a deadline: libpq's calls that do not block, and poll(2).
///
/// Only the look-up of a host's name, which the C library does, may take longer than was allowed. It belongs to one thread at a
/// time. A request that runs out of time leaves the connection in doubt; `recover` cancels at the server and reads the rest.
@safe public final class PostgresConnection: PooledConnection {
    /// Where it leads.
    public let address: PostgresAddress
    /// How it behaves.
    public let settings: PostgresSettings

    var handle: OpaquePointer?
    /// Nothing is to be had from it any more.
    var isBroken = false
    var prepared = PreparedStatements()
    private var requestDeadline = Deadline.never
    /// How long a statement may take, where it is not what the settings say.
    var statementLimit: Duration?
    private var cancel: PostgresCancel?

    /// A connection to be: nothing is sent before `open`.
    public init(address: PostgresAddress, settings: PostgresSettings = PostgresSettings()) {
        self.address = address
        self.settings = settings
        unsafe self.handle = nil
    }

    /// A connection that is open, by the settings' time-out.
    public static func connected(
        to address: PostgresAddress, settings: PostgresSettings = PostgresSettings()
    ) throws(DatabaseError) -> PostgresConnection {
        let connection = PostgresConnection(address: address, settings: settings)
        try connection.open(by: .after(settings.connectTimeout))
        return connection
    }

    deinit { self.close(by: Deadline(nanoseconds: 0)) }

    // MARK: Open and close

    /// Connects and sets the connection up.
    ///
    /// - Throws: `unreachable`, `authentication`, `missingDatabase`, `tooManyConnections`, `timedOut`.
    public func open(by deadline: Deadline) throws(DatabaseError) {
        precondition(unsafe self.handle == nil, "a connection is opened once")
        let deadline = min(deadline, .after(self.settings.connectTimeout))
        unsafe self.handle = self.start()
        guard let handle = unsafe self.handle else { throw self.error(.full, "libpq has no memory left") }
        // The code of an error is part of its text only in the verbose form, and a failed start gives nothing but text.
        _ = unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        // Notices go to standard error unless somebody takes them.
        _ = unsafe PQsetNoticeReceiver(handle, { _, _ in }, nil)
        guard unsafe PQstatus(handle) != CONNECTION_BAD else { throw self.connectError() }
        var wanted = Int16(POLLOUT)
        connecting: while true {
            guard try self.isReady(wanted, deadline) else {
                self.isBroken = true
                throw self.error(.timedOut, "no connection in time")
            }
            switch unsafe PQconnectPoll(handle) {
            case PGRES_POLLING_OK: break connecting
            case PGRES_POLLING_READING: wanted = Int16(POLLIN)
            case PGRES_POLLING_WRITING: wanted = Int16(POLLOUT)
            default: throw self.connectError()
            }
        }
        _ = unsafe PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        _ = unsafe PQsetnonblocking(handle, 1)
        var setUp = """
            SET statement_timeout = \(self.settings.statementTimeout.nanosecondsHeld / 1_000_000);
            SET idle_in_transaction_session_timeout = \(self.settings.idleTransactionTimeout.nanosecondsHeld / 1_000_000);
            SET TimeZone = 'UTC';
            """
        // Where the server can, it looks during a long statement whether we are still there.
        if unsafe PQserverVersion(handle) >= 140_000 { setUp += "SET client_connection_check_interval = 1000;" }
        self.requestDeadline = deadline
        defer { self.requestDeadline = .never }
        _ = try self.execute(setUp)
    }

    /// Says good-bye, and waits until `deadline` for the server to have closed its end: only then has it one connection less.
    public func close(by deadline: Deadline) {
        guard let handle = unsafe self.handle else { return }
        unsafe self.handle = nil
        self.isBroken = true
        let socket = unsafe PQsocket(handle)
        let twin = socket >= 0 ? fcntl(socket, F_DUPFD_CLOEXEC, 0) : -1
        unsafe PQfinish(handle)
        guard twin >= 0 else { return }
        _ = shutdown(twin, Int32(SHUT_WR))
        var rest: InlineArray<512, UInt8> = InlineArray(repeating: 0)
        reading: while Self.poll(twin, Int16(POLLIN), deadline) {
            var bytes = rest.mutableSpan
            // SAFETY: the pointer is valid during the call, which writes 512 bytes at most.
            let count = unsafe bytes.withUnsafeMutableBufferPointer { unsafe read(twin, $0.baseAddress, $0.count) }
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { break reading }
        }
        _ = Glibc.close(twin)
    }

    private func start() -> OpaquePointer? {
        var settings: [(String, String)] = [
            ("host", self.address.host), ("port", String(self.address.port)), ("dbname", self.address.database),
            ("application_name", self.settings.applicationName), ("client_encoding", "UTF8"),
            ("keepalives", "1"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
        ]
        if let user = self.address.user { settings.append(("user", user)) }
        if let password = self.address.password { settings.append(("password", password)) }
        settings += self.address.security.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        var words: [UnsafeMutablePointer<CChar>?] = unsafe settings.map { unsafe strdup($0.0) }
        var values: [UnsafeMutablePointer<CChar>?] = unsafe settings.map { unsafe strdup($0.1) }
        unsafe words.append(nil)
        unsafe values.append(nil)
        defer {
            unsafe words.forEach { unsafe free($0) }
            unsafe values.forEach { unsafe free($0) }
        }
        // SAFETY: both arrays end with a null pointer and live during the call, which copies what they point to.
        return unsafe words.withUnsafeBufferPointer { words in
            unsafe values.withUnsafeBufferPointer { values in
                unsafe words.withMemoryRebound(to: UnsafePointer<CChar>?.self) { words in
                    unsafe values.withMemoryRebound(to: UnsafePointer<CChar>?.self) { values in
                        unsafe PQconnectStartParams(words.baseAddress, values.baseAddress, 0)
                    }
                }
            }
        }
    }

    // MARK: State

    /// Whether it is open, with nothing under way and no transaction begun.
    public var isClean: Bool {
        guard !self.isBroken, let handle = unsafe self.handle else { return false }
        return unsafe PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE
            && PQpipelineStatus(handle) == PQ_PIPELINE_OFF
    }

    /// The number of the server's process, as in `pg_stat_activity`; 0 while it is not open.
    public var processID: Int32 { unsafe self.handle.map { unsafe PQbackendPID($0) } ?? 0 }

    /// The server's version, such as 150018 for 15.18; 0 while it is not open.
    public var serverVersion: Int { unsafe self.handle.map { unsafe Int(PQserverVersion($0)) } ?? 0 }

    /// What follows is to be done by `deadline`.
    public func begin(deadline: Deadline) { self.requestDeadline = deadline }

    /// Asks the server for nothing, to see whether it answers.
    public func check(by deadline: Deadline) throws(DatabaseError) {
        self.requestDeadline = deadline
        defer { self.requestDeadline = .never }
        _ = try self.execute("SELECT 1")
    }

    /// Cancels what runs at the server, reads what is left of its answer, and rolls back.
    public func recover(by deadline: Deadline) throws(DatabaseError) {
        if self.isClean { return }
        self.requestDeadline = deadline
        defer { self.requestDeadline = .never }
        guard !self.isBroken, let handle = unsafe self.handle, unsafe PQstatus(handle) == CONNECTION_OK,
            unsafe PQpipelineStatus(handle) == PQ_PIPELINE_OFF
        else { throw self.error(.unreachable, "the connection is lost") }
        if unsafe PQtransactionStatus(handle) == PQTRANS_ACTIVE {
            let cancel = unsafe PostgresCancel.start(handle)
            self.drain(deadline)
            // One that is under way might hit the next statement.
            if let cancel, !cancel.isDone(by: deadline) { self.isBroken = true }
        }
        // A cancel that came late may end this one: once more is enough.
        do throws(DatabaseError) {
            _ = try self.execute("ROLLBACK")
        } catch {
            guard error.kind == .cancelled else { throw error }
            _ = try self.execute("ROLLBACK")
        }
        guard self.isClean else { throw self.error(.unreachable, "the connection does not come clean") }
    }

    private func drain(_ deadline: Deadline) {
        do throws(DatabaseError) {
            while let result = try self.next(deadline) {
                if unsafe PQresultStatus(result.handle) == PGRES_COPY_IN, let handle = unsafe self.handle {
                    _ = unsafe PQputCopyEnd(handle, "given up")
                }
            }
        } catch {
            self.isBroken = true
        }
    }

    // MARK: Waiting

    /// By when the statement that begins now has to be answered.
    func statementDeadline() -> Deadline {
        min(self.requestDeadline, .after((self.statementLimit ?? self.settings.statementTimeout) + self.settings.grace))
    }

    /// The handle, where a statement may be sent.
    func ready() throws(DatabaseError) -> OpaquePointer {
        guard let handle = unsafe self.handle else { throw self.error(.unreachable, "the connection is not open") }
        guard !self.isBroken, unsafe PQstatus(handle) == CONNECTION_OK else {
            throw self.error(.unreachable, "the connection is lost")
        }
        guard unsafe PQtransactionStatus(handle) != PQTRANS_ACTIVE else {
            throw self.error(.timedOut, "the statement before has not ended")
        }
        return unsafe handle
    }

    /// Waits until all that was asked is sent.
    func flush(_ deadline: Deadline) throws(DatabaseError) {
        guard let handle = unsafe self.handle else { throw self.error(.unreachable, "the connection is not open") }
        while true {
            let rest = unsafe PQflush(handle)
            if rest == 0 { return }
            if rest < 0 { throw self.lost() }
            guard try self.isReady(Int16(POLLIN | POLLOUT), deadline) else { throw self.late() }
            // The server may want to be read before it reads on.
            if unsafe PQconsumeInput(handle) == 0 { throw self.lost() }
        }
    }

    /// The next result of what was asked; `nil` at its end.
    func next(_ deadline: Deadline) throws(DatabaseError) -> PostgresResult? {
        guard let handle = unsafe self.handle else { throw self.error(.unreachable, "the connection is not open") }
        try self.flush(deadline)
        while unsafe PQisBusy(handle) == 1 {
            guard try self.isReady(Int16(POLLIN), deadline) else { throw self.late() }
            if unsafe PQconsumeInput(handle) == 0 { throw self.lost() }
        }
        guard let result = unsafe PQgetResult(handle) else { return nil }
        return unsafe PostgresResult(result, place: self.place)
    }

    private func isReady(_ events: Int16, _ deadline: Deadline) throws(DatabaseError) -> Bool {
        guard let handle = unsafe self.handle else { return false }
        let socket = unsafe PQsocket(handle)
        guard socket >= 0 else { throw self.lost() }
        return Self.poll(socket, events, deadline)
    }

    /// Whether the socket became ready for `events`, or failed, by `deadline`.
    private static func poll(_ socket: Int32, _ events: Int16, _ deadline: Deadline) -> Bool {
        while true {
            var polled = pollfd(fd: socket, events: events, revents: 0)
            // SAFETY: the pointer is to one entry and valid during the call.
            let count = unsafe Glibc.poll(&polled, 1, deadline.pollMilliseconds)
            if count > 0 { return true }
            if count < 0, errno != EINTR { return true }
            if deadline.isPast { return false }
        }
    }

    // MARK: Errors

    var place: String { self.address.description }

    func error(_ kind: DatabaseError.Kind, _ detail: String) -> DatabaseError {
        DatabaseError(kind, at: self.place, detail)
    }

    /// What the server said of a statement.
    func error(of result: PostgresResult) -> DatabaseError {
        let said = unsafe String(cString: PQresultErrorMessage(result.handle))
        let message = said.split(separator: "\n").map { String($0) }.joined(separator: " ")
        guard let code = result.sqlState else {
            return self.error(.unreachable, message.isEmpty ? "no answer" : message)
        }
        return DatabaseError(
            DatabaseError.Kind(sqlState: code, message: message), at: self.place, message, sqlState: code)
    }

    func lost() -> DatabaseError {
        self.isBroken = true
        return self.error(.unreachable, "the connection was lost: \(self.message)")
    }

    private func late() -> DatabaseError { self.error(.timedOut, "no answer in time") }

    private func connectError() -> DatabaseError {
        self.isBroken = true
        let needsPassword = unsafe self.handle.map { unsafe PQconnectionNeedsPassword($0) == 1 } ?? false
        return DatabaseError.ofConnecting(self.message, at: self.place, needsPassword: needsPassword)
    }

    private var message: String {
        guard let handle = unsafe self.handle, let text = unsafe PQerrorMessage(handle) else { return "" }
        return unsafe String(cString: text).split(separator: "\n").map { String($0) }.joined(separator: "\n")
    }
}
