internal import NIOCore

/// All connections of one publisher or subscriber: which nodes there are, which line carries a channel, who we are, whether
/// they live, and how they come back. A machine: time comes with each call, bytes go through a transport.
final class RedisLines {
    /// A channel that is or was subscribed to.
    struct Channel {
        let name: String
        let slot: Int
        var isWanted = false
        var line = -1
        var isHeard = false
        /// When the subscription was sent last; 0 where it was not.
        var sentAt: Int64 = 0
    }

    /// Where commands are sent.
    enum Reach {
        /// To every node: books are published there.
        case everyNode
        /// To the node of this slot. To others too as long as there are connections enough: books stored there are asked for.
        case slot(Int)
    }

    let addresses: [RedisAddress]
    let settings: BusSettings
    let reach: Reach
    let transport: any RedisTransport
    weak var owner: (any RedisLinesOwner)?
    /// The time of what is being done; never goes back.
    private(set) var now: Int64 = 0
    var notices = BusNotices()
    var lines: [RedisLine] = []
    var map: ClusterMap?
    /// Of every node that was ever seen; lines keep its place.
    var nodes: [RedisAddress] = []
    /// By place in `map.nodes`, the place in `nodes`.
    var placed: [Int] = []
    var channels: [Channel] = []
    var table = ChannelTable()
    var commandLine: [Int] = []  // By node.
    var channelLines: [[Int]] = []  // By node.
    var connections = 0  // Numbers given.
    var random: BusRandom
    var mapDue: Int64 = .max  // When the map is read again.
    var mapReadAt: Int64 = 0
    var lastAddress = 0
    var lastTick: Int64 = 0
    var isClosed = false
    var reconnects = 0
    var faults = 0
    var saidFailure: [String] = []  // By node, the failure that was told last.
    var saidRefusal = ""  // The refusal of a subscription that was told last.
    var reachedAt: Int64 = 0  // When a node of the cluster was last spoken to.

    init(
        _ addresses: [RedisAddress], reach: Reach, settings: BusSettings, transport: any RedisTransport, seed: UInt64
    ) {
        self.addresses = addresses
        self.reach = reach
        self.settings = settings
        self.transport = transport
        self.random = BusRandom(seed: seed)
        transport.receiver = self
    }

    /// Time passed. A clock that goes back is not followed.
    func advance(to now: Int64) { self.now = max(self.now, now) }

    // MARK: What the owner asks

    /// Adds a channel, not yet subscribed to; gives its number.
    func addChannel(_ name: String) -> Int {
        self.channels.append(Channel(name: name, slot: HashSlot.of(name)))
        return self.table.add(name)
    }

    /// Subscribes, now or when it can be.
    func subscribe(_ channel: Int) {
        if self.channels[channel].isWanted { return }
        self.channels[channel].isWanted = true
        self.assign(channel)
    }

    /// Unsubscribes.
    func unsubscribe(_ channel: Int) {
        guard self.channels[channel].isWanted else { return }
        self.channels[channel].isWanted = false
        self.leave(channel)
    }

    /// The node of a slot; nil while no map is known.
    func node(ofSlot slot: Int) -> Int? {
        guard let map = self.map else { return nil }
        return self.placed[Int(map.owners[slot])]
    }

    /// Whether a node's line of commands is of use.
    func isReady(_ node: Int) -> Bool {
        let line = node < self.commandLine.count ? self.commandLine[node] : -1
        return line >= 0 && self.lines[line].isReady
    }

    /// Bytes on the way to a node without an answer. Its line must be ready.
    func unanswered(_ node: Int) -> Int { self.lines[self.commandLine[node]].unanswered }

    /// What of a node's line has commands appended by `write`, each told by its own call. The line must be ready.
    func command(_ node: Int, _ what: Asked, _ write: (inout ByteBuffer) -> Void) {
        self.ask(self.commandLine[node], what, write)
    }

    /// Whether a command to publish is that of a sharded channel.
    var isCluster: Bool { self.map?.isCluster ?? false }

    /// Asks for the map to be read again, soon.
    func mapIsWrong() {
        guard self.isCluster || self.map == nil else { return }
        self.mapDue = min(self.mapDue, max(self.now + 20_000_000, self.mapReadAt + 500_000_000))
    }

    /// Pings a line of channels, to know when it has been read to its end.
    func ping(_ line: Int) {
        guard self.lines[line].isReady, self.lines[line].pingedAt == 0 else { return }
        self.lines[line].pingedAt = self.now
        self.lines[line].pingDue = self.now + self.channelPingPeriod
        self.lines[line].outgoing.writeCommand("PING")
    }

    /// How often a line of channels is pinged: so that a server which stands still is noticed within the time that market data
    /// may be old, though nothing comes from a quiet market either.
    var channelPingPeriod: Int64 { min(self.settings.heartbeatPeriod, max(20_000_000, self.settings.lagLimit / 2)) }

    /// Sends what is to be sent.
    func flush() {
        for place in self.lines.indices where self.lines[place].outgoing.readableBytes > 0 {
            self.transport.send(self.lines[place].number, self.lines[place].outgoing)
            self.lines[place].outgoing = ByteBuffer()
        }
    }

    /// Closes all.
    func close() {
        self.flush()
        self.isClosed = true
        for place in self.lines.indices { self.retire(place) }
    }

    /// Connections that stand, and that are wanted.
    var open: Int { self.lines.count { $0.isReady } }

    // MARK: Channels and their lines

    /// Gives a channel its line, and subscribes where that is ready.
    func assign(_ channel: Int) {
        guard let node = self.node(ofSlot: self.channels[channel].slot) else { return }
        if self.channelLines[node].isEmpty { self.addChannelLines(node) }
        let lines = self.channelLines[node]
        if lines.isEmpty { return }  // More nodes than connections, which was told.
        let line = lines[self.channels[channel].slot % lines.count]
        self.channels[channel].line = line
        if self.lines[line].isReady { self.sendSubscribe(channel) }
        self.wantLine(line)
    }

    func sendSubscribe(_ channel: Int) {
        self.channels[channel].sentAt = self.now
        let verb = self.isCluster ? "SSUBSCRIBE" : "SUBSCRIBE"
        self.lines[self.channels[channel].line].outgoing.writeCommand(verb, self.channels[channel].name)
    }

    /// Takes a channel from its line.
    func leave(_ channel: Int) {
        let line = self.channels[channel].line
        let wasHeard = self.channels[channel].isHeard
        if line >= 0, self.lines[line].isReady, self.channels[channel].sentAt > 0 {
            let verb = self.isCluster ? "SUNSUBSCRIBE" : "UNSUBSCRIBE"
            self.lines[line].outgoing.writeCommand(verb, self.channels[channel].name)
        }
        self.channels[channel].line = -1
        self.channels[channel].isHeard = false
        self.channels[channel].sentAt = 0
        if wasHeard { self.owner?.unheard(channel) }
    }

    /// The first channel of a node makes its lines: as many as the channels need, within the bound over all nodes.
    private func addChannelLines(_ node: Int) {
        let nodes = max(1, self.map?.nodes.count ?? 1)
        let needed = self.channels.count / nodes / 64 + 1
        let forCommands = self.lines.count { $0.role == .commands && $0.phase != .retired }
        let allowed = max(1, (self.settings.connections - forCommands) / nodes)
        for _ in 0..<min(needed, allowed) {
            guard let line = self.addLine(.channels, node) else { return }
            self.channelLines[node].append(line)
        }
    }

    /// Makes a line; nil where there are as many as there may be.
    func addLine(_ role: RedisLine.Role, _ node: Int) -> Int? {
        guard self.lines.count(where: { $0.phase != .retired }) < self.settings.connections else { return nil }
        self.lines.append(RedisLine(role, node: node))
        return self.lines.count - 1
    }

    /// Connects a line at once that was not needed so far.
    private func wantLine(_ line: Int) {
        if case .idle(let retryAt) = self.lines[line].phase, retryAt <= self.now { self.connect(line) }
    }

    /// Ends a line for good.
    func retire(_ line: Int) {
        switch self.lines[line].phase {
        case .idle, .retired: break
        case .connecting, .greeting, .ready: self.transport.close(self.lines[line].number)
        }
        let wasReady = self.lines[line].isReady
        self.lines[line].phase = .retired
        self.lines[line].number = -1
        self.forget(line)
        if wasReady { self.tellLost(line) }
    }

    func forget(_ line: Int) {
        self.lines[line].asked.removeAll()
        self.lines[line].unanswered = 0
        self.lines[line].outgoing = ByteBuffer()
        self.lines[line].pingedAt = 0
    }

    func tellLost(_ line: Int) {
        guard self.lines[line].role == .channels else { return }
        for channel in self.channels.indices where self.channels[channel].line == line {
            let wasHeard = self.channels[channel].isHeard
            self.channels[channel].isHeard = false
            self.channels[channel].sentAt = 0
            if wasHeard { self.owner?.unheard(channel) }
        }
    }

    func ask(_ line: Int, _ what: Asked, _ write: (inout ByteBuffer) -> Void) {
        let before = self.lines[line].outgoing.writerIndex
        write(&self.lines[line].outgoing)
        let size = self.lines[line].outgoing.writerIndex - before
        self.lines[line].asked.append((what, size, self.now))
        self.lines[line].unanswered += size
    }
}
