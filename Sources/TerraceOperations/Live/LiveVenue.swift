public import TerraceVenues

/// A venue that can be traded on: its name, and how to make its dialect.
public struct LiveVenue: Sendable {
    /// The name in configurations.
    public let name: String
    /// Where its test network is; nil where there is none, or none that is the same protocol.
    public let testNetwork: VenueEndpoints?
    /// Whether orders are sent; false where only market data is there yet.
    public let takesOrders: Bool
    /// Whether fees are charged in the coin that is received, as on spot markets: how paper fills are charged.
    public let chargesReceivedCoin: Bool
    /// How many orders an ordinary account may send in ten seconds, where answers tell the count and not the limit; nil where
    /// they tell both.
    public let ordinaryOrders: Int?
    /// Its dialect for these instruments; `credentials` are nil where nothing is signed.
    ///
    /// The list may be empty: then the dialect is for what needs none, as the venue's time and its list of instruments.
    public let make: @Sendable (_ instruments: [FeedInstrument], _ credentials: VenueCredentials?) -> any VenueDialect

    /// A venue.
    public init(
        _ name: String, testNetwork: VenueEndpoints? = nil, takesOrders: Bool = true,
        chargesReceivedCoin: Bool = true, ordinaryOrders: Int? = nil,
        make: @escaping @Sendable ([FeedInstrument], VenueCredentials?) -> any VenueDialect
    ) {
        self.name = name
        self.testNetwork = testNetwork
        self.takesOrders = takesOrders
        self.chargesReceivedCoin = chargesReceivedCoin
        self.ordinaryOrders = ordinaryOrders
        self.make = make
    }

    /// The dialect without instruments and key.
    public var bare: any VenueDialect { self.make([], nil) }
}
