import TerraceCore

/// The private stream.
///
/// Sources: "Connect" (authentication, subscription), "Order", "Execution" and "Wallet" of the private stream.
extension BybitDialect {
    /// How long after it was made an authentication holds.
    static let authenticationMilliseconds: Int64 = 10_000

    /// The unified account's private stream; it needs no key from elsewhere.
    public func accountTarget(listenKey: String) -> String { "/v5/private" }

    /// First authentication, then subscription to orders, executions and wallet of all products at once: what is of another
    /// product than spot is not read. A subscription brings no present state.
    public func login(step: Int, at milliseconds: Int64) -> [UInt8]? {
        var message = WireWriter()
        switch step {
        case 0:
            guard let credentials = self.credentials, let signer = self.signer else { return nil }
            let expiry = String(milliseconds + Self.authenticationMilliseconds)
            message.text("{\"op\":\"auth\",\"args\":[\"")
            message.plain(credentials.key)
            message.text("\",")
            message.plain(expiry)
            message.text(",\"")
            message.hexadecimal(signer.sign(Array("GET/realtime".utf8), Array(expiry.utf8)))
            message.text("\"]}")
        case 1: message.text("{\"op\":\"subscribe\",\"args\":[\"order\",\"execution\",\"wallet\"]}")
        default: return nil
        }
        return message.bytes
    }

    /// Reads a message of the private stream.
    public func readStream(_ bytes: Span<UInt8>, into events: inout [AccountEvent]) throws(WireError) {
        let tree = try WireTree(bytes)
        let start = events.count
        do throws(WireError) {
            if let topic = try tree.find("topic", in: tree.root) {
                try self.readTopic(topic, tree, into: &events)
            } else if let operation = try tree.find("op", in: tree.root) {
                try self.readReply(operation, tree, into: &events)
            }
        } catch {
            // Part of a message that makes no sense is not believed.
            events.removeLast(events.count - start)
            throw error
        }
    }

    private func readTopic(
        _ topic: WireTree.Node, _ tree: WireTree, into events: inout [AccountEvent]
    ) throws(WireError) {
        if tree.equals(topic, "order") || tree.equals(topic, "order.spot") {
            for element in try tree.elements(of: tree.need("data", in: tree.root))
            where try self.reader.isSpot(element, tree) {
                events.append(.order(try self.reader.order(element, tree)))
            }
        } else if tree.equals(topic, "execution") || tree.equals(topic, "execution.spot") {
            for element in try tree.elements(of: tree.need("data", in: tree.root))
            where try self.reader.isSpot(element, tree) {
                if let fill = try self.reader.fill(element, tree) { events.append(.fill(fill)) }
            }
        } else if tree.equals(topic, "wallet") {
            for element in try tree.elements(of: tree.need("data", in: tree.root)) {
                try self.reader.balances(element, tree, into: &events)
            }
        }
    }

    /// Reads the reply to a message of ours; answers to pings say nothing.
    private func readReply(
        _ operation: WireTree.Node, _ tree: WireTree, into events: inout [AccountEvent]
    ) throws(WireError) {
        guard tree.equals(operation, "auth") || tree.equals(operation, "subscribe") else { return }
        var code: Int64?
        if let node = try tree.find("retCode", in: tree.root) { code = try tree.integer(node) }
        var isDone = code == 0
        if let node = try tree.find("success", in: tree.root) { isDone = try tree.boolean(node) }
        if isDone {
            events.append(.stepDone)
            return
        }
        var message = ""
        if let node = try tree.find("ret_msg", in: tree.root) { message = String(try tree.text(node).prefix(200)) }
        if let node = try tree.find("retMsg", in: tree.root) { message = String(try tree.text(node).prefix(200)) }
        events.append(.stepRefused(code: code ?? 0, message: message))
    }
}
