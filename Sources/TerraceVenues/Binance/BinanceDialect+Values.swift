import TerraceCore

/// Values of the account, which answers and private streams write alike.
extension BinanceDialect {
    /// The slot of a symbol; nil for one that is not on the list.
    func slot(_ tree: WireTree, _ node: WireTree.Node) throws(WireError) -> Int? {
        guard let symbols = self.symbols else { return nil }
        return try tree.slot(node, in: symbols)
    }

    /// A price in the units of `slot`; zero without a slot, because the units are not known.
    func price(_ tree: WireTree, _ node: WireTree.Node, _ slot: Int?) throws(WireError) -> Price {
        guard let slot else { return .zero }
        return Price(units: try tree.decimal(node, unit: self.prices[slot]))
    }

    /// A quantity in the units of `slot`; zero without a slot, because the units are not known.
    func quantity(_ tree: WireTree, _ node: WireTree.Node, _ slot: Int?) throws(WireError) -> Quantity {
        guard let slot else { return .zero }
        return Quantity(units: try tree.decimal(node, unit: self.quantities[slot]))
    }

    /// `BUY` or `SELL`.
    static func side(_ tree: WireTree, _ node: WireTree.Node) throws(WireError) -> Side {
        if tree.equals(node, "BUY") { return .bid }
        guard tree.equals(node, "SELL") else { throw WireError(.value, at: tree.offset(of: node)) }
        return .ask
    }

    /// A number that is not below zero.
    static func unsigned(_ number: Int64, _ tree: WireTree, _ node: WireTree.Node) throws(WireError) -> UInt64 {
        guard let number = UInt64(exactly: number) else { throw WireError(.negative, at: tree.offset(of: node)) }
        return number
    }
}
