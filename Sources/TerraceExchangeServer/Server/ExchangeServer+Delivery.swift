import TerraceCore
import TerraceSimulation

extension ExchangeServer {
    /// Hands to the protocol what the core has told, and to the wire, by way of the faults, what the protocol has said.
    func deliver(into actions: inout [ServerAction], request: ServerRequest? = nil) {
        if !self.isDown {
            // By index: the core is not changed from within these calls, and nothing is copied.
            for index in self.core.out.trades.indices {
                self.venue.traded(self.core.out.trades[index], into: &self.output)
            }
            for index in self.core.out.depths.indices {
                self.venue.bookChanged(self.core.out.depths[index], into: &self.output)
            }
            for index in self.core.events.indices { self.venue.told(self.core.events[index], into: &self.output) }
        }
        self.core.out.removeAll()
        self.core.events.removeAll(keepingCapacity: true)
        for element in self.output.elements {
            switch element {
            case .response(let token, let response, let kind):
                self.answer(token, response, kind, request, into: &actions)
            case .message(let connection, let text, let kind):
                self.send(text, connection, kind, into: &actions)
            case .ping(let connection):
                guard let state = self.connections[connection], state.silentUntil <= self.core.now else { continue }
                actions.append(.ping(connection: connection))
            case .close(let connection):
                guard self.connections.removeValue(forKey: connection) != nil else { continue }
                actions.append(.close(connection: connection, isAbrupt: false))
            }
        }
        self.output.removeAll()
    }

    /// An answer by HTTP, and the faults of commands.
    private func answer(
        _ token: UInt64, _ response: ServerResponse, _ kind: ServerOutput.Kind, _ request: ServerRequest?,
        into actions: inout [ServerAction]
    ) {
        var action = ServerAction.respond(token: token, response)
        if case .acknowledgement = kind {
            if self.dice.happens(.lostAck) {
                return actions.append(.abandon(token: token, isClosing: self.dice.coin()))
            }
            if let request, self.dice.happens(.errorAfterAccept) {
                action = .respond(token: token, self.venue.unknownOutcome(request))
            }
            if self.dice.happens(.slowAck) {
                let late = self.core.now.advanced(by: self.dice.plan.nanoseconds(.slow))
                return self.delayed.insert(.action(action), at: late)
            }
        }
        actions.append(action)
    }

    /// A message by WebSocket, and the faults of its kind.
    private func send(
        _ text: [UInt8], _ connection: Int, _ kind: ServerOutput.Kind, into actions: inout [ServerAction]
    ) {
        guard let state = self.connections[connection], state.silentUntil <= self.core.now else { return }
        let action = ServerAction.send(connection: connection, text)
        var count = 1
        switch kind {
        case .publicData:
            if self.dice.happens(.gap) { return }
            if self.dice.happens(.duplicate) { count = 2 }
            if state.held == nil, self.dice.happens(.reorder) {
                self.connections[connection]?.held = text
                return self.delayed.insert(
                    .release(connection: connection), at: self.core.now.advanced(by: 1_000_000_000))
            }
        case .privateData:
            if self.dice.happens(.lostPrivate) { return }
            if self.dice.happens(.duplicatePrivate) { count = 2 }
        case .acknowledgement:
            if self.dice.happens(.lostAck) {
                if self.dice.coin() { self.drop(connection, into: &actions) }
                return
            }
            if self.dice.happens(.slowAck) {
                let late = self.core.now.advanced(by: self.dice.plan.nanoseconds(.slow))
                return self.delayed.insert(.action(action), at: late)
            }
        case .reply, .notice: break
        }
        for _ in 0..<count {
            self.sent += 1
            actions.append(action)
        }
        if case .publicData = kind, state.held != nil { self.release(connection, into: &actions) }
    }

    /// Sends what was held back to come out of order.
    private func release(_ connection: Int, into actions: inout [ServerAction]) {
        guard let held = self.connections[connection]?.held else { return }
        self.connections[connection]?.held = nil
        self.sent += 1
        actions.append(.send(connection: connection, held))
    }

    // MARK: Faults

    /// Drops a connection as a broken network does.
    func drop(_ connection: Int, into actions: inout [ServerAction]) {
        guard self.connections.removeValue(forKey: connection) != nil else { return }
        self.venue.closed(connection)
        actions.append(.close(connection: connection, isAbrupt: true))
    }

    /// What was put off is due.
    func fire(_ delayed: Delayed, into actions: inout [ServerAction]) {
        switch delayed {
        case .action(let action):
            if case .send(let connection, _) = action, self.connections[connection] == nil { return }
            actions.append(action)
        case .release(let connection): self.release(connection, into: &actions)
        case .up: self.isDown = false
        case .fault:
            self.delayed.insert(.fault, at: self.core.now.advanced(by: 1_000_000_000))
            if !self.isDown { self.rollDice(into: &actions) }
        }
    }

    /// The faults that come by the second.
    func rollDice(into actions: inout [ServerAction]) {
        if self.dice.happens(.restart) { return self.restart(into: &actions) }
        for connection in self.connections.keys.sorted() {
            if self.dice.happens(.drop) {
                self.drop(connection, into: &actions)
            } else if self.dice.happens(.silence) {
                self.connections[connection]?.silentUntil =
                    self.core.now.advanced(by: self.dice.plan.nanoseconds(.silence))
            }
        }
    }

    /// Goes down: every connection is dropped, answers under way are lost; books, orders, fills and balances stay.
    func restart(into actions: inout [ServerAction]) {
        let nanoseconds = self.dice.plan.nanoseconds(.restart)
        for connection in self.connections.keys.sorted() { self.venue.closed(connection) }
        self.connections.removeAll()
        self.delayed.removeAll()
        self.core.timers.removeAll()
        self.venue.restarted()
        self.isDown = true
        self.delayed.insert(.up, at: self.core.now.advanced(by: nanoseconds))
        self.delayed.insert(.fault, at: self.core.now.advanced(by: max(nanoseconds, 1_000_000_000)))
        actions.append(.restart(downNanoseconds: nanoseconds))
    }
}
