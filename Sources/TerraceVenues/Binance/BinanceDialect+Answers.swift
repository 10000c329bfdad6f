import TerraceCore

/// Answers to requests of the account.
extension BinanceDialect {
    /// Reads the answer to a command. An answer that makes no sense adds no event, and its outcome is unknown.
    ///
    /// An answer about one order must name the order that was asked about. For a batch the state of every order is told: of
    /// one that was refused as `rejected`, also where a cancel was refused (`rejected(.unknownOrder)`).
    public func read(
        _ answer: VenueAnswer, _ body: Span<UInt8>, to command: AccountCommand, into events: inout [AccountEvent]
    ) -> AnswerOutcome {
        guard self.has(command) else { return .refused(.other, code: 0) }
        // Test networks and servers of one's own may not have the endpoints that tell what a key may do.
        if answer.status == 404, case .permissions = command {
            events.append(.permissions(mayTrade: nil, mayWithdraw: nil))
            return .done
        }
        let first = events.count
        do throws(WireError) {
            let tree = try WireTree(body)
            if let refusal = try BinanceRefusal(tree, tree.root) { return refusal.outcome(answer) }
            if answer.status == 200 { return try self.read(tree, to: command, into: &events) }
        } catch {
            events.removeSubrange(first...)
        }
        if answer.status == 429 || answer.status == 418 {
            return BinanceRefusal.limited(answer, code: Int64(answer.status))
        }
        return .unknown(code: Int64(answer.status))
    }

    private func read(
        _ tree: WireTree, to command: AccountCommand, into events: inout [AccountEvent]
    ) throws(WireError) -> AnswerOutcome {
        switch command {
        case .place(let terms): return try self.readPlaced(tree, terms, into: &events)
        case .amend(let terms):
            var order = try self.readOrder(tree, tree.root, expecting: terms.order)
            if order.state == .standing { order.state = .amended }
            events.append(.order(order))
        case .cancel(_, let order), .order(_, let order):
            events.append(.order(try self.readOrder(tree, tree.root, expecting: order)))
        case .placeAll(let all):
            return try self.readBatch(
                tree, all.map { OrderReference(slot: $0.slot, order: $0.order) }, all, into: &events)
        case .cancelAll(let all):
            return try self.readBatch(tree, all.filter { $0.slot == all.first?.slot }, [], into: &events)
        case .cancelEverything: try self.readCancelled(tree, into: &events)
        case .orderOfNumber(_, let number):
            let order = try self.readOrder(tree, tree.root)
            guard order.venueOrder == number, order.slot != nil else { throw WireError(.value, at: 0) }
            events.append(.order(order))
        case .fillsOfOrder(_, let order, let venueOrder):
            return try self.readFills(tree, of: (order, venueOrder), into: &events)
        case .fills: return try self.readFills(tree, of: nil, into: &events)
        case .openOrders:
            for node in try tree.elements(of: tree.root) { events.append(.order(try self.readOrder(tree, node))) }
        case .balances: try self.readBalances(tree, into: &events)
        case .permissions: try self.readPermissions(tree, into: &events)
        case .deadMan:
            _ = try tree.need("countdownTime", in: tree.root)
        case .createListenKey:
            let key = try tree.text(try tree.need("listenKey", in: tree.root))
            guard !key.isEmpty else { throw WireError(.missingField, at: 0) }
            events.append(.listenKey(key))
        case .renewListenKey: break
        }
        return .done
    }

    // MARK: Orders

    /// Reads an order as answers tell it ("Query order").
    ///
    /// After a cancel on spot `origClientOrderId` is the order's id, and `clientOrderId` that of the cancel.
    private func readOrder(_ tree: WireTree, _ node: WireTree.Node) throws(WireError) -> AccountOrder {
        let slot = try self.slot(tree, try tree.need("symbol", in: node))
        let isCancel = try tree.find("origClientOrderId", in: node) != nil
        let id = try tree.need(isCancel ? "origClientOrderId" : "clientOrderId", in: node)
        let number = try tree.integer(try tree.need("orderId", in: node))
        return AccountOrder(
            slot: slot, order: try tree.order(id), venueOrder: try Self.unsigned(number, tree, node),
            side: try Self.side(tree, try tree.need("side", in: node)),
            state: try BinanceOrderStatus(tree, try tree.need("status", in: node)).found,
            price: try self.price(tree, try tree.need("price", in: node), slot),
            quantity: try self.quantity(tree, try tree.need("origQty", in: node), slot),
            cumulative: try self.quantity(tree, try tree.need("executedQty", in: node), slot))
    }

    /// Reads an order that must be `order`.
    private func readOrder(
        _ tree: WireTree, _ node: WireTree.Node, expecting order: ClientOrderID
    ) throws(WireError) -> AccountOrder {
        let found = try self.readOrder(tree, node)
        guard found.order == order, found.slot != nil else { throw WireError(.value, at: tree.offset(of: node)) }
        return found
    }

    /// What the answer to a place says: the order stands, is filled, or is gone.
    ///
    /// A post-only order that the matching engine expired before anything of it traded would have taken ("New order", time in
    /// force `GTX`). An answer without a state is the short form that spot gives by itself: the order was taken.
    private func readPlaced(
        _ tree: WireTree, _ node: WireTree.Node, _ terms: OrderTerms
    ) throws(WireError) -> AccountOrder {
        guard let status = try tree.find("status", in: node) else {
            let number = try tree.integer(try tree.need("orderId", in: node))
            guard try tree.order(try tree.need("clientOrderId", in: node)) == terms.order else {
                throw WireError(.value, at: tree.offset(of: node))
            }
            return AccountOrder(
                slot: terms.slot, order: terms.order, venueOrder: try Self.unsigned(number, tree, node),
                side: terms.side,
                state: .standing, price: terms.price, quantity: terms.quantity, cumulative: .zero)
        }
        var order = try self.readOrder(tree, node, expecting: terms.order)
        switch try BinanceOrderStatus(tree, status) {
        case .expired where order.cumulative == .zero, .rejected: order.state = .rejected(.wouldTake)
        case .standing, .filled, .cancelled, .expired, .expiredInMatch: break
        }
        return order
    }

    private func readPlaced(
        _ tree: WireTree, _ terms: OrderTerms, into events: inout [AccountEvent]
    ) throws(WireError) -> AnswerOutcome {
        let order = try self.readPlaced(tree, tree.root, terms)
        if case .rejected(let reason) = order.state { return .refused(reason, code: 0) }
        events.append(.order(order))
        return .done
    }

    /// Reads the elements of a batch, each of which is an order or a refusal, in the order of the request ("Place Multiple
    /// Orders", "Cancel Multiple Orders").
    ///
    /// Where one element leaves open what became of its order, the outcome of the batch is unknown, besides what the others
    /// told.
    private func readBatch(
        _ tree: WireTree, _ references: [OrderReference], _ terms: [OrderTerms], into events: inout [AccountEvent]
    ) throws(WireError) -> AnswerOutcome {
        let elements = try tree.elements(of: tree.root)
        guard elements.count == references.count else { throw WireError(.value, at: 0) }
        var outcome = AnswerOutcome.done
        for (place, node) in elements.enumerated() {
            guard let refusal = try BinanceRefusal(tree, node) else {
                events.append(
                    .order(
                        terms.isEmpty
                            ? try self.readOrder(tree, node, expecting: references[place].order)
                            : try self.readPlaced(tree, node, terms[place])))
                continue
            }
            if case .unknown(let code) = refusal.outcome(VenueAnswer(status: 400)) {
                outcome = .unknown(code: code)
                continue
            }
            let reference = references[place]
            let side = terms.isEmpty ? Side.bid : terms[place].side
            events.append(
                .order(
                    AccountOrder(
                        slot: reference.slot, order: reference.order, venueOrder: 0, side: side,
                        state: .rejected(refusal.reason), price: .zero, quantity: .zero, cumulative: .zero)))
        }
        return outcome
    }

    /// Reads what a cancel of everything tells: on spot the orders, among which lists of orders are passed over ("Cancel All
    /// Open Orders on a Symbol"); on perpetuals only that it was done.
    private func readCancelled(_ tree: WireTree, into events: inout [AccountEvent]) throws(WireError) {
        guard self.market == .spot else { return }
        for node in try tree.elements(of: tree.root) where try tree.find("orderId", in: node) != nil {
            events.append(.order(try self.readOrder(tree, node)))
        }
    }

    // MARK: Fills

    /// Reads fills; of one order, where that was asked for, only those that name its number.
    private func readFills(
        _ tree: WireTree, of order: (id: ClientOrderID, number: UInt64)?, into events: inout [AccountEvent]
    ) throws(WireError) -> AnswerOutcome {
        if order?.number == 0 { return .unknown(code: 0) }  // Without the number nobody can say which are the order's.
        let elements = try tree.elements(of: tree.root)
        var last: UInt64 = 0
        for node in elements {
            var fill = try self.readFill(tree, node)
            last = max(last, fill.trade)
            if let order {
                guard fill.venueOrder == order.number else { continue }
                fill.order = order.id
            }
            events.append(.fill(fill))
        }
        return elements.count < Self.fillsOfAPage ? .done : .more(cursor: String(last + 1))
    }

    /// The most fills of an answer, which is what is asked for.
    private static let fillsOfAPage = 1_000

    /// Reads a fill as answers tell it ("Account trade list"): it names the order by the venue's number only.
    private func readFill(_ tree: WireTree, _ node: WireTree.Node) throws(WireError) -> AccountFill {
        let slot = try self.slot(tree, try tree.need("symbol", in: node))
        let isBuyer = try tree.boolean(
            try tree.need(self.market == .spot ? "isBuyer" : "buyer", in: node))
        let isMaker = try tree.boolean(
            try tree.need(self.market == .spot ? "isMaker" : "maker", in: node))
        let trade = try tree.integer(try tree.need("id", in: node))
        let number = try tree.integer(try tree.need("orderId", in: node))
        return AccountFill(
            slot: slot, order: .none, venueOrder: try Self.unsigned(number, tree, node),
            trade: try Self.unsigned(trade, tree, node), isNumbered: true, side: isBuyer ? .bid : .ask,
            price: try self.price(tree, try tree.need("price", in: node), slot),
            quantity: try self.quantity(tree, try tree.need("qty", in: node), slot),
            fee: try tree.amount(try tree.need("commission", in: node)),
            feeCoin: try tree.text(try tree.need("commissionAsset", in: node)), isMaker: isMaker, cumulative: .zero,
            milliseconds: try tree.integer(try tree.need("time", in: node)))
    }

    // MARK: The account

    /// Reads balances: spot `balances` of "Account information", where what is not free is locked in orders; perpetuals the
    /// wallet balance of each margin coin and what of it is available for orders ("Futures Account Balance V2").
    ///
    /// Available margin can pass the balance by unrealised profit: the balance bounds it here, so that no coin is counted that
    /// is not there.
    private func readBalances(_ tree: WireTree, into events: inout [AccountEvent]) throws(WireError) {
        switch self.market {
        case .spot:
            for node in try tree.elements(of: try tree.need("balances", in: tree.root)) {
                let free = try tree.amount(try tree.need("free", in: node))
                let locked = try tree.amount(try tree.need("locked", in: node))
                let coin = try tree.text(try tree.need("asset", in: node))
                events.append(.balance(coin: coin, total: free + locked, free: free))
            }
        case .perpetual:
            for node in try tree.elements(of: tree.root) {
                let total = try tree.amount(try tree.need("balance", in: node))
                let available = try tree.amount(try tree.need("availableBalance", in: node))
                let coin = try tree.text(try tree.need("asset", in: node))
                events.append(.balance(coin: coin, total: total, free: min(available, total)))
            }
        }
        events.append(.balancesEnded)
    }

    /// Reads what the key may do. Spot: "Get API Key Permission"; `canWithdraw` of the account is not asked for, because it
    /// speaks of the account and not of the key. Perpetuals: whether the account may trade ("Account Config"); what the key may
    /// withdraw is not told there.
    private func readPermissions(_ tree: WireTree, into events: inout [AccountEvent]) throws(WireError) {
        switch self.market {
        case .spot:
            events.append(
                .permissions(
                    mayTrade: try tree.boolean(try tree.need("enableSpotAndMarginTrading", in: tree.root)),
                    mayWithdraw: try tree.boolean(try tree.need("enableWithdrawals", in: tree.root))))
        case .perpetual:
            events.append(
                .permissions(
                    mayTrade: try tree.boolean(try tree.need("canTrade", in: tree.root)), mayWithdraw: nil))
        }
    }
}
