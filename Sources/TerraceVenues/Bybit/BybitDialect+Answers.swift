import TerraceCore

/// Answers to requests of the account: `{"retCode","retMsg","result","retExtInfo","time"}`, with HTTP 200 also for a refusal.
extension BybitDialect {
    /// What an answer tells of the limit of its kind of request: how many a second, how many are left, and until when the
    /// others must wait. "Rate Limit".
    static let limitHeaders = ["X-Bapi-Limit", "X-Bapi-Limit-Status", "X-Bapi-Limit-Reset-Timestamp"]

    /// Reads the answer to a command.
    public func read(
        _ answer: VenueAnswer, _ body: Span<UInt8>, to command: AccountCommand, into events: inout [AccountEvent]
    ) -> AnswerOutcome {
        let status = Int64(answer.status)
        switch answer.status {
        case 200...299: break
        case 401: return .keyRefused(code: status)
        case 403:
            // "access too frequent": the address is shut out for ten minutes.
            let wait = max(BybitCode.banNanoseconds, answer.retryAfterNanoseconds)
            return .limited(nanoseconds: wait, isBan: true, code: status)
        case 429:
            return .limited(nanoseconds: max(1_000_000_000, answer.retryAfterNanoseconds), isBan: false, code: status)
        case 400, 404: return .refused(.other, code: status)
        // What else there is of these may be a proxy's, which says nothing of what lies behind it.
        default: return .unknown(code: status)
        }
        let start = events.count
        do throws(WireError) {
            let tree = try WireTree(body)
            let code = try tree.integer(tree.need("retCode", in: tree.root))
            guard code == BybitCode.success else { return BybitCode.outcome(code) }
            return try self.success(tree, to: command, into: &events)
        } catch {
            // Part of an answer that makes no sense is not believed.
            events.removeLast(events.count - start)
            return .unknown(code: 0)
        }
    }

    private func success(
        _ tree: WireTree, to command: AccountCommand, into events: inout [AccountEvent]
    ) throws(WireError) -> AnswerOutcome {
        switch command {
        case .place, .amend, .cancel, .cancelEverything:
            // Accepted, which is all that it says: the order's stream tells what became of it.
            return .done
        case .placeAll(let orders):
            let references = orders.map { OrderReference(slot: $0.slot, order: $0.order) }
            try self.readBatch(references, tree, into: &events)
            return .done
        case .cancelAll(let orders):
            // An order that is gone already is told by nothing else.
            try self.readBatch(orders, tree, into: &events)
            return .done
        case .order, .orderOfNumber:
            let list = try self.list(tree)
            guard let first = list.first else { return .refused(.unknownOrder, code: 0) }
            events.append(.order(try self.reader.order(first, tree)))
            return .done
        case .openOrders:
            let list = try self.list(tree)
            for element in list where try self.reader.isSpot(element, tree) {
                events.append(.order(try self.reader.order(element, tree)))
            }
            return try self.page(list, tree)
        case .fillsOfOrder, .fills:
            // The newest comes first: told in the order in which they happened.
            let list = try self.list(tree)
            for element in list.reversed() where try self.reader.isSpot(element, tree) {
                if let fill = try self.reader.fill(element, tree) { events.append(.fill(fill)) }
            }
            return try self.page(list, tree)
        case .balances:
            for account in try self.list(tree) { try self.reader.balances(account, tree, into: &events) }
            events.append(.balancesEnded)
            return .done
        case .permissions:
            events.append(try self.permissions(tree))
            return .done
        case .deadMan, .createListenKey, .renewListenKey:
            return .refused(.other, code: 0)
        }
    }

    /// The list of the result.
    private func list(_ tree: WireTree) throws(WireError) -> [WireTree.Node] {
        let result = try tree.need("result", in: tree.root)
        return try tree.elements(of: tree.need("list", in: result))
    }

    /// Whether another page follows: a list that is empty is the last, whatever its cursor.
    private func page(_ list: [WireTree.Node], _ tree: WireTree) throws(WireError) -> AnswerOutcome {
        let result = try tree.need("result", in: tree.root)
        guard !list.isEmpty, let cursor = try tree.find("nextPageCursor", in: result), !tree.isEmptyText(cursor) else {
            return .done
        }
        return .more(cursor: try tree.text(cursor))
    }

    /// Reads what became of each order of a batch: only `retExtInfo` tells it, in the order of the request.
    private func readBatch(
        _ orders: [OrderReference], _ tree: WireTree, into events: inout [AccountEvent]
    ) throws(WireError) {
        let results = try tree.elements(of: tree.need("list", in: tree.need("retExtInfo", in: tree.root)))
        guard results.count == orders.count else {
            throw WireError(.missingField, at: tree.offset(of: tree.root))
        }
        for (reference, result) in zip(orders, results) {
            let code = try tree.integer(tree.need("code", in: result))
            // Only what was certainly not carried out is told; the rest shows on the order's stream, or by a query.
            guard case .refused(let rejection, _) = BybitCode.outcome(code) else { continue }
            events.append(
                .order(
                    AccountOrder(
                        slot: reference.slot, order: reference.order, venueOrder: 0, side: .bid,
                        state: .rejected(rejection), price: .zero, quantity: .zero, cumulative: .zero)))
        }
    }

    /// Reads what the key may do.
    private func permissions(_ tree: WireTree) throws(WireError) -> AccountEvent {
        let result = try tree.need("result", in: tree.root)
        let isReadOnly = try tree.integer(tree.need("readOnly", in: result)) != 0
        let permissions = try tree.need("permissions", in: result)
        let maySpot = try Self.has("SpotTrade", "Spot", permissions, tree)
        let mayWithdraw = try Self.has("Withdraw", "Wallet", permissions, tree)
        return .permissions(mayTrade: !isReadOnly && maySpot, mayWithdraw: !isReadOnly && mayWithdraw)
    }

    /// Whether the list of permissions of a kind has this one.
    private static func has(
        _ permission: StaticString, _ kind: StaticString, _ permissions: WireTree.Node, _ tree: WireTree
    ) throws(WireError) -> Bool {
        guard let list = try tree.find(kind, in: permissions) else { return false }
        return try tree.elements(of: list).contains { tree.equals($0, permission) }
    }

    /// The share of the account's requests of this kind in this second that is used; addresses' weight is told nowhere.
    public func usage(_ answer: VenueAnswer) -> (weight: Double?, orders: Double?) {
        guard answer.limits.count == Self.limitHeaders.count, answer.limits[0] > 0, answer.limits[1] >= 0 else {
            return (nil, nil)
        }
        return (nil, 1 - Double(answer.limits[1]) / Double(answer.limits[0]))
    }
}
