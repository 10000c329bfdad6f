import TerraceCore
import TerraceVenues

/// Connections and their subscriptions: "Connect".
extension BybitServerProtocol {
    func opened(_ connection: Int, _ request: ServerRequest, into output: inout ServerOutput) -> ServerResponse? {
        let now = self.core.now
        let attempts = self.core.address(request.address) { state in
            state.connections.count(1, at: now)
            return state.connections.used(at: now)
        }
        if attempts > self.core.connectionWindow.limit { return ServerResponse(status: 403) }
        let isPrivate: Bool
        switch String(decoding: request.path, as: UTF8.self) {
        case "/v5/public/spot": isPrivate = false
        case "/v5/private": isPrivate = true
        default: return ServerResponse(status: 404)
        }
        self.connections[connection] = BybitConnection(isPrivate: isPrivate, heardAt: now)
        if isPrivate { self.privateConnections.append(connection) }
        self.core.timers.insert(
            ServerTimer(kind: TimerKind.idle.rawValue, first: connection), at: now.advanced(by: Self.idleNanoseconds))
        return nil
    }

    func closed(_ connection: Int) {
        guard let state = self.connections.removeValue(forKey: connection) else { return }
        for topic in state.topics { self.stopListening(connection, topic) }
        self.privateConnections.removeAll { $0 == connection }
    }

    private func stopListening(_ connection: Int, _ topic: BybitTopic) {
        self.books[topic.instrument].listeners[topic.kind.rawValue].removeAll { $0 == connection }
    }

    func fired(_ timer: ServerTimer, into output: inout ServerOutput) {
        switch TimerKind(rawValue: timer.kind) {
        case .book:
            guard let kind = BybitTopic.Kind(rawValue: timer.second) else { return }
            self.tellBook(timer.first, kind, into: &output)
        case .again: self.tellAgain(timer.first, into: &output)
        case .ticker: self.tellTicker(timer.first, into: &output)
        case .idle:
            guard let state = self.connections[timer.first] else { return }
            if self.core.now.nanoseconds(since: state.heardAt) >= Self.idleNanoseconds {
                self.closed(timer.first)
                return output.close(timer.first)
            }
            self.core.timers.insert(timer, at: state.heardAt.advanced(by: Self.idleNanoseconds))
        case nil: break
        }
    }

    // MARK: Messages

    func received(_ text: [UInt8], from connection: Int, into output: inout ServerOutput) {
        guard let state = self.connections[connection] else { return }
        self.connections[connection]?.heardAt = self.core.now
        let message = ParameterList(json: text) ?? ParameterList()
        let operation = message["op"] ?? ""
        let arguments = message.item("args").flatMap {
            $0.kind == .nested ? ParameterList.elements(Array($0.value.utf8)) : nil
        }
        var failure: String?
        var snapshots: [BybitTopic] = []
        switch operation {
        case "ping":
            return output.send(self.pong(message, connection, state.isPrivate), to: connection, as: .reply)
        case "auth":
            failure = state.isPrivate ? self.logOn(arguments ?? [], connection) : "Request not supported"
        case "subscribe", "unsubscribe":
            guard let arguments, !arguments.isEmpty, arguments.allSatisfy({ $0.kind == .text }) else {
                failure = "Params Error"
                break
            }
            let names = arguments.map { $0.text }
            if state.isPrivate {
                failure = self.changePrivate(names, isOn: operation == "subscribe", connection)
            } else {
                failure = self.changePublic(names, isOn: operation == "subscribe", connection, &snapshots)
            }
        default: failure = "Params Error"
        }
        self.reply(message, operation, failure, connection, state.isPrivate, into: &output)
        for topic in snapshots {
            switch topic.kind {
            case .book1, .book50, .book200, .book1000:
                self.sendSnapshot(topic.instrument, topic.kind, to: connection, into: &output)
            case .ticker: self.tellTicker(topic.instrument, to: connection, into: &output)
            case .trades: break
            }
        }
    }

    private func reply(
        _ message: ParameterList, _ operation: String, _ failure: String?, _ connection: Int, _ isPrivate: Bool,
        into output: inout ServerOutput
    ) {
        var writer = WireWriter()
        writer.text("{\"success\":")
        writer.boolean(failure == nil)
        writer.text(",\"ret_msg\":")
        writer.quoted(failure ?? (isPrivate || operation == "unsubscribe" ? "" : operation))
        writer.text(",\"conn_id\":\"terrace-")
        writer.integer(Int64(connection))
        writer.text("\",\"req_id\":")
        writer.quoted(String((message["req_id"] ?? "").prefix(64)))
        writer.text(",\"op\":")
        writer.quoted(String(operation.prefix(32)))
        writer.text("}")
        output.send(writer.bytes, to: connection, as: .reply)
    }

    private func pong(_ message: ParameterList, _ connection: Int, _ isPrivate: Bool) -> [UInt8] {
        var writer = WireWriter()
        writer.text(isPrivate ? "{\"op\":\"pong\",\"args\":[\"" : "{\"success\":true,\"ret_msg\":\"pong\"")
        if isPrivate {
            writer.integer(self.core.venueMilliseconds)
            writer.text("\"]")
        } else {
            writer.text(",\"op\":\"ping\"")
        }
        writer.text(",\"conn_id\":\"terrace-")
        writer.integer(Int64(connection))
        writer.text("\",\"req_id\":")
        writer.quoted(String((message["req_id"] ?? "").prefix(64)))
        writer.text("}")
        return writer.bytes
    }

    // MARK: Public topics

    /// Subscribes to all of the topics, or to none where one can't be; what is wrong with it, or nil.
    private func changePublic(
        _ names: [String], isOn: Bool, _ connection: Int, _ snapshots: inout [BybitTopic]
    ) -> String? {
        guard names.count <= Self.topicsPerMessage else { return "args size >\(Self.topicsPerMessage)" }
        var topics: [BybitTopic] = []
        for name in names {
            guard let (kind, symbol) = BybitTopic.parts(name) else {
                return "error:handler not found,topic:\(name.prefix(64))"
            }
            guard let instrument = self.core.instrument(symbol) else { return "Invalid symbol :[\(name.prefix(64))]" }
            topics.append(BybitTopic(instrument: instrument, kind: kind, name: name))
        }
        guard let state = self.connections[connection] else { return nil }
        if !isOn {
            for topic in topics {
                guard let place = self.connections[connection]?.topics.firstIndex(of: topic) else { continue }
                self.connections[connection]?.topics.remove(at: place)
                self.connections[connection]?.characters -= topic.name.utf8.count
                self.stopListening(connection, topic)
            }
            return nil
        }
        for (place, topic) in topics.enumerated()
        where state.topics.contains(topic) || topics[..<place].contains(topic) {
            return "error:already subscribed,topic:\(topic.name)"
        }
        let characters = topics.reduce(state.characters) { $0 + $1.name.utf8.count }
        guard characters <= Self.topicCharacters else { return "args characters >\(Self.topicCharacters)" }
        self.connections[connection]?.characters = characters
        for topic in topics {
            self.connections[connection]?.topics.append(topic)
            self.books[topic.instrument].listeners[topic.kind.rawValue].append(connection)
        }
        snapshots = topics
        return nil
    }
}
