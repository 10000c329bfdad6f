internal import DequeModule
internal import NIOCore

extension RedisLines {
    /// Begins.
    func start(at now: Int64) {
        self.advance(to: now)
        self.lastTick = now
        self.begin()
    }

    /// Until the map is known there is one node: the first address that answers.
    func begin() {
        self.reachedAt = self.now
        self.mapDue = .max
        self.nodes = [self.addresses[self.lastAddress]]
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
            case .ready: due = min(due, self.checkDue(line))
            case .retired: break
            }
        }
        return max(due, self.lastTick + Self.tickPeriod)
    }

    /// When a line that is of use is looked at: to ping it, or because a ping has waited for too long.
    private func checkDue(_ line: Int) -> Int64 {
        let pingedAt = self.lines[line].pingedAt
        if pingedAt == 0 { return self.lines[line].pingDue }
        let overdue = pingedAt + self.settings.lagLimit + 1
        return overdue > self.now ? overdue : pingedAt + self.settings.answerLimit
    }

    private func isNeeded(_ line: Int) -> Bool {
        self.lines[line].role == .commands || self.channels.contains { $0.isWanted && $0.line == line }
    }

    /// The shortest time between two looks at all lines.
    private static var tickPeriod: Int64 { 5_000_000 }

    /// Time passed.
    func tick(at now: Int64) {
        self.advance(to: now)
        if self.isClosed || now - self.lastTick < Self.tickPeriod { return }
        // While the loop stood still nothing was read: what waits for an answer is not to blame for that.
        let stood = now - self.lastTick
        self.lastTick = now
        let pause = stood > 1_000_000_000 ? stood : 0
        if self.lines.contains(where: { $0.isReady && $0.role == .commands }) || !self.isCluster {
            self.reachedAt = now
        } else if now - self.reachedAt > 15_000_000_000 {
            return self.startOver()
        }
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
        if self.lines[line].role == .channels, self.now - oldest > self.settings.lagLimit { self.owner?.overdue(line) }
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
            self.notices.add(.warning, "\(text); connecting again")
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

    func becomeReady(_ line: Int) {
        self.lines[line].phase = .ready
        self.lines[line].failures = 0
        self.lines[line].pingDue = self.now
        let node = self.lines[line].node
        self.saidRefusal = ""
        if !self.saidFailure[node].isEmpty {
            self.saidFailure[node] = ""
            self.notices.add(.information, "\(self.nodes[node].hostAndPort): connected again")
        }
        switch self.lines[line].role {
        case .commands: if self.map != nil { self.owner?.commandsReady(node) }
        case .channels:
            for channel in self.channels.indices
            where self.channels[channel].line == line && self.channels[channel].isWanted { self.sendSubscribe(channel) }
        }
    }
}
