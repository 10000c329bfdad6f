import TerraceVenues

/// The venues that can be traded on. To add one, add its folder in `TerraceVenues` and its line here.
public struct LiveVenueCatalogue: Sendable {
    /// The venues, by name.
    public let venues: [LiveVenue]

    /// These venues.
    public init(_ venues: [LiveVenue]) { self.venues = venues }

    /// The venue of this name.
    public func venue(named name: String) -> LiveVenue? { self.venues.first { $0.name == name } }

    /// All that there are.
    public static let all = LiveVenueCatalogue([
        LiveVenue(
            "binance",
            testNetwork: VenueEndpoints(
                rest: "https://testnet.binance.vision", market: "wss://stream.testnet.binance.vision",
                account: "wss://ws-api.testnet.binance.vision"),
            ordinaryOrders: 100
        ) { BinanceDialect(market: .spot, instruments: $0, credentials: $1) },
        LiveVenue(
            "binance_perp",
            testNetwork: VenueEndpoints(
                rest: "https://demo-fapi.binance.com", market: "wss://fstream.binancefuture.com",
                account: "wss://fstream.binancefuture.com"),
            chargesReceivedCoin: false, ordinaryOrders: 300
        ) {
            BinanceDialect(market: .perpetual, instruments: $0, credentials: $1)
        },
        LiveVenue(
            "bybit",
            testNetwork: VenueEndpoints(
                rest: "https://api-testnet.bybit.com", market: "wss://stream-testnet.bybit.com",
                account: "wss://stream-testnet.bybit.com")
        ) { BybitDialect(instruments: $0, credentials: $1) },
    ])
}
