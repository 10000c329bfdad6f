import TerraceCore
import TerraceSimulation
import TerraceVenues

/// What the exchange itself knows, as JSON, for checks: never what clients were told, always what is true.
///
/// - `GET /admin/orders?key=K[&open=true][&limit=N]`: orders that stand or are remembered, oldest first.
/// - `GET /admin/fills?key=K[&from=N]`: fills from the N-th on, counted from 0.
/// - `GET /admin/balances?key=K`: every coin that is not zero.
/// - `GET /admin/state`: counts of what has gone in and out, and of faults.
/// - `POST /admin/fault?next=NAME[&count=N]`: the next N occasions of a fault; `drop`, `silence` and `restart` at once.
/// - `POST /admin/fault?plan=SPEC`: another plan from now on; `none` heals everything.
extension ExchangeServer {
    func admin(_ request: ServerRequest, into actions: inout [ServerAction]) -> ServerResponse {
        guard ["127.0.0.1", "::1", "localhost"].contains(request.address) else { return ServerResponse(status: 404) }
        guard let parameters = ParameterList(form: request.query) else { return Self.adminError("too many parameters") }
        let path = String(decoding: request.path.dropFirst("/admin/".utf8.count), as: UTF8.self)
        switch (path, request.method) {
        case ("state", .get): return .json(self.stateJSON())
        case ("fault", .post): return self.askForFault(parameters, into: &actions)
        case ("orders", .get), ("fills", .get), ("balances", .get):
            guard let account = self.core.account(parameters["key"] ?? "") else {
                return Self.adminError("give ?key= with the key of an account")
            }
            if path == "orders" { return .json(self.ordersJSON(account, parameters)) }
            if path == "fills" { return .json(self.fillsJSON(account, parameters)) }
            return .json(self.balancesJSON(account))
        default: return ServerResponse(status: 404)
        }
    }

    private static func adminError(_ text: String) -> ServerResponse {
        var writer = WireWriter()
        writer.text("{\"error\":")
        writer.quoted(text)
        writer.text("}")
        return .json(writer.bytes, status: 400)
    }

    private func askForFault(_ parameters: ParameterList, into actions: inout [ServerAction]) -> ServerResponse {
        if let spec = parameters["plan"] {
            do throws(FaultPlan.TextError) {
                self.dice.plan = try FaultPlan(spec)
                self.core.skewNanoseconds = self.dice.plan.nanoseconds(.skew)
            } catch {
                return Self.adminError(error.description)
            }
        }
        if let name = parameters["next"] {
            guard let kind = FaultKind(rawValue: name) else { return Self.adminError("there is no fault \(name)") }
            let count = parameters["count"].flatMap { Int($0) } ?? 1
            guard (1...1_000_000).contains(count) else { return Self.adminError("count is 1 to 1000000") }
            switch kind {
            case .drop, .silence: self.dice.ask(kind, self.connections.count)
            default: self.dice.ask(kind, count)
            }
            if kind.isPerSecond { self.rollDice(into: &actions) }
        }
        return .json(self.stateJSON())
    }

    private func stateJSON() -> [UInt8] {
        var writer = WireWriter(capacity: 512)
        writer.text("{\"protocol\":")
        writer.quoted(self.settings.kind.rawValue)
        writer.text(",\"milliseconds\":")
        writer.integer(self.core.now.nanoseconds / 1_000_000)
        writer.text(",\"instruments\":")
        writer.integer(Int64(self.core.instruments.count))
        writer.text(",\"connections\":")
        writer.integer(Int64(self.connections.count))
        writer.text(",\"requests\":")
        writer.integer(Int64(clamping: self.served))
        writer.text(",\"messages\":")
        writer.integer(Int64(clamping: self.sent))
        writer.text(",\"levelRecords\":")
        writer.integer(Int64(clamping: self.core.crowd.published))
        writer.text(",\"faults\":{")
        var isFirst = true
        for kind in FaultKind.allCases {
            writer.comma(&isFirst)
            writer.quoted(kind.rawValue)
            writer.text(":")
            writer.integer(Int64(clamping: self.dice.count(kind)))
        }
        writer.text("},\"accounts\":[")
        isFirst = true
        for account in self.core.accounts {
            writer.comma(&isFirst)
            writer.text("{\"key\":")
            writer.quoted(account.settings.key)
            writer.text(",\"open\":")
            writer.integer(Int64(account.open.count))
            writer.text(",\"fills\":")
            writer.integer(Int64(account.fillCount))
            writer.text("}")
        }
        writer.text("]}")
        return writer.bytes
    }

    private func ordersJSON(_ account: Int, _ parameters: ParameterList) -> [UInt8] {
        let orders =
            parameters["open"] == "true"
            ? self.core.openOrders(account) : self.core.orders(account) { _ in true }
        let limit = parameters["limit"].flatMap { Int($0) } ?? Int.max
        var writer = WireWriter(capacity: orders.count * 200 + 2)
        var isFirst = true
        writer.text("[")
        for order in orders.suffix(max(0, limit)) {
            let instrument = self.core.instruments[order.instrument]
            writer.comma(&isFirst)
            writer.text("{\"id\":")
            writer.integer(Int64(clamping: order.id))
            writer.text(",\"client\":")
            writer.quoted(order.clientID)
            writer.text(",\"symbol\":")
            writer.quoted(instrument.symbol)
            if order.side == .bid { writer.text(",\"side\":\"BUY\",\"price\":\"") }
            if order.side == .ask { writer.text(",\"side\":\"SELL\",\"price\":\"") }
            writer.price(order.price, instrument.units)
            writer.text("\",\"quantity\":\"")
            writer.quantity(order.quantity, instrument.units)
            writer.text("\",\"filled\":\"")
            writer.quantity(order.filled, instrument.units)
            writer.text("\",\"status\":")
            writer.quoted(order.status.name)
            writer.text("}")
        }
        writer.text("]")
        return writer.bytes
    }

    private func fillsJSON(_ account: Int, _ parameters: ParameterList) -> [UInt8] {
        let from = parameters["from"].flatMap { Int($0) } ?? 0
        let known = self.core.accounts[account]
        let fills = known.fills.suffix(max(0, known.fillCount - max(0, from)))
        var writer = WireWriter(capacity: fills.count * 250 + 2)
        var isFirst = true
        writer.text("[")
        for record in fills {
            let instrument = self.core.instruments[record.instrument]
            writer.comma(&isFirst)
            writer.text("{\"trade\":")
            writer.integer(Int64(clamping: record.fill.trade))
            writer.text(",\"order\":")
            writer.integer(Int64(clamping: record.order))
            writer.text(",\"client\":")
            writer.quoted(record.clientID)
            writer.text(",\"symbol\":")
            writer.quoted(instrument.symbol)
            if record.fill.side == .bid { writer.text(",\"side\":\"BUY\",\"price\":\"") }
            if record.fill.side == .ask { writer.text(",\"side\":\"SELL\",\"price\":\"") }
            writer.price(record.fill.price, instrument.units)
            writer.text("\",\"quantity\":\"")
            writer.quantity(record.fill.quantity, instrument.units)
            writer.text("\",\"fee\":")
            writer.quoted(record.fill.fee.text)
            writer.text(",\"feeCoin\":")
            writer.quoted(self.core.coins[record.fill.feeAsset.index])
            writer.text(",\"maker\":")
            writer.boolean(record.fill.isMaker)
            writer.text(",\"milliseconds\":")
            writer.integer(record.at.nanoseconds / 1_000_000)
            writer.text("}")
        }
        writer.text("]")
        return writer.bytes
    }

    private func balancesJSON(_ account: Int) -> [UInt8] {
        var writer = WireWriter(capacity: 4_096)
        var isFirst = true
        writer.text("[")
        for coin in self.core.coins.indices {
            let (total, free) = self.core.balance(account, coin)
            if total == .zero { continue }
            writer.comma(&isFirst)
            writer.text("{\"coin\":")
            writer.quoted(self.core.coins[coin])
            writer.text(",\"total\":")
            writer.quoted(total.text)
            writer.text(",\"free\":")
            writer.quoted(free.text)
            writer.text("}")
        }
        writer.text("]")
        return writer.bytes
    }
}
