public import TerraceCore

/// A public trade, as it is stored.
public struct StoredTrade: Sendable, Equatable {
    /// The name of the venue.
    public var venue: String
    /// The pair, such as `BERA/USDT`.
    public var symbol: String
    /// The venue's number of it, or a hash of its name; `nil` where the venue told none.
    public var trade: UInt64?
    /// When, by the venue's clock; to the microsecond.
    public var time: Timestamp
    /// The side of the one who took.
    public var aggressor: Side
    /// In the quote coin.
    public var price: ExactDecimal
    /// In the base coin.
    public var quantity: ExactDecimal
}

/// The buckets of an instrument in the order of time; those without a trade are left out.
///
/// Their sums are the nearest `Double` to the exact ones, because they serve a signal. The exact ones are in the table.
public struct VolumeSeries: Sendable, Equatable {
    /// The name of the venue.
    public var venue: String
    /// The pair.
    public var symbol: String
    /// Oldest first.
    public var buckets: [VolumeBucket]
}

/// A trade of ours, as it is stored.
public struct StoredFill: Sendable, Equatable {
    /// The name of the venue.
    public var venue: String
    /// The pair.
    public var symbol: String
    /// The venue's number of the trade.
    public var trade: UInt64
    /// The strategy's id.
    public var strategy: String
    /// The order that was filled.
    public var order: ClientOrderID
    /// Our side.
    public var side: Side
    /// In the quote coin.
    public var price: ExactDecimal
    /// In the base coin.
    public var quantity: ExactDecimal
    /// In `feeCoin`; negative for a rebate.
    public var fee: ExactDecimal
    /// The name of the coin in which the fee was charged.
    public var feeCoin: String
    /// Whether we were the maker.
    public var isMaker: Bool
    /// When it was heard of; to the microsecond.
    public var time: Timestamp
    /// The journal's record of it.
    public var sequence: UInt64
}

/// What a strategy holds, as it is stored.
public struct StoredPosition: Sendable, Equatable {
    /// The strategy's id.
    public var strategy: String
    /// The name of the venue; empty where the total alone changed, by an opening inventory.
    public var venue: String
    /// The pair; empty likewise.
    public var symbol: String
    /// Since when; to the microsecond.
    public var time: Timestamp
    /// The record that made it so.
    public var sequence: UInt64
    /// Base coins on the venue; negative when short.
    public var quantity: ExactDecimal
    /// What they cost, in the quote coin.
    public var cost: ExactDecimal
    /// Profit from reductions there, in the quote coin, before fees.
    public var realised: ExactDecimal
    /// Fees there, in the quote coin.
    public var fees: ExactDecimal
    /// The same over all venues, at that moment.
    public var totalQuantity: ExactDecimal
    /// What the total cost.
    public var totalCost: ExactDecimal
    /// Profit in total.
    public var totalRealised: ExactDecimal
    /// Fees in total.
    public var totalFees: ExactDecimal
}

/// An order of ours that stands or may, as it is stored.
public struct StoredOrder: Sendable, Equatable {
    /// Its id.
    public var order: ClientOrderID
    /// The strategy's id.
    public var strategy: String
    /// The name of the venue.
    public var venue: String
    /// The pair.
    public var symbol: String
    /// Its side.
    public var side: Side
    /// In the quote coin.
    public var price: ExactDecimal
    /// In the base coin, in total.
    public var quantity: ExactDecimal
    /// What of it was filled.
    public var filled: ExactDecimal
    /// `placing`, `working`, `amending`, `cancelling` or `unknown`.
    public var state: String
    /// Since when; to the microsecond.
    public var time: Timestamp
}

/// A configuration that a strategy had.
public struct StrategyRevision: Sendable, Equatable {
    /// From when on; to the microsecond.
    public var validFrom: Timestamp
    /// The record with which the run began that brought it.
    public var run: UInt64
    /// The pair.
    public var symbol: String
    /// JSON.
    public var configuration: String
}
