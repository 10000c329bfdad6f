/// What lines tell the machine that owns them.
protocol RedisLinesOwner: AnyObject {
    /// A node's line of commands is of use.
    func commandsReady(_ node: Int)
    /// A channel is heard from here on.
    func heard(_ channel: Int)
    /// A channel is heard no more: its line is lost, or it moves to another node.
    func unheard(_ channel: Int)
    /// Something was published on a channel; came by this line.
    func message(_ channel: Int, _ bytes: Span<UInt8>, line: Int)
    /// An answer came.
    func answer(_ asked: Asked, _ reply: RedisReply, node: Int)
    /// A line of channels has been read up to what was published when it was pinged, so many nanoseconds ago.
    func drained(_ line: Int, roundTrip: Int64)
    /// A line of channels is read too late: a ping on it has waited for longer than market data may be old.
    func overdue(_ line: Int)
    /// What could be read for now has been. What is written now goes out.
    func readAll()
}
