internal import DequeModule
internal import NIOCore

extension RedisLines {
    /// Begins.
    func start(at now: Int64) {
        self.now = now
        self.lastTick = now
        // Until the map is known there is one node: the first address that answers.
        self.nodes = [self.addresses[0]]
        self.placed = []
        self.commandLine = [0]
        self.channelLines = [[]]
        self.saidFailure = [""]
        self.lines = [RedisLine(.commands, node: 0)]
        self.connect(0)
    }

    /// When something is due.
    var nextDue: Int64 {
        if self.isClosed { return .max }
        // A quarter of a second at most, so that a loop that stood still is told from one that had nothing to do.
        var due = min(self.mapDue, self.lastTick + 250_000_000)
        for line in self.lines.indices {
            switch self.lines[line].phase {
            case .idle(let retryAt): if self.isNeeded(line) { due = min(due, retryAt) }
            case .connecting(let since): due = min(due, since + self.settings.connectLimit)
            case .greeting(let since): due = min(due, since + self.settings.answerLimit)
            case .ready: due = min(due, self.lines[line].pingDue)
            case .retired: break
            }
        }
        return max(due, self.lastTick + Self.tickPeriod)
    }

    private func isNeeded(_ line: Int) -> Bool {
        self.lines[line].role == .commands || self.channels.contains { $0.isWanted && $0.line == line }
    }

    /// The shortest time between two looks at all lines.
    private static var tickPeriod: Int64 { 5_000_000 }

    /// Time passed.
    func tick(at now: Int64) {
        self.now = now
        if self.isClosed || now - self.lastTick < Self.tickPeriod { return }
        // While the loop stood still nothing was read: what waits for an answer is not to blame for that.
        let stood = now - self.lastTick
        self.lastTick = now
        let pause = stood > 1_000_000_000 ? stood : 0
        if now >= self.mapDue { self.readMap() }
        for line in self.lines.indices {
            switch self.lines[line].phase {
            case .idle(let retryAt):
                if now >= retryAt, self.isNeeded(line) { self.connect(line) }
            case .connecting(let since):
                if pause > 0 { self.lines[line].phase = .connecting(since: since + pause) }
                if now - since - pause >= self.settings.connectLimit { self.lose(line, "did not connect in time") }
            case .greeting(let since):
                if pause > 0 { self.lines[line].phase = .greeting(since: since + pause) }
                if now - since - pause >= self.settings.answerLimit { self.lose(line, "does not answer") }
            case .ready: self.check(line, pause: pause)
            case .retired: break
            }
        }
        self.subscribeAgain()
    }

    private func check(_ line: Int, pause: Int64) {
        if pause > 0 {
            for place in self.lines[line].asked.indices { self.lines[line].asked[place].at += pause }
            if self.lines[line].pingedAt > 0 { self.lines[line].pingedAt += pause }
        }
        let oldest =
            self.lines[line].role == .commands
            ? self.lines[line].asked.first?.at ?? self.now
            : self.lines[line].pingedAt > 0 ? self.lines[line].pingedAt : self.now
        if self.now - oldest >= self.settings.answerLimit { return self.lose(line, "does not answer") }
        if self.now >= self.lines[line].pingDue {
            if self.lines[line].role == .channels { return self.ping(line) }
            self.lines[line].pingDue = self.now + self.settings.heartbeatPeriod
            if self.lines[line].asked.isEmpty {
                self.ask(line, .ping(self.now)) { $0.writeCommand("PING") }
            }
        }
    }

    /// Subscriptions that were not confirmed are sent again.
    private func subscribeAgain() {
        for channel in self.channels.indices where self.channels[channel].isWanted && !self.channels[channel].isHeard {
            let line = self.channels[channel].line
            guard line >= 0, self.lines[line].isReady, self.channels[channel].sentAt + 1_000_000_000 <= self.now else {
                continue
            }
            self.sendSubscribe(channel)
        }
    }

    // MARK: Connecting

    func connect(_ line: Int) {
        self.connections += 1
        self.lines[line].number = self.connections
        self.lines[line].phase = .connecting(since: self.now)
        self.transport.connect(self.connections, to: self.nodes[self.lines[line].node])
    }

    func opened(_ number: Int) {
        guard let line = self.line(number), case .connecting = self.lines[line].phase else { return }
        self.lines[line].phase = .greeting(since: self.now)
        let address = self.nodes[self.lines[line].node]
        var part = 0
        func greet(_ words: [String]) {
            self.ask(line, .greeting(part)) { $0.writeCommand(words) }
            part += 1
        }
        if let password = address.password {
            greet(address.user.map { ["AUTH", $0, password.text] } ?? ["AUTH", password.text])
        }
        if address.database > 0 { greet(["SELECT", "\(address.database)"]) }
        greet(["CLIENT", "SETNAME", "terrace-\(self.settings.role)"])
        // The last of the greeting, and the first thing that a server which wants a password refuses.
        self.ask(line, .greeting(-1)) { $0.writeCommand("PING") }
        if self.map == nil { self.ask(line, .kind) { $0.writeCommand("INFO", "cluster") } }
    }

    func closed(_ number: Int, reason: String) {
        guard let line = self.line(number) else { return }
        self.lose(line, reason, isClosed: true)
    }

    private func line(_ number: Int) -> Int? {
        self.lines.firstIndex { $0.number == number && $0.phase != .retired }
    }

    /// Gives a connection up, and makes it anew later: at once the first time, then after 0.1 to 5 s.
    func lose(_ line: Int, _ reason: String, isClosed: Bool = false) {
        switch self.lines[line].phase {
        case .idle, .retired: return
        case .connecting, .greeting, .ready: break
        }
        if !isClosed { self.transport.close(self.lines[line].number) }
        let wasReady = self.lines[line].isReady
        let failures = wasReady ? 0 : self.lines[line].failures + 1
        let wait: Int64 = min(5_000_000_000, 100_000_000 << Int64(min(failures, 6)))
        self.lines[line].failures = failures
        self.lines[line].number = -1
        self.lines[line].phase = .idle(retryAt: self.now + self.random.jitter(wait))
        self.reconnects += 1
        self.forget(line)
        let node = self.lines[line].node
        let text = "\(self.nodes[node].hostAndPort): \(reason)"
        // One line a failure of a node, not one a connection and attempt.
        if self.saidFailure[node] != reason {
            self.saidFailure[node] = reason
            self.owner?.note(.warning, "\(text); connecting again")
        }
        if wasReady { self.tellLost(line) }
        if self.map == nil {
            // The next address may answer where this one does not.
            self.lastAddress = (self.lastAddress + 1) % self.addresses.count
            self.nodes[0] = self.addresses[self.lastAddress]
        } else if self.isCluster {
            self.mapIsWrong()
        }
    }

    private func becomeReady(_ line: Int) {
        self.lines[line].phase = .ready
        self.lines[line].failures = 0
        self.lines[line].pingDue = self.now + self.settings.heartbeatPeriod
        let node = self.lines[line].node
        if !self.saidFailure[node].isEmpty {
            self.saidFailure[node] = ""
            self.owner?.note(.information, "\(self.nodes[node].hostAndPort): connected again")
        }
        switch self.lines[line].role {
        case .commands: if self.map != nil { self.owner?.commandsReady(node) }
        case .channels:
            for channel in self.channels.indices
            where self.channels[channel].line == line && self.channels[channel].isWanted { self.sendSubscribe(channel) }
        }
    }

    // MARK: What comes

    /// Reads all whole replies; gives how many bytes those are.
    func received(_ number: Int, _ bytes: Span<UInt8>) -> Int {
        guard let line = self.line(number), let owner = self.owner else { return bytes.count }
        var place = 0
        do {
            while self.lines[line].number == number {
                switch try RedisReader.next(bytes, from: place) {
                case .incomplete: return place
                case .message(let channel, let payload, let end):
                    place = end
                    // A name that is none of ours: it was unsubscribed from and is forgotten.
                    guard let known = self.table.find(bytes, channel), self.channels[known].line == line else {
                        continue
                    }
                    owner.message(known, bytes.extracting(payload), line: line)
                case .reply(let reply, let end):
                    place = end
                    try self.take(reply, line)
                }
            }
        } catch {
            self.faults += 1
            self.lose(line, "\(error)")
        }
        return bytes.count
    }

    private func take(_ reply: RedisReply, _ line: Int) throws(RedisFault) {
        if self.lines[line].role == .channels, self.lines[line].isReady { return self.takeOfChannels(reply, line) }
        guard let (what, size, _) = self.lines[line].asked.popFirst() else { throw .unasked }
        self.lines[line].unanswered -= size
        if case .error(let text) = reply, self.isMoved(text) { self.mapIsWrong() }
        switch what {
        case .greeting(let part): self.greeted(part, reply, line)
        case .kind: self.takeKind(reply, line)
        case .slots: self.takeSlots(reply, line)
        case .ping: break
        case .publish, .book, .store, .mark, .demand: self.owner?.answer(what, reply, node: self.lines[line].node)
        }
    }

    func isMoved(_ text: String) -> Bool {
        text.hasPrefix("MOVED ") || text.hasPrefix("ASK ") || text.hasPrefix("CLUSTERDOWN")
            || text.hasPrefix("TRYAGAIN")
    }

    private func greeted(_ part: Int, _ reply: RedisReply, _ line: Int) {
        if case .error(let text) = reply {
            // Redis never repeats what it was sent in these.
            let advice =
                text.hasPrefix("WRONGPASS") || text.contains("invalid password")
                ? "the password or user is wrong; correct it in the configuration's environment variable or address"
                : text.hasPrefix("NOAUTH")
                    ? "the server wants a password: name the environment variable that has it"
                    : text.hasPrefix("LOADING")
                        ? "the server is loading its data"
                        : "refused: \(String(text.prefix(120)))"
            return self.lose(line, advice)
        }
        if part == -1 { self.becomeReady(line) }
    }

    private func takeOfChannels(_ reply: RedisReply, _ line: Int) {
        if case .error(let text) = reply {
            if self.isMoved(text) { return self.mapIsWrong() }
            self.owner?.note(.warning, "a subscription was refused: \(String(text.prefix(120)))")
            return
        }
        guard case .array(let parts) = reply, let word = parts.first?.text else {
            // `+PONG`, where nothing is subscribed to yet.
            return self.ponged(line)
        }
        switch word {
        case "pong": self.ponged(line)
        case "subscribe", "ssubscribe":
            guard parts.count == 3, let channel = self.channel(parts[1]), self.channels[channel].line == line,
                self.channels[channel].isWanted, !self.channels[channel].isHeard
            else { return }
            self.channels[channel].isHeard = true
            self.owner?.heard(channel)
        case "sunsubscribe":
            // Unasked for where a slot moves to another node.
            guard parts.count == 3, let channel = self.channel(parts[1]), self.channels[channel].line == line,
                self.channels[channel].isHeard
            else { return }
            self.channels[channel].isHeard = false
            self.owner?.unheard(channel)
            self.mapIsWrong()
        default: break
        }
    }

    private func channel(_ reply: RedisReply) -> Int? {
        guard case .bytes(let name) = reply else { return nil }
        return self.table.find(name.span, 0..<name.count)
    }

    private func ponged(_ line: Int) {
        let since = self.lines[line].pingedAt
        guard since > 0 else { return }
        self.lines[line].pingedAt = 0
        self.owner?.drained(line, roundTrip: self.now - since)
    }

    // MARK: The map

    private func takeKind(_ reply: RedisReply, _ line: Int) {
        let text = reply.text ?? ""
        if text.contains("cluster_enabled:1") {
            self.ask(line, .slots) { $0.writeCommand("CLUSTER", "SLOTS") }
        } else {
            // The place of the only node so far is that of the address which answered.
            let answered = self.nodes[0]
            self.take(ClusterMap(independent: self.addresses))
            if let node = self.nodes.firstIndex(of: answered), self.lines[line].node == node {
                self.owner?.commandsReady(node)
            }
        }
    }

    private func takeSlots(_ reply: RedisReply, _ line: Int) {
        let isFirst = self.map == nil
        let node = self.lines[line].node
        guard let map = ClusterMap(reply, from: self.nodes[node]) else {
            self.owner?.note(.warning, "the cluster has slots without a node; asking again")
            self.mapReadAt = self.now
            self.mapDue = self.now + 1_000_000_000
            return
        }
        self.take(map)
        if isFirst, self.lines[line].isReady { self.owner?.commandsReady(node) }
    }

    private func readMap() {
        self.mapReadAt = self.now
        self.mapDue = self.now + 1_000_000_000
        let ready = self.lines.indices.filter { self.lines[$0].role == .commands && self.lines[$0].isReady }
        guard !ready.isEmpty else { return }
        let line = ready[Int(truncatingIfNeeded: self.random.next() % UInt64(ready.count))]
        self.ask(line, .slots) { $0.writeCommand("CLUSTER", "SLOTS") }
    }
}
