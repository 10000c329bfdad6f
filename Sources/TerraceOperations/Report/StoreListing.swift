public import TerraceCore
public import TerraceStorage
internal import TerraceVenues

/// What a store has, as lines of fields between tabs, their names first: for people and their tools.
public struct StoreListing: Sendable {
    /// What is listed.
    public enum Content: String, Sendable, CaseIterable {
        /// What strategies hold, by venue, with the total beside it.
        case positions
        /// Orders that stand or may, as far as the store knows.
        case orders
        /// A strategy's fills.
        case fills
        /// Public trades.
        case trades
        /// The configurations that a strategy had.
        case history
    }

    /// What is listed.
    public var content: Content
    /// Whose fills or history; the others are of all strategies.
    public var strategy = ""
    /// Pairs of which public trades are listed; none means all.
    public var symbols: [String] = []
    /// Venues of which public trades are listed; none means all.
    public var venues: [String] = []
    /// From when on, for fills and trades.
    public var from = Timestamp.distantPast
    /// Before when, for fills; as of when, for positions.
    public var to = Timestamp.distantFuture
    /// How many at most; of trades of each instrument, and the newest.
    public var limit = 1_000

    /// All of `content`.
    public init(_ content: Content) { self.content = content }

    /// The lines, by what `store` tells.
    ///
    /// - Throws: why the store does not tell.
    public func lines(_ store: TradeStore) async throws(DatabaseError) -> [String] {
        switch self.content {
        case .positions:
            let rows = try await store.positions(at: self.to, priority: .important)
            return Self.table(
                ["strategy", "venue", "symbol", "since", "quantity", "cost", "realised", "fees", "total_quantity"],
                rows.map {
                    [
                        $0.strategy, $0.venue, $0.symbol, UTCTime.text($0.time), "\($0.quantity)", "\($0.cost)",
                        "\($0.realised)", "\($0.fees)", "\($0.totalQuantity)",
                    ]
                })
        case .orders:
            let rows = try await store.openOrders(priority: .important)
            return Self.table(
                ["order", "strategy", "venue", "symbol", "side", "price", "quantity", "filled", "state", "since"],
                rows.map {
                    [
                        $0.order.text, $0.strategy, $0.venue, $0.symbol, Self.word($0.side), "\($0.price)",
                        "\($0.quantity)", "\($0.filled)", $0.state, UTCTime.text($0.time),
                    ]
                })
        case .fills:
            let rows = try await store.fills(
                strategy: self.strategy, from: self.from, to: self.to, limit: self.limit, priority: .important)
            return Self.table(
                ["time", "venue", "symbol", "trade", "side", "price", "quantity", "fee", "fee_coin", "maker", "order"],
                rows.map {
                    [
                        UTCTime.text($0.time), $0.venue, $0.symbol, "\($0.trade)", Self.word($0.side), "\($0.price)",
                        "\($0.quantity)", "\($0.fee)", $0.feeCoin, $0.isMaker ? "yes" : "no", $0.order.text,
                    ]
                })
        case .trades:
            let rows = try await store.recentTrades(
                symbols: self.symbols, exchanges: self.venues, since: self.from, limit: self.limit, priority: .important
            )
            return Self.table(
                ["time", "venue", "symbol", "trade", "aggressor", "price", "quantity"],
                rows.map {
                    [
                        UTCTime.text($0.time), $0.venue, $0.symbol, $0.trade.map { "\($0)" } ?? "",
                        Self.word($0.aggressor), "\($0.price)", "\($0.quantity)",
                    ]
                })
        case .history:
            let rows = try await store.strategyHistory(id: self.strategy, priority: .important)
            return Self.table(
                ["valid_from", "symbol", "configuration"],
                rows.map { [UTCTime.text($0.validFrom), $0.symbol, $0.configuration] })
        }
    }

    private static func table(_ names: [String], _ rows: [[String]]) -> [String] {
        ([names] + rows).map { $0.joined(separator: "\t") }
    }

    private static func word(_ side: Side) -> String { side == .bid ? "buy" : "sell" }
}
