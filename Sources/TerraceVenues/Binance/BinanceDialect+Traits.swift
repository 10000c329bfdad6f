import TerraceCore

extension BinanceDialect {
    /// The facts of a market.
    static func traits(of market: BinanceMarket) -> VenueTraits {
        switch market {
        case .spot: self.spot
        case .perpetual: self.perpetual
        }
    }

    /// Sources: "WebSocket Streams" (1,024 streams a connection, 5 messages a second of which pings and pongs are some, 300
    /// connections in 5 minutes, 24 hours), "Limits" (weight: 6,000 a minute).
    private static var spot: VenueTraits {
        VenueTraits(
            name: BinanceMarket.spot.venue, title: "Binance spot",
            endpoints: VenueEndpoints(
                rest: "https://api.binance.com", market: "wss://stream.binance.com:9443",
                account: "wss://ws-api.binance.com:443"),
            fetchesSnapshots: true, instrumentsPerConnection: 512, instrumentsPerSubscription: 50,
            messagesPerSecond: 4, pingText: Self.marketPing, weightPerWindow: 6_000, weightWindowSeconds: 60,
            limitHeaders: ["X-MBX-USED-WEIGHT-1M", "X-MBX-ORDER-COUNT-10S", "X-MBX-ORDER-COUNT-1D"],
            canAmend: false, placeAnswerIsFinal: true, fillsNameOrders: false, fillsWindowMilliseconds: 86_400_000)
    }

    /// Sources: "Websocket Market Streams" (1,024 streams a connection, of which other clients use 200 to be safe, 10 messages a
    /// second, 24 hours), "Limits" (weight: 2,400 a minute), "User Data Streams" (a listen key lives for 60 minutes).
    private static var perpetual: VenueTraits {
        VenueTraits(
            name: BinanceMarket.perpetual.venue, title: "Binance USDⓈ-M perpetuals",
            endpoints: VenueEndpoints(
                rest: "https://fapi.binance.com", market: "wss://fstream.binance.com",
                account: "wss://fstream.binance.com"),
            fetchesSnapshots: true, instrumentsPerConnection: 100, instrumentsPerSubscription: 50,
            messagesPerSecond: 8, pingText: Self.marketPing, weightPerWindow: 2_400, weightWindowSeconds: 60,
            limitHeaders: ["X-MBX-USED-WEIGHT-1M", "X-MBX-ORDER-COUNT-10S", "X-MBX-ORDER-COUNT-1M"],
            mostInBatch: 5, canAmend: true, placeAnswerIsFinal: true, listenKeySeconds: 1_800, hasDeadManSwitch: true,
            fillsNameOrders: false, fillsReachMilliseconds: 180 * 86_400_000, isMargined: true)
    }

    /// A question that any stream answers, so that a quiet instrument is told from a dead connection ("Live
    /// Subscribing/Unsubscribing to streams").
    private static let marketPing = Array("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":0}".utf8)

    /// The same on the private stream, which on spot is the WebSocket API ("Test connectivity").
    public var accountPing: [UInt8] {
        self.market == .spot ? Array("{\"id\":2,\"method\":\"ping\"}".utf8) : Self.marketPing
    }

    /// The most orders in each of the two windows that the headers tell of, as the list of instruments has them in
    /// `rateLimits`: spot 100 in 10 seconds and 200,000 a day, perpetuals 300 in 10 seconds and 1,200 a minute.
    private var orderLimits: (first: Double, second: Double) {
        switch self.market {
        case .spot: (100, 200_000)
        case .perpetual: (300, 1_200)
        }
    }

    /// Which share of the weight and order limits is used; of the two windows for orders the fuller one.
    public func usage(_ answer: VenueAnswer) -> (weight: Double?, orders: Double?) {
        func share(_ place: Int, of limit: Double) -> Double? {
            guard answer.limits.indices.contains(place), answer.limits[place] >= 0 else { return nil }
            return Double(answer.limits[place]) / limit
        }
        let first = share(1, of: self.orderLimits.first)
        let second = share(2, of: self.orderLimits.second)
        let orders = first.map { max($0, second ?? 0) } ?? second
        return (share(0, of: Double(self.traits.weightPerWindow)), orders)
    }
}
