/// A request, as the thread of a slot sees it.
struct PoolJob<Connection: PooledConnection>: Sendable {
    /// What came of a request: the kind of its failure, and the way to tell who asked.
    struct End {
        let failure: DatabaseError.Kind?
        let deliver: @Sendable () -> Void
    }

    /// The lease, where it is one.
    let lease: PoolLease?
    /// By when its statements are to be done.
    let deadline: Deadline
    /// Runs it.
    let perform: @Sendable (Connection) -> End
    /// Tells who asked that it is not run.
    let fail: @Sendable (DatabaseError) -> Void

    init<T: Sendable>(
        lease: PoolLease?, deadline: Deadline, body: @escaping @Sendable (Connection) throws(DatabaseError) -> T,
        completion: @escaping @Sendable (Result<T, DatabaseError>) -> Void
    ) {
        self.lease = lease
        self.deadline = lease == nil ? deadline : .never
        self.perform = { connection in
            do throws(DatabaseError) {
                let value = try body(connection)
                return End(failure: nil) { completion(.success(value)) }
            } catch {
                return End(failure: error.kind) { completion(.failure(error)) }
            }
        }
        self.fail = { completion(.failure($0)) }
    }
}
