/// What lines tell the machine that owns them.
protocol RedisLinesOwner: AnyObject {
    /// A node's line of commands is of use.
    func commandsReady(_ node: Int)
    /// A node's line of commands is lost, with what was asked on it.
    func commandsLost(_ node: Int)
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
    /// Something for a person to read.
    func note(_ severity: BusNotice.Severity, _ text: String)
}
