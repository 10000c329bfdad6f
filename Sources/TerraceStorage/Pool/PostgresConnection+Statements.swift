internal import CPostgres

extension PostgresConnection {
    /// Runs one or more statements without parameters: what the last gives.
    ///
    /// - Throws: What the server says of the first that fails; `timedOut`, `unreachable`.
    @discardableResult
    public func execute(_ sql: String) throws(DatabaseError) -> PostgresResult {
        let deadline = self.statementDeadline()
        let handle = unsafe try self.ready()
        guard unsafe PQsendQuery(handle, sql) == 1 else { throw self.lost() }
        return try self.collect(deadline)
    }

    /// Runs one statement with parameters. It is prepared at its first use, so the text should not vary.
    ///
    /// - Throws: What the server says; `timedOut`, `unreachable`.
    @discardableResult
    public func query(_ sql: String, _ parameters: [PostgresValue] = []) throws(DatabaseError) -> PostgresResult {
        let encoded = try self.encode(parameters)
        do throws(DatabaseError) {
            return try self.queryOnce(sql, encoded)
        } catch {
            // 26000: somebody has thrown our statement away (DISCARD ALL). 0A000: its tables have changed. Within a transaction
            // either has failed it.
            guard error.sqlState == "26000" || error.sqlState == "0A000", let name = self.prepared.remove(sql),
                self.isClean
            else { throw error }
            if error.sqlState == "0A000" { try self.execute("DEALLOCATE \(name)") }
            return try self.queryOnce(sql, encoded)
        }
    }

    /// Runs `body` in a transaction: commits at its end, rolls back where it throws.
    ///
    /// Where the connection is lost during the commit, nobody here knows whether it went through: the error is `unreachable`.
    @discardableResult
    public func transaction<T>(
        _ begin: String = "BEGIN", _ body: (PostgresConnection) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T {
        try self.execute(begin)
        do throws(DatabaseError) {
            let result = try body(self)
            let end = try self.execute("COMMIT")
            guard end.command == "COMMIT" else {
                throw self.error(.conflict, "the transaction was rolled back, because a statement in it had failed")
            }
            return result
        } catch {
            self.rollBack()
            throw error
        }
    }

    /// `transaction`, in which a statement may take `limit` instead of what the settings allow; never longer than the request may.
    func patientTransaction(
        _ limit: Duration, _ body: (PostgresConnection) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        self.statementLimit = limit
        defer { self.statementLimit = nil }
        try self.transaction("BEGIN; SET LOCAL statement_timeout = \(limit.nanosecondsHeld / 1_000_000)", body)
    }

    /// Feeds `COPY ... FROM STDIN`: how many rows the server took.
    ///
    /// `next` appends the next bytes, in the format that `sql` names, to the empty buffer it is given, and says whether more
    /// follow. Some 64 KB at a time are good. The whole is one statement to the server's clock.
    @discardableResult
    public func copyIn(
        _ sql: String, _ next: (inout [UInt8]) throws(DatabaseError) -> Bool
    ) throws(DatabaseError) -> Int {
        let deadline = self.statementDeadline()
        let handle = unsafe try self.ready()
        guard unsafe PQsendQuery(handle, sql) == 1 else { throw self.lost() }
        guard let first = try self.next(deadline) else { throw self.lost() }
        guard unsafe PQresultStatus(first.handle) == PGRES_COPY_IN else {
            let status = unsafe PQresultStatus(first.handle)
            let problem =
                status == PGRES_FATAL_ERROR
                ? self.error(of: first) : self.error(.other, "this is no COPY FROM STDIN: \(sql)")
            // What it sends instead, nobody reads.
            if status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH { self.isBroken = true }
            while !self.isBroken, try self.next(deadline) != nil {}
            throw problem
        }
        var buffer: [UInt8] = []
        var isMore = true
        while isMore {
            buffer.removeAll(keepingCapacity: true)
            do throws(DatabaseError) {
                isMore = try next(&buffer)
            } catch {
                try self.endCopy("the source failed", deadline)
                _ = try? self.collect(deadline)
                throw error
            }
            try self.put(buffer, deadline)
        }
        try self.endCopy(nil, deadline)
        return try self.collect(deadline).affected
    }

    /// Sends all statements without waiting in between: their results, in order. All or none take effect, unless a transaction
    /// was begun before, which then has failed.
    ///
    /// - Throws: What the server says of the first that fails; `timedOut`, `unreachable`.
    public func batch(_ statements: [PostgresStatement]) throws(DatabaseError) -> [PostgresResult] {
        if statements.isEmpty { return [] }
        let deadline = self.statementDeadline()
        let encoded = try statements.map { (statement) throws(DatabaseError) in try self.encode(statement.parameters) }
        try self.makeRoom(for: Set(statements.map { $0.sql }).count)
        let handle = unsafe try self.ready()
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw self.lost() }
        var fresh: [String] = []
        do throws(DatabaseError) {
            for (statement, parameters) in zip(statements, encoded) {
                try self.sendInBatch(statement.sql, parameters, &fresh)
                try self.flush(deadline)
            }
            guard unsafe PQpipelineSync(handle) == 1 else { throw self.lost() }
            let results = try self.collectBatch(deadline)
            guard unsafe PQexitPipelineMode(handle) == 1 else { throw self.lost() }
            return try results.get()
        } catch {
            // What was prepared in a batch that failed is prepared or not: it is thrown away, and its name never used again.
            for sql in fresh {
                if let name = self.prepared.remove(sql), self.isClean { _ = try? self.execute("DEALLOCATE \(name)") }
            }
            throw error
        }
    }

    // MARK: Parts

    private func queryOnce(_ sql: String, _ parameters: PostgresParameters) throws(DatabaseError) -> PostgresResult {
        let deadline = self.statementDeadline()
        let name: String
        if let known = self.prepared.name(of: sql) {
            name = known
        } else {
            try self.makeRoom(for: 1)
            name = self.prepared.newName()
            let handle = unsafe try self.ready()
            guard unsafe parameters.sendPrepare(handle, name, sql) else { throw self.lost() }
            _ = try self.collect(deadline)
            self.prepared.insert(sql, name)
        }
        let handle = unsafe try self.ready()
        guard unsafe parameters.sendQuery(handle, name) else { throw self.lost() }
        return try self.collect(deadline)
    }

    private func sendInBatch(
        _ sql: String, _ parameters: PostgresParameters, _ fresh: inout [String]
    ) throws(DatabaseError) {
        guard let handle = unsafe self.handle else { throw self.lost() }
        let name: String
        if let known = self.prepared.name(of: sql) {
            name = known
        } else {
            name = self.prepared.newName()
            guard unsafe parameters.sendPrepare(handle, name, sql) else { throw self.lost() }
            self.prepared.insert(sql, name)
            fresh.append(sql)
        }
        guard unsafe parameters.sendQuery(handle, name) else { throw self.lost() }
    }

    /// All results up to the end of the batch; those of PREPARE, which have no command, are left out.
    private func collectBatch(_ deadline: Deadline) throws(DatabaseError) -> Result<[PostgresResult], DatabaseError> {
        var results: [PostgresResult] = []
        var failure: DatabaseError?
        while true {
            // In a batch a missing result stands between statements, not at the end.
            guard let result = try self.next(deadline) else {
                if self.isBroken { throw self.lost() }
                continue
            }
            switch unsafe PQresultStatus(result.handle) {
            case PGRES_PIPELINE_SYNC: return failure.map { .failure($0) } ?? .success(results)
            case PGRES_TUPLES_OK: results.append(result)
            case PGRES_COMMAND_OK: if !result.command.isEmpty { results.append(result) }
            case PGRES_PIPELINE_ABORTED: break
            default:
                failure = failure ?? self.error(of: result)
                if let handle = unsafe self.handle, unsafe PQstatus(handle) == CONNECTION_BAD {
                    throw failure ?? self.lost()
                }
            }
        }
    }

    /// All results of what was asked: the last, or the first error.
    private func collect(_ deadline: Deadline) throws(DatabaseError) -> PostgresResult {
        var last: PostgresResult?
        var failure: DatabaseError?
        do throws(DatabaseError) {
            while let result = try self.next(deadline) {
                switch unsafe PQresultStatus(result.handle) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: last = result
                case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                    self.isBroken = true
                    throw self.error(.other, "a COPY where none is expected")
                default: failure = failure ?? self.error(of: result)
                }
            }
        } catch {
            // A server that ends says why before the connection does.
            throw failure ?? error
        }
        if let handle = unsafe self.handle, unsafe PQstatus(handle) == CONNECTION_BAD { self.isBroken = true }
        if let failure { throw failure }
        guard let last else { throw self.lost() }
        return last
    }

    private func put(_ bytes: [UInt8], _ deadline: Deadline) throws(DatabaseError) {
        guard let handle = unsafe self.handle else { throw self.lost() }
        guard !bytes.isEmpty else { return }
        // SAFETY: the pointer is valid during the call, which copies what it points to.
        let isTaken = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                unsafe PQputCopyData(handle, text.baseAddress, Int32(clamping: text.count))
            }
        }
        guard isTaken == 1 else { throw self.lost() }
        try self.flush(deadline)
    }

    private func endCopy(_ problem: String?, _ deadline: Deadline) throws(DatabaseError) {
        guard let handle = unsafe self.handle else { throw self.lost() }
        guard unsafe PQputCopyEnd(handle, problem) == 1 else { throw self.lost() }
        try self.flush(deadline)
    }

    private func rollBack() {
        guard let handle = unsafe self.handle, !self.isBroken else { return }
        let state = unsafe PQtransactionStatus(handle)
        // What is under way, `recover` ends.
        if state == PQTRANS_INTRANS || state == PQTRANS_INERROR { _ = try? self.execute("ROLLBACK") }
    }

    private func makeRoom(for count: Int) throws(DatabaseError) {
        while self.prepared.count > 0, self.prepared.count + count > self.settings.preparedStatements {
            guard let name = self.prepared.removeOldest() else { return }
            do throws(DatabaseError) {
                try self.execute("DEALLOCATE \(name)")
            } catch {
                // 26000: somebody else has thrown it away.
                guard error.sqlState == "26000", self.isClean else { throw error }
            }
        }
    }

    private func encode(_ values: [PostgresValue]) throws(DatabaseError) -> PostgresParameters {
        guard values.count <= 65_535 else { throw self.error(.other, "\(values.count) parameters: 65535 are the most") }
        guard let parameters = PostgresParameters(values) else {
            throw self.error(.other, "a text with a zero byte in it, which PostgreSQL does not take")
        }
        return parameters
    }
}
