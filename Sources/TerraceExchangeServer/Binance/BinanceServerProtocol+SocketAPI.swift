import TerraceCore
import TerraceVenues

/// The WebSocket API: requests and user data on one connection. "General WebSocket API Information".
extension BinanceServerProtocol {
    func receivedCall(_ text: [UInt8], from connection: Int, into output: inout ServerOutput) {
        let message = ParameterList(json: text)
        let id = message.map { Self.idText($0) } ?? "null"
        let address = self.connections[connection]?.address ?? ""
        var kind = ServerOutput.Kind.reply
        var result: [UInt8] = []
        var refusal: BinanceRefusal?
        do throws(BinanceRefusal) {
            guard let message else { throw BinanceRefusal(-1135, "Invalid JSON Request") }
            guard let method = message["method"], !method.isEmpty else { throw .missing("method") }
            var parameters = ParameterList()
            if let item = message.item("params") {
                guard item.kind == .nested, let read = ParameterList(json: Array(item.value.utf8)) else {
                    throw BinanceRefusal(-1135, "Invalid JSON Request")
                }
                parameters = read
            }
            if let repeated = parameters.repeated {
                throw BinanceRefusal(-1101, "Duplicate values for parameter '\(repeated)'.")
            }
            result = try self.call(method, parameters, connection, address, &kind)
        } catch {
            refusal = error
            if error.data != nil { kind = .acknowledgement }
        }
        var writer = WireWriter(capacity: result.count + 256)
        writer.text("{\"id\":")
        writer.plain(id)
        writer.text(",\"status\":")
        writer.integer(Int64(refusal?.status ?? 200))
        if let refusal {
            writer.text(",\"error\":")
            refusal.write(into: &writer)
        } else {
            writer.text(",\"result\":")
            writer.bytes.append(contentsOf: result)
        }
        writer.text(",\"rateLimits\":[")
        self.writeLimit("REQUEST_WEIGHT", "MINUTE", 1, self.weightLimit, self.usedWeight(address), into: &writer)
        writer.text("]}")
        output.send(writer.bytes, to: connection, as: kind)
    }

    /// Carries out a call: the result as JSON.
    private func call(
        _ method: String, _ parameters: ParameterList, _ connection: Int, _ address: String,
        _ kind: inout ServerOutput.Kind
    ) throws(BinanceRefusal) -> [UInt8] {
        switch method {
        case "session.logon":
            try self.spend(2, address)
            // "Only Ed25519 keys are supported for this feature." There are none here.
            let account = try self.account(key: parameters["apiKey"])
            try self.checkTime(parameters)
            guard parameters["signature"] != nil else { throw .missing("signature") }
            _ = account
            throw BinanceRefusal(-4056, "HMAC_SHA256 API key is not supported.")
        case "session.status", "session.logout":
            try self.spend(2, address)
            if method == "session.logout" { self.connections[connection]?.account = nil }
            return Array(
                "{\"apiKey\":null,\"authorizedSince\":null,\"connectedSince\":null,\"returnRateLimits\":true,\"serverTime\":\(self.core.venueMilliseconds)}"
                    .utf8)
        case "userDataStream.subscribe":
            try self.spend(2, address)
            guard let account = self.connections[connection]?.account else { throw .badKey }
            return try self.subscribeUserData(connection, account)
        case "userDataStream.subscribe.signature":
            try self.spend(2, address)
            return try self.subscribeUserData(connection, try self.signer(parameters))
        case "userDataStream.unsubscribe":
            try self.spend(2, address)
            let number = try self.integer("subscriptionId", parameters)
            self.userStreams.removeAll {
                $0.connection == connection && (number == nil || $0.subscription == number.map { Int($0) })
            }
            return Array("{}".utf8)
        default:
            guard let operation = BinanceOperation.socket(method) else {
                throw BinanceRefusal(-1104, "Unknown method '\(method.prefix(60))'.")
            }
            try self.spend(operation.weight(parameters), address)
            var account: Int?
            switch operation.security {
            case .none: break
            case .key: account = try self.account(key: parameters["apiKey"])
            case .signed, .trade:
                account =
                    parameters["apiKey"] == nil && self.connections[connection]?.account != nil
                    ? self.connections[connection]?.account : try self.signer(parameters)
            }
            if let account { try self.checkRights(operation, account) }
            let result = try self.perform(operation, parameters, account)
            if operation.isCommand {
                kind = .acknowledgement
                self.giveBack(operation.weight(parameters), address)
            }
            return result
        }
    }

    /// Whose signature stands under the parameters: they are signed sorted by name, joined by `&`.
    private func signer(_ parameters: ParameterList) throws(BinanceRefusal) -> Int {
        let account = try self.account(key: parameters["apiKey"])
        guard let signature = parameters["signature"] else { throw .missing("signature") }
        try self.checkTime(parameters)
        let signed = parameters.items.filter { $0.name != "signature" }.sorted { $0.name < $1.name }
        let payload = signed.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        try self.check(signature, of: Array(payload.utf8), account)
        return account
    }

    private func subscribeUserData(_ connection: Int, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        if self.userStreams.contains(where: { $0.connection == connection && $0.account == account }) {
            throw BinanceRefusal(-2039, "User data stream subscription already active for this account.")
        }
        let number = self.connections[connection]?.subscriptions ?? 0
        self.connections[connection]?.subscriptions = number + 1
        self.userStreams.append(
            BinanceUserStream(
                connection: connection, account: account, subscription: number, listenKey: "", isWrapped: false))
        return Array("{\"subscriptionId\":\(number)}".utf8)
    }
}
