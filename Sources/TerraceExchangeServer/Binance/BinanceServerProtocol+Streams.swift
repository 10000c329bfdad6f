import TerraceCore
import TerraceSimulation
import TerraceVenues

/// Connections and their subscriptions: "Web Socket Streams".
extension BinanceServerProtocol {
    func opened(_ connection: Int, _ request: ServerRequest, into output: inout ServerOutput) -> ServerResponse? {
        let now = self.core.now
        let attempts = self.core.address(request.address) { state in
            state.connections.count(1, at: now)
            return state.connections.used(at: now)
        }
        if attempts > self.core.connectionWindow.limit { return ServerResponse(status: 429) }
        let path = String(decoding: request.path, as: UTF8.self)
        let purpose: BinanceConnection.Purpose
        var names: [String] = []
        if path == "/ws-api/v3" {
            purpose = .api
        } else if path == "/ws" || path.hasPrefix("/ws/") {
            purpose = .raw
            names = path.dropFirst(4).split(separator: "/").map { String($0) }
        } else if path == "/stream" {
            purpose = .combined
            guard let parameters = ParameterList(form: request.query) else { return ServerResponse(status: 400) }
            names = (parameters["streams"] ?? "").split(separator: "/").map { String($0) }
        } else {
            return ServerResponse(status: 404)
        }
        guard names.count <= Self.streamsPerConnection else { return ServerResponse(status: 400) }
        self.connections[connection] = BinanceConnection(
            purpose: purpose, address: request.address,
            messages: OrderWindow(nanoseconds: 1_000_000_000, limit: Self.messagesPerSecond))
        for name in names { self.subscribe(connection, name) }
        self.core.timers.insert(
            ServerTimer(kind: TimerKind.ping.rawValue, first: connection), at: now.advanced(by: Self.pingNanoseconds))
        self.core.timers.insert(
            ServerTimer(kind: TimerKind.end.rawValue, first: connection), at: now.advanced(by: Self.dayNanoseconds))
        return nil
    }

    func closed(_ connection: Int) {
        guard let state = self.connections.removeValue(forKey: connection) else { return }
        for stream in state.streams { self.stopListening(connection, stream) }
        self.userStreams.removeAll { $0.connection == connection }
    }

    func received(_ text: [UInt8], from connection: Int, into output: inout ServerOutput) {
        guard let state = self.connections[connection] else { return }
        if state.purpose == .api { return self.receivedCall(text, from: connection, into: &output) }
        self.connections[connection]?.messages.count(1, at: self.core.now)
        if let messages = self.connections[connection]?.messages, messages.used(at: self.core.now) > messages.limit {
            // "A connection that goes beyond the limit will be disconnected."
            self.closed(connection)
            return output.close(connection)
        }
        let message = ParameterList(json: text)
        let id = message.map { Self.idText($0) } ?? "null"
        var writer = WireWriter()
        do throws(BinanceRefusal) {
            guard let message else { throw BinanceRefusal(2, "Invalid JSON: expected value at line 1 column 1") }
            let result = try self.control(message, connection)
            writer.text("{\"result\":")
            writer.plain(result)
            writer.text(",\"id\":")
            writer.plain(id)
            writer.text("}")
        } catch {
            writer.text("{\"error\":")
            error.write(into: &writer)
            writer.text(",\"id\":")
            writer.plain(id)
            writer.text("}")
        }
        output.send(writer.bytes, to: connection, as: .reply)
    }

    /// The id of a message as it goes back.
    static func idText(_ message: ParameterList) -> String {
        guard let item = message.item("id") else { return "null" }
        switch item.kind {
        case .text:
            var writer = WireWriter()
            writer.quoted(item.value)
            return String(decoding: writer.bytes, as: UTF8.self)
        case .number, .literal: return item.value
        case .nested: return "null"
        }
    }

    private func control(_ message: ParameterList, _ connection: Int) throws(BinanceRefusal) -> String {
        guard let method = message["method"] else { throw BinanceRefusal(2, "Invalid request: missing field `method`") }
        let parameters = message.item("params").flatMap {
            $0.kind == .nested ? ParameterList.elements(Array($0.value.utf8)) : nil
        }
        switch method {
        case "SUBSCRIBE", "UNSUBSCRIBE":
            guard let parameters, parameters.allSatisfy({ $0.kind == .text }) else {
                throw BinanceRefusal(
                    2, "Invalid request: invalid type: expected an array of strings for field `params`")
            }
            for (name, _) in parameters {
                if method == "SUBSCRIBE" {
                    let count = self.connections[connection]?.streams.count ?? 0
                    guard count < Self.streamsPerConnection else {
                        throw BinanceRefusal(2, "Invalid request: too many streams, limit is 1024")
                    }
                    self.subscribe(connection, name)
                } else {
                    self.unsubscribe(connection, name)
                }
            }
            return "null"
        case "LIST_SUBSCRIPTIONS":
            let names = (self.connections[connection]?.streams ?? []).map { "\"\($0.name)\"" }
            return "[\(names.joined(separator: ","))]"
        default:
            throw BinanceRefusal(
                2,
                "Invalid request: unknown variant `\(method.prefix(40))`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`"
            )
        }
    }

    /// Begins to tell of a stream. The venue takes names of streams that there are none of, and says nothing on them.
    private func subscribe(_ connection: Int, _ name: String) {
        guard let state = self.connections[connection] else { return }
        if let key = self.listenKeys.first(where: { $0.key == name }) {
            if self.userStreams.contains(where: { $0.connection == connection && $0.listenKey == name }) { return }
            self.userStreams.append(
                BinanceUserStream(
                    connection: connection, account: key.account, subscription: nil, listenKey: name,
                    isWrapped: state.purpose == .combined))
            return
        }
        guard let stream = self.stream(name), !state.streams.contains(where: { $0.name == name }) else { return }
        self.connections[connection]?.streams.append(stream)
        self.books[stream.instrument].listeners[stream.kind.rawValue].append(
            BinanceBook.Listener(connection: connection, wrapped: state.purpose == .combined ? name : nil))
    }

    private func unsubscribe(_ connection: Int, _ name: String) {
        self.userStreams.removeAll { $0.connection == connection && !name.isEmpty && $0.listenKey == name }
        guard let place = self.connections[connection]?.streams.firstIndex(where: { $0.name == name }),
            let stream = self.connections[connection]?.streams.remove(at: place)
        else { return }
        self.stopListening(connection, stream)
    }

    private func stopListening(_ connection: Int, _ stream: BinanceStream) {
        let kind = stream.kind.rawValue
        self.books[stream.instrument].listeners[kind].removeAll { $0.connection == connection }
        guard self.books[stream.instrument].listeners[kind].isEmpty else { return }
        if stream.kind == .depth100 { self.books[stream.instrument].pending[0].removeAll() }
        if stream.kind == .depth1000 { self.books[stream.instrument].pending[1].removeAll() }
    }

    private func stream(_ name: String) -> BinanceStream? {
        guard name.utf8.count <= 64, let at = name.firstIndex(of: "@") else { return nil }
        let symbol = name[..<at]
        guard symbol == symbol.lowercased(), let instrument = self.core.instrument(symbol.uppercased()),
            let kind = BinanceStream.kind(name[name.index(after: at)...])
        else { return nil }
        return BinanceStream(instrument: instrument, kind: kind, name: name)
    }

    func fired(_ timer: ServerTimer, into output: inout ServerOutput) {
        switch TimerKind(rawValue: timer.kind) {
        case .depth: self.tellDepth(timer.first, speed: timer.second, into: &output)
        case .partial: self.tellPartial(timer.first, timer.second, into: &output)
        case .ping:
            guard self.connections[timer.first] != nil else { return }
            output.ping(timer.first)
            self.core.timers.insert(timer, at: self.core.now.advanced(by: Self.pingNanoseconds))
        case .end:
            guard self.connections[timer.first] != nil else { return }
            self.closed(timer.first)
            output.close(timer.first)
        case .listenKey: self.expireListenKeys(into: &output)
        case nil: break
        }
    }
}
