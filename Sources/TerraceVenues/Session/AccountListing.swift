public import TerraceCore

/// What a venue said last of the account, in one comparison.
public struct AccountListing: Sendable {
    /// This engine's orders that stood, by their symbol.
    public var orders: [(symbol: String, order: ClientOrderID)] = []
    /// What the account held, by coin; a venue leaves out the coins of which there is nothing.
    public var balances: [(coin: String, total: Amount)] = []

    /// Nothing listed.
    public init() {}

    /// What the account held of `coin`.
    public func total(of coin: String) -> Amount { self.balances.first { $0.coin == coin }?.total ?? .zero }
}
