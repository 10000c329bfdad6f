import TerraceCore

/// The list of instruments that `GET /v5/market/instruments-info?category=spot` gives.
///
/// Source: Bybit API v5, "Get Instruments Info". A post-only order may be as large as `postOnlyMaxLimitOrderSize`, where the
/// venue tells it, and otherwise `maxLimitOrderQty`; older lists have `maxOrderQty` in its place.
enum BybitListing {
    /// The most instruments of a list. Bybit has some 700 spot pairs.
    static let mostInstruments = 20_000

    /// Reads a list.
    ///
    /// - Throws: `WireError` where the body is no such list. An instrument with impossible rules is refused by itself.
    static func read(_ body: Span<UInt8>) throws(WireError) -> InstrumentListing {
        let tree = try WireTree(body)
        let code = try tree.need("retCode", in: tree.root)
        guard try tree.integer(code) == 0 else { throw WireError(.value, at: tree.offset(of: code)) }
        let result = try tree.need("result", in: tree.root)
        let list = try tree.need("list", in: result)
        let elements = try tree.elements(of: list)
        guard elements.count <= Self.mostInstruments else { throw WireError(.tooLong, at: tree.offset(of: list)) }
        var listing = InstrumentListing()
        for element in elements {
            let symbol = try Self.text("symbol", element, tree) ?? ""
            do throws(ListingRefusal) {
                listing.instruments.append(try Self.instrument(symbol, element, tree))
            } catch {
                listing.refused.append((symbol, error.description))
            }
        }
        if let cursor = try Self.text("nextPageCursor", result, tree), !cursor.isEmpty { listing.nextPage = cursor }
        return listing
    }

    private static func instrument(
        _ symbol: String, _ element: WireTree.Node, _ tree: WireTree
    ) throws(ListingRefusal) -> ListedInstrument {
        if symbol.isEmpty { throw .missing("symbol") }
        func text(_ key: StaticString, _ filter: StaticString? = nil) -> String? {
            guard let filter else { return try? Self.text(key, element, tree) }
            guard let inner = try? tree.find(filter, in: element) else { return nil }
            return try? Self.text(key, inner, tree)
        }
        let most =
            text("postOnlyMaxLimitOrderSize", "lotSizeFilter") ?? text("maxLimitOrderQty", "lotSizeFilter")
            ?? text("maxOrderQty", "lotSizeFilter")
        let numbers = ListingNumbers(
            tick: .init("priceFilter tickSize", text("tickSize", "priceFilter")),
            highestPrice: .init("priceFilter maxPrice", "0"),
            lot: .init("lotSizeFilter basePrecision", text("basePrecision", "lotSizeFilter")),
            minimumQuantity: .init("lotSizeFilter minOrderQty", text("minOrderQty", "lotSizeFilter") ?? "0"),
            maximumQuantity: .init("lotSizeFilter maxLimitOrderQty", most ?? "0"),
            minimumNotional: .init("lotSizeFilter minOrderAmt", text("minOrderAmt", "lotSizeFilter") ?? "0"))
        guard let base = text("baseCoin") else { throw .missing("baseCoin") }
        guard let quote = text("quoteCoin") else { throw .missing("quoteCoin") }
        let (units, rules) = try numbers.rules(makerFee: .zero, takerFee: .zero, canAmend: true)
        let status = text("status") ?? ""
        return ListedInstrument(
            symbol: symbol, baseAsset: base, quoteAsset: quote, status: status, isTrading: status == "Trading",
            units: units, rules: rules)
    }

    /// The text of a member that may be missing.
    private static func text(
        _ key: StaticString, _ node: WireTree.Node, _ tree: WireTree
    ) throws(WireError) -> String? {
        guard let member = try tree.find(key, in: node) else { return nil }
        return try tree.text(member)
    }
}
