import TerraceCore
import TerraceVenues

/// The private stream: authentication, "Order", "Execution", "Fast Execution" and "Wallet".
extension BybitServerProtocol {
    /// The topics that there are: those of other products say nothing.
    private static let privateTopics: Set<String> = [
        "order", "order.spot", "order.linear", "order.inverse", "order.option", "execution", "execution.spot",
        "execution.linear", "execution.inverse", "execution.option", "execution.fast", "execution.fast.spot", "wallet",
        "position", "greeks", "dcp.spot", "dcp.future",
    ]

    /// Key, moment of expiry in milliseconds, and the signature of "GET/realtime" with it; what is wrong, or nil.
    func logOn(_ arguments: [(text: String, kind: ParameterList.Kind)], _ connection: Int) -> String? {
        guard arguments.count == 3, let expiry = Int64(arguments[1].text) else { return "Params Error" }
        guard let account = self.core.account(arguments[0].text) else { return "API key is invalid." }
        guard expiry > self.core.venueMilliseconds else { return "Request has expired." }
        do throws(BybitServerRefusal) {
            try self.check(arguments[2].text, of: Array("GET/realtime\(arguments[1].text)".utf8), account)
        } catch {
            return "Error sign, please check your signature generation algorithm."
        }
        self.connections[connection]?.account = account
        return nil
    }

    /// Subscribes to private topics, or no longer; what is wrong, or nil.
    func changePrivate(_ names: [String], isOn: Bool, _ connection: Int) -> String? {
        guard let state = self.connections[connection] else { return nil }
        guard state.account != nil else { return "Request not authorized" }
        for name in names where !Self.privateTopics.contains(name) {
            return "error:handler not found,topic:\(name.prefix(64))"
        }
        if isOn {
            for name in names where !state.privateTopics.contains(name) {
                self.connections[connection]?.privateTopics.append(name)
            }
        } else {
            self.connections[connection]?.privateTopics.removeAll { names.contains($0) }
        }
        return nil
    }

    func told(_ event: CoreEvent, into output: inout ServerOutput) {
        switch event {
        case .rejected(let order):
            // Only what would have taken is taken in and told; other refusals are answers.
            guard case .rejected(.wouldTake) = order.status else { return }
            self.rejected[order.account].append(order)
            if self.rejected[order.account].count >= Self.mostClosed * 2 {
                self.rejected[order.account].removeFirst(Self.mostClosed)
            }
            self.tell(order, into: &output)
        case .accepted(let order), .amended(let order), .ended(let order, _): self.tell(order, into: &output)
        case .filled(let order, let fill):
            self.tell(order.account, ["execution", "execution.spot"], into: &output) { writer in
                self.writeFill(fill, of: order, isPush: true, into: &writer)
            }
            self.tell(order.account, ["execution.fast", "execution.fast.spot"], into: &output) { writer in
                self.writeFast(fill, into: &writer)
            }
            self.tell(order, into: &output)
        case .balances(let account, let coins):
            self.tell(account, ["wallet"], into: &output) { writer in self.writeWallet(account, coins, into: &writer) }
        }
    }

    private func tell(_ order: OrderRecord, into output: inout ServerOutput) {
        self.tell(order.account, ["order", "order.spot"], into: &output) { writer in
            self.writeOrder(order, isPush: true, into: &writer)
        }
    }

    /// Sends a message with one element to the account's connections, by the names under which they asked for it.
    private func tell(
        _ account: Int, _ topics: [String], into output: inout ServerOutput, _ write: (inout WireWriter) -> Void
    ) {
        for topic in topics {
            let connections = self.privateConnections.filter {
                self.connections[$0]?.account == account && self.connections[$0]?.privateTopics.contains(topic) == true
            }
            if connections.isEmpty { continue }
            self.messageCount += 1
            var writer = WireWriter(capacity: 1_280)
            writer.text("{\"id\":\"terrace-")
            writer.integer(Int64(clamping: self.messageCount))
            writer.text("\",\"topic\":\"")
            writer.plain(topic)
            writer.text("\",\"creationTime\":")
            writer.integer(self.core.venueMilliseconds)
            writer.text(",\"data\":[")
            write(&writer)
            writer.text("]}")
            for connection in connections { output.send(writer.bytes, to: connection, as: .privateData) }
        }
    }

    /// The fields of the fast topic; a maker's `orderLinkId` is left out there.
    private func writeFast(_ record: FillRecord, into writer: inout WireWriter) {
        let instrument = self.core.instruments[record.instrument]
        let fill = record.fill
        writer.text("{\"category\":\"spot\",\"symbol\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"execId\":\"")
        writer.plain(Self.tradeID(record.instrument, fill.trade))
        writer.text("\",\"execPrice\":\"")
        writer.price(fill.price, instrument.units)
        writer.text("\",\"execQty\":\"")
        writer.quantity(fill.quantity, instrument.units)
        writer.text("\",\"orderId\":\"")
        writer.plain(Self.orderID(record.order))
        writer.text("\",\"isMaker\":")
        writer.boolean(fill.isMaker)
        writer.text(",\"orderLinkId\":")
        writer.quoted(fill.isMaker ? "" : record.clientID)
        writer.text(",\"side\":\"")
        writer.text(fill.side == .bid ? "Buy" : "Sell")
        writer.text("\",\"execTime\":\"")
        writer.integer(self.core.milliseconds(record.at))
        writer.text("\",\"seq\":")
        writer.integer(self.books[record.instrument].sequence)
        writer.text("}")
    }
}
