import TerraceCore

// The private stream: its key, its login, its renewal and its loss.
extension VenueSession {
    private static let pingPause: Int64 = 5_000_000_000
    private static let silenceLimit: Int64 = 16_000_000_000
    private static let renewalLead: Int64 = 900_000_000_000
    /// A login may take this long.
    private static let loginLimit: Int64 = 10_000_000_000
    /// When a key could not be kept alive for a passing reason, the next attempt is due after this; a key lives for longer.
    private static let keyPause: Int64 = 60_000_000_000

    func account(of socket: Int) -> Int? {
        for index in self.accounts.indices where self.accounts[index].socket == socket { return index }
        return nil
    }

    // MARK: What is due

    func tendAccount() {
        if self.keyIsRefused {
            if self.now < self.keyRetryAt {
                self.sendQueries()  // Cancels go on too: perhaps it is one kind of request that the key may not make.
                return self.wake(by: self.keyRetryAt)
            }
            self.keyIsRefused = false
        }
        for index in self.accounts.indices.reversed() { self.tend(index) }
        self.sendQueries()
        self.tendComparison()
        self.tendDeadMan()
    }

    private func tend(_ which: Int) {
        switch self.accounts[which].state {
        case .closed:
            if self.now < self.accounts[which].retryAt { return self.wake(by: self.accounts[which].retryAt) }
            // Requests are signed with the venue's time; the answer to the question for it wakes us.
            if !self.clock.isMeasured { return }
            if self.traits.listenKeySeconds > 0 {
                if !self.ask(.createListenKey, .createListenKey, percent: 90) {
                    return self.wake(by: self.weight.retryAt(self.now))
                }
                self.accounts[which].state = .awaitingKey
            } else {
                self.open(which)
            }
        case .awaitingKey, .opening:
            return
        case .login:
            let limit = self.accounts[which].openedAt.advanced(by: Self.loginLimit)
            if self.now >= limit {
                return self.accountLost(which, "the venue does not answer the login", close: true)
            }
            self.wake(by: limit)
            _ = self.ping(which)
        case .ready:
            if self.ping(which) { self.renew(which) }
        }
    }

    /// Sends a request of the account where the weight leaves room for it.
    func ask(_ command: AccountCommand, _ purpose: PendingRequest.Purpose, percent: Int) -> Bool {
        let request = self.dialect.request(command, at: self.clock.milliseconds(at: self.now))
        guard self.weight.take(request.weight, percent: percent, at: self.now) else { return false }
        self.request(request, purpose, lane: .account, command: command)
        return true
    }

    private func open(_ which: Int) {
        guard !self.weight.isBlocked(at: self.now), self.connectionsWindow.take(1, percent: 100, at: self.now) else {
            self.accounts[which].state = .closed
            self.accounts[which].retryAt = max(
                self.connectionsWindow.retryAt(self.now), self.now.advanced(by: 1_000_000_000))
            return self.wake(by: self.accounts[which].retryAt)
        }
        self.accounts[which].state = .opening
        self.accounts[which].socket = self.number()
        self.statistics.connections += 1
        self.transport.open(
            self.accounts[which].socket, base: self.settings.endpoints.account,
            target: self.dialect.accountTarget(listenKey: self.accounts[which].listenKey))
    }

    /// Asks for a sign of life now and then.
    ///
    /// - Returns: false where there was none for too long, and the stream was given up.
    private func ping(_ which: Int) -> Bool {
        let ping = self.dialect.accountPing
        if ping.isEmpty { return true }
        if self.now.nanoseconds(since: self.accounts[which].heardAt) >= Self.silenceLimit {
            self.accountLost(which, "it has been silent", close: true)
            return false
        }
        let due = self.accounts[which].pingedAt.advanced(by: Self.pingPause)
        if self.now >= due {
            self.accounts[which].pingedAt = self.now
            self.transport.send(self.accounts[which].socket, ping)
            self.wake(by: self.now.advanced(by: Self.pingPause))
        } else {
            self.wake(by: due)
        }
        return true
    }

    /// The stream's key is kept alive; the stream itself is followed by another before the venue ends it.
    private func renew(_ which: Int) {
        if self.traits.listenKeySeconds > 0 {
            let due = self.accounts[which].keyRenewedAt.advanced(by: self.traits.listenKeySeconds * 1_000_000_000)
            if self.now >= due {
                if self.ask(.renewListenKey, .renewListenKey, percent: 100) {
                    self.accounts[which].keyRenewedAt = self.now
                } else {
                    self.wake(by: self.weight.retryAt(self.now))
                }
            } else {
                self.wake(by: due)
            }
        }
        if which > 0 || self.accounts.count > 1 { return }
        if self.now < self.accounts[which].renewAt { return self.wake(by: self.accounts[which].renewAt) }
        self.accounts[which].renewAt = self.now.advanced(by: 60_000_000_000)
        var next = AccountConnection()
        next.listenKey = self.accounts[which].listenKey
        next.retryAt = self.now
        self.accounts.append(next)
        self.wake(by: self.now)
    }

    // MARK: Up

    func accountOpened(_ which: Int) {
        self.accounts[which].openedAt = self.now
        self.accounts[which].heardAt = self.now
        self.accounts[which].pingedAt = self.now
        self.accounts[which].keyRenewedAt = self.now
        let life = self.traits.connectionSeconds * 1_000_000_000
        self.accounts[which].renewAt = self.now.advanced(by: life - min(life / 4, Self.renewalLead))
        self.login(which, step: 0)
    }

    private func login(_ which: Int, step: Int) {
        if let text = self.dialect.login(step: step, at: self.clock.milliseconds(at: self.now)) {
            self.accounts[which].state = .login(step)
            self.transport.send(self.accounts[which].socket, text)
            return
        }
        self.accounts[which].state = .ready
        if which > 0 {
            // What came by the one while the other was not yet heard is asked for all the same.
            self.transport.close(self.accounts[0].socket)
            self.accounts.removeFirst()
            self.statistics.connectionsRenewed += 1
            self.note(.information, "the private stream was renewed without a gap")
            self.compareSoon()
        } else {
            self.beginComparison(isOpening: true)
        }
    }

    func listenKeyAnswered(_ key: String) {
        for index in self.accounts.indices where self.accounts[index].state == .awaitingKey {
            self.accounts[index].listenKey = key
            self.open(index)
        }
    }

    func listenKeyFailed() {
        for index in self.accounts.indices.reversed() where self.accounts[index].state == .awaitingKey {
            self.accountLost(index, "the venue gave no key for it", close: false)
        }
    }

    /// What became of keeping the stream's key alive: a key that the venue no longer knows tells nothing any more, and who
    /// can say since when.
    func listenKeyRenewed(_ outcome: AnswerOutcome) {
        switch outcome {
        case .done, .more: return
        case .refused, .unknown(code: 404):
            guard self.accounts[0].state == .ready else { return }
            self.accountLost(0, "the venue does not know its key any more: \(outcome)", close: true)
        case .limited, .clockOff, .keyRefused, .unknown: self.renewListenKeySoon("\(outcome)")
        }
    }

    func renewListenKeySoon(_ reason: String) {
        self.note(.warning, "the private stream's key was not kept alive, which is tried again: \(reason)")
        let lead = Self.keyPause - self.traits.listenKeySeconds * 1_000_000_000
        self.accounts[0].keyRenewedAt = self.now.advanced(by: lead)
        self.wake(by: self.now.advanced(by: Self.keyPause))
    }

    /// All that must be known is known: the engine may trade.
    func accountIsReady() {
        self.isAccountHeard = true
        if self.isAnnouncedUp {
            self.deliver(.connection(self.settings.venue, .accountBack))
        } else {
            self.isAnnouncedUp = true
            self.deliver(.connection(self.settings.venue, .up))
        }
    }

    // MARK: Down

    func accountLost(_ which: Int, _ reason: String, close: Bool) {
        if close, self.accounts[which].socket >= 0 { self.transport.close(self.accounts[which].socket) }
        if which > 0 {
            self.accounts.remove(at: which)
            self.note(.warning, "the private stream could not be renewed, and will be tried again: \(reason)")
            return
        }
        let (wasHeard, openedAt) = (self.isAccountHeard, self.accounts[0].openedAt)
        self.statistics.connectionsLost += 1
        self.note(.warning, "the private stream is lost: \(reason)")
        if self.isAccountHeard {
            self.isAccountHeard = false
            self.deliver(.connection(self.settings.venue, .accountLost))
        }
        self.abandonComparison()
        self.accounts.removeFirst()
        // The one that was to follow it is on its way already.
        if !self.accounts.isEmpty { return self.wake(by: self.now) }
        if wasHeard, self.now.nanoseconds(since: openedAt) > Self.wellAfter { self.accountBackoff.reset() }
        let wait = self.accountBackoff.next(random: self.random.next())
        self.accounts = [AccountConnection()]
        self.accounts[0].retryAt = self.now.advanced(by: wait)
        self.wake(by: self.accounts[0].retryAt)
    }

    /// The key may not do something: nothing new is sent, and everything is begun anew a while later.
    func keyRefused(code: Int64) {
        if self.keyIsRefused { return }
        self.keyIsRefused = true
        self.keyRetryAt = self.now.advanced(by: 60_000_000_000)
        self.wake(by: self.keyRetryAt)
        self.note(
            .alarm,
            "it refuses the key (code \(code)): nothing but cancels is sent there, and it is tried again in a minute; look at the "
                + "key, its permissions and the addresses it is bound to"
        )
        for account in self.accounts where account.socket >= 0 { self.transport.close(account.socket) }
        self.accounts = [AccountConnection()]
        self.accounts[0].retryAt = self.keyRetryAt
        self.abandonComparison()
        if self.isAccountHeard {
            self.isAccountHeard = false
            self.deliver(.connection(self.settings.venue, .accountLost))
        }
    }

    // MARK: Messages

    func accountReceived(_ which: Int, _ bytes: Span<UInt8>) {
        self.statistics.accountMessages += 1
        self.accounts[which].heardAt = self.now
        self.accountEvents.removeAll(keepingCapacity: true)
        do throws(WireError) {
            try self.dialect.readStream(bytes, into: &self.accountEvents)
        } catch {
            // What it told is found out by asking.
            self.statistics.accountMalformed += 1
            self.note(.warning, "a message of the private stream makes no sense: \(error)")
            self.compareSoon()
        }
        var isLost = ""
        for event in self.accountEvents {
            switch event {
            case .stepDone:
                if case .login(let step) = self.accounts[which].state {
                    self.login(which, step: step + 1)
                    return self.tick()
                }
            case .stepRefused(let code, let message):
                isLost = "the venue refuses the login (code \(code)): \(message)"
            case .streamEnded:
                isLost = "the venue ends it"
            case .order, .fill: self.take(event, from: .stream)
            case .balance, .balancesEnded, .listenKey, .permissions: continue
            }
        }
        if !isLost.isEmpty {
            self.accountLost(which, isLost, close: true)
            self.tick()
        }
    }
}
