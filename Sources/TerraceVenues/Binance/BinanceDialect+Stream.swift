import TerraceCore

/// The private stream: spot by the WebSocket API, perpetuals by a stream named by a listen key.
extension BinanceDialect {
    /// Path of the private stream: spot subscribes by a message on the WebSocket API, perpetuals by the listen key in the path.
    public func accountTarget(listenKey: String) -> String {
        switch self.market {
        case .spot: return "/ws-api/v3"
        case .perpetual:
            var writer = WireWriter(capacity: 96)
            writer.text("/private/ws/")
            writer.percentEncoded(listenKey.utf8)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    /// The subscription of spot ("Subscribe to User Data Stream through signature subscription"), which keys of every kind may
    /// send; its parameters are signed in the order of their names. The listen key of perpetuals is login enough.
    public func login(step: Int, at milliseconds: Int64) -> [UInt8]? {
        guard self.market == .spot, step == 0 else { return nil }
        var payload = WireWriter()
        payload.text("apiKey=")
        payload.plain(self.key)
        payload.text("&timestamp=")
        payload.integer(milliseconds)
        var writer = WireWriter(capacity: 320)
        writer.text("{\"id\":")
        writer.integer(Self.loginRequest)
        writer.text(",\"method\":\"userDataStream.subscribe.signature\",\"params\":{\"apiKey\":\"")
        writer.plain(self.key)
        writer.text("\",\"timestamp\":")
        writer.integer(milliseconds)
        writer.text(",\"signature\":\"")
        writer.bytes.append(contentsOf: self.signer.signature(of: payload.bytes))
        writer.text("\"}}")
        return writer.bytes
    }

    private static let loginRequest: Int64 = 1

    /// Reads a message of the private stream ("User Data Streams"). A message that makes no sense adds nothing.
    public func readStream(_ bytes: Span<UInt8>, into events: inout [AccountEvent]) throws(WireError) {
        let first = events.count
        do throws(WireError) {
            let tree = try WireTree(bytes)
            try self.read(tree, into: &events)
        } catch {
            events.removeSubrange(first...)
            throw error
        }
    }

    private func read(_ tree: WireTree, into events: inout [AccountEvent]) throws(WireError) {
        // Spot wraps an event with the number of its subscription, combined streams with their name.
        var event = tree.root
        if let wrapped = try tree.find("event", in: tree.root) { event = wrapped }
        if let wrapped = try tree.find("data", in: tree.root) { event = wrapped }
        guard tree.kind(of: event) == .object else { throw WireError(.object, at: tree.offset(of: event)) }
        guard let kind = try tree.find("e", in: event) else { return try self.readReply(tree, into: &events) }
        if tree.equals(kind, "executionReport") {
            try self.readReport(tree, event, into: &events)
        } else if tree.equals(kind, "ORDER_TRADE_UPDATE") {
            try self.readReport(tree, try tree.need("o", in: event), into: &events)
        } else if tree.equals(kind, "outboundAccountPosition") {
            for node in try tree.elements(of: try tree.need("B", in: event)) {
                let free = try tree.amount(try tree.need("f", in: node))
                let locked = try tree.amount(try tree.need("l", in: node))
                let coin = try tree.text(try tree.need("a", in: node))
                events.append(.balance(coin: coin, total: free + locked, free: free))
            }
        } else if tree.equals(kind, "ACCOUNT_UPDATE") {
            try self.readAccountUpdate(tree, event, into: &events)
        } else if tree.equals(kind, "eventStreamTerminated") || tree.equals(kind, "serverShutdown")
            || tree.equals(kind, "listenKeyExpired")
        {
            events.append(.streamEnded)
        }
    }

    /// The answer to the subscription: the only request that goes by this connection.
    private func readReply(_ tree: WireTree, into events: inout [AccountEvent]) throws(WireError) {
        guard let node = try tree.find("status", in: tree.root) else { return }
        // A reply to anything else is none; one without a number is a refusal of what could not be read.
        if let number = try tree.find("id", in: tree.root), try tree.integer(number) != Self.loginRequest { return }
        let status = try tree.integer(node)
        if status == 200 {
            _ = try tree.need("result", in: tree.root)
            events.append(.stepDone)
            return
        }
        let error = try tree.need("error", in: tree.root)
        let code = try tree.integer(try tree.need("code", in: error))
        events.append(.stepRefused(code: code, message: try tree.text(try tree.need("msg", in: error))))
    }

    /// Margin coins after a change ("Event: Balance and Position Update"). What is free is not told: the cross wallet, from
    /// which margins in use are not taken off, stands for it until balances are asked for. Positions are not read: they
    /// follow from fills.
    private func readAccountUpdate(
        _ tree: WireTree, _ event: WireTree.Node, into events: inout [AccountEvent]
    ) throws(WireError) {
        guard let list = try tree.find("B", in: try tree.need("a", in: event)) else { return }
        for node in try tree.elements(of: list) {
            let total = try tree.amount(try tree.need("wb", in: node))
            let cross = try tree.amount(try tree.need("cw", in: node))
            let coin = try tree.text(try tree.need("a", in: node))
            events.append(.balance(coin: coin, total: total, free: min(cross, total)))
        }
    }

    // MARK: Orders

    /// Reads `executionReport` ("Order update") and the `o` of `ORDER_TRADE_UPDATE` ("Event: Order Update"), which write the
    /// same things alike.
    private func readReport(
        _ tree: WireTree, _ node: WireTree.Node, into events: inout [AccountEvent]
    ) throws(WireError) {
        let slot = try self.slot(tree, try tree.need("s", in: node))
        let execution = try tree.need("x", in: node)
        let number = try tree.integer(try tree.need("i", in: node))
        let cumulative = try self.quantity(tree, try tree.need("z", in: node), slot)
        var order = AccountOrder(
            slot: slot, order: try tree.order(try tree.need("c", in: node)),
            venueOrder: try Self.unsigned(number, tree, node), side: try Self.side(tree, try tree.need("S", in: node)),
            state: .standing, price: try self.price(tree, try tree.need("p", in: node), slot),
            quantity: try self.quantity(tree, try tree.need("q", in: node), slot), cumulative: cumulative)
        let status = try BinanceOrderStatus(tree, try tree.need("X", in: node))
        if tree.equals(execution, "TRADE") || tree.equals(execution, "CALCULATED") {
            let last = try tree.need("l", in: node)
            if try tree.amount(last) > .zero {
                events.append(.fill(try self.readFill(tree, node, order, quantity: last)))
                return
            }
            // Nothing traded: what is left is the state.
        }
        // A cancel or replacement on spot has an id of its own in `c`; `C` is the order's.
        if tree.equals(execution, "CANCELED") || tree.equals(execution, "REPLACED"),
            let original = try tree.find("C", in: node), !tree.isEmptyText(original)
        {
            order.order = try tree.order(original)
        }
        switch status {
        case .standing:
            order.state =
                tree.equals(execution, "AMENDMENT") || tree.equals(execution, "REPLACED") ? .amended : .standing
        case .filled: order.state = .filled
        case .cancelled, .expiredInMatch: order.state = .cancelled
        case .expired, .rejected: order.state = try self.end(tree, node, cumulative)
        }
        events.append(.order(order))
    }

    /// What an order is that expired or was rejected: one that never stood, where the reason says so, or where it is post-only
    /// and nothing of it traded, which is how perpetuals tell that it would have taken; otherwise cancelled.
    private func end(
        _ tree: WireTree, _ node: WireTree.Node, _ cumulative: Quantity
    ) throws(WireError) -> AccountOrder.State {
        if let text = try tree.find("r", in: node), let reason = BinanceRefusal.reason(try tree.text(text)) {
            return .rejected(reason)
        }
        guard let type = try tree.find("o", in: node), let force = try tree.find("f", in: node) else {
            return .cancelled
        }
        let isPostOnly = tree.equals(type, "LIMIT_MAKER") || tree.equals(force, "GTX")
        return isPostOnly && cumulative == .zero ? .rejected(.wouldTake) : .cancelled
    }

    /// Reads the fill of a report. The fee's coin is missing where there is no fee.
    ///
    /// Liquidations (`CALCULATED`) have no number by which they could be told apart: they are refused here, to be found out by
    /// request.
    private func readFill(
        _ tree: WireTree, _ node: WireTree.Node, _ order: AccountOrder, quantity: WireTree.Node
    ) throws(WireError) -> AccountFill {
        let trade = try tree.integer(try tree.need("t", in: node))
        guard trade > 0 else { throw WireError(.zero, at: tree.offset(of: node)) }
        var fee = Amount.zero
        if let node = try tree.find("n", in: node) { fee = try tree.amount(node) }
        var coin = ""
        if let node = try tree.find("N", in: node) { coin = try tree.text(node) }
        guard fee == .zero || !coin.isEmpty else { throw WireError(.missingField, at: tree.offset(of: node)) }
        return AccountFill(
            slot: order.slot, order: order.order, venueOrder: order.venueOrder,
            trade: try Self.unsigned(trade, tree, node), isNumbered: true, side: order.side,
            price: try self.price(tree, try tree.need("L", in: node), order.slot),
            quantity: try self.quantity(tree, quantity, order.slot), fee: fee, feeCoin: coin,
            isMaker: try tree.boolean(try tree.need("m", in: node)), cumulative: order.cumulative,
            milliseconds: try tree.integer(try tree.need("T", in: node)))
    }
}
