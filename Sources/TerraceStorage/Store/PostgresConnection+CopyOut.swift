internal import CPostgres
internal import CTerrace
internal import Glibc

extension PostgresConnection {
    /// Runs `COPY ... TO STDOUT` and lends each row as it comes, in the format that `sql` names, without its end of line in the
    /// text format: for answers too large to hold twice.
    ///
    /// - Throws: What the server says; `timedOut`, `unreachable`. Rows that were lent before do not count then.
    func copyOut(_ sql: String, _ row: (UnsafeRawBufferPointer) -> Void) throws(DatabaseError) {
        let deadline = self.statementDeadline()
        let handle = unsafe try self.ready()
        guard unsafe PQsendQuery(handle, sql) == 1, let first = try self.next(deadline) else { throw self.lost() }
        guard unsafe PQresultStatus(first.handle) == PGRES_COPY_OUT else {
            let problem = self.error(of: first)
            while try self.next(deadline) != nil {}
            throw problem
        }
        copying: while true {
            var bytes: UnsafeMutablePointer<CChar>?
            let count = unsafe PQgetCopyData(handle, &bytes, 1)
            switch count {
            case 1...:
                guard let start = unsafe bytes else { throw self.lost() }
                // SAFETY: libpq gave `count` bytes, which are ours until they are freed.
                unsafe row(UnsafeRawBufferPointer(start: start, count: Int(count) - 1))
                unsafe PQfreemem(start)
            case 0:
                var polled = unsafe pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
                // SAFETY: the pointer is to one entry and valid during the call.
                if unsafe poll(&polled, 1, deadline.pollMilliseconds) == 0, deadline.isPast {
                    throw self.error(.timedOut, "no answer in time")
                }
                if unsafe PQconsumeInput(handle) == 0 { throw self.lost() }
            case -1: break copying
            default: throw self.lost()
            }
        }
        var failure: DatabaseError?
        while let end = try self.next(deadline) {
            if unsafe PQresultStatus(end.handle) != PGRES_COMMAND_OK { failure = self.error(of: end) }
        }
        if let failure { throw failure }
    }
}
