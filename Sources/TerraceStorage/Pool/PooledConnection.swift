/// What a pool shares: a connection that blocks the one thread it belongs to, and never beyond the deadlines it is given.
///
/// The pool makes it, uses it and closes it on one thread of its own; it never leaves that thread.
public protocol PooledConnection: AnyObject, SendableMetatype {
    /// Whether it is as good as new: open, nothing under way, no transaction begun. Asks nobody.
    var isClean: Bool { get }

    /// Connects, by `deadline`. Called once.
    func open(by deadline: Deadline) throws(DatabaseError)
    /// What follows serves a request that is to be done by `deadline`.
    func begin(deadline: Deadline)
    /// Asks the database whether it is there.
    func check(by deadline: Deadline) throws(DatabaseError)
    /// Makes it clean again after a request that has left it in doubt: ends what is under way, rolls back.
    func recover(by deadline: Deadline) throws(DatabaseError)
    /// Closes it, and waits until `deadline` for the other side to have closed it too.
    func close(by deadline: Deadline)
}
