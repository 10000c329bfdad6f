/// How a simulated venue behaves.
public struct VenueSettings: Sendable {
    /// How many orders and amendments an account may send in the window; zero for no limit.
    public var ordersPerWindow: Int
    /// The window, from its first order.
    public var windowNanoseconds: Int64
    /// Whether cancels count as orders.
    public var cancelsCount: Bool
    /// How many orders an account may have open on one instrument.
    public var openOrdersPerInstrument: Int
    /// Whether fees are charged in the coin that is received (as spot venues do) or always in the quote coin.
    public var chargesReceivedCoin: Bool

    /// No order limit, cancels free, 200 open orders an instrument, fees in the received coin.
    public init() {
        self.ordersPerWindow = 0
        self.windowNanoseconds = 10_000_000_000
        self.cancelsCount = false
        self.openOrdersPerInstrument = 200
        self.chargesReceivedCoin = true
    }
}
