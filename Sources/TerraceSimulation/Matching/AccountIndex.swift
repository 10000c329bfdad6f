/// An account at a simulated venue. Account 0 is the crowd: the order flow, without balances, limits and private reports.
public struct AccountIndex: Hashable, Sendable {
    /// The dense index.
    public let raw: UInt16
    /// The account at `raw`.
    public init(_ raw: UInt16) { self.raw = raw }
    /// The order flow.
    public static let crowd = AccountIndex(0)
}
