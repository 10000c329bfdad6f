/// What was asked on a connection, to know an answer by.
enum Asked: Hashable {
    /// Part of the greeting: its place in it.
    case greeting(Int)
    /// `INFO cluster`.
    case kind
    /// `CLUSTER SLOTS`.
    case slots
    /// `PING`, sent then.
    case ping(Int64)
    /// `PUBLISH` of an instrument; -1 for what nobody counts on.
    case publish(Int)
    /// `GET` of an instrument's stored book.
    case book(Int)
    /// `SET` of an instrument's book.
    case store(Int)
    /// `SET` or `DEL` of a heartbeat's key.
    case mark
    /// `PUBSUB NUMSUB` of so many instruments from one on.
    case demand(first: Int, count: Int)
}
