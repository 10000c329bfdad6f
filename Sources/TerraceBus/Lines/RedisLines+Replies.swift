internal import DequeModule
internal import NIOCore
internal import TerraceCore

extension RedisLines: RedisReceiver {
    func opened(_ number: Int) {
        self.pass()
        self.greet(number)
        self.flush()
    }

    func received(_ number: Int, _ bytes: Span<UInt8>) -> Int {
        self.pass()
        return self.read(number, bytes)
    }

    func receivedAll() {
        self.owner?.readAll()
        self.flush()
    }

    func closed(_ number: Int, reason: String) {
        self.pass()
        if let line = self.line(number) { self.lose(line, reason, isClosed: true) }
        self.receivedAll()
    }

    private func pass() { self.advance(to: self.transport.now.nanoseconds) }

    /// Says who we are.
    private func greet(_ number: Int) {
        guard let line = self.line(number), case .connecting = self.lines[line].phase else { return }
        self.lines[line].phase = .greeting(since: self.now)
        let address = self.nodes[self.lines[line].node]
        var part = 0
        func greet(_ words: [String]) {
            self.ask(line, .greeting(part)) { $0.writeCommand(words) }
            part += 1
        }
        if let user = address.user {
            // A user without a password is asked for too: nobody is to go on as the default user instead.
            greet(["AUTH", user, address.password?.text ?? ""])
        } else if let password = address.password {
            greet(["AUTH", password.text])
        }
        if address.database > 0 { greet(["SELECT", "\(address.database)"]) }
        greet(["CLIENT", "SETNAME", "terrace-\(self.settings.role)"])
        // The last of the greeting, and the first thing that a server which wants a password refuses.
        self.ask(line, .greeting(-1)) { $0.writeCommand("PING") }
        if self.map == nil { self.ask(line, .kind) { $0.writeCommand("INFO", "cluster") } }
    }

    private func line(_ number: Int) -> Int? {
        self.lines.firstIndex { $0.number == number && $0.phase != .retired }
    }

    /// Reads all whole replies; gives how many bytes those are.
    private func read(_ number: Int, _ bytes: Span<UInt8>) -> Int {
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
                text.contains("without any password configured") || text.contains("no password is set")
                ? "the server has no password: take password_env out"
                : text.hasPrefix("WRONGPASS") || text.contains("invalid password")
                    ? "the password or user is wrong; correct it in the configuration's environment variable or address"
                    : text.hasPrefix("NOAUTH")
                        ? "the server wants a password: name the environment variable that has it"
                        : text.hasPrefix("LOADING")
                            ? "the server is loading its data"
                            : text.hasPrefix("NOPERM")
                                ? "the user may not do this: \(String(text.prefix(120))); docs/operations.md has the rules it needs"
                                : "refused: \(String(text.prefix(120)))"
            return self.lose(line, advice)
        }
        if part == -1 { self.becomeReady(line) }
    }

    private func takeOfChannels(_ reply: RedisReply, _ line: Int) {
        if case .error(let text) = reply {
            if self.isMoved(text) { return self.mapIsWrong() }
            // One line, not one a channel and second.
            if self.saidRefusal != text {
                self.saidRefusal = text
                self.notices.add(
                    .alarm,
                    "a subscription was refused: \(String(text.prefix(120))); let the user read terrace:* channels")
            }
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
}
