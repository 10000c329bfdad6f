import TerraceCore

/// Reads orders, fills and balances as Bybit's answers and private stream write them.
///
/// Sources: Bybit API v5, "Get Open & Closed Orders", "Get Trade History", "Get Wallet Balance", and "Order", "Execution" and
/// "Wallet" of the private stream. One field is written the same in both.
struct BybitAccountReader: Sendable {
    private let symbols: SymbolTable
    private let prices: [DecimalUnit]
    private let quantities: [DecimalUnit]

    /// A reader for `instruments`; a slot is a place in this list. One whose symbols no table holds knows none of them.
    init(_ instruments: [FeedInstrument]) {
        let table = try? SymbolTable(instruments.map(\.symbol))
        self.symbols = table ?? SymbolTable.empty
        self.prices = instruments.map { DecimalUnit(priceOf: $0.units) }
        self.quantities = instruments.map { DecimalUnit(quantityOf: $0.units) }
    }

    /// Whether an element is of spot; answers say it once for all of them, so that one that says nothing is.
    func isSpot(_ node: WireTree.Node, _ tree: WireTree) throws(WireError) -> Bool {
        guard let category = try tree.find("category", in: node) else { return true }
        return tree.equals(category, "spot")
    }

    /// Reads an order.
    func order(_ node: WireTree.Node, _ tree: WireTree) throws(WireError) -> AccountOrder {
        let slot = try tree.slot(tree.need("symbol", in: node), in: self.symbols)
        let cumulative = try self.quantity("cumExecQty", node, tree, slot)
        return AccountOrder(
            slot: slot, order: try self.order("orderLinkId", node, tree),
            venueOrder: try self.identifier("orderId", node, tree), side: try self.side(node, tree),
            state: try self.state(node, tree, isPartlyFilled: cumulative.units > 0),
            price: try self.price("price", node, tree, slot), quantity: try self.quantity("qty", node, tree, slot),
            cumulative: cumulative)
    }

    /// What the venue says of an order: see "Enums Definitions", orderStatus.
    private func state(
        _ node: WireTree.Node, _ tree: WireTree, isPartlyFilled: Bool
    ) throws(WireError) -> AccountOrder.State {
        let status = try tree.need("orderStatus", in: node)
        if tree.equals(status, "New") || tree.equals(status, "PartiallyFilled") || tree.equals(status, "Untriggered")
            || tree.equals(status, "Triggered") || tree.equals(status, "Created")
        {
            return .standing
        }
        if tree.equals(status, "Filled") { return .filled }
        let isRejected = tree.equals(status, "Rejected")
        guard
            isRejected || tree.equals(status, "Cancelled") || tree.equals(status, "PartiallyFilledCanceled")
                || tree.equals(status, "Deactivated")
        else { throw WireError(.value, at: tree.offset(of: status)) }
        if isPartlyFilled { return .cancelled }
        let reason = try tree.find("rejectReason", in: node)
        if let reason {
            // A post-only order that would have taken is told as cancelled, and never stood.
            if tree.equals(reason, "EC_PostOnlyWillTakeLiquidity") { return .rejected(.wouldTake) }
            if isRejected { return .rejected(BybitCode.rejection(reason, tree)) }
        }
        return isRejected ? .rejected(.other) : .cancelled
    }

    /// Reads an execution; nil for one that is no trade of ours: funding, settlement and the like.
    func fill(_ node: WireTree.Node, _ tree: WireTree) throws(WireError) -> AccountFill? {
        if let type = try tree.find("execType", in: node), !tree.equals(type, "Trade") { return nil }
        let slot = try tree.slot(tree.need("symbol", in: node), in: self.symbols)
        let trade = try self.identifier("execId", node, tree)
        guard trade != 0 else { throw WireError(.text, at: tree.offset(of: node)) }
        let price = try self.price("execPrice", node, tree, slot)
        let quantity = try self.quantity("execQty", node, tree, slot)
        if slot != nil, price.units <= 0 || quantity.units <= 0 { throw WireError(.zero, at: tree.offset(of: node)) }
        var isMaker = false
        if let node = try tree.find("isMaker", in: node) { isMaker = try tree.boolean(node) }
        return AccountFill(
            slot: slot, order: try self.order("orderLinkId", node, tree),
            venueOrder: try self.identifier("orderId", node, tree), trade: trade, isNumbered: false,
            side: try self.side(node, tree), price: price, quantity: quantity,
            fee: try self.amount("execFee", node, tree), feeCoin: try self.text("feeCurrency", node, tree),
            isMaker: isMaker, cumulative: .zero, milliseconds: try tree.integer(tree.need("execTime", in: node)))
    }

    /// Reads the balances of an account: all coins of it.
    ///
    /// What stands in orders is `locked`; what is owed is in no field of spot.
    func balances(
        _ account: WireTree.Node, _ tree: WireTree, into events: inout [AccountEvent]
    ) throws(WireError) {
        if let type = try tree.find("accountType", in: account), !tree.equals(type, "UNIFIED") { return }
        for coin in try tree.elements(of: tree.need("coin", in: account)) {
            let total = try self.amount("walletBalance", coin, tree)
            let locked = try self.amount("locked", coin, tree)
            // Both are below 2^120 in magnitude, so that the difference fits.
            events.append(
                .balance(
                    coin: try tree.text(tree.need("coin", in: coin)), total: total,
                    free: max(.zero, total - max(.zero, locked))))
        }
    }

    // MARK: Fields

    private func side(_ node: WireTree.Node, _ tree: WireTree) throws(WireError) -> Side {
        let side = try tree.need("side", in: node)
        if tree.equals(side, "Buy") { return .bid }
        guard tree.equals(side, "Sell") else { throw WireError(.literal, at: tree.offset(of: side)) }
        return .ask
    }

    private func order(
        _ key: StaticString, _ node: WireTree.Node, _ tree: WireTree
    ) throws(WireError) -> ClientOrderID {
        guard let member = try tree.find(key, in: node) else { return .none }
        return try tree.order(member)
    }

    private func identifier(
        _ key: StaticString, _ node: WireTree.Node, _ tree: WireTree
    ) throws(WireError) -> UInt64 {
        let text = try tree.quoted(tree.need(key, in: node))
        let content = tree.content
        return BybitIdentifier.number(of: text, in: content.span)
    }

    /// A price; zero where it is missing or empty, or nobody knows its units.
    private func price(
        _ key: StaticString, _ node: WireTree.Node, _ tree: WireTree, _ slot: Int?
    ) throws(WireError) -> Price {
        guard let slot, let member = try tree.find(key, in: node), !tree.isEmptyText(member) else { return .zero }
        return Price(units: try tree.decimal(member, unit: self.prices[slot]))
    }

    /// A quantity; zero where it is missing or empty, or nobody knows its units.
    private func quantity(
        _ key: StaticString, _ node: WireTree.Node, _ tree: WireTree, _ slot: Int?
    ) throws(WireError) -> Quantity {
        guard let slot, let member = try tree.find(key, in: node), !tree.isEmptyText(member) else { return .zero }
        return Quantity(units: try tree.decimal(member, unit: self.quantities[slot]))
    }

    /// An amount; zero where it is missing or empty.
    private func amount(_ key: StaticString, _ node: WireTree.Node, _ tree: WireTree) throws(WireError) -> Amount {
        guard let member = try tree.find(key, in: node), !tree.isEmptyText(member) else { return .zero }
        return try tree.amount(member)
    }

    private func text(_ key: StaticString, _ node: WireTree.Node, _ tree: WireTree) throws(WireError) -> String {
        guard let member = try tree.find(key, in: node) else { return "" }
        return try tree.text(member)
    }
}
