internal import DequeModule
internal import NIOCore

/// One of our connections to Redis, made anew whenever it is lost: what was asked on it and waits for an answer, and what is
/// about to be sent. `RedisLines` drives it.
struct RedisLine {
    /// What it is for. In RESP2 a connection that has subscribed can ask nothing else.
    enum Role: Hashable {
        /// Commands and their answers.
        case commands
        /// Channels.
        case channels
    }
    /// Where it is on its way.
    enum Phase: Hashable {
        /// Not connected; tried again then.
        case idle(retryAt: Int64)
        /// Connecting since then.
        case connecting(since: Int64)
        /// Saying who we are since then.
        case greeting(since: Int64)
        /// Of use.
        case ready
        /// Not needed any more.
        case retired
    }

    let role: Role
    /// The place of its node.
    let node: Int
    var phase = Phase.idle(retryAt: 0)
    /// The number of its connection; another after each loss.
    var number = -1
    /// How often in a row it failed.
    var failures = 0
    /// Questions without an answer, oldest first, with the size of each.
    var asked: Deque<(what: Asked, bytes: Int, at: Int64)> = []
    /// Their bytes in all.
    var unanswered = 0
    /// What goes out at the next flush.
    var outgoing = ByteBuffer()
    /// When it is pinged next.
    var pingDue: Int64 = 0
    /// On a line of channels: when the ping was sent that waits for its answer; 0 where none does.
    var pingedAt: Int64 = 0

    init(_ role: Role, node: Int) {
        self.role = role
        self.node = node
    }

    var isReady: Bool { self.phase == .ready }
}
